/**
 * Coming back with the help of a desk: what the person agrees with an organisation, and opening on a new device with what the
 * desk gives (DESIGN 3, SPEC C-Z). Runs in the satchel worker, loaded when it is asked for (desk-return.ts).
 *
 * Surprising facts: the root is put together here and nowhere else; the desk never has the card's half, nor the server's. And
 * nothing is kept on this device before everything verified, as with card and code (come-back.ts).
 */

import * as v from "valibot";
import {
  createReturnQuestion,
  type OwnReturnQuestion,
  openReturnAnswer,
  returnCheck,
} from "../../crypto/desk-return.ts";
import { type Identity, wipeIdentity } from "../../crypto/identity.ts";
import { cardFactor } from "../../crypto/keyring.ts";
import { type OpenedLetter, sealLetter } from "../../crypto/letter.ts";
import { createSecret } from "../../crypto/secret.ts";
import { isTransferNumber } from "../../crypto/transfer.ts";
import { cardProofs, type DeskFactors, openDeskWay, openKeyring } from "../../crypto/ways.ts";
import { randomIdField } from "../../protocol/fields.ts";
import { type Keyring, readKeyring } from "../../protocol/keyring.ts";
import { parseEscrowAnswer, parseWayDeskAnswer } from "../../protocol/parse.ts";
import { b64, generateSignPair, rawPublicKey } from "../../protocol/sign.ts";
import { chainLimits, readChain } from "../../protocol/statements.ts";
import { signEscrow } from "../../protocol/ways.ts";
import { routes, type Signed, type WayDeskRequest } from "../../protocol/wire.ts";
import { type AgreedReturn, type ReturnAct, type ReturnPayload, seenPapers } from "../../satchel/model.ts";
import { type DeviceId, type LetterId, type PrincipalId, randomId, type ThreadId } from "../../shared/ids.ts";
import type { Timers } from "../../shared/ports.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { Profile } from "../../storage/ports.ts";
import { bothWishes } from "../../sync/keys.ts";
import type { AskDeps } from "../common/blob-reader.ts";
import { refusedCode, updateProfile } from "../common/codes.ts";
import { storageErr } from "../common/errors.ts";
import { createJsonCalls } from "../common/json-calls.ts";
import type { ReturnApi, ReturnAsked, ReturnHelper, ReturnTextRefusal } from "../recovery.contract.ts";
import type { ComeBackRefusal, WorkerError } from "../satchel.contract.ts";
import { serverNow } from "./asks.ts";
import { faceFrom, refusalOf } from "./come-back.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import { sealedKeys, wishedDesks } from "./desk-wish.ts";
import type { KeyCare } from "./key-care.ts";
import type { CardToKeep, Opening } from "./opening.ts";
import {
  findProfile,
  judge,
  judgeReceiver,
  type OrganisationTrust,
  type Pinnable,
  type Pins,
  pinWhatIsNew,
  saveProfile,
} from "./pins.ts";
import { readTypedCard } from "./sealed-card.ts";

export interface DeskReturnDeps extends SatchelDeps {
  readonly fetch: AskDeps["fetch"];
  readonly timers: Timers;
}

export interface DeskReturnPart extends ReturnApi {
  /** A letter of kind "act" about a return, opened and from a pinned organisation. "aside": it speaks of nothing agreed here. */
  readonly takeAct: (
    session: Session,
    letter: OpenedLetter,
    heardAt: number,
  ) => Promise<Result<"drop" | "aside", WorkerError>>;
}

/** What was asked of the desk. */
interface Asking {
  readonly own: OwnReturnQuestion;
  number: string | null;
  opened: Opened | null;
}
/** A card that the server knows, with everything but the desk's half. */
interface Looked {
  readonly card: CardToKeep;
  readonly keyring: Keyring;
  readonly statements: readonly Signed[];
}
interface Opened {
  readonly identity: Identity;
  readonly keyring: Keyring;
  readonly organisation: PrincipalId;
  readonly card: CardToKeep | null;
}

const nameLetters = 120;
/** Acts that the profile record keeps: it is one op, and no organisation may make it too long for every other one. */
const mostActs = 200;
const pair = v.picklist(["C+O", "S+O"]);
const agreedShape = v.object({
  pairs: v.array(pair),
  name: v.string(),
  birthdate: v.string(),
  thread: randomIdField<ThreadId>(),
  n: v.number(),
  letter: randomIdField<LetterId>(),
  earlier: v.optional(v.array(randomIdField<LetterId>())),
  at: v.number(),
});
const actShape = v.strictObject({
  t: v.literal("act"),
  about: randomIdField<LetterId>(),
  act: v.picklist(["return-checked", "return-asked", "return-given"]),
  pair,
  helper: v.pipe(v.string(), v.maxLength(200)),
  paper: v.picklist(seenPapers),
  at: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8.64e15)),
});

/** The sealed profile record holds it: what does not read was written by a newer version. */
function agreedOf(text: string | undefined): AgreedReturn | undefined {
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), agreedShape), text);
  return read.success ? read.output : undefined;
}

/** Who hears that it is taken back: whoever was told, even where the deployment names other keys by now. */
export async function judgeTold(pins: Pins, deployment: Pinnable | null, slug: string): Promise<OrganisationTrust> {
  const trust = await judge(pins, deployment, slug);
  const pinned = pins.organisations[slug];
  if (trust.type === "trusted" || pinned === undefined) return trust;
  const chain = await readChain(pinned.statements);
  return chain.ok && chain.value.id === pinned.id ? { type: "trusted", principal: chain.value } : trust;
}

const samePairs = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((each) => b.includes(each));

export function createDeskReturnPart(deps: DeskReturnDeps, opening: Opening, care: KeyCare): DeskReturnPart {
  const { call } = createJsonCalls(deps);
  let looked: Looked | undefined;
  let asking: Asking | undefined;

  function forget(): void {
    if (asking?.opened != null) wipeIdentity(asking.opened.identity);
    looked?.card.secret.wipe();
    asking = undefined;
    looked = undefined;
  }

  const profileOf = async ({ profile }: Session): Promise<Result<Profile, WorkerError>> => {
    const held = await deps.registry.get(profile.database);
    if (!held.ok) return storageErr(held.error);
    return held.value === undefined ? err({ type: "not-found" }) : ok(held.value);
  };

  async function keyringOf({ identity }: Session, profile: Profile): Promise<Keyring | undefined> {
    const read = profile.keyring && (await readKeyring(profile.keyring.signed, identity.principal));
    return read?.ok ? read.value : undefined;
  }

  async function view(session: Session): ReturnType<ReturnApi["returns"]> {
    const deployment = await deps.deployments.current();
    const [held, profile, pins] = [
      await profileOf(session),
      await findProfile(session),
      await pinWhatIsNew(session, deps, deployment),
    ];
    if (!held.ok) return held;
    if (!profile.ok) return profile;
    if (!pins.ok) return pins;
    const record = profile.value?.record;
    const keyring = await keyringOf(session, held.value);
    const desks = keyring?.body.desks ?? [];
    const helpers: ReturnHelper[] = [];
    for (const { slug, name, operates } of deployment?.organisations ?? []) {
      const trust = await judge(pins.value, deployment, slug);
      const agreed = agreedOf(record?.returns?.[slug])?.pairs ?? [];
      const principal = trust.type === "trusted" ? trust.principal : undefined;
      const id = principal?.id ?? pins.value.organisations[slug]?.id;
      const there = desks.filter((desk) => desk.organisation === id).map((desk) => desk.pair);
      const isWished = id !== undefined && wishedDesks(held.value)?.ways[id] !== undefined;
      const isOld = (principal?.former.length ?? 0) > (id === undefined ? 0 : (sealedKeys(held.value)[id] ?? 0));
      const isReady = samePairs(agreed, there) && !isWished;
      helpers.push({
        organisation: slug,
        name,
        operates: operates === true,
        receives: trust.type === "trusted",
        pairs: agreed,
        state: isReady ? (agreed.length === 0 ? "none" : isOld ? "renew" : "ready") : "waits",
      });
    }
    const told = Object.values(record?.returns ?? {}).flatMap((text) => agreedOf(text) ?? []);
    const last = told.sort((a, b) => b.at - a.at)[0];
    const escrow = held.value.way?.escrow ?? null;
    const by = Object.entries(pins.value.organisations).find(([, each]) => each.id === escrow?.by)?.[0] ?? null;
    const asked: ReturnAsked | null =
      escrow === null
        ? null
        : { organisation: by, asks: escrow.asks, opensAt: escrow.opensAt, openedAt: escrow.openedAt ?? null };
    const acts = Object.entries(record?.returnActs ?? {}).map(([id, act]) => ({ id: id as LetterId, ...act }));
    return ok({
      helpers,
      name: last?.name ?? [record?.given_name, record?.family_name].filter(Boolean).join(" "),
      birthdate: last?.birthdate ?? record?.birthdate ?? "",
      hasCard: held.value.sealedCard !== null && held.value.cardDrilled,
      asked,
      acts: acts.sort((a, b) => b.heardAt - a.heardAt || (a.id < b.id ? -1 : 1)),
    });
  }

  async function agree(
    session: Session,
    input: Parameters<ReturnApi["agreeReturn"]>[0],
  ): ReturnType<ReturnApi["agreeReturn"]> {
    const { organisation, language, code } = input;
    const pairs = [...new Set(input.pairs)];
    const [name, birthdate] = [input.name.trim(), input.birthdate.trim()];
    if (pairs.length > 0 && (name === "" || name.length > nameLetters || birthdate.length > nameLetters))
      return err({ type: "name" });
    const right = await opening.verifyCode(code);
    if (!right.ok) return right;
    const deployment = await deps.deployments.current();
    const pins = await pinWhatIsNew(session, deps, deployment);
    if (!pins.ok) return pins;
    const trust =
      pairs.length > 0
        ? await judgeReceiver(pins.value, deployment, organisation)
        : await judgeTold(pins.value, deployment, organisation);
    if (trust.type === "no-keys") return err({ type: "no-desk-key" });
    if (trust.type === "changed") return err({ type: "changed-key" });
    const operates = deployment?.organisations.find((each) => each.slug === organisation)?.operates === true;
    if (operates && pairs.includes("S+O")) return err({ type: "operator" });
    const held = await profileOf(session);
    if (!held.ok) return held;
    if (pairs.includes("C+O") && (held.value.sealedCard === null || !held.value.cardDrilled))
      return err({ type: "no-card" });
    const { id } = trust.principal;
    // The way in first: a desk that was told of one that is not there would send the person away.
    const wished = await updateProfile(deps.registry, session.profile.database, (now) => ({
      deskWish: { n: (now.deskWish?.n ?? 0) + 1 + deps.clock.now(), ways: { ...now.deskWish?.ways, [id]: pairs } },
      keyringWish: bothWishes(now.keyringWish, "renew"),
    }));
    if (!wished.ok) return wished;
    const told = await tell(session, trust.principal, organisation, { pairs, name, birthdate, language });
    if (!told.ok) return told;
    deps.emit({ type: "opening" });
    deps.emit({ type: "outbox" });
    care.renew(code);
    return ok(undefined);
  }

  /** The letter to the desk, and what stands here, in one save. */
  async function tell(
    session: Session,
    to: Parameters<typeof sealLetter>[0]["to"],
    slug: string,
    said: Omit<ReturnPayload, "t">,
  ): Promise<Result<void, WorkerError>> {
    const ready = await saveProfile(session, deps, (profile) => profile);
    if (!ready.ok) return ready;
    const profile = await findProfile(session);
    if (!profile.ok) return profile;
    if (profile.value === null) return err({ type: "not-found" });
    const before = agreedOf(profile.value.record.returns?.[slug]);
    const at = deps.clock.now();
    const letter = randomId<LetterId>(deps.random);
    const thread = before?.thread ?? randomId<ThreadId>(deps.random);
    const n = (before?.n ?? 0) + 1;
    const { pairs, name, birthdate } = said;
    const payload: ReturnPayload = { t: "return", ...said };
    const wire = await sealLetter({
      identity: session.identity,
      to,
      letter,
      blobs: [],
      inner: { thread, n, replaces: before?.letter ?? null, kind: "return", sentAt: at, blobs: [], payload },
    });
    const earlier = before === undefined ? [] : [...(before.earlier ?? []), before.letter];
    const agreed: AgreedReturn = { pairs, name, birthdate, thread, n, letter, earlier, at };
    const saved = await session.records.save<WorkerError>(profile.value.id, (current) =>
      current?.t === "profile"
        ? ok({
            next: { ...current, returns: { ...current.returns, [slug]: JSON.stringify(agreed) } },
            letters: [{ letter, wire, blobs: [] }],
          })
        : err({ type: "not-found" }),
    );
    if (!saved.ok) return saved;
    deps.couriers.kick("person", session.profile.database);
    return ok(undefined);
  }

  /* ---- on a new device ---- */

  /** Everything of a satchel but what opens it, held against itself. */
  async function fetchWay(
    request: WayDeskRequest,
  ): Promise<Result<Pick<Looked, "keyring" | "statements">, ComeBackRefusal>> {
    const heard = await call(routes.waysDesk, parseWayDeskAnswer, request);
    if (heard.type !== "answer") return err(refusalOf(heard));
    const { principal, statements, keyring: signed } = heard.value;
    const chain = await readChain(statements);
    if (!chain.ok || chain.value.id !== principal) return err({ type: "not-authentic" });
    const keyring = await readKeyring(signed, chain.value);
    if (keyring.ok) return ok({ keyring: keyring.value, statements });
    return err({ type: keyring.error.type === "chain-behind" ? "rolled-back" : "not-authentic" });
  }

  async function assemble(
    way: Pick<Looked, "keyring" | "statements">,
    organisation: PrincipalId,
    factors: DeskFactors,
  ): Promise<Result<Identity, ReturnTextRefusal | ComeBackRefusal>> {
    const root = await openDeskWay(way.keyring, organisation, factors);
    if (!root.ok) return err({ type: root.error.type === "no-way" ? "no-way" : "not-authentic" });
    const identity = await openKeyring(way.keyring, root.value, way.statements);
    if (identity.ok) return identity;
    root.value.wipe();
    return err({ type: "not-authentic" });
  }

  async function receive(
    { own, number }: Asking,
    text: string,
  ): Promise<Result<Opened, ReturnTextRefusal | ComeBackRefusal | { readonly type: "expired" }>> {
    if (number === null) return err({ type: "expired" });
    const given = await openReturnAnswer(own, number, text);
    if (!given.ok) return err(given.error.type === "not-a-question" ? { type: "not-an-answer" } : given.error);
    const factor = createSecret(given.value.factor);
    if (given.value.pair === "C+O") {
      if (looked === undefined || own.entry === null) return err({ type: "expired" });
      const { organisation } = own.entry;
      const card = await cardFactor(looked.card.secret);
      const identity = await assemble(looked, organisation, { pair: "C+O", card, organisation: factor });
      return identity.ok
        ? ok({ identity: identity.value, keyring: looked.keyring, organisation, card: looked.card })
        : identity;
    }
    const { principal, organisation, share } = given.value;
    // The share itself proves that the wait is over: nothing else of this satchel is known here.
    const way = await fetchWay({ principal, share: b64(share) });
    if (!way.ok) return way;
    const identity = await assemble(way.value, organisation, { pair: "S+O", share, organisation: factor });
    share.fill(0);
    return identity.ok
      ? ok({ identity: identity.value, keyring: way.value.keyring, organisation, card: null })
      : identity;
  }

  return {
    returns: () => opening.within(view),
    agreeReturn: (input) => opening.within((session) => agree(session, input)),

    stopReturn: () =>
      opening.within(async (session): Promise<Result<void, WorkerError | { readonly type: "no-network" }>> => {
        const { id, sign } = session.identity;
        const at = await serverNow(deps, session.store);
        const statement = await signEscrow(sign, { t: "escrow-stop", v: 1, principal: id, at });
        const heard = await call(routes.escrow, parseEscrowAnswer, { statement });
        if (heard.type === "lost") return err({ type: "no-network" });
        if (heard.type === "refused") return err({ type: "unavailable", mark: heard.error });
        const kept = await updateProfile(deps.registry, session.profile.database, ({ way }) =>
          way === undefined ? {} : { way: { ...way, escrow: null } },
        );
        if (!kept.ok) return kept;
        deps.emit({ type: "opening" });
        return ok(undefined);
      }),

    async returnLook({ card: typed }) {
      forget();
      const read = await readTypedCard(typed);
      if (!read.ok) return read;
      const { secret, set, home } = read.value;
      if (home !== null && home !== deps.home()) return err({ type: "other-home", home });
      const { locator, proof } = await cardProofs(secret);
      const way = await fetchWay({ locator, card: proof });
      if (!way.ok) return way;
      const desks = way.value.keyring.body.desks.filter((desk) => desk.pair === "C+O");
      if (desks.length === 0) return err({ type: "no-way" });
      looked = { ...way.value, card: await faceFrom(secret, set, deps.home()) };
      return ok({ organisations: desks.map((desk) => desk.organisation) });
    },

    async returnQuestion(organisation) {
      const body = looked?.keyring.body;
      const desk = body?.desks.find((each) => each.organisation === organisation && each.pair === "C+O");
      if (organisation !== null && (desk === undefined || body === undefined)) return err({ type: "not-found" });
      const entry =
        desk === undefined || body === undefined
          ? null
          : {
              principal: body.principal,
              root: body.root,
              organisation: desk.organisation,
              enc: desk.enc,
              sealed: desk.sealed,
            };
      if (asking?.opened != null) wipeIdentity(asking.opened.identity);
      const own = await createReturnQuestion(entry);
      asking = { own, number: null, opened: null };
      return ok({ text: own.text });
    },

    async returnNumber(number) {
      if (asking === undefined || !isTransferNumber(number)) return err({ type: "bad-number" });
      asking.number = number;
      return ok({ pictures: await returnCheck(asking.own, number) });
    },

    async returnAnswer(text) {
      const now = asking;
      if (now === undefined) return err({ type: "expired" });
      const opened = await receive(now, text);
      if (!opened.ok) return opened;
      const { identity } = opened.value;
      const listed = await deps.registry.list();
      const isHere = listed.ok && listed.value.some(({ principal }) => principal === identity.id);
      const isFull = identity.statements.length >= chainLimits.statements;
      if (listed.ok && !isHere && !isFull && asking === now) {
        now.opened = opened.value;
        return ok(undefined);
      }
      wipeIdentity(identity);
      if (!listed.ok) return storageErr(listed.error);
      return err({ type: isHere ? "already-here" : isFull ? "too-many-devices" : "expired" });
    },

    async returnFinish({ code, pictogram }) {
      const opened = asking?.opened;
      if (opened == null) return err({ type: "expired" });
      // It is a new code, unlike that of somebody who comes back with her own.
      const refused = refusedCode(code);
      if (refused !== undefined) return err(refused);
      const { identity, keyring, organisation, card } = opened;
      const { epoch, root, desks } = keyring.body;
      const pairs = desks.filter((desk) => desk.organisation === organisation).map((desk) => desk.pair);
      const transport = await generateSignPair(false);
      const joined = await opening.join({
        identity,
        device: randomId<DeviceId>(deps.random),
        transport: await rawPublicKey(transport),
        transportKey: transport.privateKey,
        code,
        pictogram,
        card,
        cameBack: {
          keyring: { epoch, hash: keyring.hash, root, signed: keyring.signed },
          // What the desk and the server gave is used: it is made anew.
          desks: { n: deps.clock.now(), ways: { [organisation]: pairs } },
        },
      });
      if (!joined.ok) return joined;
      asking = undefined;
      looked = undefined;
      return joined;
    },

    async returnForget() {
      forget();
      return ok(undefined);
    },

    async takeAct(session, { head, inner }, heardAt) {
      const payload = v.safeParse(actShape, inner.payload);
      if (!payload.success) return ok("aside");
      const profile = await findProfile(session);
      if (!profile.ok) return profile;
      const { act, pair: used, helper, paper, at } = payload.output;
      const pinned = Object.entries(profile.value?.record.pinned?.organisations ?? {});
      const slug = pinned.find(([, each]) => each.id === head.from)?.[0];
      const agreed = slug === undefined ? undefined : agreedOf(profile.value?.record.returns?.[slug]);
      // Only who was asked to help can say what it did. Of an earlier letter too, and in the thread of another device that had
      // agreed before the two met: whoever looked must be named to her.
      if (slug === undefined || agreed === undefined) return ok("aside");
      const known = profile.value?.record.returnActs ?? {};
      if (known[head.letter] === undefined && Object.keys(known).length >= mostActs) return ok("aside");
      const said: ReturnAct = { organisation: slug, act, pair: used, helper, paper, at, heardAt };
      const saved = await saveProfile(session, deps, (current) => ({
        ...current,
        returnActs: { ...current.returnActs, [head.letter]: said },
      }));
      if (!saved.ok) return saved;
      deps.emit({ type: "opening" });
      return ok("drop");
    },
  };
}
