/**
 * The keyring of a satchel: every way back in that goes through the server, in one signed body (SPEC P-Y). Runs everywhere:
 * the server judges it with the functions here and can open none of it.
 *
 * Surprising: a signature alone does not make a keyring. A device that was put out still has the signing key, so each
 * keyring opens the lock of the one before with a key derived from that one's root, and its last field proves its own root.
 */

import * as v from "valibot";
import { type B64, type Bytes, equalBytes, fromBase64Url, utf8 } from "../shared/bytes.ts";
import type { DeviceId, PrincipalId } from "../shared/ids.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { allDifferent, anyB64, countField, fixedB64, principalIdField, randomIdField } from "./fields.ts";
import { labels } from "./labels.ts";
import { ways } from "./limits.ts";
import type { SealedShare } from "./share.ts";
import { b64, labelled, parseBody, rawKeyBytes, readSigned, type SignKey, sha256, signBytes } from "./sign.ts";
import type { Principal } from "./statements.ts";
import { locatorBytes } from "./ways.ts";
import type { Signed, StretchParameters } from "./wire.ts";
import { type Pair, parametersField, stretchSaltBytes, type Wrap, wrapHead } from "./wrap-head.ts";

/** C+P+S: a new phone or a kiosk. */
export interface KeyringCard {
  /** Number of the set of cards, 0 to 15. */
  readonly set: number;
  /** 20 bytes: which card. */
  readonly locator: B64;
  /** Verifiers (32 bytes) of what proves the card, and the code. */
  readonly card: B64;
  readonly code: B64;
  /** Argon2id of the code: those of the wrap's head. */
  readonly salt: B64;
  readonly params: StretchParameters;
  readonly wrap: Wrap;
  readonly share: SealedShare;
  /** Verifier (32 bytes) of the block number. */
  readonly block: B64;
}

/** C+O or S+O: a desk of an organisation. */
export interface KeyringDesk {
  readonly organisation: PrincipalId;
  readonly pair: "C+O" | "S+O";
  /** The O factor (32 bytes), HPKE-sealed to the organisation's box key. */
  readonly enc: B64;
  readonly sealed: B64;
  readonly wrap: Wrap;
  /** S+O: a server's share of its own; null for C+O. */
  readonly share: SealedShare | null;
}

/** The root, HPKE-sealed to one remaining device's box key. */
export interface KeyringDevice {
  readonly device: DeviceId;
  readonly enc: B64;
  readonly sealed: B64;
}

export interface KeyringBody {
  readonly t: "keyring";
  readonly v: 1;
  readonly suite: 1;
  readonly principal: PrincipalId;
  /** Number of the last statement of the chain that its author knew. */
  readonly chain: number;
  /** 1, 2, 3, ... */
  readonly epoch: number;
  /** Root epoch of what the wraps hold. */
  readonly root: number;
  /** Identity keys sealed under that root (C-I2). */
  readonly keys: B64;
  /** Older roots sealed under it (C-Y3). */
  readonly past: B64;
  readonly card: KeyringCard | null;
  readonly desks: readonly KeyringDesk[];
  readonly devices: readonly KeyringDevice[];
  /** Milliseconds, as the author's device believes. Shown, never trusted. */
  readonly at: number;
  /** Opens the lock of the keyring that it follows at the server; null when there was none. */
  readonly opens: B64 | null;
  /** What the next one has to open. */
  readonly lock: B64;
  /** Proves the root (C-Y5), over every byte before this field. Always last. */
  readonly proof: B64;
}

export interface Keyring {
  readonly body: KeyringBody;
  /** SHA-256 of the body bytes. */
  readonly hash: B64;
  readonly signed: Signed;
}

/** What a device remembers of the newest keyring that it saw. */
export interface PinnedKeyring {
  readonly epoch: number;
  readonly hash: B64;
  readonly root: number;
}

export type KeyringError =
  | { readonly type: "bad-format" }
  | { readonly type: "bad-signature" }
  | { readonly type: "other-principal" }
  /** Argon2id parameters below the floor or above the ceiling: refused before a code is asked for. */
  | { readonly type: "weak-parameters" }
  /** The clear words of a wrap name another satchel, root epoch or pair than the place where it stands. */
  | { readonly type: "wrap-of-other" }
  /** Salt or parameters of the card differ from those of its wrap. */
  | { readonly type: "other-salt" }
  /** Older than what this device has seen. */
  | { readonly type: "rolled-back" }
  /** Another body at the epoch that this device has seen. */
  | { readonly type: "forked" }
  /** It speaks of a longer chain than the one it came with: statements were held back. */
  | { readonly type: "chain-behind" };

const salt = fixedB64(stretchSaltBytes);
const hash = fixedB64(32);
const enc = fixedB64(rawKeyBytes);
/** 32 bytes behind AES-256-GCM or HPKE: with their tag. */
const sealedSecret = fixedB64(48);
const wrap = v.strictObject({ head: anyB64(1, 512), sealed: fixedB64(60) });
const share = v.strictObject({ key: fixedB64(16), enc, sealed: sealedSecret, hash });
const card = v.strictObject({
  set: v.pipe(countField, v.maxValue(15)),
  locator: fixedB64(locatorBytes),
  card: hash,
  code: hash,
  salt,
  params: parametersField,
  wrap,
  share,
  block: hash,
});
const desk = v.pipe(
  v.strictObject({
    organisation: principalIdField,
    pair: v.picklist(["C+O", "S+O"]),
    enc,
    sealed: sealedSecret,
    wrap,
    share: v.nullable(share),
  }),
  v.check(({ pair, share: own }) => (own !== null) === (pair === "S+O")),
);
const device = v.strictObject({ device: randomIdField<DeviceId>(), enc, sealed: sealedSecret });

/** Magic, nonce and tag around the older roots, 32 bytes each. */
const pastLetters = (root: number): number => Math.ceil(((4 + 12 + 16 + 32 * root) * 4) / 3);

const bodyShape = v.pipe(
  v.strictObject({
    t: v.literal("keyring"),
    v: v.literal(1),
    suite: v.literal(1),
    principal: principalIdField,
    chain: countField,
    epoch: v.pipe(countField, v.minValue(1)),
    root: v.pipe(countField, v.maxValue(ways.roots)),
    keys: anyB64(32, 640),
    past: anyB64(32, 32 + 32 * ways.roots),
    card: v.nullable(card),
    desks: v.pipe(
      v.array(desk),
      v.maxLength(ways.desks),
      v.check((list) => allDifferent(list.map((one) => `${one.organisation} ${one.pair}`))),
    ),
    devices: v.pipe(
      v.array(device),
      v.maxLength(ways.devices),
      v.check((list) => allDifferent(list.map((one) => one.device))),
    ),
    at: countField,
    opens: v.nullable(hash),
    lock: hash,
    proof: hash,
  }),
  v.check((body) => body.past.length === pastLetters(body.root)),
);

/** Letters of `,"proof":"...43..."}` at the end of every keyring's text. */
const proofTail = (proof: B64 | ""): string => `,"proof":"${proof}"}`;
const tailBytes = proofTail("").length + 43;

/** The bytes of a keyring that its proof covers: all before the last field (SPEC C-Y5). */
export const provedBytes = (bodyBytes: Bytes): Bytes => bodyBytes.slice(0, -tailBytes);

/** Signs a body; `prove` is given the bytes that the proof covers. */
export async function signKeyring(
  key: SignKey,
  body: Omit<KeyringBody, "proof">,
  prove: (covered: Bytes) => Promise<B64>,
): Promise<Signed> {
  const covered = JSON.stringify(body).slice(0, -1);
  const bytes = utf8(covered + proofTail(await prove(utf8(covered))));
  return { body: b64(bytes), sig: await signBytes(key, labels.keyring, bytes) };
}

type ShapeError = Extract<KeyringError, { type: "bad-format" | "weak-parameters" | "wrap-of-other" | "other-salt" }>;

function wrapFits(body: KeyringBody, pair: Pair, one: Wrap): Result<ReturnType<typeof wrapHead>, ShapeError> {
  const head = wrapHead(one);
  if (!head.ok) return err(head.error);
  const fits = head.value.pair === pair && head.value.principal === body.principal && head.value.epoch === body.root;
  return fits ? ok(head) : err({ type: "wrap-of-other" });
}

/** Every clear rule that needs no key: shapes, parameters, and that each wrap is one of this satchel, root and place. */
function checkBody(value: unknown): Result<KeyringBody, ShapeError> {
  const shape = v.safeParse(bodyShape, value);
  // The proof covers what stands before it: so nothing stands behind it.
  if (!shape.success || Object.keys(value as object).at(-1) !== "proof") return err({ type: "bad-format" });
  const body: KeyringBody = shape.output;
  if (body.card !== null) {
    const fits = wrapFits(body, "C+P+S", body.card.wrap);
    if (!fits.ok) return fits;
    const head = fits.value;
    const same =
      head.ok &&
      head.value.salt === body.card.salt &&
      head.value.params?.memoryKiB === body.card.params.memoryKiB &&
      head.value.params.passes === body.card.params.passes;
    if (!same) return err({ type: "other-salt" });
  }
  for (const one of body.desks) {
    const fits = wrapFits(body, one.pair, one.wrap);
    if (!fits.ok) return fits;
  }
  return ok(body);
}

/** The keyring's own words, unverified: only to find out whose key to verify with. */
export const keyringClaim = (signed: Signed): Result<KeyringBody, ShapeError> =>
  checkBody(parseBody(signed.body)?.value);

/**
 * Verifies and reads. `principal` is whom the chain that came with it makes; `pinned` what this device remembers, undefined
 * on a new device and at the server. Whether its author knew the root is for who holds the root (C-Y5).
 */
export async function readKeyring(
  signed: Signed,
  principal: Pick<Principal, "id" | "kind" | "sign"> & { readonly head: Pick<Principal["head"], "n"> },
  pinned?: PinnedKeyring,
): Promise<Result<Keyring, KeyringError>> {
  const claimed = v.safeParse(v.object({ principal: principalIdField }), parseBody(signed.body)?.value);
  if (!claimed.success) return err({ type: "bad-format" });
  if (claimed.output.principal !== principal.id || principal.kind !== "satchel")
    return err({ type: "other-principal" });
  const verified = await readSigned(principal.sign, labels.keyring, signed);
  if (!verified.ok) return err({ type: verified.error.type });
  const checked = checkBody(verified.value);
  if (!checked.ok) return checked;
  const body = checked.value;
  const own = b64(await sha256(fromBase64Url(signed.body) ?? new Uint8Array(0)));
  if (pinned !== undefined) {
    if (body.epoch < pinned.epoch || body.root < pinned.root) return err({ type: "rolled-back" });
    if (body.epoch === pinned.epoch && own !== pinned.hash) return err({ type: "forked" });
  }
  if (principal.head.n < body.chain) return err({ type: "chain-behind" });
  return ok({ body, hash: own, signed });
}

/** SHA-256(label || 0 || key): what the next keyring's `opens` is held against. */
export const keyringLockOf = async (key: Bytes): Promise<B64> => b64(await sha256(labelled(labels.keyringLock, key)));

export type Following = "same" | "next" | "conflict" | "other-root";

/**
 * Whether a server that has `stored` takes `next` (SPEC P-Y3): the same again, a later one that opens its lock, or neither.
 * Both were read with `readKeyring`. A gap in the epochs is no reason to refuse: after a restored backup a device goes on
 * from the highest that it knows.
 */
export async function keyringFollows(stored: Keyring | undefined, next: Keyring): Promise<Following> {
  // A server that lost its keyring takes the newest that a device still has, whatever its number.
  if (stored === undefined) return "next";
  if (stored.hash === next.hash) return "same";
  const gap = next.body.epoch - stored.body.epoch;
  if (gap <= 0 || gap > ways.keyringGap) return "conflict";
  const key = next.body.opens === null ? undefined : fromBase64Url(next.body.opens);
  const lock = fromBase64Url(stored.body.lock);
  const hashed = await sha256(labelled(labels.keyringLock, key ?? new Uint8Array(0)));
  const opens = key !== undefined && lock !== undefined && equalBytes(hashed, lock);
  return opens && next.body.root >= stored.body.root ? "next" : "other-root";
}
