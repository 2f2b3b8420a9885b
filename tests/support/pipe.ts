/**
 * One direction of an emulated link: a token bucket that all connections of the link share, then a fixed delay. Runs in
 * Node; `link.ts` has two of them.
 *
 * Surprising fact: the bucket is filled from the time that really passed, not per tick, so late timers on a busy
 * machine cost no throughput; an idle link saves nothing up.
 */
import { capacity, PACKET_BYTES, type Rate } from "./capacity.ts";

const TICK_MS = 5;

/** One connection's share of a pipe. */
export type Lane = {
  /** Gives bytes to the link. */
  push(bytes: Buffer): void;
  /** After the bytes pushed so far, `end` of the lane's sink is called. */
  end(): void;
  /** Bytes waiting in front of the bucket. */
  pending(): number;
  /** Forgets everything; the sink is not called again. */
  close(): void;
};

export type LaneSink = {
  /** Bytes that crossed the link. */
  deliver(bytes: Buffer): void;
  end(): void;
  /** False holds the lane's bytes before the bucket (back-pressure). */
  ready(): boolean;
  /** Called when bytes left the waiting queue. */
  drained(): void;
};

export type Pipe = {
  lane(sink: LaneSink, readyAtMs: number): Lane;
  setRate(rate: Rate): void;
  setDelay(ms: number): void;
  /** A frozen pipe carries nothing and keeps everything. */
  freeze(frozen: boolean): void;
  close(): void;
};

type LaneState = {
  readonly sink: LaneSink;
  readonly readyAt: number;
  readonly queue: Buffer[];
  pending: number;
  ending: boolean;
  closed: boolean;
};

type Flight = { readonly at: number; readonly lane: LaneState; readonly bytes: Buffer | "end" };

/** Takes exactly `count` bytes off the front of the queue. */
function take(lane: LaneState, count: number): Buffer[] {
  const parts: Buffer[] = [];
  let left = count;
  while (left > 0) {
    const head = lane.queue[0];
    if (head === undefined) break;
    if (head.length <= left) {
      parts.push(head);
      lane.queue.shift();
      left -= head.length;
    } else {
      parts.push(head.subarray(0, left));
      lane.queue[0] = head.subarray(left);
      left = 0;
    }
  }
  lane.pending -= count - left;
  return parts;
}

/** @param now milliseconds since the link's start, monotonic. */
export function createPipe(initialRate: Rate, initialDelayMs: number, now: () => number): Pipe {
  let rate = initialRate;
  let delayMs = initialDelayMs;
  let frozen = false;
  let credit = 0;
  let last = now();
  let turn = 0;
  let timer: NodeJS.Timeout | undefined;
  const lanes: LaneState[] = [];
  let flights: Flight[] = [];

  function serve(at: number): void {
    const waiting = lanes.filter((lane) => lane.pending > 0 && lane.readyAt <= at && lane.sink.ready());
    const gathered = new Map<LaneState, Buffer[]>();
    let blocked = false;
    while (waiting.length > 0 && !blocked) {
      turn = (turn + 1) % waiting.length;
      const lane = waiting[turn];
      if (lane === undefined) break;
      const size = rate === "unlimited" ? lane.pending : Math.min(PACKET_BYTES, lane.pending);
      if (credit < size) {
        blocked = true;
        // The lane whose turn it is keeps it.
        turn = (turn + waiting.length - 1) % waiting.length;
      } else {
        credit -= size;
        const parts = gathered.get(lane) ?? [];
        parts.push(...take(lane, size));
        gathered.set(lane, parts);
        if (lane.pending === 0) waiting.splice(turn, 1);
      }
    }
    // Nothing waits any more: what the link could have carried meanwhile is lost.
    if (!blocked) credit = 0;
    for (const [lane, parts] of gathered) {
      flights.push({ at: at + delayMs, lane, bytes: Buffer.concat(parts) });
      lane.sink.drained();
    }
  }

  function land(at: number): void {
    const due = flights.filter((flight) => flight.at <= at);
    if (due.length === 0) return;
    flights = flights.filter((flight) => flight.at > at);
    for (const { lane, bytes } of due) {
      if (lane.closed) continue;
      if (bytes === "end") lane.sink.end();
      else lane.sink.deliver(bytes);
    }
  }

  function tick(): void {
    const at = now();
    if (frozen) {
      last = at;
      return;
    }
    credit += capacity(rate, last, at);
    last = at;
    serve(at);
    for (const lane of lanes) {
      if (!lane.ending || lane.pending > 0 || lane.closed || lane.readyAt > at) continue;
      lane.ending = false;
      flights.push({ at: at + delayMs, lane, bytes: "end" });
    }
    land(at);
    const idle = flights.length === 0 && lanes.every((lane) => lane.pending === 0 && !lane.ending);
    if (idle && timer !== undefined) {
      clearInterval(timer);
      timer = undefined;
    }
  }

  function wake(): void {
    if (timer !== undefined) return;
    last = now();
    credit = 0;
    timer = setInterval(tick, TICK_MS);
  }

  return {
    lane(sink, readyAtMs) {
      const lane: LaneState = { sink, readyAt: readyAtMs, queue: [], pending: 0, ending: false, closed: false };
      lanes.push(lane);
      return {
        push(bytes) {
          if (lane.closed || bytes.length === 0) return;
          lane.queue.push(bytes);
          lane.pending += bytes.length;
          wake();
          if (rate === "unlimited" && delayMs === 0) tick();
        },
        end() {
          if (lane.closed) return;
          lane.ending = true;
          wake();
          if (rate === "unlimited" && delayMs === 0) tick();
        },
        pending: () => lane.pending,
        close() {
          lane.closed = true;
          lane.pending = 0;
          lane.ending = false;
          lane.queue.length = 0;
          const index = lanes.indexOf(lane);
          if (index >= 0) lanes.splice(index, 1);
        },
      };
    },
    setRate(next) {
      rate = next;
      credit = 0;
    },
    setDelay(ms) {
      delayMs = ms;
    },
    freeze(on) {
      frozen = on;
      credit = 0;
    },
    close() {
      clearInterval(timer);
      timer = undefined;
      lanes.length = 0;
      flights = [];
    },
  };
}
