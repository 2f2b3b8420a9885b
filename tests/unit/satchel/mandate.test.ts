/** The rules of mandates, by tables of dates: what may be given, where each domain stands, what lies outside. */

import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { foresee } from "../../../src/satchel/deadlines/plan.ts";
import {
  type DomainView,
  domainViews,
  endingIn,
  isMandate,
  isMinor,
  livingDomains,
  type MandateDraft,
  mandateActs,
  mandateDays,
  mandateDomains,
  mandateFault,
  mandateLimits,
  mandateNotice,
  mostDeeds,
  outsideOf,
  signedText,
  usualMandateDays,
  withDeed,
} from "../../../src/satchel/mandate.ts";
import { deedPayload, mandateLessPayload, mandatePayload } from "../../../src/satchel/mandate-letters.ts";
import { mergeRecords } from "../../../src/satchel/merge.ts";
import type { MandateFacts, MandateRecord, SaidDeed } from "../../../src/satchel/model.ts";
import { shareEnd } from "../../../src/satchel/sharing.ts";
import type { B64 } from "../../../src/shared/bytes.ts";
import type { LetterId, ThreadId } from "../../../src/shared/ids.ts";
import { fakeId } from "../../support/fake-satchel.ts";

const now = Date.UTC(2026, 10, 22, 10);
const day = 86_400_000;
const draft = (patch: Partial<MandateDraft> = {}): MandateDraft => ({
  name: "Amina Diallo",
  purpose: "Demander une aide au logement",
  domains: ["housing", "money"],
  acts: ["fill", "send"],
  days: 31,
  until: shareEnd(31, now),
  text: { fr: "Je donne mandat.", shown: null },
  signature: { ink: null, name: "Amina Diallo", at: now },
  ...patch,
});
const facts = (patch: Partial<MandateFacts> = {}): MandateFacts => ({
  name: "Amina Diallo",
  desk: "CCAS de Brévigny",
  domains: ["housing", "money"],
  acts: ["fill"],
  text: draft().text,
  hash: "h".repeat(43) as B64,
  signature: draft().signature,
  replaces: null,
  ...patch,
});
const record = (patch: Partial<MandateRecord> = {}): MandateRecord => ({
  t: "share",
  organisation: "ccas",
  purpose: "Demander une aide",
  days: 31,
  until: shareEnd(31, now),
  thread: "t".repeat(22) as ThreadId,
  papers: [],
  sent: { n: 1, at: now, papers: 0 },
  createdAt: now,
  mandate: facts(),
  ...patch,
});
const end = (domain: "housing" | "money", at: number) => ({ domain, sent: { n: 2, at, papers: 0 } });

test("ten domains, six acts, four durations; a month where nobody chose; a day is not reminded", () => {
  expect([mandateDomains.length, new Set(mandateDomains).size, mandateActs.length]).toEqual([10, 10, 6]);
  expect(mandateDays).toEqual([1, 31, 182, 365]);
  expect(usualMandateDays).toBe(31);
  expect(mandateNotice).toEqual({ 1: null, 31: 7, 182: 30, 365: 30 });
});

describe("what is wrong with a mandate that is to be given", () => {
  test.each([
    ["nothing", {}, null],
    ["drawn, no name typed under it", { signature: { ink: "s1 1,1", name: "", at: now } }, null],
    ["no name", { name: " " }, "no-name"],
    ["no domain", { domains: [] }, "no-domain"],
    ["a domain twice", { domains: ["money", "money"] }, "no-domain"],
    ["a domain of somebody else", { domains: ["cars"] as never }, "no-domain"],
    ["no act", { acts: [] }, "no-act"],
    ["no purpose", { purpose: "" }, "no-purpose"],
    ["a long purpose", { purpose: "a".repeat(mandateLimits.purpose + 1) }, "too-long"],
    ["no words", { text: { fr: " ", shown: null } }, "no-text"],
    ["an empty translation", { text: { fr: "x", shown: { language: "ar", text: "" } } }, "no-text"],
    ["nobody signed", { signature: { ink: null, name: " ", at: now } }, "no-signature"],
    ["over already", { until: now }, "bad-end"],
    ["an answer of the server came while she read", { until: shareEnd(31, now) + 5000 }, null],
    ["later than said", { until: shareEnd(31, now) + day }, "bad-end"],
    ["another number of days", { days: 62 as never }, "bad-end"],
  ] as const)("%s", (_name, patch, fault) => expect(mandateFault(draft(patch as never), now)).toBe(fault));
});

test.each([
  ["2008-11-23", true],
  ["2008-11-22", false],
  ["2008-12", true],
  ["2008-11", false],
  ["2009", true],
  ["2008", false],
  [undefined, false],
  ["unknown", false],
])("born %s: under 18 on 22 November 2026 is %s", (born, minor) => expect(isMinor(born, "2026-11-22")).toBe(minor));

describe("each domain stands and ends alone", () => {
  const first = fakeId<LetterId>();
  const ends = { [first]: end("money", now + 5) };
  const states = (views: readonly DomainView[]) => views.map(({ domain, state }) => `${domain} ${state}`);
  test.each([
    ["opened", {}, [], ["housing on", "money on"]],
    ["opened", { ends }, [], ["housing on", "money ending"]],
    ["opened", { ends }, [first], ["housing on", "money ended"]],
    ["ending", { ends }, [first], ["housing ending", "money ending"]],
    ["ended", {}, [], ["housing ended", "money ended"]],
    ["over", {}, [], ["housing ended", "money ended"]],
    ["late", {}, [], ["housing ended", "money ended"]],
  ] as const)("%s %o told %o", (stage, patch, told, wanted) =>
    expect(states(domainViews(facts(patch), stage, new Set(told)))).toEqual(wanted),
  );
  test("ended twice, by two devices: the first time is shown, and both merge without a question", () => {
    const base = record();
    const [a, b] = [fakeId<LetterId>(), fakeId<LetterId>()];
    const mine = record({ mandate: facts({ ends: { [a]: end("money", 9) } }) });
    const theirs = record({ mandate: facts({ ends: { [b]: end("money", 5) } }) });
    const merged = mergeRecords<MandateRecord>({ base, mine, theirs });
    expect(merged.others).toBeUndefined();
    expect(domainViews(merged.mandate, "opened", new Set())[1]).toEqual({
      domain: "money",
      state: "ending",
      endedAt: 5,
    });
    expect(livingDomains(merged.mandate)).toEqual(["housing"]);
  });
});

describe("what was done, held against the mandate by both clocks", () => {
  const deed = (patch: Partial<SaidDeed> = {}): SaidDeed => ({
    domain: "money",
    what: "Appel",
    helper: "Nadia Petit",
    at: now + day,
    heardAt: now + 2 * day,
    ...patch,
  });
  const { until } = record();
  test.each([
    ["inside", {}, {}, null],
    ["told long after its end: the desk's clock counts", {}, { heardAt: until + 30 * day }, null],
    ["a phone that is some hours fast", {}, { at: now - 5 * 3_600_000 }, null],
    ["before it was given", {}, { at: now - 2 * day }, "before"],
    ["in its last millisecond", {}, { at: until - 1 }, null],
    ["at its end", {}, { at: until }, "after"],
    ["after the person ended it", { ended: { at: now + day - 1 } }, {}, "ended"],
    ["in the moment in which she did", { ended: { at: now + day } }, {}, null],
    ["in a domain that she ended", { mandate: facts({ ends: { l: end("money", now) } as never }) }, {}, "domain-ended"],
    ["in one that she did not", { mandate: facts({ ends: { l: end("housing", now) } as never }) }, {}, null],
  ] as const)("%s", (_name, patch, said, wanted) => expect(outsideOf(record(patch), deed(said))).toBe(wanted));

  test("each letter once, of domains that are in it, and not without end", () => {
    const letter = fakeId<LetterId>();
    const once = withDeed(record(), letter, deed());
    expect(once.mandate.deeds).toEqual({ [letter]: deed() });
    expect(withDeed(once, letter, deed({ what: "Autre" }))).toBe(once);
    expect(withDeed(once, fakeId<LetterId>(), deed({ domain: "justice" }))).toBe(once);
    let full = record();
    for (let n = 0; n < mostDeeds + 3; n += 1) full = withDeed(full, fakeId<LetterId>(), deed());
    expect(Object.keys(full.mandate.deeds ?? {})).toHaveLength(mostDeeds);
  });
});

test("a mandate is told from a share by its own part, and one text is signed", () => {
  const { mandate: _gone, ...share } = record();
  expect([isMandate(record()), isMandate(share), isMandate({ t: "paper" })]).toEqual([true, false, false]);
  expect(signedText({ fr: "a", shown: null })).toBe("a");
  expect(signedText({ fr: "a", shown: { language: "ar", text: "b" } })).toBe("a\n\nb");
});

describe("what a stranger may have written", () => {
  const payload = {
    t: "mandate",
    days: 31,
    until: shareEnd(31, now),
    language: "fr",
    name: "Amina",
    purpose: "Aide",
    domains: ["money"],
    acts: ["fill"],
    text: { fr: "Je donne mandat.", shown: null },
    hash: "h".repeat(43),
    signature: { ink: null, name: "Amina", at: now },
  };
  const about = fakeId<LetterId>();
  const deed = { t: "act", about, act: "mandate-act", domain: "money", what: "Appel", helper: "Nadia", at: now };
  test.each([
    ["a mandate", mandatePayload, payload, true],
    ["a field of tomorrow", mandatePayload, { ...payload, later: 1 }, true],
    ["no domain", mandatePayload, { ...payload, domains: [] }, false],
    ["a domain twice", mandatePayload, { ...payload, domains: ["money", "money"] }, false],
    ["no signature", mandatePayload, { ...payload, signature: { ink: null, name: " ", at: 1 } }, false],
    ["a hash that is none", mandatePayload, { ...payload, hash: "x" }, false],
    ["400 days", mandatePayload, { ...payload, days: 400 }, false],
    ["less", mandateLessPayload, { t: "mandate-less", about, domain: "money", at: 1 }, true],
    ["less of nothing", mandateLessPayload, { t: "mandate-less", about: "x", domain: "money", at: 1 }, false],
    ["a deed", deedPayload, deed, true],
    ["a deed of nobody", deedPayload, { ...deed, helper: " " }, false],
    ["a deed without words", deedPayload, { ...deed, what: "" }, false],
    ["a deed at no time", deedPayload, { ...deed, at: 8.64e15 + 1 }, false],
  ] as const)("%s", (_name, schema, value, fits) =>
    expect(v.safeParse(schema as v.GenericSchema, value).success).toBe(fits),
  );
});

describe("À prévoir speaks of its end", () => {
  const days = 182;
  const long = record({ days, until: Date.UTC(2027, 4, 23, 10) });
  const ahead = (today: string, given: Record<string, MandateRecord> = { m: long }) =>
    foresee({ papers: [], followed: [], own: [], mandates: endingIn(new Map(Object.entries(given))) }, today);
  test.each([
    ["2027-04-22", "later"],
    ["2027-04-23", "now"],
    ["2027-05-23", "now"],
    ["2027-05-24", "over"],
  ])("on %s: %s, thirty days before and until its last day", (today, stage) =>
    expect(ahead(today)).toMatchObject([
      { rule: "mandate-end", stage, from: "2027-04-23", until: "2027-05-23", about: { type: "mandate", id: "m" } },
    ]),
  );
  test("not of one that was ended or renewed, nor of one that lasts a day", () => {
    expect(ahead("2027-05-01", { m: { ...long, ended: { at: 1 } } })).toEqual([]);
    expect(ahead("2027-05-01", { m: record({ days: 1 }) })).toEqual([]);
    const newer = record({ days, until: Date.UTC(2028, 0, 1), mandate: facts({ replaces: "m" as LetterId }) });
    expect(ahead("2027-05-01", { m: long, n: newer }).map((line) => line.about.id)).toEqual(["n"]);
  });
});
