/** What a desk takes from a dossier's letter: every type of answer, and who helped; nothing of another shape. */
import { expect, test } from "vitest";
import type { AnswerValue, DossierPayload } from "../../../src/satchel/model.ts";
import { receivedFrom } from "../../../src/workers/desk/records.ts";

const answers = {
  text: { v: "text", text: "a" },
  choice: { v: "choice", id: "a" },
  other: { v: "other", text: "a" },
  choices: { v: "choices", ids: ["a"], other: "b" },
  pair: { v: "pair", first: "a", second: null },
  date: { v: "date", date: "1990" },
  datetime: { v: "datetime", at: "2026-01-01T10:00" },
  number: { v: "number", number: "-12.5" },
  yesno: { v: "yesno", yes: true },
  place: { v: "place", code: "01053", name: "Bourg", postal: "01000" },
  address: { v: "address", street: "a", more: "", postal: "01000", city: "Bourg", code: null, country: "" },
  signature: { v: "signature", ink: "s1 1,2", name: "", text: "Je dis vrai.", language: "fr", at: 1 },
  unknown: { v: "unknown" },
} as const satisfies { readonly [V in AnswerValue["v"]]: Extract<AnswerValue, { readonly v: V }> };

const payload: DossierPayload = {
  t: "dossier",
  procedure: "essai",
  formVersion: 1,
  number: "ABCDEFGY",
  filledAt: 1,
  language: "fr",
  answers,
  rows: {},
  notForeseen: "",
  declaration: null,
  papers: [],
  missing: [],
  helped: { h1: { name: "Nadia", structure: "", consent: "Oui.", language: "fr", at: 1, ended: 2 } },
  typedBy: { text: { h1: true } },
};

const letter = (content: unknown) =>
  ({ inner: { kind: "dossier", payload: content }, head: { blobs: [] } }) as unknown as Parameters<
    typeof receivedFrom
  >[0];

test("every type of answer arrives as it was sent, with whose hands wrote it", () => {
  const received = receivedFrom(letter(payload), 5);
  expect(received.ok && received.value.payload).toEqual(payload);
});

const spoken = {
  requirement: "voice:request",
  kind: "voice",
  title: "Réponse parlée",
  holder: "me",
  expiry: null,
  pages: [],
  seconds: 42,
};

test("a spoken answer arrives with its length", () => {
  const received = receivedFrom(letter({ ...payload, papers: [spoken] }), 5);
  expect(received.ok && received.value.payload.papers).toEqual([spoken]);
});

test.each([
  { papers: [{ ...spoken, seconds: -1 }] },
  { papers: [{ ...spoken, seconds: 1e9 }] },
  { papers: [{ ...spoken, seconds: "42" }] },
  { papers: [{ ...spoken, requirement: `voice:${"x".repeat(300)}` }] },
  // A recording that the letter does not carry.
  { papers: [{ ...spoken, pages: [{ blob: "AAAAAAAAAAAAAAAAAAAAAQ", turn: 0, preview: null }] }] },
  { answers: { a: { v: "number", number: 12 } } },
  { answers: { a: { v: "signature", ink: "x".repeat(20_001), name: "", text: "", language: "fr", at: 1 } } },
  { answers: { a: { v: "voice", blob: "a" } } },
  { typedBy: { a: { h1: false } } },
  { helped: { h1: { name: "Nadia" } } },
  // Numbers that are no date: nothing could write them in words.
  { filledAt: 1e300 },
  { declaration: { text: "Je dis vrai.", at: -1e16 } },
])("another shape is refused: %j", (wrong) => {
  expect(receivedFrom(letter({ ...payload, ...wrong }), 5)).toEqual({ ok: false, error: "bad-payload" });
});

test("P-L7 a dossier with an end is refused: only what is given for a time has one", () => {
  const sent = letter(payload);
  const ending = { ...sent, head: { ...sent.head, until: 9 } } as typeof sent;
  expect(receivedFrom(ending, 5)).toEqual({ ok: false, error: "bad-payload" });
});
