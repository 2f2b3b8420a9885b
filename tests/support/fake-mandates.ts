/** Mandates for the fakes of both workers: how one looks, and the methods over plain lists. Runs in Node or a page. */

import { domainViews, livingDomains, outsideOf } from "../../src/satchel/mandate.ts";
import type { MandateFacts, MandateRecord } from "../../src/satchel/model.ts";
import { endShare, type ShareStage, shareEnd } from "../../src/satchel/sharing.ts";
import type { B64 } from "../../src/shared/bytes.ts";
import type { LetterId, RecordId, ThreadId } from "../../src/shared/ids.ts";
import { err, ok } from "../../src/shared/result.ts";
import type { MandatesApi, MandateView } from "../../src/workers/mandates.contract.ts";
import type { DeskMandate, DeskMandateRow, DeskMandatesApi } from "../../src/workers/mandates-desk.contract.ts";

interface FakeWorld {
  readonly now: () => number;
  readonly id: <Id extends string>() => Id;
  readonly change: () => void;
}

const missing = err({ type: "not-found" } as const);
const hash = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU" as B64;
const text = { fr: "Mandat\n\nJe, Camille Morel, donne mandat à CCAS de Brévigny.", shown: null };

export const fakeMandateView = (
  id: RecordId,
  record: MandateRecord,
  stage: ShareStage,
  told: ReadonlySet<LetterId> = new Set(),
): MandateView => ({
  id,
  record,
  stage,
  depositedAt: ["waits", "late"].includes(stage) ? null : record.createdAt,
  openedAt: stage === "opened" ? record.createdAt : null,
  domains: domainViews(record.mandate, stage, told),
  deeds: Object.values(record.mandate.deeds ?? {})
    .map((deed) => ({ ...deed, outside: outsideOf(record, deed) }))
    .sort((a, b) => b.at - a.at),
  renewedBy: null,
});

/** For housing and money, to the CCAS, for 31 days since `now`. */
export const fakeMandateRecord = (
  now: number,
  mandate: Partial<MandateFacts> = {},
  record: Partial<MandateRecord> = {},
): MandateRecord => ({
  t: "share",
  organisation: "ccas-brevigny",
  purpose: "Demander une aide au logement",
  days: 31,
  until: shareEnd(31, now),
  thread: "AAAAAAAAAAAAAAAAAAAAAA" as ThreadId,
  papers: [],
  sent: { n: 1, at: now, papers: 0 },
  createdAt: now,
  ...record,
  mandate: {
    name: "Camille Morel",
    desk: "CCAS de Brévigny",
    domains: ["housing", "money"],
    acts: ["fill", "send"],
    text,
    hash,
    signature: { ink: null, name: "Camille Morel", at: now },
    replaces: null,
    ...mandate,
  },
});

export function fakeMandates(data: { mandates: readonly MandateView[] }, world: FakeWorld): MandatesApi {
  const put = (after: MandateView): void => {
    data.mandates = data.mandates.map((one) => (one.id === after.id ? after : one));
    world.change();
  };
  return {
    mandates: async () => ok(data.mandates),
    mandate: async (id) => {
      const found = data.mandates.find((one) => one.id === id);
      return found === undefined ? missing : ok(found);
    },
    startMandate: async ({ organisation, name, purpose, domains, acts, days, until, text: words, signature }) => {
      const facts = { name, domains, acts, text: words, signature };
      const record = fakeMandateRecord(world.now(), facts, { organisation, purpose, days, until });
      const view = fakeMandateView(world.id<RecordId>(), record, "waits");
      data.mandates = [view, ...data.mandates];
      world.change();
      return ok(view);
    },
    endMandate: async ({ id, domain }) => {
      const before = data.mandates.find((one) => one.id === id);
      if (before === undefined) return missing;
      const { record, stage } = before;
      const now = world.now();
      if (domain === null || livingDomains(record.mandate).length === 1) {
        const next = endShare(record, now) as MandateRecord;
        put(fakeMandateView(id, next, "ending"));
      } else {
        const ends = { ...record.mandate.ends, [world.id<LetterId>()]: { domain, sent: { n: 2, at: now, papers: 0 } } };
        put(fakeMandateView(id, { ...record, mandate: { ...record.mandate, ends } }, stage));
      }
      return ok(data.mandates.find((one) => one.id === id) ?? before);
    },
  };
}

export const fakeDeskMandate = (
  letter: LetterId,
  now: number,
  row: Partial<DeskMandateRow> = {},
  rest: Partial<Omit<DeskMandate, "row">> = {},
): DeskMandate => ({
  days: 31,
  acts: ["fill", "send"],
  language: "fr",
  text,
  hash,
  signature: { ink: null, name: "Camille Morel", at: now },
  deeds: [],
  me: "Nadia Petit",
  ...rest,
  row: {
    letter,
    name: "Camille Morel",
    purpose: "Demander une aide au logement",
    domains: [
      { domain: "housing", ended: false },
      { domain: "money", ended: false },
    ],
    depositedAt: now,
    until: shareEnd(31, now),
    state: "new",
    soon: false,
    ...row,
  },
});

export function fakeDeskMandates(
  data: { mandates: readonly DeskMandate[] },
  world: Pick<FakeWorld, "now" | "change">,
): DeskMandatesApi {
  const stands = ({ row }: DeskMandate): boolean => row.state === "new" || row.state === "opened";
  const put = (after: DeskMandate): void => {
    data.mandates = data.mandates.map((one) => (one.row.letter === after.row.letter ? after : one));
    world.change();
  };
  return {
    mandates: async () => ok(data.mandates.map(({ row }) => row)),
    openMandate: async (letter) => {
      const found = data.mandates.find((one) => one.row.letter === letter);
      if (found === undefined || !stands(found)) return missing;
      if (found.row.state === "opened") return ok(found);
      const after: DeskMandate = { ...found, row: { ...found.row, state: "opened" } };
      put(after);
      return ok(after);
    },
    mandatesBeside: async () => ok(data.mandates.filter(stands).map(({ row }) => row)),
    recordDeed: async (letter, { domain, what, helper }) => {
      const found = data.mandates.find((one) => one.row.letter === letter);
      if (found === undefined || !stands(found)) return err({ type: "mandate-over" });
      const name = found.me === "" ? helper.trim() : found.me;
      if (name === "") return err({ type: "no-name" });
      put({ ...found, deeds: [{ domain, what, helper: name, at: world.now() }, ...found.deeds] });
      return ok(undefined);
    },
  };
}
