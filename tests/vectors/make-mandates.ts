/**
 * Makes the frozen vectors of mandates (SPEC C-L9, C-L10), once: `node tests/vectors/make-mandates.ts`. A file that exists is never
 * written again. Node only. Nothing here is made with the code under test.
 */

import { createHash } from "node:crypto";
import { write } from "./spec.ts";

const sha = (text: string): string => createHash("sha256").update(Buffer.from(text, "utf8")).digest("base64url");
const fr = "Mandat\n\nMoi, Amina Diallo, je donne mandat à CCAS de Brévigny.\n\nLe texte français fait foi.";
const ar = "وكالة\n\nأنا Amina Diallo، أعطي وكالة إلى CCAS de Brévigny.\n\nالنص الفرنسي هو المعتمد.";
const text = (shown: object | null) => ({ fr, shown });
const about = "AAECAwQFBgcICQoLDA0ODw";
const mandate = (patch: object = {}) => ({
  t: "mandate",
  days: 182,
  until: Date.UTC(2027, 4, 23, 10),
  language: "fr",
  name: "Amina Diallo",
  purpose: "Demander une aide au logement",
  domains: ["housing", "money"],
  acts: ["fill", "send", "call"],
  text: text(null),
  hash: sha(fr),
  signature: { ink: "s1 80,200 400,120;500,300", name: "", at: Date.UTC(2026, 10, 22, 10) },
  ...patch,
});
const less = (patch: object = {}) => ({ t: "mandate-less", about, domain: "money", at: 1, ...patch });
const deed = (patch: object = {}) => ({
  t: "act",
  about,
  act: "mandate-act",
  domain: "money",
  what: "Appel à la CAF",
  helper: "Nadia Petit",
  at: Date.UTC(2026, 10, 23, 9),
  ...patch,
});
const given = (name: string, payload: object, expect: "ok" | "bad-payload" = "bad-payload") => ({
  name,
  input: { payload },
  expect,
});

write("mandates", {
  texts: [
    { name: "French alone", input: { text: text(null) }, expect: "ok", value: sha(fr) },
    {
      name: "French, and what she read",
      input: { text: text({ language: "ar", text: ar }) },
      expect: "ok",
      value: sha(`${fr}\n\n${ar}`),
    },
  ],
  payloads: [
    given("a mandate", mandate(), "ok"),
    given("in two languages", mandate({ language: "ar", text: text({ language: "ar", text: ar }) }), "ok"),
    given("a name typed", mandate({ signature: { ink: null, name: "Amina Diallo", at: 1 } }), "ok"),
    given("a field of tomorrow", mandate({ place: "Brévigny" }), "ok"),
    given("nobody signed", mandate({ signature: { ink: null, name: " ", at: 1 } })),
    given("no domain", mandate({ domains: [] })),
    given("a domain twice", mandate({ domains: ["money", "money"] })),
    given("a domain of tomorrow", mandate({ domains: ["moon"] })),
    given("no act", mandate({ acts: [] })),
    given("62 days", mandate({ days: 62 })),
    given("no purpose", mandate({ purpose: " " })),
    given("no French", mandate({ text: { fr: "", shown: null } })),
    given("a hash that is none", mandate({ hash: "abc" })),
    given("half a millisecond", mandate({ until: 1.5 })),
    given("one domain less", less(), "ok"),
    given("less of no mandate", less({ about: "x" })),
    given("a domain of tomorrow less", less({ domain: "moon" })),
    given("a deed", deed(), "ok"),
    given("a deed of nobody", deed({ helper: "  " })),
    given("a deed without words", deed({ what: "" })),
    given("another act", deed({ act: "paper-opened" })),
  ],
});
