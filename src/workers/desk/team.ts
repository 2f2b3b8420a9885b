/**
 * Who holds the organisation's keys: taking in, leaving, new keys, the organisation's card (decisions/0034, SPEC P-H). Runs in the
 * desk worker.
 *
 * Surprising fact: nothing is kept here between two steps. What a change needs is either at the server, sealed to whoever stays,
 * or did not happen; a browser that was killed in the middle looks at the server and goes on from there (`follow`).
 */

import { createIdentity, createNewKeys, type Identity, openIdentity, sealPast } from "../../crypto/identity.ts";
import { helperNameLetters, joinCheck, openAsk, sealAsk } from "../../crypto/invitation.ts";
import { openUnderCode, sealUnderCode } from "../../crypto/keyring.ts";
import { sealRootTo } from "../../crypto/organisation.ts";
import { createDeskCode, type DeskCodeUse, deskAuthOf, readDeskCodeUse } from "../../protocol/desk-code.ts";
import { holdsKeys, mayReceive, signHelperAdded, signKeysChanged } from "../../protocol/helpers.ts";
import { team as limits } from "../../protocol/limits.ts";
import { b64, generateSignPair, parseBody, rawPublicKey, sha256 } from "../../protocol/sign.ts";
import { type Principal, principalIdOf, readChain, readExtendedChain } from "../../protocol/statements.ts";
import { type CardCopy, type HelperBox, signInvitation, type TeamRequest } from "../../protocol/team.ts";
import type { HelperAct, HelperAdded, KeyEpoch, ServerTime, Signed, Statement } from "../../protocol/wire.ts";
import { assert } from "../../shared/assert.ts";
import { type B64, type Bytes, fromBase64Url, lengthPrefixed } from "../../shared/bytes.ts";
import { type DeviceId, type PrincipalId, type RecordId, randomId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import { deviceFactor, nextOrder, refusedCode, tryCode, wrapUnderCode } from "../common/codes.ts";
import { storageErr } from "../common/errors.ts";
import type { EnrolRefusal } from "../desk.contract.ts";
import type { UnlockRefusal, WorkerError } from "../satchel.contract.ts";
import type {
  DeskTeamApi,
  Joining,
  JoinRefusal,
  TeamInvitation,
  TeamRefusal,
  TeamView,
} from "../team-desk.contract.ts";
import type { DeskDeps, DeskSession } from "./deps.ts";
import { type Held, heldOf, newHelper, openAsked, openForHelper, sealAsked } from "./held.ts";
import type { TeamOutcome } from "./link.ts";
import { codeParts, type DeskOpeningModule } from "./opening.ts";
import type { HelperRecord, InvitationRecord } from "./records.ts";

type TeamError = WorkerError | { readonly type: "no-network" } | TeamRefusal;
type FirstError = TeamError | UnlockRefusal | { readonly type: "name" };
type Manager = DeskSession & { readonly helper: Identity };

/** One change, as it is sent: what follows from the statements is worked out here. */
interface Change {
  readonly statements: readonly Signed[];
  /** New keys, when a statement names some; `from`: epochs that the server has. */
  readonly root: Identity["root"];
  readonly from: number;
  readonly epochs: readonly KeyEpoch[];
  readonly card?: CardCopy;
  readonly invitation?: TeamRequest["invitation"];
}

const nameOf = (typed: string): string | undefined => {
  const name = typed.normalize("NFC").trim();
  return name === "" || name.length > helperNameLetters ? undefined : name;
};

const authHash = async (secret: Bytes): Promise<B64> =>
  b64(await sha256(fromBase64Url(await deskAuthOf(secret)) ?? new Uint8Array(0)));

/** A server's refusal of a change, in the words of this contract. */
function refusalOf(outcome: Exclude<TeamOutcome<unknown>, { readonly type: "answer" }>): TeamError {
  if (outcome.type === "no-network") return { type: "no-network" };
  if (outcome.error === "id-taken") return { type: "changed" };
  if (outcome.error === "forbidden") return { type: "not-allowed" };
  if (outcome.error === "quota" || outcome.error === "too-many") return { type: "too-many" };
  return { type: "unavailable", mark: outcome.error };
}

/** The same for a code that was typed. */
function codeRefusal(
  outcome: Exclude<TeamOutcome<unknown>, { readonly type: "answer" }>,
): WorkerError | { readonly type: "no-network" } | JoinRefusal {
  if (outcome.type === "no-network") return { type: "no-network" };
  if (outcome.error === "wrong-code" || outcome.error === "card-replaced") return { type: "wrong-desk-code" };
  if (outcome.error === "too-many") return { type: "too-many-tries", waitMs: outcome.waitMs };
  if (outcome.error === "id-taken") return { type: "taken" };
  return { type: "unavailable", mark: outcome.error };
}

async function readCode(typed: string, use: DeskCodeUse): Promise<Result<Bytes, EnrolRefusal>> {
  const read = await readDeskCodeUse(typed);
  if (read.ok) return read.value.use === use ? ok(read.value.secret) : err({ type: "wrong-desk-code" });
  return err(
    read.error.type === "wrong-groups"
      ? { type: "wrong-groups", groups: read.error.groups }
      : { type: "wrong-desk-code" },
  );
}

/** The root sealed to everybody whom the chain names as a holder. */
async function boxesFor(organisation: Principal, root: Identity["root"]): Promise<readonly HelperBox[]> {
  const boxes: HelperBox[] = [];
  for (const [helper, entry] of organisation.helpers) {
    if (!holdsKeys(entry)) continue;
    const context = { organisation: organisation.id, epoch: organisation.former.length, helper };
    const sealed = await sealRootTo(entry.box, context, root);
    assert(sealed !== undefined, "SPEC P-S3: a helper's box key is a point");
    boxes.push({ helper, ...sealed });
  }
  return boxes;
}

/** The genesis with which a helper was taken in: the chain has it. */
async function genesisOf(statements: readonly Signed[], helper: PrincipalId): Promise<Signed | undefined> {
  for (const { body } of statements) {
    const statement = parseBody(body)?.value as Statement | undefined;
    const act =
      statement?.t === "helpers" ? (parseBody(statement.act.body)?.value as HelperAct | undefined) : undefined;
    if (act?.t === "helper-added" && (await principalIdOf(act.genesis.body)) === helper) return act.genesis;
  }
  return undefined;
}

export interface DeskTeam {
  readonly api: DeskTeamApi;
  /** Looks whether others changed the team, and takes over what this browser's helper is handed. */
  readonly follow: (session: DeskSession) => Promise<Result<DeskSession, WorkerError>>;
  /** What this browser's helper is called; empty in one that was opened the old way. */
  readonly myName: (session: DeskSession) => Promise<string>;
}

export function createDeskTeam(deps: DeskDeps, opening: DeskOpeningModule): DeskTeam {
  const { random, clock, link } = deps;
  /** A card that was shown and not typed back yet; gone when the desk closes. */
  let drawn: { readonly secret: Bytes; readonly of: PrincipalId } | undefined;

  const tokenOf = async ({ store }: DeskSession): Promise<Result<string | null, WorkerError>> => {
    const meta = await store.meta();
    return meta.ok ? ok(meta.value.session) : storageErr(meta.error);
  };

  async function follow(session: DeskSession): Promise<Result<DeskSession, WorkerError>> {
    const { helper, identity } = session;
    const held = heldOf(session.profile.sealedIdentity);
    if (helper === null || held === undefined) return ok(session);
    const token = await tokenOf(session);
    if (!token.ok) return token;
    const answer = token.value === null ? undefined : await link.team(token.value);
    if (answer?.type === "refused" && answer.error === "device-removed") {
      // It would be told the same for ever.
      deps.couriers.stop(session.profile.database);
      return err({ type: "unavailable", mark: "team-left" });
    }
    if (answer?.type !== "answer") return ok(session);
    const { statements, epochs, box } = answer.value;
    if (statements.length <= identity.statements.length) return ok(session);
    // Another chain than the one that this browser knows: nothing is taken over, and it is said (F4).
    const chain = await readExtendedChain(identity.principal, statements);
    if (!chain.ok) return err({ type: "unavailable", mark: `team-${chain.error.type}` });
    if (box === null) return err({ type: "unavailable", mark: "team-left" });
    return opening.adopt({ held: { ...held, epochs, box }, statements, helper });
  }

  /** Sends a change and takes it over. */
  async function send(session: Manager, change: Change): Promise<Result<DeskSession, TeamError>> {
    const held = heldOf(session.profile.sealedIdentity);
    assert(held !== undefined, "a helper's browser holds what is sealed to her");
    const { statements, root, from, epochs, card = null, invitation = null } = change;
    const chain = await readChain(statements);
    if (!chain.ok) return err({ type: "not-allowed" });
    const boxes = await boxesFor(chain.value, root);
    const outcome = await link.changeTeam({ statements, from, epochs, boxes, card, invitation });
    if (outcome.type !== "answer") return err(refusalOf(outcome));
    const mine = boxes.find(({ helper }) => helper === session.helper.id);
    if (mine === undefined) return err({ type: "unavailable", mark: "team-left" });
    const box = { enc: mine.enc, sealed: mine.sealed };
    const all = [...held.epochs.slice(0, from), ...epochs];
    const adopted = await opening.adopt({ held: { ...held, epochs: all, box }, statements, helper: session.helper });
    deps.emit({ type: "team" });
    // Phones read the chain in deployment.json.
    void deps.deployments.refresh();
    return adopted;
  }

  /** The newest of the team, if this helper may change it. */
  async function managing(session: DeskSession): Promise<Result<Manager, TeamError>> {
    const followed = await follow(session);
    if (!followed.ok) return followed;
    const { helper, identity } = followed.value;
    if (helper === null || identity.principal.helpers.get(helper.id)?.role !== "manager")
      return err({ type: "not-allowed" });
    return ok({ ...followed.value, helper });
  }

  /** One more helper, or another role; the keys stay. */
  async function adding(
    { identity, helper }: Pick<Manager, "identity" | "helper">,
    facts: Pick<HelperAdded, "genesis" | "role" | "device" | "transport">,
  ): Promise<readonly Signed[]> {
    return [...identity.statements, await signHelperAdded(identity.sign, identity.principal, helper, facts)];
  }

  /** New keys of the organisation, without those who leave. */
  async function rekeying(
    identity: Identity,
    helper: Identity,
    without: readonly PrincipalId[],
  ): Promise<Pick<Change, "statements" | "root" | "epochs">> {
    const keys = await createNewKeys(identity, random);
    const said = await signKeysChanged(identity.sign, identity.principal, helper, {
      sign: keys.sign,
      box: keys.box,
      without,
      at: clock.now(),
    });
    const epochs = [{ sealed: b64(keys.sealed), past: b64(keys.past) }];
    return { statements: [...identity.statements, said], root: keys.root, epochs };
  }

  const sameKeys = ({ identity }: DeskSession) => ({
    root: identity.root,
    from: identity.principal.former.length + 1,
    epochs: [],
  });

  async function withChain(identity: Identity, statements: readonly Signed[]): Promise<Result<Identity, TeamError>> {
    const chain = await readChain(statements);
    return chain.ok ? ok({ ...identity, statements, principal: chain.value }) : err({ type: "not-allowed" });
  }

  async function saveName(session: DeskSession, helper: PrincipalId, name: string): Promise<Result<void, WorkerError>> {
    const saved = await session.records.save<never>(randomId<RecordId>(random), () =>
      ok({ next: { t: "helper", helper, name } }),
    );
    return saved.ok ? ok(undefined) : saved;
  }

  async function records(session: DeskSession): Promise<
    Result<
      {
        readonly names: ReadonlyMap<PrincipalId, string>;
        readonly invitations: readonly { readonly id: RecordId; readonly record: InvitationRecord }[];
      },
      WorkerError
    >
  > {
    const all = await session.records.list();
    if (!all.ok) return all;
    const named = all.value.flatMap(({ record }): readonly HelperRecord[] => (record.t === "helper" ? [record] : []));
    return ok({
      names: new Map(named.map(({ helper, name }) => [helper, name])),
      invitations: all.value.flatMap(({ id, record }) => (record.t === "invitation" ? [{ id, record }] : [])),
    });
  }

  /** Answers to this organisation's invitations, by the hash of their code. */
  async function answers(session: DeskSession): Promise<Result<ReadonlyMap<string, B64>, WorkerError>> {
    const token = await tokenOf(session);
    if (!token.ok) return token;
    const answer = token.value === null ? undefined : await link.invitations(token.value);
    const asked = answer?.type === "answer" ? answer.value.invitations : [];
    return ok(
      new Map(asked.flatMap(({ auth, ask, helper }) => (ask === null || helper !== null ? [] : [[auth, ask]]))),
    );
  }

  async function view(before: DeskSession): Promise<Result<TeamView, WorkerError>> {
    const followed = await follow(before);
    if (!followed.ok) return followed;
    const session = followed.value;
    const { principal } = session.identity;
    const known = await records(session);
    if (!known.ok) return known;
    const me = session.helper?.id;
    const mayManage = me !== undefined && principal.helpers.get(me)?.role === "manager";
    const asks = mayManage ? await answers(session) : ok(new Map<string, B64>());
    if (!asks.ok) return asks;
    const invitations: TeamInvitation[] = [];
    for (const { record } of known.value.invitations) {
      const { auth, role, until } = record;
      const ask = asks.value.get(auth);
      const secret = fromBase64Url(record.secret);
      const opened = ask && secret && (await openAsk(secret, principal.id, ask));
      const check = opened && secret && (await joinCheck(secret, principal.id, ask));
      const asked = opened && check ? { ...check, name: opened.name } : null;
      if (until > clock.now()) invitations.push({ id: auth, role, until, asked });
    }
    return ok({
      state: principal.helpers.size === 0 ? "old" : "helpers",
      mayManage,
      helpers: [...principal.helpers].map(([id, { role }]) => ({
        id,
        role,
        name: known.value.names.get(id) ?? "",
        isMe: id === me,
      })),
      receives: mayReceive(principal),
      invitations,
    });
  }

  /** Keys of her own for a browser without a desk. */
  async function newcomer(name: string) {
    const { helper, held } = await newHelper(random);
    const transport = await generateSignPair(false);
    const device = randomId<DeviceId>(random);
    const [genesis] = helper.statements;
    assert(genesis !== undefined, "SPEC P-S1: a fresh helper has her genesis");
    const facts = { genesis, device, transport: await rawPublicKey(transport) };
    return { helper, held, device, transportKey: transport.privateKey, facts, name };
  }

  /** Where an answered invitation stands, asked of the server. */
  async function joining(): Promise<Result<Joining, WorkerError | { readonly type: "no-network" } | JoinRefusal>> {
    const pending = opening.pending();
    const asked = pending?.held.asked ?? null;
    if (pending === undefined || asked === null) return err({ type: "not-found" });
    const { held, helper, profile } = pending;
    const organisation = profile.principal as PrincipalId;
    const opened = await openAsked(helper, organisation, asked);
    if (opened === undefined) return err({ type: "unavailable", mark: "invitation-damaged" });
    const outcome = await link.join(asked.slug, { auth: await deskAuthOf(opened.secret), ask: asked.ask });
    if (outcome.type !== "answer") {
      const refusal = codeRefusal(outcome);
      if (refusal.type !== "wrong-desk-code" && refusal.type !== "taken") return err(refusal);
      const dropped = await opening.dropPending();
      return dropped.ok ? (refusal.type === "taken" ? err(refusal) : ok({ type: "over" })) : dropped;
    }
    const { keys, statements } = outcome.value;
    if (keys === null) return ok({ type: "asked", ...opened.check });
    const known = await readChain(profile.statements);
    const chain = known.ok ? await readExtendedChain(known.value, statements) : known;
    if (!chain.ok || keys.helper !== helper.id) return err({ type: "unavailable", mark: "team-other" });
    const { epochs, box } = keys;
    const adopted = await opening.adopt({ held: { ...held, epochs, box, asked: null }, statements, helper });
    return adopted.ok ? ok({ type: "in" }) : adopted;
  }

  const api: DeskTeamApi = {
    team: () => opening.within(view),

    becomeFirstHelper: ({ name: typed, code }) =>
      opening.within(async (session): Promise<Result<void, FirstError>> => {
        const name = nameOf(typed);
        if (name === undefined) return err({ type: "name" });
        if (session.identity.principal.helpers.size > 0) return err({ type: "not-allowed" });
        let now: DeskSession = session;
        if (session.helper === null) {
          // First her own keys take the place of the organisation's in this browser; nobody else hears of that.
          const right = await tryCode(deps, session.profile.database, code);
          if (!right.ok) return right;
          right.value.root.wipe();
          const factor = await deviceFactor(right.value.profile);
          if (!factor.ok) return factor;
          const { helper, held } = await newHelper(random);
          const wrap = await wrapUnderCode(deps, {
            root: helper.root,
            epoch: 0,
            principal: session.identity.id,
            device: factor.value,
            code,
            order: nextOrder(right.value.profile.wraps),
            parameters: null,
          });
          if (!wrap.ok) return wrap;
          const { identity } = session;
          const context = { organisation: identity.id, epoch: 0, helper: helper.id };
          const box = await sealRootTo(helper.principal.box, context, identity.root);
          assert(box !== undefined, "SPEC P-S3: a helper's box key is a point");
          const epochs = [{ sealed: b64(identity.sealed), past: b64(await sealPast(identity, random)) }];
          const { statements } = identity;
          const adopted = await opening.adopt({ held: { ...held, epochs, box }, statements, helper, wrap: wrap.value });
          if (!adopted.ok) return adopted;
          now = adopted.value;
        }
        const { helper, identity, profile } = now;
        const held = heldOf(profile.sealedIdentity);
        const device = profile.device as DeviceId;
        const transport = identity.principal.devices.get(device)?.transport;
        const [genesis] = helper?.statements ?? [];
        if (helper === null || held === undefined || genesis === undefined || transport === undefined)
          return err({ type: "unavailable", mark: "desk-damaged" });
        const facts = { genesis, role: "manager", device, transport } as const;
        const added = await withChain(identity, await adding({ identity, helper }, facts));
        if (!added.ok) return added;
        // New keys at once: whoever has the one-time code has the old ones.
        const keys = await rekeying(added.value, helper, []);
        const sent = await send({ ...now, helper }, { ...keys, from: 0, epochs: [...held.epochs, ...keys.epochs] });
        return sent.ok ? saveName(sent.value, helper.id, name) : sent;
      }),

    invite: (role) =>
      opening.within(async (before) => {
        const session = await managing(before);
        if (!session.ok) return session;
        const { helper, identity } = session.value;
        const { groups, secret } = await createDeskCode(random, "invitation");
        const auth = await authHash(secret);
        const until = clock.now() + limits.invitationMs;
        const facts = { organisation: identity.id, by: helper.id, auth, role, until: until as ServerTime };
        const record: InvitationRecord = { t: "invitation", auth, secret: b64(secret), role, until };
        // Kept first: an invitation at the server whose code nobody can read again would be of no use.
        const id = randomId<RecordId>(random);
        const saved = await session.value.records.save<never>(id, () => ok({ next: record }));
        if (!saved.ok) return saved;
        const outcome = await link.invite(await signInvitation(helper.sign, facts));
        if (outcome.type === "answer") {
          deps.emit({ type: "team" });
          return ok({ groups, until });
        }
        const dropped = await session.value.records.save<never>(id, () => ok({ next: null }));
        return dropped.ok ? err(refusalOf(outcome)) : dropped;
      }),

    confirmHelper: (invitation) =>
      opening.within(async (before) => {
        const session = await managing(before);
        if (!session.ok) return session;
        const known = await records(session.value);
        if (!known.ok) return known;
        const found = known.value.invitations.find(({ record }) => record.auth === invitation);
        const asks = await answers(session.value);
        if (!asks.ok) return asks;
        const secret = fromBase64Url(found?.record.secret ?? "");
        const ask = asks.value.get(invitation);
        const { identity } = session.value;
        const opened = secret && ask && (await openAsk(secret, identity.id, ask));
        if (found === undefined || !opened) return err({ type: "not-found" });
        const { genesis, device, transport, name } = opened;
        // The role is the one that was invited to, as it was written here.
        const facts = { genesis, role: found.record.role, device, transport };
        const statements = await adding(session.value, facts);
        const newcomer = await readChain([genesis]);
        if (!newcomer.ok) return err({ type: "not-found" });
        const by = { auth: found.record.auth, helper: newcomer.value.id };
        const sent = await send(session.value, { ...sameKeys(session.value), statements, invitation: by });
        if (!sent.ok) return sent;
        const named = await saveName(sent.value, newcomer.value.id, name);
        if (!named.ok) return named;
        const dropped = await sent.value.records.save<never>(found.id, () => ok({ next: null }));
        return dropped.ok ? ok(undefined) : dropped;
      }),

    changeRole: (id, role) =>
      opening.within(async (before) => {
        const session = await managing(before);
        if (!session.ok) return session;
        const { identity } = session.value;
        const entry = identity.principal.helpers.get(id);
        const genesis = await genesisOf(identity.statements, id);
        const transport = entry?.device == null ? undefined : identity.principal.devices.get(entry.device)?.transport;
        if (entry === undefined || genesis === undefined || transport === undefined) return err({ type: "not-found" });
        const facts = { genesis, role, device: entry.device, transport };
        const statements = await adding(session.value, facts);
        const sent = await send(session.value, { ...sameKeys(session.value), statements });
        return sent.ok ? ok(undefined) : sent;
      }),

    removeHelper: (id) =>
      opening.within(async (before) => {
        const session = await managing(before);
        if (!session.ok) return session;
        const { identity, helper } = session.value;
        if (!identity.principal.helpers.has(id)) return err({ type: "not-found" });
        const keys = await rekeying(identity, helper, [id]);
        const sent = await send(session.value, { ...keys, from: identity.principal.former.length + 1 });
        return sent.ok ? ok(undefined) : sent;
      }),

    makeOrganisationCard: () =>
      opening.within(async (before) => {
        const session = await managing(before);
        if (!session.ok) return session;
        const { groups, secret } = await createDeskCode(random, "card");
        drawn = { secret, of: session.value.identity.id };
        return ok({ groups });
      }),

    drillOrganisationCard: (typed) =>
      opening.within(async (before): Promise<Result<void, TeamError | { readonly type: "other-card" }>> => {
        const session = await managing(before);
        if (!session.ok) return session;
        const { identity, helper } = session.value;
        const read = await readDeskCodeUse(typed);
        const same = read.ok && drawn?.of === identity.id && b64(read.value.secret) === b64(drawn.secret);
        if (!same || drawn === undefined) return err({ type: "other-card" });
        const { secret } = drawn;
        const card = await createIdentity("helper", random);
        const [genesis] = card.statements;
        assert(genesis !== undefined, "SPEC P-S1: a fresh card has its genesis");
        const under = await sealUnderCode(card.root, secret, card.id, random);
        const copy = { auth: await authHash(secret), helper: card.id, sealed: b64(lengthPrefixed(under, card.sealed)) };
        card.root.wipe();
        const facts = { genesis, role: "card", device: null, transport: null } as const;
        const statements = await adding(session.value, facts);
        const older = [...identity.principal.helpers].flatMap(([id, { role }]) => (role === "card" ? [id] : []));
        const added = await withChain(identity, statements);
        if (!added.ok) return added;
        // Whoever has the older card has what it opens: so new keys with it.
        const keys =
          older.length === 0
            ? { ...sameKeys(session.value), statements }
            : { ...(await rekeying(added.value, helper, older)), from: identity.principal.former.length + 1 };
        const sent = await send(session.value, { ...keys, card: copy });
        if (!sent.ok) return sent;
        drawn = undefined;
        return ok(undefined);
      }),

    async join({ slug, deskCode, name: typed, code }) {
      const refused = refusedCode(code);
      if (refused !== undefined) return err(refused);
      const name = nameOf(typed);
      if (name === undefined) return err({ type: "name" });
      const secret = await readCode(deskCode, "invitation");
      if (!secret.ok) return secret;
      const deployment = await deps.deployments.current();
      const statements = deployment?.organisations.find((each) => each.slug === slug)?.statements ?? [];
      const organisation = await readChain(statements);
      if (!organisation.ok) return err({ type: "wrong-desk-code" });
      const { id } = organisation.value;
      const { helper, held, device, transportKey, facts } = await newcomer(name);
      const ask = await sealAsk(secret.value, id, { ...facts, name }, random);
      const asked = { slug, ask, secret: await sealAsked(helper, secret.value, random) };
      // Written before it is asked: the first answer to a code counts, and this browser must be able to say it again.
      const mine: Held = { ...held, asked };
      const added = await opening.addHelper({
        organisation: id,
        statements,
        helper,
        held: mine,
        device,
        transportKey,
        code,
      });
      return added.ok ? joining() : added;
    },

    joining: async () => {
      const state = await joining();
      if (state.ok || state.error.type === "no-network") return state as Awaited<ReturnType<DeskTeamApi["joining"]>>;
      return err("mark" in state.error ? state.error : { type: "unavailable", mark: state.error.type });
    },

    async openWithOrganisationCard({ slug, deskCode, name: typed, code }) {
      const refused = refusedCode(code);
      if (refused !== undefined) return err(refused);
      const name = nameOf(typed);
      if (name === undefined) return err({ type: "name" });
      const secret = await readCode(deskCode, "card");
      if (!secret.ok) return secret;
      const outcome = await link.card(slug, await deskAuthOf(secret.value));
      if (outcome.type !== "answer") return err(codeRefusal(outcome));
      const { statements, helper: cardId, sealed, epochs, box } = outcome.value;
      const damaged = err({ type: "unavailable", mark: "card-damaged" } as const);
      const parts = codeParts(fromBase64Url(sealed) ?? new Uint8Array(0));
      const chain = await readChain(statements);
      const genesis = chain.ok ? await genesisOf(statements, cardId) : undefined;
      const root = parts && (await openUnderCode(parts[0], secret.value, cardId));
      if (!chain.ok || parts === undefined || genesis === undefined || root?.ok !== true) return damaged;
      const card = await openIdentity(root.value, parts[1], [genesis]);
      if (!card.ok) return damaged;
      const organisation = await openForHelper(card.value, { epochs, box }, chain.value.id, statements, clock.now());
      if (!organisation.ok) return err({ type: "unavailable", mark: organisation.error });
      const { helper, held, device, transportKey, facts } = await newcomer(name);
      const identity = organisation.value;
      const added = await adding({ identity, helper: card.value }, { ...facts, role: "manager" });
      const next = await withChain(identity, added);
      if (!next.ok) return next;
      const boxes = await boxesFor(next.value.principal, identity.root);
      const from = identity.principal.former.length + 1;
      const change = { statements: added, from, epochs: [], boxes, card: null, invitation: null };
      const changed = await link.changeTeam(change);
      if (changed.type !== "answer") return err(refusalOf(changed));
      const mine = boxes.find((each) => each.helper === helper.id);
      assert(mine !== undefined, "SPEC P-H7: a manager holds the organisation's keys");
      const own: Held = { ...held, epochs, box: { enc: mine.enc, sealed: mine.sealed } };
      const { id } = chain.value;
      const opened = await opening.addHelper({
        organisation: id,
        statements: added,
        helper,
        held: own,
        device,
        transportKey,
        code,
      });
      if (!opened.ok) return opened;
      return opening.within((session) => saveName(session, helper.id, name));
    },
  };

  return {
    api,
    follow,
    async myName(session) {
      const known = session.helper === null ? undefined : await records(session);
      return known?.ok === true && session.helper !== null ? (known.value.names.get(session.helper.id) ?? "") : "";
    },
  };
}
