/**
 * What SPEC V, T, B and Q of src/sync say, written by hand as rules over states and events: nothing here asks the
 * implementation. `make.ts` writes the tables from them, `queue.test.ts` compares them with src/sync/core.ts.
 */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export const kinds = [
  "register",
  "session",
  "push",
  "push-several",
  "letter",
  "proof",
  "pull",
  "create",
  "head",
  "patch",
] as const;
export type Kind = (typeof kinds)[number];

/** The item that the request carries, and the line, before the event. */
export interface VectorState {
  /** Refusals of this item so far. */
  readonly attempts: number;
  /** working: answered a moment ago; silent: three losses, the last answer two hours ago. */
  readonly line: "working" | "silent";
}

export type VectorEvent =
  /** An authentic refusal (S-A1). `retry` is what the answer says of itself; null where it has no body. */
  | {
      readonly type: "refused";
      readonly status: number;
      readonly error: string;
      readonly retry: "never" | "later" | "after-person" | null;
      readonly retryAfterMs: number | null;
    }
  /** No authentic answer, whatever came: `seen` says what, and must make no difference but in `reason`. */
  | { readonly type: "lost"; readonly reason: "unreachable" | "timeout" | "not-let-through"; readonly seen: string }
  | { readonly type: "answered"; readonly verdict: string };

export interface VectorExpectation {
  readonly item: {
    /** waits: will be tried by itself; aside: needs the person; conflict: needs a merge; done: left the queue; none: no item. */
    readonly state: "waits" | "aside" | "conflict" | "done" | "none";
    readonly attempts: number;
    readonly code: string | null;
    /** Own wait, ms; 0 = none. */
    readonly waitsMs: number;
  };
  readonly line: {
    readonly attempts: number;
    /** Nothing leaves before: least and most, ms (chance decides within). */
    readonly waitsMs: readonly [number, number];
  };
  readonly session: "kept" | "dropped";
  readonly registered: boolean;
  readonly paused: "auth" | "quota" | null;
  /** Where the next request of this upload begins; absent where the event says nothing of it. */
  readonly upload?: "ask" | "create" | number;
  /** The word of the line in "Mes envois". */
  readonly shown: "waits" | "moving" | "needs-person" | "arrived" | null;
  readonly rule: string;
}

export interface VectorCase {
  readonly state: VectorState;
  readonly event: VectorEvent;
  readonly expect: VectorExpectation;
}

/** Statuses with the code that our server gives with them; "" = an answer without a code of the registry. */
const refusals: readonly (readonly [number, string, "never" | "later" | "after-person" | null])[] = [
  [400, "bad-protocol", "never"],
  [400, "", null],
  [401, "unauthenticated", "later"],
  [403, "forbidden", "never"],
  [404, "not-found", "never"],
  [409, "id-taken", "never"],
  [409, "offset", "later"],
  [410, "gone", "never"],
  [413, "too-large", "never"],
  [413, "", null],
  [422, "bad-format", "never"],
  [422, "unknown-principal", "later"],
  [422, "unknown-receiver", "after-person"],
  [422, "", null],
  [423, "", null],
  [429, "too-many", "later"],
  [500, "internal", "later"],
  [502, "", null],
  [503, "busy", "later"],
  [504, "", null],
  [507, "quota", "after-person"],
];

/** What a network can do instead of our server's answer; a status of somebody else is nothing at all (S-A2). */
const losses: readonly (readonly ["unreachable" | "timeout" | "not-let-through", string])[] = [
  ["unreachable", "cut after some bytes of the request"],
  ["unreachable", "cut after some bytes of the answer"],
  ["unreachable", "a redirect"],
  ["timeout", "a connection that is taken and never answered"],
  ["timeout", "an answer that was lost after the server had done it"],
  ["timeout", "a middle box that buffers and gives up"],
  ["not-let-through", "200 with a portal's page"],
  ["not-let-through", "truncated JSON"],
  ["not-let-through", "an old answer from a cache"],
  ...[400, 401, 403, 404, 409, 410, 413, 422, 423, 429, 500, 502, 503, 504, 507, 511].map(
    (status) => ["not-let-through", `${status} of somebody else`] as const,
  ),
];

const isBlob = (kind: Kind): boolean => kind === "create" || kind === "head" || kind === "patch";
const hasItem = (kind: Kind): boolean => kind !== "register" && kind !== "session" && kind !== "pull";

const untouched = (kind: Kind, state: VectorState): VectorExpectation["item"] =>
  hasItem(kind)
    ? { state: "waits", attempts: state.attempts, code: null, waitsMs: 0 }
    : { state: "none", attempts: 0, code: null, waitsMs: 0 };

/** An upload is "sending" and shown as moving; ops and letters are frozen by then. */
const shownAs = (kind: Kind, item: VectorExpectation["item"]): VectorExpectation["shown"] => {
  if (item.state === "none" || kind === "proof") return null;
  if (item.state === "aside") return "needs-person";
  if (item.state === "done") return "arrived";
  return item.state === "conflict" ? "waits" : "moving";
};

/** S-T2. */
const backOff = (attempts: number): number => Math.min(6 * HOUR, 30 * SECOND * 2 ** (attempts - 1));

/** After an authentic answer that says nothing else; what is asked for is not there yet. */
const calmOf = (kind: Kind): Pick<VectorExpectation, "line" | "session" | "registered" | "paused"> => ({
  line: { attempts: 0, waitsMs: [0, 0] },
  session: kind === "session" ? "dropped" : "kept",
  registered: kind !== "register",
  paused: null,
});
const everythingWaits = (ms: number): VectorExpectation["line"] => ({ attempts: 0, waitsMs: [ms, ms] });

function lost(kind: Kind, state: VectorState): VectorExpectation {
  const item = untouched(kind, state);
  return {
    ...calmOf(kind),
    item,
    // S-T1: within half a second on a line that was only cut; full jitter under 5 s x 2^n in silence.
    line: state.line === "working" ? { attempts: 1, waitsMs: [0, 500] } : { attempts: 4, waitsMs: [0, 40 * SECOND] },
    ...(isBlob(kind) ? { upload: "ask" as const } : {}),
    shown: shownAs(kind, item),
    rule: "S-A2, S-T1: timers, and who goes first; never an item",
  };
}

function refused(kind: Kind, state: VectorState, event: Extract<VectorEvent, { type: "refused" }>): VectorExpectation {
  const { status, error } = event;
  // S-V6: as Retry-After says, ten seconds when it says nothing, an hour at most.
  const told = Math.min(event.retryAfterMs ?? 10 * SECOND, HOUR);
  const attempts = state.attempts + 1;
  const item = untouched(kind, state);
  const give = (rule: string, more: Partial<VectorExpectation>): VectorExpectation => {
    const after = { ...calmOf(kind), item, ...more };
    return { ...after, shown: shownAs(kind, after.item), rule };
  };
  const aside = (code: string | null): VectorExpectation["item"] => ({ state: "aside", attempts, code, waitsMs: 0 });
  const later = (waitsMs: number, code: string | null = null): VectorExpectation["item"] => ({
    state: "waits",
    attempts,
    code,
    waitsMs,
  });
  const asks = isBlob(kind) ? { upload: "ask" as const } : {};

  if (status === 401)
    return kind === "register" || kind === "session"
      ? give("S-V4: five minutes' pause", { session: "dropped", paused: "auth", line: everythingWaits(5 * MINUTE) })
      : give("S-V4: the session is renewed, no item is touched", { session: "dropped", paused: "auth" });
  if (error === "unknown-principal" || (kind === "session" && status === 404))
    return give("S-V4: registered again", { session: "dropped", registered: false });
  if (status === 429) return give("S-V6: everything waits", { line: everythingWaits(told) });
  if (error === "bad-protocol")
    return give("S-V7: the whole satchel waits an hour, items untouched (INV-8)", { line: everythingWaits(HOUR) });
  if (kind === "register" || kind === "session")
    return give("S-V4: five minutes' pause, or as long as the server says", {
      paused: "auth",
      line: everythingWaits(event.retryAfterMs === null ? 5 * MINUTE : told),
    });
  if (kind === "pull") return give("a pull that was refused touches no item and no line", {});

  if (isBlob(kind)) {
    if ((status === 404 || status === 410) && kind !== "create")
      return give("S-B4: the upload is gone: created again from 0", { upload: "create" });
    if (status === 409 && kind !== "head")
      return give("S-B3: whatever it is, HEAD knows", {
        ...asks,
        item: error === "id-taken" ? { ...item, attempts } : item,
      });
    if (status === 507)
      return give("S-Q1: blobs wait, records and letters go on", {
        ...asks,
        paused: "quota",
        item: later(event.retryAfterMs === null ? backOff(attempts) : told, "quota"),
      });
  }
  if (kind === "push-several")
    return give("S-V5: nobody knows which was meant: each travels alone", {
      item: { ...item, attempts },
    });
  if (kind === "proof" && error === "unknown-receiver")
    return give("S-W2: the letter may come again", { item: later(backOff(attempts), error) });
  if (status === 423 || status === 503)
    return give("S-V6: the item waits as Retry-After says", {
      ...asks,
      item: later(told, error === "busy" ? error : null),
    });
  if (status >= 500 && status !== 507)
    return give("S-V3: item back-off", {
      ...asks,
      item: later(event.retryAfterMs === null ? backOff(attempts) : told),
    });
  const named = ["id-taken", "gone", "too-large", "bad-format", "unknown-receiver", "quota"].includes(error);
  if (named) return give("S-V3: aside, with its code", { ...asks, item: aside(error) });
  if (status === 413 || status === 422)
    return give("S-V3: aside, with its code", { ...asks, item: aside(status === 413 ? "too-large" : "bad-format") });
  return attempts >= 3
    ? give("S-V3: an unknown 4xx, the third time: aside", { ...asks, item: aside(null) })
    : give("S-V3: an unknown 4xx: item back-off, aside after three", {
        ...asks,
        item: later(event.retryAfterMs === null ? backOff(attempts) : told),
      });
}

/** Answers, by hand, one line each. */
function answered(kind: Kind, state: VectorState): readonly VectorCase[] {
  const item = untouched(kind, state);
  const make = (verdict: string, rule: string, more: Partial<VectorExpectation>): VectorCase => {
    const after = { ...calmOf(kind), item, ...more };
    return {
      state,
      event: { type: "answered", verdict },
      expect: { ...after, shown: shownAs(kind, after.item), rule },
    };
  };
  const done = { ...item, state: "done" as const };
  const attempts = state.attempts + 1;
  if (kind === "register") return [make("ok", "registered", { registered: true })];
  if (kind === "session") return [make("ok", "a session", { session: "kept" })];
  if (kind === "pull")
    return [make("ok", "S-P1", {}), make("reset", "S-R1: all is offered again once all was pulled", {})];
  if (kind === "proof") return [make("ok", "it leaves the queue", { item: { ...done, attempts: 0 } })];
  if (kind === "letter")
    return [
      make("ok", "accepted, with its proofs", { item: done }),
      make("reject never bad-format", "S-V3", { item: { state: "aside", attempts, code: "bad-format", waitsMs: 0 } }),
      make("reject later busy", "S-V3", {
        item: { state: "waits", attempts, code: "busy", waitsMs: backOff(attempts) },
      }),
      make("reject after-person quota", "S-V3", { item: { state: "aside", attempts, code: "quota", waitsMs: 0 } }),
    ];
  if (kind === "push")
    return [
      make("ok", "S-V1", { item: { ...done, attempts: 0 } }),
      make("conflict", "S-V2, S-C1", { item: { ...item, state: "conflict" } }),
      make("reject never bad-signature", "S-V3", {
        item: { state: "aside", attempts, code: "bad-signature", waitsMs: 0 },
      }),
      make("reject later blob-missing", "S-V8", {
        item: { state: "waits", attempts, code: "blob-missing", waitsMs: backOff(attempts) },
      }),
      make("reject after-person quota", "S-V3", { item: { state: "aside", attempts, code: "quota", waitsMs: 0 } }),
    ];
  if (kind === "create") return [make("ok", "S-B1: the upload begins at 0", { upload: 0 })];
  if (kind === "head")
    return [
      make("incomplete 16384", "S-B1: believed", { upload: 16_384 }),
      make("incomplete 0", "S-B1: believed, also when it went down", { upload: 0 }),
      make("verified", "whole, there", { item: { ...done, attempts: state.attempts } }),
    ];
  if (kind === "patch")
    return [
      make("incomplete 65536", "S-B1", { upload: 65_536 }),
      make("verified", "whole, there", { item: { ...done, attempts: state.attempts } }),
      make("again", attempts >= 3 ? "S-B6: aside the third time" : "S-B6: from 0, after the item back-off", {
        item:
          attempts >= 3
            ? { state: "aside", attempts, code: "bad-format", waitsMs: 0 }
            : { state: "waits", attempts, code: "bad-format", waitsMs: backOff(attempts) },
        upload: 0,
      }),
    ];
  return [];
}

/** The whole table of one kind of request. */
export function casesOf(kind: Kind): readonly VectorCase[] {
  const cases: VectorCase[] = [];
  const fresh: VectorState = { attempts: 0, line: "working" };
  const states: readonly VectorState[] = hasItem(kind) ? [fresh, { attempts: 2, line: "working" }] : [fresh];
  for (const state of states) cases.push(...answered(kind, state));
  for (const state of states)
    for (const [status, error, retry] of refusals)
      for (const retryAfterMs of state.attempts === 0 ? [null, 60 * SECOND] : [null]) {
        // A server tells how long to wait with these only (P-W5).
        if (retryAfterMs !== null && status !== 423 && status !== 429 && status !== 503) continue;
        const event = { type: "refused", status, error, retry, retryAfterMs } as const;
        cases.push({ state, event, expect: refused(kind, state, event) });
      }
  for (const line of ["working", "silent"] as const)
    for (const [reason, seen] of losses) {
      if (line === "silent" && seen !== "200 with a portal's page" && reason === "not-let-through") continue;
      const state: VectorState = { attempts: 0, line };
      cases.push({ state, event: { type: "lost", reason, seen }, expect: lost(kind, state) });
    }
  return cases;
}
