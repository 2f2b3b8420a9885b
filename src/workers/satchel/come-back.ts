/**
 * A satchel on a new phone with card and code (C+P+S, DESIGN 3): the one way in that needs the network. Runs in the satchel
 * worker, in a chunk of its own.
 *
 * Surprising facts: nothing is kept here before everything verified, and then all of it at once; so a phone that dies in
 * the middle has nothing, and asking again works: the share stays good until a newer keyring replaces it.
 */

import { writeCard } from "../../crypto/card.ts";
import { codeKind } from "../../crypto/codes.ts";
import { type Identity, wipeIdentity } from "../../crypto/identity.ts";
import { cardFactor } from "../../crypto/keyring.ts";
import { createSecret, type Secret } from "../../crypto/secret.ts";
import { assertParameters } from "../../crypto/stretch-parameters.ts";
import { type CardProofs, cardProofs, codeProof, openCardWay, openKeyring } from "../../crypto/ways.ts";
import { readKeyring } from "../../protocol/keyring.ts";
import { b64, generateSignPair, rawPublicKey } from "../../protocol/sign.ts";
import { chainLimits, readChain } from "../../protocol/statements.ts";
import type { StretchParameters, WayOpenAnswer } from "../../protocol/wire.ts";
import { type Bytes, fromBase64Url } from "../../shared/bytes.ts";
import { type DeviceId, randomId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { Profile, StoredKeyring } from "../../storage/ports.ts";
import type { Outcome } from "../../sync/ports.ts";
import { storageErr } from "../common/errors.ts";
import type { Heard } from "../common/json-calls.ts";
import type { CodeRefusal, ComeBackRefusal, ProfileView, UnlockRefusal, WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps } from "./deps.ts";
import type { CardToKeep, Opening } from "./opening.ts";
import { type CardFace, readTypedCard } from "./sealed-card.ts";

export interface ComeBack {
  readonly comeBack: (input: {
    readonly card: string;
  }) => Promise<Result<{ readonly left: number }, WorkerError | ComeBackRefusal>>;
  readonly comeBackOpen: (input: {
    readonly code: string;
    readonly pictogram: string;
  }) => Promise<Result<ProfileView, WorkerError | ComeBackRefusal | CodeRefusal>>;
  readonly forget: () => void;
}

/** A card that the server knows. */
interface Begun {
  readonly card: CardToKeep;
  readonly proofs: CardProofs;
  readonly salt: Bytes;
  readonly params: StretchParameters;
}

interface OpenedWay {
  readonly identity: Identity;
  readonly keyring: StoredKeyring;
}

/** What the server refuses; anything else is a network that does not let us through, and nothing is concluded. */
export function refusalOf(
  outcome:
    | Exclude<Outcome<unknown>, { readonly type: "answer" }>
    | Exclude<Heard<unknown>, { readonly type: "answer" }>,
): ComeBackRefusal {
  if (outcome.type === "lost") return { type: "no-network" };
  switch (outcome.error) {
    case "unknown-card":
    case "card-replaced":
    case "frozen":
    case "blocked":
      return { type: outcome.error };
    case "wrong-code":
      return { type: "wrong-code", left: "left" in outcome ? (outcome.left ?? 0) : 0 };
    default:
      return { type: "no-network" };
  }
}

export const faceFrom = async (secret: Secret, set: number, home: string): Promise<CardToKeep> => {
  const { qr, groups } = await writeCard(secret, { home, set });
  return { qr, groups, set, secret };
};

/** A typed card that is the one of this device's newest keyring, though this device was never told. */
export async function cardOfKeyring(
  profile: Profile,
  identity: Identity,
  typed: string,
  home: string,
): Promise<Result<{ readonly face: CardFace; readonly secret: Secret }, UnlockRefusal>> {
  const read = await readTypedCard(typed);
  if (!read.ok) return read;
  const { secret, set } = read.value;
  const stored = profile.keyring?.signed;
  const keyring = stored && (await readKeyring(stored, identity.principal));
  const { locator } = await cardProofs(secret);
  if (keyring?.ok !== true || keyring.value.body.card?.locator !== locator) return err({ type: "wrong-card" });
  return ok({ face: await faceFrom(secret, set, home), secret });
}

export function createComeBack(deps: SatchelDeps, opening: Opening): ComeBack {
  let begun: Begun | undefined;

  const forget = (): void => {
    begun?.card.secret.wipe();
    begun = undefined;
  };

  /** Everything that the server gave, held against the card, the code and itself. */
  async function verify(
    { card, salt, params }: Begun,
    code: Secret,
    answer: Pick<WayOpenAnswer, "principal" | "statements" | "keyring" | "share">,
  ): Promise<Result<OpenedWay, ComeBackRefusal>> {
    const chain = await readChain(answer.statements);
    if (!chain.ok || chain.value.id !== answer.principal) return err({ type: "not-authentic" });
    const read = await readKeyring(answer.keyring, chain.value);
    if (!read.ok) {
      if (read.error.type === "weak-parameters") return err({ type: "weak-parameters" });
      // Statements were held back: it shows an older state than it has shown to others.
      return err({ type: read.error.type === "chain-behind" ? "rolled-back" : "not-authentic" });
    }
    const { body, hash, signed } = read.value;
    const share = fromBase64Url(answer.share);
    if (share === undefined) return err({ type: "not-authentic" });
    const told = { salt: b64(salt), params };
    const root = await openCardWay(read.value, { card: card.secret, code, share }, told);
    if (!root.ok) return err({ type: root.error.type === "weak-parameters" ? "weak-parameters" : "not-authentic" });
    const identity = await openKeyring(read.value, root.value, answer.statements);
    if (!identity.ok) {
      root.value.wipe();
      return err({ type: "not-authentic" });
    }
    return ok({
      identity: identity.value,
      keyring: { epoch: body.epoch, hash, root: body.root, signed },
    });
  }

  return {
    forget,

    async comeBack({ card: typed }) {
      forget();
      const read = await readTypedCard(typed);
      if (!read.ok) return read;
      const { secret, set, home } = read.value;
      if (home !== null && home !== deps.home()) return err({ type: "other-home", home });
      const proofs = await cardProofs(secret);
      const looked = await deps.ways.look({ locator: proofs.locator, card: proofs.proof });
      if (looked.type !== "answer") return err(refusalOf(looked));
      const { params, left } = looked.value;
      const salt = fromBase64Url(looked.value.salt);
      if (!assertParameters(params).ok) return err({ type: "weak-parameters" });
      if (salt?.length !== 16) return err({ type: "not-authentic" });
      begun = { card: await faceFrom(secret, set, deps.home()), proofs, salt, params };
      return ok({ left });
    },

    async comeBackOpen({ code: typed, pictogram }) {
      const here = begun;
      if (here === undefined) return err({ type: "expired" });
      if (codeKind(typed) === undefined) return err({ type: "code-shape" });
      const { card, proofs, salt, params } = here;
      const stretched = await deps.stretch.derive(typed, salt, params);
      if (!stretched.ok) return err({ type: "stretch-broken" });
      const code = createSecret(stretched.value);
      const proof = await codeProof(await cardFactor(card.secret), code, salt);
      const answered = await deps.ways.open({ locator: proofs.locator, card: proofs.proof, code: proof });
      if (answered.type !== "answer") return err(refusalOf(answered));
      const opened = await verify(here, code, answered.value);
      code.wipe();
      if (!opened.ok) return opened;
      const { identity, keyring } = opened.value;
      const refuse = <E>(error: E) => {
        wipeIdentity(identity);
        return err(error);
      };
      const listed = await deps.registry.list();
      if (!listed.ok) return refuse(storageErr(listed.error).error);
      if (listed.value.some(({ principal }) => principal === identity.id))
        return refuse<ComeBackRefusal>({ type: "already-here" });
      // A shared computer needs no place in the chain where the server gives a visit (decisions/0024).
      const { visit } = answered.value;
      const isVisit = deps.shared !== undefined && visit !== undefined;
      if (!isVisit && identity.statements.length >= chainLimits.statements)
        return refuse<ComeBackRefusal>({ type: "too-many-devices" });
      const transport = await generateSignPair(false);
      const joined = await opening.join({
        identity,
        device: randomId<DeviceId>(deps.random),
        transport: await rawPublicKey(transport),
        transportKey: transport.privateKey,
        code: typed,
        pictogram,
        card,
        cameBack: { keyring, ...(visit === undefined ? {} : { visit }) },
      });
      if (!joined.ok) return refuse(joined.error);
      begun = undefined;
      return joined;
    },
  };
}
