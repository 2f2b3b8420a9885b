/**
 * Who holds an organisation's keys, as its chain says (SPEC P-H, decisions/0034): helpers come, go and change the keys by
 * statements that carry a second signature, by the helper who made the change. Runs everywhere.
 *
 * Surprising: the organisation's own key is not enough to change anything here. Everybody who ever helped has had that key;
 * what they no longer have is their place as a manager in the chain.
 */

import * as v from "valibot";
import type { B64 } from "../shared/bytes.ts";
import type { DeviceId, PrincipalId } from "../shared/ids.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { allDifferent, countField, fixedB64, principalIdField, randomIdField } from "./fields.ts";
import { labels } from "./labels.ts";
import { isPublicKey, parseBody, rawKeyBytes, readSigned, type SignKey, signBody } from "./sign.ts";
import type { ChainError, Principal } from "./statements.ts";
import {
  type HelperAct,
  type HelperAdded,
  type HelperRole,
  type HelpersStatement,
  helperRoles,
  type KeysChanged,
  type Signed,
} from "./wire.ts";

export interface PrincipalHelper {
  readonly role: HelperRole;
  /** Raw public keys, 65 bytes. */
  readonly sign: B64;
  readonly box: B64;
  /** Null for a card and a kiosk. */
  readonly device: DeviceId | null;
}

/** Keys that an organisation had: they verify what was signed before, and open what is still under way. */
export interface FormerKeys {
  readonly sign: B64;
  readonly box: B64;
  readonly boxKeyId: B64;
  /** When others took their place, by the clock of who changed them. */
  readonly until: number;
}

export interface HelperState {
  readonly helpers: ReadonlyMap<PrincipalId, PrincipalHelper>;
  /** Those who left, with the role that they had: these ids never come back. */
  readonly putOut: ReadonlyMap<PrincipalId, PrincipalHelper>;
  /** Oldest first; their number is the epoch of the current keys. */
  readonly former: readonly FormerKeys[];
}

export const noHelpers: HelperState = { helpers: new Map(), putOut: new Map(), former: [] };

/** SPEC P-H6. */
export const helperLimits = { standing: 64, leavingAtOnce: 12 } as const;

/** How long a former box key still opens (DESIGN 6). */
export const formerKeysMs = 400 * 86_400_000;

const rawKey = fixedB64(rawKeyBytes);
const actShape = v.variant("t", [
  v.strictObject({
    t: v.literal("helper-added"),
    v: v.literal(1),
    prev: fixedB64(32),
    by: principalIdField,
    genesis: v.strictObject({ body: v.pipe(v.string(), v.maxLength(1024)), sig: fixedB64(64) }),
    role: v.picklist(helperRoles),
    device: v.nullable(randomIdField<DeviceId>()),
    transport: v.nullable(rawKey),
  }),
  v.strictObject({
    t: v.literal("keys"),
    v: v.literal(1),
    prev: fixedB64(32),
    by: principalIdField,
    sign: rawKey,
    box: rawKey,
    without: v.pipe(
      v.array(principalIdField),
      v.maxLength(helperLimits.leavingAtOnce),
      v.check((ids) => allDifferent(ids)),
    ),
    at: countField,
  }),
]);

type Changed = Partial<Principal>;
type Refusal = "bad-format" | "bad-act" | "bad-helper" | "bad-key" | "not-allowed";

/** Both hold the organisation's keys in a browser of their own. */
export const isPerson = ({ role }: Pick<PrincipalHelper, "role">): boolean => role === "helper" || role === "manager";

/** They get the organisation's secrets (SPEC P-H7). */
export const holdsKeys = ({ role }: Pick<PrincipalHelper, "role">): boolean => role !== "kiosk";

const mayChange = (helper: PrincipalHelper | undefined): boolean =>
  helper?.role === "manager" || helper?.role === "card";

const hasManager = (helpers: Principal["helpers"]): boolean =>
  [...helpers.values()].some(({ role }) => role === "manager");

/**
 * True when dossiers may be sealed to it (SPEC P-H8): what only one browser opens is lost with that browser. One without
 * helpers was opened the old way and receives as before.
 */
export function mayReceive({ kind, helpers }: Pick<Principal, "kind" | "helpers">): boolean {
  if (kind !== "organisation") return false;
  const all = [...helpers.values()];
  return all.length === 0 || all.some(({ role }) => role === "card") || all.filter(isPerson).length > 1;
}

/**
 * Raw keys that may have signed what is read, the current one first. What is signed newly under a former one is refused by
 * the server, not here: what was signed in time reads the same (SPEC P-H9).
 */
export const signsOf = ({ sign, former }: Pick<Principal, "sign" | "former">): readonly B64[] => [
  sign,
  ...former.map((keys) => keys.sign).reverse(),
];

/** Every raw key that the chain has named: no new one is one of them. */
const namedKeys = (principal: Principal): readonly B64[] => [
  principal.sign,
  principal.box,
  ...principal.former.flatMap(({ sign, box }) => [sign, box]),
  ...[...principal.helpers.values(), ...principal.putOut.values()].flatMap(({ sign, box }) => [sign, box]),
  ...[...principal.devices.values()].flatMap(({ transport, box }) => (box === null ? [transport] : [transport, box])),
];

async function added(before: Principal, act: HelperAdded, helper: Principal): Promise<Result<Changed, Refusal>> {
  const { role, device, transport } = act;
  const { id, sign, box } = helper;
  const known = before.helpers.get(id);
  const entry: PrincipalHelper = { role, sign, box, device };
  const belongs = isPerson(entry) ? device !== null && transport !== null : device === null && transport === null;
  if (helper.kind !== "helper" || before.putOut.has(id) || !belongs) return err("bad-helper");
  const helpers = new Map(before.helpers).set(id, entry);
  if (!hasManager(helpers)) return err("not-allowed");
  if (known !== undefined) {
    // The one thing that may be said again about somebody who stands there: another role.
    const same = known.device === device && device !== null && before.devices.get(device)?.transport === transport;
    return same && isPerson(known) && known.role !== role ? ok({ helpers }) : err("bad-helper");
  }
  if (helpers.size > helperLimits.standing) return err("bad-helper");
  const named = namedKeys(before);
  if (named.includes(sign) || named.includes(box)) return err("bad-key");
  if (device === null || transport === null) return ok({ helpers });
  // A browser that was there before there were helpers keeps its place.
  const place = before.devices.get(device);
  const taken = [...before.helpers.values()].some((each) => each.device === device);
  if (before.removed.has(device) || taken || (place !== undefined && place.transport !== transport))
    return err("bad-helper");
  if (transport === sign || transport === box || !(await isPublicKey(transport))) return err("bad-key");
  if (place === undefined && named.includes(transport)) return err("bad-key");
  return ok({ helpers, devices: new Map(before.devices).set(device, place ?? { transport, box: null }) });
}

async function rekeyed(
  before: Principal,
  act: KeysChanged,
  boxKeyIdOf: Readers["boxKeyIdOf"],
): Promise<Result<Changed, Refusal>> {
  const { sign, box, without, at } = act;
  const helpers = new Map(before.helpers);
  const putOut = new Map(before.putOut);
  for (const id of without) {
    const leaving = helpers.get(id);
    if (leaving === undefined || id === act.by) return err("not-allowed");
    helpers.delete(id);
    putOut.set(id, leaving);
  }
  if (!hasManager(helpers)) return err("not-allowed");
  const named = namedKeys(before);
  if (sign === box || named.includes(sign) || named.includes(box)) return err("bad-key");
  if (!(await isPublicKey(sign)) || !(await isPublicKey(box))) return err("bad-key");
  const stay = new Set([...helpers.values()].flatMap(({ device }) => (device === null ? [] : [device])));
  const devices = new Map([...before.devices].filter(([device]) => stay.has(device)));
  const gone = [...before.devices.keys()].filter((device) => !stay.has(device));
  const former = [...before.former, { sign: before.sign, box: before.box, boxKeyId: before.boxKeyId, until: at }];
  return ok({
    helpers,
    putOut,
    devices,
    removed: new Set([...before.removed, ...gone]),
    former,
    sign,
    box,
    boxKeyId: await boxKeyIdOf(box),
  });
}

/** What statements.ts lends: it reads chains with this file, so this file does not import it. */
interface Readers {
  readonly readGenesis: (signed: Signed) => Promise<Result<Principal, ChainError>>;
  readonly boxKeyIdOf: (rawBox: B64) => Promise<B64>;
}

/**
 * The organisation after one more statement about its helpers, or why it cannot stand here. The statement's own signature
 * was checked.
 */
export async function helpersAfter(
  before: Principal,
  statement: Pick<HelpersStatement, "prev" | "act">,
  { readGenesis, boxKeyIdOf }: Readers,
): Promise<Result<Changed, Refusal>> {
  if (before.kind !== "organisation") return err("not-allowed");
  const claim = v.safeParse(actShape, parseBody(statement.act.body)?.value);
  if (!claim.success) return err("bad-format");
  const act = claim.output as HelperAct;
  const helper = act.t === "helper-added" ? await readGenesis(act.genesis) : undefined;
  if (helper?.ok === false) return err("bad-helper");
  // Nobody was there before her: the first one speaks for herself.
  const first = before.helpers.size === 0 && helper?.value.id === act.by;
  const speaker = first ? helper?.value : before.helpers.get(act.by);
  if (speaker === undefined || (!first && !mayChange(before.helpers.get(act.by)))) return err("not-allowed");
  const said = await readSigned(speaker.sign, labels.helperAct, statement.act);
  if (!said.ok || act.prev !== statement.prev) return err("bad-act");
  if (act.t === "keys") return rekeyed(before, act, boxKeyIdOf);
  return helper === undefined ? err("bad-helper") : added(before, act, helper.value);
}

/** Who makes a change: a manager or a card, with her own signing key. */
export interface HelperSigner {
  readonly id: PrincipalId;
  readonly sign: SignKey;
}

async function statementOf(key: SignKey, organisation: Principal, by: HelperSigner, act: HelperAct): Promise<Signed> {
  const { n, hash } = organisation.head;
  const body: HelpersStatement = {
    t: "helpers",
    v: 1,
    principal: organisation.id,
    n: n + 1,
    prev: hash,
    act: await signBody(by.sign, labels.helperAct, act),
  };
  return await signBody(key, labels.statement, body);
}

/** The next statement of an organisation's chain: one more helper, or another role. `key` is the organisation's current one. */
export const signHelperAdded = (
  key: SignKey,
  organisation: Principal,
  by: HelperSigner,
  facts: Pick<HelperAdded, "genesis" | "role" | "device" | "transport">,
): Promise<Signed> =>
  statementOf(key, organisation, by, {
    t: "helper-added",
    v: 1,
    prev: organisation.head.hash,
    by: by.id,
    ...facts,
  });

/** The next statement of an organisation's chain: other keys from now on, and who is not there any more. */
export const signKeysChanged = (
  key: SignKey,
  organisation: Principal,
  by: HelperSigner,
  facts: Pick<KeysChanged, "sign" | "box" | "without" | "at">,
): Promise<Signed> =>
  statementOf(key, organisation, by, { t: "keys", v: 1, prev: organisation.head.hash, by: by.id, ...facts });
