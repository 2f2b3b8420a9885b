/**
 * The card and the code of an open satchel over the years (DESIGN 3): tried, replaced, switched off, asked for. Runs in the
 * satchel worker; needs no network.
 *
 * Surprising fact: a drawn card opens nothing until it was typed or scanned back. Until then the old one stays good, so
 * that nobody loses a card to a printer without paper.
 */

import { createCard } from "../../crypto/card.ts";
import { cardFactor, newSalt, unwrapRoot, wrapRoot } from "../../crypto/keyring.ts";
import type { Secret } from "../../crypto/secret.ts";
import { assert } from "../../shared/assert.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { Profile, StoredWrap } from "../../storage/ports.ts";
import { bothWishes } from "../../sync/keys.ts";
import { currentWrap, deviceFactor, nextOrder, updateProfile } from "../common/codes.ts";
import { storageErr } from "../common/errors.ts";
import type { CardState, SatchelApi, ShownCard, UnlockRefusal, WorkerError } from "../satchel.contract.ts";
import { askIntervalMs, atServer, codeAskDays, drillIsDue, needsCode, serverNow } from "./asks.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import type { KeyCare } from "./key-care.ts";
import type { Opening } from "./opening.ts";
import { type CardFace, openCard, readTypedCard, sealCard } from "./sealed-card.ts";

const day = 86_400_000;
/** Sets of cards are counted from 0 to 15, then anew (SPEC C-C2). */
const sets = 16;

export type CardLife = Pick<
  SatchelApi,
  "answerCode" | "postponeCode" | "card" | "cardState" | "replaceCard" | "dropPendingCard" | "drill" | "setCardHere"
>;

export function createCardLife(deps: SatchelDeps, opening: Opening, care: KeyCare): CardLife {
  const { registry, random } = deps;

  const profileOf = async ({ profile }: Session): Promise<Result<Profile, WorkerError>> => {
    const held = await registry.get(profile.database);
    if (!held.ok) return storageErr(held.error);
    return held.value === undefined ? err({ type: "not-found" }) : ok(held.value);
  };

  const changed = async (
    { profile }: Session,
    change: Parameters<typeof updateProfile>[2],
  ): Promise<Result<void, WorkerError>> => {
    const done = await updateProfile(registry, profile.database, change);
    if (!done.ok) return done;
    deps.emit({ type: "opening" });
    return ok(undefined);
  };

  const faceOf = async (session: Session, sealed: Profile["sealedCard"] | undefined): Promise<CardFace | undefined> =>
    sealed == null ? undefined : openCard(session.identity, sealed);

  /** With the number for its outer half, where that can be computed now. */
  async function shown(face: CardFace, drilled: boolean): Promise<ShownCard> {
    const card = await readTypedCard(face.qr);
    const blockNumber = card.ok ? await care.blockNumber(card.value.secret) : null;
    return { ...face, drilled, ...(blockNumber === null ? {} : { blockNumber }) };
  }

  /** A new D+C wrap under the root of this device's other wraps. */
  async function byCard(
    { identity }: Session,
    profile: Profile,
    secret: Secret,
  ): Promise<Result<StoredWrap, WorkerError>> {
    const device = await deviceFactor(profile);
    if (!device.ok) return device;
    const epoch = profile.rootEpoch ?? 0;
    const root = identity.roots.get(epoch);
    assert(root !== undefined, "SPEC C-Y2: an identity has every root so far");
    const factors = { device: device.value, card: await cardFactor(secret) };
    const meta = {
      principal: identity.id,
      epoch,
      order: nextOrder(profile.wraps),
      salt: newSalt(random),
      params: null,
    };
    return ok({ pair: "D+C", epoch, wrap: await wrapRoot(root, "D+C", factors, meta, random) });
  }

  const withoutCard = (wraps: readonly StoredWrap[]): readonly StoredWrap[] =>
    wraps.filter(({ pair }) => pair !== "D+C");

  /** The card here was tried: the drill is the real thing where a wrap is there to open. */
  async function drillOwn(
    session: Session,
    profile: Profile,
    secret: Secret,
  ): Promise<Result<void, WorkerError | UnlockRefusal>> {
    const wrap = currentWrap(profile, "D+C");
    if (wrap === undefined) {
      // D+C is switched off: the card is held against the one that is kept here.
      const face = await faceOf(session, profile.sealedCard);
      const own = face === undefined ? undefined : await readTypedCard(face.qr);
      const same = own?.ok === true && (await sameSecret(own.value.secret, secret));
      return same ? ok(undefined) : err({ type: "wrong-card" });
    }
    const device = await deviceFactor(profile);
    if (!device.ok) return device;
    const root = await unwrapRoot(wrap, "D+C", { device: device.value, card: await cardFactor(secret) });
    if (!root.ok) return err({ type: "wrong-card" });
    root.value.wipe();
    return ok(undefined);
  }

  const sameSecret = async (a: Secret, b: Secret): Promise<boolean> => {
    const [x, y] = [a.reveal(), b.reveal()];
    return x.length === y.length && x.every((byte, at) => byte === y[at]);
  };

  /** The drawn card becomes the card; with the next code its way to a new phone, and a new root, follow. */
  async function takePending(
    session: Session,
    profile: Profile,
    face: CardFace,
    secret: Secret,
  ): Promise<Result<void, WorkerError>> {
    const wrap = profile.cardOff === true ? null : await byCard(session, profile, secret);
    if (wrap !== null && !wrap.ok) return wrap;
    const sealedCard = await sealCard(session.identity, face, random);
    const at = deps.clock.now();
    care.forgetCode();
    return changed(session, (now) => ({
      wraps: [...withoutCard(now.wraps), ...(wrap === null ? [] : [wrap.value])],
      sealedCard,
      sealedPending: null,
      cardDrilled: true,
      cardDrilledAt: at,
      cardFresh: true,
      keyringWish: bothWishes(now.keyringWish, "rotate"),
    }));
  }

  return {
    answerCode: ({ code }) =>
      opening.within(async (session): Promise<Result<void, WorkerError | UnlockRefusal>> => {
        const right = await opening.verifyCode(code);
        if (!right.ok) return right;
        const at = await serverNow(deps, session.store);
        const noted = await changed(session, ({ codeAskStep = 0 }) => ({
          codeAskedAt: at,
          codeAskStep: Math.min(codeAskStep + 1, codeAskDays.length - 1),
        }));
        if (noted.ok) care.renew(code);
        return noted;
      }),

    postponeCode: () =>
      opening.within(async (session) => {
        const at = await serverNow(deps, session.store);
        return changed(session, ({ codeAskStep = 0 }) => ({ codeAskedAt: at - askIntervalMs(codeAskStep) + day }));
      }),

    card: async () => {
      const held = await opening.card();
      return held.ok ? ok(await shown(held.value, held.value.drilled)) : held;
    },

    cardState: () =>
      opening.within(async (session): Promise<Result<CardState, WorkerError>> => {
        const isRenewing = care.isRenewing();
        const held = await profileOf(session);
        if (!held.ok) return held;
        const profile = held.value;
        const face = await faceOf(session, profile.sealedCard);
        const card = face === undefined ? undefined : await readTypedCard(face.qr);
        return ok({
          set: face?.set ?? 0,
          drilledAt: profile.cardDrilledAt ?? null,
          due: drillIsDue(profile, await serverNow(deps, session.store)),
          blockNumber: card?.ok === true ? await care.blockNumber(card.value.secret) : null,
          atServer: atServer(profile),
          needsCode: needsCode(profile) && !isRenewing,
          off: profile.cardOff === true,
          pending: profile.sealedPending != null,
        });
      }),

    replaceCard: () =>
      opening.within(async (session): Promise<Result<ShownCard, WorkerError>> => {
        const held = await profileOf(session);
        if (!held.ok) return held;
        const drawn = await faceOf(session, held.value.sealedPending);
        if (drawn !== undefined) return ok(await shown(drawn, false));
        const before = await faceOf(session, held.value.sealedCard);
        const card = await createCard(random, { home: deps.home(), set: ((before?.set ?? -1) + 1) % sets });
        const face: CardFace = { qr: card.qr, groups: card.groups, set: card.set };
        const sealedPending = await sealCard(session.identity, face, random);
        const kept = await changed(session, () => ({ sealedPending }));
        return kept.ok ? ok(await shown(face, false)) : kept;
      }),

    dropPendingCard: () => opening.within((session) => changed(session, () => ({ sealedPending: null }))),

    drill: (typed) =>
      opening.within(async (session): Promise<Result<void, WorkerError | UnlockRefusal>> => {
        const held = await profileOf(session);
        if (!held.ok) return held;
        const profile = held.value;
        const read = await readTypedCard(typed);
        if (!read.ok) return read;
        const { secret } = read.value;
        const pending = await faceOf(session, profile.sealedPending);
        if (pending !== undefined) {
          const drawn = await readTypedCard(pending.qr);
          if (drawn.ok && (await sameSecret(drawn.value.secret, secret)))
            return takePending(session, profile, pending, secret);
        }
        if (profile.sealedCard === null) return care.takeCard(session, profile, typed, byCard);
        const tried = await drillOwn(session, profile, secret);
        if (!tried.ok) return tried;
        return changed(session, () => ({ cardDrilled: true, cardDrilledAt: deps.clock.now() }));
      }),

    setCardHere: ({ on }) =>
      opening.within(async (session): Promise<Result<void, WorkerError>> => {
        const held = await profileOf(session);
        if (!held.ok) return held;
        if (!on) return changed(session, ({ wraps }) => ({ wraps: withoutCard(wraps), cardOff: true }));
        const face = await faceOf(session, held.value.sealedCard);
        const card = face === undefined ? undefined : await readTypedCard(face.qr);
        if (card?.ok !== true) return err({ type: "not-found" });
        const wrap = await byCard(session, held.value, card.value.secret);
        if (!wrap.ok) return wrap;
        return changed(session, ({ wraps }) => ({ wraps: [...withoutCard(wraps), wrap.value], cardOff: false }));
      }),
  };
}
