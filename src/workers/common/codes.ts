/**
 * The everyday way in (pair D+P): choosing a code, trying a code, counting wrong ones (DESIGN 3). Runs in the workers
 * that hold keys; person and desk share it.
 *
 * Surprising facts: the counter is written BEFORE the try, so that closing the tab in the middle gives no free try. The
 * try is the comparison: a code is stretched while the counter is being written, and used after it (decisions/0021). And
 * after ten wrong codes the way in is dropped only where the card was drilled: a child tapping destroys no satchel.
 */

import { type CodeProblem, codeKind, codeProblem } from "../../crypto/codes.ts";
import { newSalt, openDeviceFactor, unwrapRoot, type Wrap, wrapHead, wrapRoot } from "../../crypto/keyring.ts";
import { createSecret, type RootKey, type Secret } from "../../crypto/secret.ts";
import { assert } from "../../shared/assert.ts";
import { type Bytes, fromBase64Url } from "../../shared/bytes.ts";
import type { PrincipalId } from "../../shared/ids.ts";
import type { Clock, Random } from "../../shared/ports.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { Profile, Registry, StoredWrap } from "../../storage/ports.ts";
import type { CodeRefusal, UnlockRefusal, WorkerError } from "../satchel.contract.ts";
import type { CodeParameters, StretchApi } from "../stretch.contract.ts";
import { storageErr } from "./errors.ts";

export interface CodeDeps {
  readonly registry: Registry;
  readonly random: Random;
  readonly clock: Clock;
  readonly stretch: StretchApi;
}

/** Wrong codes after which a drilled card replaces the code. */
export const codeTries = 10;
const second = 1000;
const hour = 3600 * second;
/** Wait after the n-th wrong code, ms: a hand that slips does not wait, a guesser gets one try a day. */
const waits = [0, 0, 0, 0, 1, 2, 4, 8, 15, 30, 300, 900, 3600, 14_400].map((seconds) => seconds * second);
export const longestWaitMs = 24 * hour;
export const waitAfter = (wrongTries: number): number => waits[wrongTries] ?? longestWaitMs;

/** Refuses what is no code, what too many people choose, and the person's own birth date. */
export function refusedCode(code: string, birthdate?: string): CodeRefusal | undefined {
  if (codeKind(code) === undefined) return { type: "code-shape" };
  const problem: CodeProblem | undefined = codeProblem(code, birthdate === undefined ? {} : { birthdate });
  return problem === undefined ? undefined : { type: "code-too-common" };
}

/** The current wrap of a pair: the highest order. */
export function currentWrap(profile: Pick<Profile, "wraps">, pair: "D+P" | "D+C"): Wrap | undefined {
  const order = (stored: StoredWrap): number => {
    const head = wrapHead(stored.wrap as Wrap);
    return head.ok ? head.value.order : -1;
  };
  const held = profile.wraps.filter((stored) => stored.pair === pair).sort((a, b) => order(b) - order(a));
  return held[0]?.wrap as Wrap | undefined;
}

/** Order of the next wrap of this principal. */
export const nextOrder = (wraps: readonly StoredWrap[]): number =>
  wraps.reduce((most, stored) => {
    const head = wrapHead(stored.wrap as Wrap);
    return head.ok ? Math.max(most, head.value.order) : most;
  }, 0) + 1;

/** A new D+P wrap; `parameters` null chooses them for this device. */
export async function wrapUnderCode(
  deps: CodeDeps,
  input: {
    readonly root: RootKey;
    /** Root epoch. */
    readonly epoch: number;
    readonly principal: PrincipalId;
    readonly device: Secret;
    readonly code: string;
    readonly order: number;
    readonly parameters: CodeParameters | null;
  },
): Promise<Result<StoredWrap, WorkerError>> {
  const salt = newSalt(deps.random);
  const stretched = await deps.stretch.enrol(input.code, salt, input.parameters);
  if (!stretched.ok) return err({ type: "unavailable", mark: "stretch-broken" });
  const { output, parameters } = stretched.value;
  const factors = { device: input.device, code: createSecret(output) };
  const meta = { principal: input.principal, epoch: input.epoch, order: input.order, salt, params: parameters };
  const wrap = await wrapRoot(input.root, "D+P", factors, meta, deps.random);
  return ok({ pair: "D+P", epoch: input.epoch, wrap });
}

type ProfilePatch = Parameters<Registry["update"]>[2];

/** Compare-and-set until it is ours; gives up only when the profile is gone or the store fails. */
export async function updateProfile(
  registry: Registry,
  database: string,
  change: (profile: Profile) => ProfilePatch | null,
): Promise<Result<Profile, WorkerError>> {
  for (;;) {
    const held = await registry.get(database);
    if (!held.ok) return storageErr(held.error);
    if (held.value === undefined) return err({ type: "not-found" });
    const { uncounted = 0, ...row } = held.value;
    const counted: Profile = { ...row, wrongTries: row.wrongTries + uncounted };
    const patch = change(counted);
    if (patch === null) return ok(counted);
    const updated = await registry.update(database, row.revision, patch);
    if (updated.ok) return ok({ ...counted, ...patch, revision: updated.value.revision });
    if (updated.error.type !== "stale") return storageErr(updated.error);
  }
}

/** After a right code or card. A disk too full to forget the wrong ones keeps nobody out. */
export async function forgiveTries(registry: Registry, profile: Profile): Promise<Result<Profile, WorkerError>> {
  const forgiven = await updateProfile(registry, profile.database, () => ({ wrongTries: 0, nextTryAt: 0 }));
  return !forgiven.ok && forgiven.error.type === "full" ? ok(profile) : forgiven;
}

/** Opens this device's factor. A browser that lost its key cannot open it: told as unavailable, never as wrong code. */
export async function deviceFactor(profile: Profile): Promise<Result<Secret, WorkerError>> {
  const factor = await openDeviceFactor(profile.deviceKey, profile.sealedDeviceFactor);
  return factor.ok ? factor : err({ type: "unavailable", mark: "device-key-lost" });
}

export interface OpenedRoot {
  readonly profile: Profile;
  readonly root: RootKey;
}

/** The root is here; `forgiven`: the profile once the wrong tries before are forgotten. */
export interface RightCode extends OpenedRoot {
  readonly forgiven: Promise<Result<Profile, WorkerError>>;
}

/** How long the next try has to wait, ms. A clock that was set back never makes anybody wait longer than the longest. */
function waitNow({ nextTryAt, wrongTries, uncounted = 0 }: Profile, now: number): number {
  // Tries that could not be counted have their waits one after the other, from the last moment that was written.
  let more = 0;
  for (let n = 1; n <= uncounted; n += 1) more += waitAfter(wrongTries + n);
  return Math.min(Math.max(0, nextTryAt + more - now), waitAfter(wrongTries) + more);
}

/**
 * Counts one try on the disk before it is made. On a disk too full for that it takes one of the spare tries
 * (decisions/0008); "full" when none is left: then the card opens.
 */
async function countTry(
  { registry, clock }: CodeDeps,
  seen: Profile,
): Promise<Result<{ readonly profile: Profile; readonly waitMs: number }, WorkerError>> {
  const { database } = seen;
  for (let latest = seen; ; ) {
    const { uncounted = 0, ...row } = latest;
    const now = clock.now();
    const waitMs = waitNow(latest, now);
    if (waitMs > 0 || currentWrap(row, "D+P") === undefined) return ok({ profile: row, waitMs });
    const wrongTries = row.wrongTries + uncounted + 1;
    const patch = { wrongTries, nextTryAt: now + waitAfter(wrongTries) };
    // Two tabs cannot both see the old counter: the second compare-and-set fails and reads again.
    let counted = await registry.update(database, row.revision, patch);
    if (!counted.ok && counted.error.type === "full") counted = await registry.spendTry(database, row.revision);
    if (counted.ok) return ok({ profile: { ...row, ...patch, revision: counted.value.revision }, waitMs: 0 });
    if (counted.error.type !== "stale") return storageErr(counted.error);
    const held = await registry.get(database);
    if (!held.ok) return storageErr(held.error);
    if (held.value === undefined) return err({ type: "not-found" });
    latest = held.value;
  }
}

type Stretched = Result<Bytes, { readonly type: "damaged" | "broken" }>;

/** The code under the parameters of a wrap. */
async function stretchFor({ stretch }: CodeDeps, wrap: Wrap, code: string): Promise<Stretched> {
  const head = wrapHead(wrap);
  if (!head.ok || head.value.params === null) return err({ type: "damaged" });
  const salt = fromBase64Url(head.value.salt);
  assert(salt !== undefined, "SPEC C-K: a wrap's salt was checked");
  return stretch.derive(code, salt, head.value.params);
}

/** One try of the code, counted over all tabs; what was wrong before is forgiven when this resolves. */
export async function tryCode(
  deps: CodeDeps,
  database: string,
  code: string,
): Promise<Result<OpenedRoot, WorkerError | UnlockRefusal>> {
  const right = await tryCodeNow(deps, database, code);
  if (!right.ok) return right;
  const { root, forgiven } = right.value;
  const profile = await forgiven;
  return profile.ok ? ok({ profile: profile.value, root }) : profile;
}

/** As `tryCode`, for who has more to do with the root while the wrong tries are being forgiven. */
export async function tryCodeNow(
  deps: CodeDeps,
  database: string,
  code: string,
): Promise<Result<RightCode, WorkerError | UnlockRefusal>> {
  const { registry, clock } = deps;
  const seen = await registry.get(database);
  if (!seen.ok) return storageErr(seen.error);
  if (seen.value === undefined) return err({ type: "not-found" });
  const wrapSeen = currentWrap(seen.value, "D+P");
  const mayTry = wrapSeen !== undefined && waitNow(seen.value, clock.now()) === 0;
  const [counted, early] = await Promise.all([
    countTry(deps, seen.value),
    mayTry ? stretchFor(deps, wrapSeen, code) : undefined,
  ]);
  if (!counted.ok) return counted;
  const { profile, waitMs } = counted.value;
  const wrap = currentWrap(profile, "D+P");
  if (wrap === undefined) return err({ type: "code-dropped" });
  if (waitMs > 0) return err({ type: "wait", waitMs });
  const tries = profile.wrongTries;
  // What another tab counted meanwhile keeps its wait.
  const takeBack = () =>
    updateProfile(registry, database, (held) => ({
      wrongTries: Math.max(0, held.wrongTries - 1),
      nextTryAt: held.wrongTries > tries ? held.nextTryAt : 0,
    }));
  // Another tab may have changed the code since it was seen.
  const stretched = early !== undefined && wrap.head === wrapSeen?.head ? early : await stretchFor(deps, wrap, code);
  const device = await deviceFactor(profile);
  if (!stretched.ok || !device.ok) {
    await takeBack();
    if (!device.ok) return device;
    const isDamaged = !stretched.ok && stretched.error.type === "damaged";
    return err(isDamaged ? { type: "unavailable", mark: "wrap-damaged" } : { type: "stretch-broken" });
  }
  const root = await unwrapRoot(wrap, "D+P", { device: device.value, code: createSecret(stretched.value) });
  if (root.ok) return ok({ profile, root: root.value, forgiven: forgiveTries(registry, profile) });
  // Only where the card opens this device by itself: with the card and the server the code is needed again.
  if (tries >= codeTries && profile.cardDrilled && currentWrap(profile, "D+C") !== undefined) {
    const dropped = await updateProfile(registry, database, (held) => ({
      wraps: held.wraps.filter((stored) => stored.pair !== "D+P"),
    }));
    if (dropped.ok) return err({ type: "code-dropped" });
    // On a full disk the next wrong code drops it.
    if (dropped.error.type !== "full") return dropped;
  }
  return err({ type: "wrong-code", triesLeft: Math.max(0, codeTries - tries), waitMs: waitAfter(tries) });
}
