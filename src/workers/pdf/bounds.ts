/**
 * Bounds on what a PDF may make a worker keep in memory. Runs in the PDF worker and in Node.
 *
 * Surprising: a browser has no limit to give a worker, and two kilobytes can inflate to gigabytes within the five seconds that a page
 * has. So the constructors through which pdf.js gets its bytes and its pixels are replaced, in this one worker, by ones that count, and
 * refuse what is absurd.
 */

/** Of one page. */
export interface Limits {
  /** Bytes in one piece. A page of A4 at 600 dots per inch, in colour and not compressed, has 105 MB. */
  readonly piece: number;
  /** Bytes of all larger pieces together, also those that were let go. */
  readonly bytes: number;
  /** Bytes that the browser's own stream inflates. */
  readonly inflated: number;
  /** Pixels of all pictures in it. */
  readonly pictures: number;
  /** Pixels that are painted on at the same time. */
  readonly canvas: number;
  /** Bytes of a decoder in WebAssembly: 40 megapixels of JPEG 2000 take 12 each. */
  readonly program: number;
  /** Drawing acts; dense maps have some hundred thousand. */
  readonly acts: number;
}

const mega = 1024 * 1024;
export const pageLimits: Limits = {
  piece: 128 * mega,
  bytes: 640 * mega,
  inflated: 144 * mega,
  pictures: 100e6,
  canvas: 48e6,
  program: 512 * mega,
  acts: 300_000,
};

/** Smaller pieces are not counted together: there are a great many, and they do not last. */
const largePiece = 256 * 1024;
/** Once something was refused the page is not shown any more: what still goes on gets no more than this in one piece. */
const afterBytes = mega;
/** Deflated bytes that are inflated at a time: what comes of them is a thousand times as much at most, and counted before the next. */
const sip = 4096;

export interface Bounds {
  /** Something was refused since `begin`. */
  readonly wasHit: () => boolean;
  /** Another page. */
  readonly begin: () => void;
  /** Counts pixels to paint on; negative: given back. Throws a RangeError when there are too many at a time. */
  readonly paintOn: (pixels: number) => void;
}

type Inflating = typeof DecompressionStream;
type Decoding = new (
  ...given: readonly unknown[]
) => {
  decode(...given: readonly unknown[]): Promise<{
    readonly image: { readonly codedWidth: number; readonly codedHeight: number; readonly close: () => void };
  }>;
};
type Canvas = new (width: number, height: number) => object;

/** What of a worker's global scope is replaced. */
export interface BoundScope {
  Uint8Array: Uint8ArrayConstructor;
  Uint8ClampedArray: Uint8ClampedArrayConstructor;
  DecompressionStream?: Inflating;
  ImageDecoder?: Decoding;
  OffscreenCanvas?: Canvas;
  readonly WebAssembly?: { readonly Memory: { readonly prototype: WebAssembly.Memory } };
  structuredClone: typeof structuredClone;
}

/** A list of drawing acts on its way from pdf.js's reader to its painter: how many. */
function actsIn(message: unknown): number {
  const list: unknown = Object(Object(message).chunk).fnArray;
  return Array.isArray(list) ? list.length : 0;
}

/** Everything that is replaced throws a RangeError, or ends in one, above `limits`. */
export function boundMemory(scope: BoundScope, limits: Limits = pageLimits): Bounds {
  let isHit = false;
  let used = { bytes: 0, inflated: 0, pictures: 0, acts: 0 };
  let canvas = 0;
  const refuse = (): never => {
    isHit = true;
    throw new RangeError("more memory than a page may take");
  };
  const take = (what: keyof typeof used, count: number): void => {
    used[what] += count;
    if (used[what] > limits[what]) refuse();
  };

  const construct = <Target extends object>(target: Target, given: unknown[], made: unknown): Target => {
    const [length] = given;
    if (typeof length === "number" && length > largePiece) {
      if (length > (isHit ? Math.min(afterBytes, limits.piece) : limits.piece)) refuse();
      take("bytes", length);
    } else if (typeof length === "number" && length > limits.piece) refuse();
    return Reflect.construct(target as never, given, made as never) as Target;
  };
  scope.Uint8Array = new Proxy(scope.Uint8Array, { construct });
  scope.Uint8ClampedArray = new Proxy(scope.Uint8ClampedArray, { construct });

  const Inflater = scope.DecompressionStream;
  if (Inflater !== undefined)
    scope.DecompressionStream = new Proxy(Inflater, {
      construct: (target, given) =>
        inSips(Reflect.construct(target, given) as InstanceType<Inflating>, (bytes) => {
          if (isHit) refuse();
          take("inflated", bytes);
        }),
    });

  const Decoder = scope.ImageDecoder;
  let turn: Promise<unknown> = Promise.resolve();
  if (Decoder !== undefined)
    scope.ImageDecoder = new Proxy(Decoder, {
      construct(target, given) {
        const decoder = Reflect.construct(target, given) as InstanceType<Decoding>;
        const decode = decoder.decode.bind(decoder);
        // One after the other: else forty are there before the first is counted.
        decoder.decode = (...how) => {
          const decoded = turn.then(async () => {
            if (isHit) refuse();
            const result = await decode(...how);
            try {
              take("pictures", result.image.codedWidth * result.image.codedHeight);
            } catch (error) {
              result.image.close();
              throw error;
            }
            return result;
          });
          turn = decoded.then(
            () => undefined,
            () => undefined,
          );
          return decoded;
        };
        return decoder;
      },
    });

  const Offscreen = scope.OffscreenCanvas;
  if (Offscreen !== undefined)
    scope.OffscreenCanvas = new Proxy(Offscreen, {
      construct(target, given) {
        take("pictures", Number(given[0]) * Number(given[1]));
        return Reflect.construct(target, given) as object;
      },
    });

  const memory = scope.WebAssembly?.Memory.prototype;
  if (memory !== undefined) {
    const { grow } = memory;
    memory.grow = function (pages) {
      if (this.buffer.byteLength + pages * 65_536 > limits.program) refuse();
      return grow.call(this, pages);
    };
  }

  const clone = scope.structuredClone;
  scope.structuredClone = (value, options) => {
    take("acts", actsIn(value));
    return clone(value, options);
  };
  return {
    wasHit: () => isHit,
    begin: () => {
      isHit = false;
      used = { bytes: 0, inflated: 0, pictures: 0, acts: 0 };
      canvas = 0;
    },
    paintOn: (pixels) => {
      // What the page before held is given back late, or never.
      canvas = Math.max(0, canvas + pixels);
      if (canvas > limits.canvas) refuse();
    },
  };
}

/**
 * The same inflater, given little at a time: left alone it inflates all that it is given before anybody can count.
 * @param count throws to end it.
 */
function inSips(inflater: InstanceType<Inflating>, count: (bytes: number) => void): InstanceType<Inflating> {
  const to = inflater.writable.getWriter();
  const from = inflater.readable.getReader();
  const writable = new WritableStream<BufferSource>({
    async write(chunk) {
      const bytes = ArrayBuffer.isView(chunk)
        ? new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
        : new Uint8Array(chunk);
      for (let at = 0; at < bytes.length; at += sip) await to.write(bytes.subarray(at, at + sip));
    },
    close: () => to.close(),
    abort: (reason) => to.abort(reason),
  });
  const readable = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done, value } = await from.read();
      if (done) return controller.close();
      try {
        count(value.byteLength);
      } catch (error) {
        await from.cancel(error);
        throw error;
      }
      controller.enqueue(value);
    },
    cancel: (reason) => from.cancel(reason),
  });
  return { readable, writable };
}
