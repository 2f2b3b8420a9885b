/**
 * Virtual time: a queue of events and a clock that jumps from one to the next. Nothing here touches a real timer.
 *
 * Surprising fact: between two events all promises are let run dry, so that the order of everything is decided by the
 * queue and the seed alone, and a seed replays exactly.
 */
const dry = () => new Promise((resolve) => setImmediate(resolve));
export function createWorld(start) {
  let now = start;
  let count = 0;
  const heap = [];
  const before = (a, b) => a.at < b.at || (a.at === b.at && a.n < b.n);
  const push = (event) => {
    let i = heap.push(event) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !before(event, above)) break;
      heap[i] = above;
      i = parent;
    }
    heap[i] = event;
  };
  const pop = () => {
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left === undefined) break;
      if (right !== undefined && before(right, left)) child += 1;
      const smaller = heap[child];
      if (smaller === undefined || !before(smaller, last)) break;
      heap[i] = smaller;
      i = child;
    }
    heap[i] = last;
    return top;
  };
  return {
    now: () => now,
    after: (ms, task) => {
      let live = true;
      count += 1;
      push({
        at: now + Math.max(0, ms),
        n: count,
        run: () => {
          if (live) task();
        },
      });
      return () => {
        live = false;
      };
    },
    run: async (until) => {
      let ran = 0;
      await dry();
      for (;;) {
        const next = heap[0];
        if (next === undefined || next.at > until) {
          now = Math.max(now, until);
          return ran;
        }
        const event = pop();
        if (event === undefined) return ran;
        now = Math.max(now, event.at);
        event.run();
        ran += 1;
        await dry();
      }
    },
  };
}
