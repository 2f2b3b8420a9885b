/**
 * Keys that this satchel has seen first and believes from then on: the server's, and each organisation's chain (DESIGN 5,
 * INV-2). They live sealed in the profile record, so that they are the same on every device of the person.
 *
 * Surprising fact: a deployment.json that later names another organisation under the same slug is refused, not
 * followed: that is the attack that pinning is for. A longer chain of the same organisation is followed.
 */

import { type DeskSheet, heldAgainst } from "../../crypto/desk-sheet.ts";
import { mayReceive } from "../../protocol/helpers.ts";
import { followServerKeys } from "../../protocol/server-keys.ts";
import { type Principal, readChain, readExtendedChain } from "../../protocol/statements.ts";
import type { Deployment, Signed } from "../../protocol/wire.ts";
import type { ProfileRecord } from "../../satchel/model.ts";
import type { B64 } from "../../shared/bytes.ts";
import { type PrincipalId, type RecordId, randomId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { Kept } from "../common/records.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";

/** A satchel that was joined to this one (joining.ts): what it still receives is opened with these. */
export interface Alias {
  /** Its database on the device where it was joined. */
  readonly database: string;
  readonly pictogram: string;
  readonly statements: readonly Signed[];
  /** Its roots, oldest first: sealed here as part of the profile record, as INV-3 asks. */
  readonly roots: readonly B64[];
  /** Its private keys, sealed under the last of them. */
  readonly keys: B64;
  readonly joinedAt: number;
}

/** What came of a sheet that was read at a desk (decisions/0047). */
export interface DeskLook {
  readonly organisation: string;
  /** `settled`: after a stop the person decided to go on with the keys that were known. */
  readonly said: "verified" | "stopped" | "settled";
  /** This device's clock. */
  readonly at: number;
  readonly sheet: DeskSheet | null;
}

export interface Pins {
  readonly serverKeys: Readonly<Record<string, B64>>;
  /** By slug. */
  readonly organisations: Readonly<
    Record<string, { readonly id: PrincipalId; readonly statements: readonly Signed[] }>
  >;
  readonly aliases?: Readonly<Record<PrincipalId, Alias>>;
  /** Digest of the profile that was taken in of another satchel or of a sealed copy: asked about once. */
  readonly taken?: Readonly<Record<PrincipalId, B64>>;
  /** By a random id each; absent where no desk was ever checked. */
  readonly looks?: Readonly<Record<string, DeskLook>>;
}

/** The profile record with the field that only the worker knows; other versions pass it through. */
export type PinnedProfile = ProfileRecord & { readonly pinned?: Pins };

export const noPins: Pins = { serverKeys: {}, organisations: {} };

/** The one profile record; the lowest id where two devices each made one. */
export async function findProfile(session: Session): Promise<Result<Kept<PinnedProfile> | null, WorkerError>> {
  const all = await session.records.list();
  if (!all.ok) return all;
  const profiles = all.value.filter((kept): kept is Kept<PinnedProfile> & typeof kept => kept.record.t === "profile");
  return ok([...profiles].sort((a, b) => (a.id < b.id ? -1 : 1))[0] ?? null);
}

/** Changes the profile record, making it when there is none. */
export async function saveProfile(
  session: Session,
  deps: Pick<SatchelDeps, "random">,
  change: (profile: PinnedProfile) => PinnedProfile,
): Promise<Result<PinnedProfile, WorkerError>> {
  const before = await findProfile(session);
  if (!before.ok) return before;
  const id = before.value?.id ?? randomId<RecordId>(deps.random);
  const saved = await session.records.save<never>(id, (current) =>
    ok({ next: change(current?.t === "profile" ? current : { t: "profile" }) }),
  );
  if (!saved.ok) return saved;
  return saved.value?.record.t === "profile" ? ok(saved.value.record) : err({ type: "not-found" });
}

export async function pinsOf(session: Session): Promise<Result<Pins, WorkerError>> {
  const profile = await findProfile(session);
  return profile.ok ? ok(profile.value?.record.pinned ?? noPins) : profile;
}

export type OrganisationTrust =
  | { readonly type: "trusted"; readonly principal: Principal }
  /** The desk was not opened yet, or only one browser could open what is sealed to it: it waits (decisions/0002, 0034). */
  | { readonly type: "no-keys" }
  /** Other keys than those seen first, or a chain that does not read. */
  | { readonly type: "changed" };

/** What pinning looks at. */
export type Pinnable = Pick<Deployment, "serverKeys" | "organisations">;

/** What the deployment says of an organisation, held against what was pinned. Pure but for the signatures. */
export async function judge(pins: Pins, deployment: Pinnable | null, slug: string): Promise<OrganisationTrust> {
  const pinned = pins.organisations[slug];
  const statements = deployment?.organisations.find((each) => each.slug === slug)?.statements ?? [];
  if (pinned === undefined) {
    if (statements.length === 0) return { type: "no-keys" };
    const read = await readChain(statements);
    if (!read.ok || read.value.kind !== "organisation") return { type: "changed" };
    // Pinned once it can receive: then its helpers have settled (SPEC P-H8).
    return mayReceive(read.value) ? { type: "trusted", principal: read.value } : { type: "no-keys" };
  }
  const known = await readChain(pinned.statements);
  if (!known.ok || known.value.id !== pinned.id) return { type: "changed" };
  // An older copy of the deployment, or none: what is pinned stands.
  if (statements.length === 0) return { type: "trusted", principal: known.value };
  const read = await readExtendedChain(known.value, statements);
  if (read.ok) return { type: "trusted", principal: read.value };
  return read.error.type === "rollback" ? { type: "trusted", principal: known.value } : { type: "changed" };
}

/** The newest look at the sheet of an organisation. */
export const lookOf = ({ looks }: Pins, slug: string): DeskLook | undefined =>
  Object.values(looks ?? {})
    .filter(({ organisation }) => organisation === slug)
    .sort((a, b) => b.at - a.at)[0];

/** Another sheet stood on its desk, and nobody has decided yet. One whose keys turn out to be its chain's holds nothing back. */
export async function isHeldBack(pins: Pins, slug: string, principal: Principal | null): Promise<boolean> {
  const look = lookOf(pins, slug);
  if (look?.said !== "stopped" || look.sheet === null) return false;
  return principal === null || (await heldAgainst(look.sheet, principal)) === "no";
}

/**
 * The same for whoever is about to seal something new to it: one that only one browser could open since somebody left does not
 * receive (SPEC P-H8), pinned or not. What it signs is believed as before.
 */
export async function judgeReceiver(pins: Pins, deployment: Pinnable | null, slug: string): Promise<OrganisationTrust> {
  const trust = await judge(pins, deployment, slug);
  if (trust.type === "trusted" && (await isHeldBack(pins, slug, trust.principal))) return { type: "changed" };
  return trust.type === "trusted" && !mayReceive(trust.principal) ? { type: "no-keys" } : trust;
}

/** Every listed key where none is pinned yet; else those that a pinned one endorses (SPEC P-K2). */
async function newServerKeys(pins: Pins, deployment: Pinnable): Promise<Pins["serverKeys"]> {
  const pinned = Object.values(pins.serverKeys);
  const keys = pinned.length === 0 ? deployment.serverKeys : await followServerKeys(pinned, deployment.serverKeys);
  return Object.fromEntries(keys.map((key) => [key.id, key.sign]));
}

/** Pins whatever is seen for the first time; returns the pins that stand. Called at creation, unlock, and new deployments. */
export async function pinWhatIsNew(
  session: Session,
  deps: Pick<SatchelDeps, "random">,
  deployment: Pinnable | null,
): Promise<Result<Pins, WorkerError>> {
  const before = await pinsOf(session);
  if (!before.ok || deployment === null) return before;
  const added: Record<string, Pins["organisations"][string]> = {};
  for (const { slug, statements } of deployment.organisations) {
    const trust = await judge(before.value, deployment, slug);
    const known = before.value.organisations[slug]?.statements.length ?? 0;
    if (trust.type === "trusted" && statements.length > known) added[slug] = { id: trust.principal.id, statements };
  }
  const newKeys = await newServerKeys(before.value, deployment);
  if (Object.keys(added).length === 0 && Object.keys(newKeys).length === 0) return before;
  const saved = await saveProfile(session, deps, (profile) => {
    const held = profile.pinned ?? noPins;
    // Keys that were followed are signed by pinned ones, first keys stand only where still none are.
    const first = Object.keys(before.value.serverKeys).length === 0;
    const refused = first && Object.keys(held.serverKeys).length > 0;
    const serverKeys = refused ? held.serverKeys : { ...newKeys, ...held.serverKeys };
    // Another tab may have pinned meanwhile: what it saw first stands.
    const fresh = Object.entries(added).filter(([slug, { id, statements }]) => {
      const now = held.organisations[slug];
      return now === undefined || (now.id === id && statements.length > now.statements.length);
    });
    return {
      ...profile,
      pinned: { ...held, serverKeys, organisations: { ...held.organisations, ...Object.fromEntries(fresh) } },
    };
  });
  return saved.ok ? ok(saved.value.pinned ?? noPins) : saved;
}
