/**
 * Bounds on what a PDF may make a worker keep in memory. Runs in the PDF worker and in Node.
 *
 * Surprising: a browser has no limit to give a worker, and two kilobytes can inflate to gigabytes within the five seconds that a page
 * has. So the constructors through which pdf.js gets its bytes are replaced, in this one worker, by ones that refuse what is absurd.
 */

/** In one piece. A page of A4 at 600 dots per inch, in colour and not compressed, has 105 MB. */
const pieceBytes = 128 * 1024 * 1024;
/** Inflated by the browser's own stream, of all that one page needs. */
const inflatedBytes = 192 * 1024 * 1024;
/** Once something was refused the page is not shown any more: what still goes on gets no more than this. */
const afterBytes = 1024 * 1024;
/** Drawing acts of one page; dense maps have some hundred thousand. */
const acts = 300_000;

export interface Bounds {
  /** Something was refused since `begin`. */
  readonly wasHit: () => boolean;
  /** Another page. */
  readonly begin: () => void;
}

/** What of a worker's global scope is replaced. */
export interface BoundScope {
  Uint8Array: Uint8ArrayConstructor;
  DecompressionStream?: typeof DecompressionStream;
  structuredClone: typeof structuredClone;
}

/** A list of drawing acts on its way from pdf.js's reader to its painter: how many. */
function actsIn(message: unknown): number {
  const list: unknown = Object(Object(message).chunk).fnArray;
  return Array.isArray(list) ? list.length : 0;
}

/**
 * `Uint8Array` of `scope` throws a RangeError above `piece` bytes, `DecompressionStream` ends in an error above `inflated`, and
 * `structuredClone`, through which pdf.js hands itself the acts of a page, throws above `most` acts.
 */
export function boundMemory(
  scope: BoundScope,
  piece: number = pieceBytes,
  inflated: number = inflatedBytes,
  most: number = acts,
): Bounds {
  let isHit = false;
  let sofar = 0;
  let acted = 0;
  const refuse = (): never => {
    isHit = true;
    throw new RangeError("more memory than a page may take");
  };
  const Bytes = scope.Uint8Array;
  scope.Uint8Array = new Proxy(Bytes, {
    construct(target, given: unknown[], made) {
      if (typeof given[0] === "number" && given[0] > (isHit ? Math.min(afterBytes, piece) : piece)) refuse();
      return Reflect.construct(target, given, made) as object;
    },
  });
  const Inflating = scope.DecompressionStream;
  if (Inflating !== undefined)
    scope.DecompressionStream = new Proxy(Inflating, {
      construct(target, given: unknown[]) {
        const { readable, writable } = Reflect.construct(target, given) as DecompressionStream;
        const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
          transform(chunk, controller) {
            sofar += chunk.byteLength;
            if (isHit || sofar > inflated) refuse();
            controller.enqueue(chunk);
          },
        });
        return { readable: readable.pipeThrough(counted), writable };
      },
    });
  const clone = scope.structuredClone;
  scope.structuredClone = (value, options) => {
    acted += actsIn(value);
    if (acted > most) refuse();
    return clone(value, options);
  };
  return {
    wasHit: () => isHit,
    begin: () => {
      isHit = false;
      sofar = 0;
      acted = 0;
    },
  };
}
