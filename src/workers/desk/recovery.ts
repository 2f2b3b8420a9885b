/**
 * Helping a person come back (DESIGN 3: C+O, S+O; decisions/0044): who agreed, who looked at which paper, the desk's half for one
 * device. Runs in the desk worker.
 *
 * Surprising facts: for C+O no network is needed, because the question brings what was sealed to this organisation. And nothing
 * is given before the person is told: the letter that says who looked is queued in the same save as the check.
 */

import * as v from "valibot";
import { type ReturnQuestion, readReturnQuestion, returnCheck, sealReturnAnswer } from "../../crypto/desk-return.ts";
import { type OpenedLetter, sealLetter } from "../../crypto/letter.ts";
import { drawTransferNumber } from "../../crypto/transfer.ts";
import { openDeskEntry, openOrganisationFactor } from "../../crypto/ways.ts";
import { isPerson } from "../../protocol/helpers.ts";
import { readKeyring } from "../../protocol/keyring.ts";
import { parseEscrowAnswer } from "../../protocol/parse.ts";
import { readChain } from "../../protocol/statements.ts";
import { signEscrow, signEscrowAsk } from "../../protocol/ways.ts";
import { type EscrowAnswer, routes, type Signed } from "../../protocol/wire.ts";
import type { ReturnActPayload, ReturnPair, ReturnPayload, SeenPaper } from "../../satchel/model.ts";
import type { Bytes } from "../../shared/bytes.ts";
import { type LetterId, type PrincipalId, type RecordId, randomId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { AskDeps } from "../common/blob-reader.ts";
import { createJsonCalls } from "../common/json-calls.ts";
import type { Kept } from "../common/records.ts";
import type { DeskReturnApi, DeskReturnPerson, DeskReturnRefusal } from "../recovery-desk.contract.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { DeskDeps, DeskSession } from "./deps.ts";
import { letterOf } from "./ids.ts";
import type { DeskOpeningModule } from "./opening.ts";
import type { DeskRecord, ReturnRecord } from "./records.ts";

export type DeskReturnDeps = DeskDeps & Pick<AskDeps, "fetch" | "timers">;

export interface DeskReturnModule {
  readonly api: DeskReturnApi;
  /** Whatever was begun is forgotten: the desk closes. */
  readonly forget: () => void;
}

type Problem = WorkerError | DeskReturnRefusal;
type KeptReturn = Kept<DeskRecord> & { readonly record: ReturnRecord };
const isReturn = (kept: Kept<DeskRecord>): kept is KeptReturn => kept.record.t === "return";

/** What she said last. Two devices may have used one number before they met: then what came last counts. */
export const newest = <R extends { readonly record: Pick<ReturnRecord, "from" | "n" | "depositedAt"> }>(
  letters: readonly R[],
  from: PrincipalId,
): R | undefined =>
  letters
    .filter(({ record }) => record.from === from)
    .sort((a, b) => b.record.n - a.record.n || b.record.depositedAt - a.record.depositedAt)[0];

/** What a helper confirmed, and the device that waits for it. */
interface Begun {
  readonly question: ReturnQuestion;
  readonly number: string;
  readonly person: LetterId;
  readonly pair: ReturnPair;
  readonly paper: SeenPaper;
}

const short = v.pipe(v.string(), v.maxLength(300));
const payloadShape = v.strictObject({
  t: v.literal("return"),
  pairs: v.pipe(v.array(v.picklist(["C+O", "S+O"])), v.maxLength(2)),
  name: short,
  birthdate: short,
  language: short,
});

/** The record of a letter of kind "return". */
export function returnFrom({ head, inner }: OpenedLetter, depositedAt: number): ReturnRecord | undefined {
  const payload = v.safeParse(payloadShape, inner.payload);
  if (!payload.success) return undefined;
  return {
    t: "return",
    from: head.from,
    senderStatements: inner.senderStatements,
    thread: inner.thread,
    n: inner.n,
    depositedAt,
    payload: payload.output satisfies ReturnPayload,
    checks: {},
  };
}

export function createDeskRecovery(
  deps: DeskReturnDeps,
  { within }: Pick<DeskOpeningModule, "within">,
  myName: (session: DeskSession) => Promise<string>,
): DeskReturnModule {
  const { call } = createJsonCalls(deps);
  let read: ReturnQuestion | undefined;
  let begun: Begun | undefined;

  const forget = (): void => {
    read = undefined;
    begun = undefined;
  };

  /** A helper with keys of her own; null where this browser names nobody. */
  const me = ({ identity, helper }: DeskSession) => {
    const entry = helper === null ? undefined : identity.principal.helpers.get(helper.id);
    return helper !== null && entry !== undefined && isPerson(entry) ? helper : null;
  };

  async function all(session: DeskSession): Promise<Result<readonly KeptReturn[], WorkerError>> {
    const listed = await session.records.list();
    return listed.ok ? ok(listed.value.filter(isReturn)) : listed;
  }

  function personOf(letters: readonly KeptReturn[], { id, record }: KeptReturn, mine: PrincipalId | undefined) {
    const { from, payload, depositedAt } = record;
    const own = letters.filter((each) => each.record.from === from).map((each) => each.record);
    const person: DeskReturnPerson = {
      id: letterOf(id),
      name: payload.name,
      birthdate: payload.birthdate,
      language: payload.language,
      pairs: payload.pairs,
      agreedAt: depositedAt,
      checks: own
        .flatMap(({ checks }) => Object.values(checks))
        .sort((a, b) => b.at - a.at)
        .map(({ helper, name, paper, pair, at }) => ({ helper: name, paper, pair, at, isMe: helper === mine })),
      asked: record.asked ?? null,
    };
    return person;
  }

  /** Who agreed to this, by the newest that she said. */
  async function agreed(
    session: DeskSession,
    which: { readonly id: LetterId } | { readonly from: PrincipalId },
    pair: ReturnPair,
  ): Promise<Result<{ readonly kept: KeptReturn; readonly person: DeskReturnPerson }, Problem>> {
    const letters = await all(session);
    if (!letters.ok) return letters;
    const from = "from" in which ? which.from : letters.value.find(({ id }) => letterOf(id) === which.id)?.record.from;
    const kept = from === undefined ? undefined : newest(letters.value, from);
    if (kept?.record.payload.pairs.includes(pair) !== true) return err({ type: "not-agreed" });
    return ok({ kept, person: personOf(letters.value, kept, session.helper?.id) });
  }

  /** Kept and told to the person in one save: without the letter there is no check, and without the check nothing is given. */
  async function tell(
    session: DeskSession,
    { id, record }: KeptReturn,
    said: Pick<ReturnActPayload, "act" | "pair" | "paper">,
  ): Promise<Result<void, Problem>> {
    const helper = me(session);
    if (helper === null) return err({ type: "no-helper" });
    const to = await readChain(record.senderStatements);
    if (!to.ok) return err({ type: "unavailable", mark: "sender-chain" });
    const at = deps.clock.now();
    const name = await myName(session);
    const letter = randomId<LetterId>(deps.random);
    const payload: ReturnActPayload = { t: "act", about: letterOf(id), ...said, helper: name, at };
    const wire = await sealLetter({
      identity: session.identity,
      to: to.value,
      letter,
      blobs: [],
      inner: {
        thread: record.thread,
        n: Object.keys(record.checks).length + 1,
        replaces: null,
        kind: "act",
        sentAt: at,
        blobs: [],
        payload,
      },
    });
    const check = { helper: helper.id, name, act: said.act, paper: said.paper, pair: said.pair, at };
    const saved = await session.records.save<WorkerError>(id, (current) =>
      current?.t === "return"
        ? ok({
            next: { ...current, checks: { ...current.checks, [letter]: check } },
            letters: [{ letter, wire, blobs: [] }],
          })
        : err({ type: "not-found" }),
    );
    if (!saved.ok) return saved;
    deps.couriers.kick("person");
    deps.emit({ type: "inbox" });
    return ok(undefined);
  }

  async function serverNow({ store }: DeskSession): Promise<number> {
    const meta = await store.meta();
    return deps.clock.now() + (meta.ok ? meta.value.clockOffset : 0);
  }

  async function escrow(statement: Signed): Promise<Result<EscrowAnswer, DeskReturnRefusal | WorkerError>> {
    const heard = await call(routes.escrow, parseEscrowAnswer, { statement });
    if (heard.type === "answer") return ok(heard.value);
    if (heard.type === "lost") return err({ type: "no-network" });
    switch (heard.error) {
      case "not-yet":
      case "blocked":
        return err({ type: heard.error });
      case "forbidden":
        return err({ type: "stopped" });
      case "not-found":
        return err({ type: "not-agreed" });
      default:
        return err({ type: "unavailable", mark: heard.error });
    }
  }

  const noteAsked = (session: DeskSession, id: RecordId, asked: ReturnRecord["asked"]) =>
    session.records.save<WorkerError>(id, (current) =>
      current?.t === "return" && asked !== undefined ? ok({ next: { ...current, asked } }) : err({ type: "not-found" }),
    );

  async function operates(session: DeskSession): Promise<boolean> {
    const deployment = await deps.deployments.current();
    const own = deployment?.organisations.find(({ statements }) =>
      statements.some(({ body }) => body === session.identity.statements[0]?.body),
    );
    return own?.operates === true;
  }

  /** C+O: the question brought what was sealed to this organisation. */
  async function withCard(session: DeskSession, { question, number }: Begun): Promise<Result<string, Problem>> {
    const { entry } = question;
    if (entry === null) return err({ type: "other-way" });
    const factor = await openDeskEntry(session.identity, { ...entry, pair: "C+O" });
    if (!factor.ok) return err({ type: "other-desk" });
    const bytes: Bytes = factor.value.reveal();
    const text = await sealReturnAnswer(question, number, { pair: "C+O", factor: bytes });
    factor.value.wipe();
    return ok(text);
  }

  /** S+O: the server's half comes sealed to the person's device; this desk adds its own and sees neither root nor share. */
  async function withNothing(
    session: DeskSession,
    { question, number }: Begun,
    record: ReturnRecord,
  ): Promise<Result<string, Problem>> {
    const { from: principal } = record;
    const { id: organisation, sign } = session.identity;
    const at = await serverNow(session);
    const said = { t: "escrow-open", v: 2, principal, by: organisation, to: question.box, at } as const;
    const answer = await escrow(await signEscrow(sign, said));
    if (!answer.ok) return answer;
    const { share } = answer.value;
    if (share === undefined) return err({ type: "not-yet" });
    const keyring = await keyringOf(record, share.keyring);
    if (keyring === undefined) return err({ type: "unavailable", mark: "keyring" });
    const factor = await openOrganisationFactor(session.identity, keyring, "S+O");
    if (!factor.ok) return err({ type: "other-desk" });
    const bytes = factor.value.reveal();
    const { root } = keyring.body;
    const { enc, sealed } = share;
    const text = await sealReturnAnswer(question, number, {
      pair: "S+O",
      factor: bytes,
      principal,
      organisation,
      root,
      share: { enc, sealed },
    });
    factor.value.wipe();
    return ok(text);
  }

  /** The keyring as the person's own chain signs it. */
  async function keyringOf({ senderStatements }: ReturnRecord, signed: Signed) {
    const chain = await readChain(senderStatements);
    if (!chain.ok) return undefined;
    // Devices that she added since are none of this desk's business: the key that signs is the same.
    const { head } = chain.value;
    const read = await readKeyring(signed, { ...chain.value, head: { ...head, n: Number.MAX_SAFE_INTEGER } });
    return read.ok ? read.value : undefined;
  }

  const api: DeskReturnApi = {
    returns: () =>
      within(async (session) => {
        const letters = await all(session);
        if (!letters.ok) return letters;
        const ids = new Set(letters.value.map(({ record }) => record.from));
        const people = [...ids].flatMap((from) => {
          const kept = newest(letters.value, from);
          return kept === undefined || kept.record.payload.pairs.length === 0
            ? []
            : [personOf(letters.value, kept, session.helper?.id)];
        });
        return ok({
          people: people.sort((a, b) => a.name.localeCompare(b.name) || b.agreedAt - a.agreedAt),
          mayHelp: me(session) !== null,
          operates: await operates(session),
        });
      }),

    returnRead: (text) =>
      within(async (session): Promise<Result<DeskReturnPerson, Problem>> => {
        forget();
        if (me(session) === null) return err({ type: "no-helper" });
        const question = await readReturnQuestion(text);
        if (!question.ok) return err(refusalOf(question.error));
        const { entry } = question.value;
        if (entry === null) return err({ type: "other-way" });
        if (entry.organisation !== session.identity.id) return err({ type: "other-desk" });
        const found = await agreed(session, { from: entry.principal }, "C+O");
        if (!found.ok) return found;
        read = question.value;
        return ok(found.value.person);
      }),

    returnChecked: ({ person, paper, pair, text }) =>
      within(
        async (
          session,
        ): Promise<Result<{ readonly number: string; readonly pictures: readonly number[] }, Problem>> => {
          begun = undefined;
          if (pair === "S+O") {
            const question = await readReturnQuestion(text ?? "");
            if (!question.ok) return err(refusalOf(question.error));
            if (question.value.entry !== null) return err({ type: "other-way" });
            read = question.value;
          }
          const question = read;
          if (question === undefined) return err({ type: "expired" });
          const found = await agreed(session, { id: person }, pair);
          if (!found.ok) return found;
          const { kept } = found.value;
          // The paper was compared with this person's name: what was read must be hers.
          if (question.entry !== null && question.entry.principal !== kept.record.from)
            return err({ type: "other-way" });
          const told = await tell(session, kept, { act: "return-checked", pair, paper });
          if (!told.ok) return told;
          const number = drawTransferNumber(deps.random);
          begun = { question, number, person: letterOf(kept.id), pair, paper };
          return ok({ number, pictures: await returnCheck(question, number) });
        },
      ),

    returnGive: () =>
      within(async (session): Promise<Result<{ readonly text: string }, Problem>> => {
        const now = begun;
        if (now === undefined) return err({ type: "expired" });
        const found = await agreed(session, { id: now.person }, now.pair);
        if (!found.ok) return found;
        const { kept } = found.value;
        const given = now.pair === "C+O" ? await withCard(session, now) : await withNothing(session, now, kept.record);
        if (!given.ok) return given;
        const told = await tell(session, kept, { act: "return-given", pair: now.pair, paper: now.paper });
        if (!told.ok) return told;
        forget();
        return ok({ text: given.value });
      }),

    returnAsk: ({ person, paper }) =>
      within(async (session) => {
        const helper = me(session);
        if (helper === null) return err<Problem>({ type: "no-helper" });
        if (await operates(session)) return err<Problem>({ type: "operator" });
        const found = await agreed(session, { id: person }, "S+O");
        if (!found.ok) return found;
        const { kept } = found.value;
        const facts = { principal: kept.record.from, by: session.identity.id, at: await serverNow(session) };
        const answer = await escrow(await signEscrowAsk(session.identity.sign, helper, facts));
        if (!answer.ok) return answer;
        const { escrow: state } = answer.value;
        if (state === null) return err<Problem>({ type: "stopped" });
        const asked = { asks: state.asks, opensAt: state.opensAt };
        const noted = await noteAsked(session, kept.id, asked);
        if (!noted.ok) return noted;
        // Said after it was heard: a letter about an ask that the server never had would frighten for nothing.
        const told = await tell(session, kept, { act: "return-asked", pair: "S+O", paper });
        return told.ok ? ok(asked) : told;
      }),

    returnDrop: async () => {
      forget();
      return ok(undefined);
    },
  };
  return { api, forget };
}

type TextError = Extract<Awaited<ReturnType<typeof readReturnQuestion>>, { readonly ok: false }>["error"];

function refusalOf({ type }: TextError): DeskReturnRefusal {
  return { type: type === "other-version" || type === "damaged" ? type : "not-a-question" };
}
