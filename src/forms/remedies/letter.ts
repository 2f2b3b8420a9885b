/**
 * The appeal as a letter, from the answers of the procedure "recours": blocks, object, facts, reasons, demand, what is joined.
 * Pure; every sentence comes from the caller, so the letter itself is French and the person reads the same in their language.
 *
 * Surprising fact: nothing is written for the person that they did not say. Their own words stand as they typed them, and
 * what was not answered leaves no hole: its sentence is not there.
 */

import type { Answers, AnswerValue } from "../model.ts";

export type LetterKey =
  | "bornOn"
  | "fileNumber"
  | "madeOn"
  | "madeAt"
  | "registered"
  | "byHand"
  | "object"
  | "objectDated"
  | "objectSilence"
  | "reference"
  | "greeting"
  | "contest"
  | "contestDated"
  | "contestReceived"
  | "contestBoth"
  | "contestSilence"
  | "words"
  | "reasons"
  | "proofs"
  | "wanted"
  | "hardship"
  | "answer"
  | "closing"
  | "joined"
  | "signature";

export interface LetterWords {
  readonly say: (key: LetterKey, values?: Readonly<Record<string, string>>) => string;
  /** The sentence for one choice; undefined where this version has none, and the choice is then left out. */
  readonly choice: (field: "decision_kind" | "reasons" | "wanted", id: string) => string | undefined;
  /** To whom, by the choice of `to_whom` or `decision_by`. */
  readonly office: (field: "to_whom" | "decision_by", id: string) => string;
  readonly date: (date: string) => string;
  readonly phone: (phone: string) => string;
}

export interface Letter {
  /** Given name and family name; empty where neither was answered. */
  readonly name: string;
  /** Lines of who writes. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** "Lettre recommandée ..."; null: nothing said. */
  readonly sent: string | null;
  readonly made: string;
  readonly object: string;
  readonly reference: string | null;
  readonly greeting: string;
  /** In order. A list belongs to the text before it; `own`: words that the person typed. */
  readonly body: readonly LetterPart[];
  readonly closing: string;
  readonly signature: string;
  readonly joined: { readonly title: string; readonly lines: readonly string[] } | null;
}

export interface LetterPart {
  readonly text: string;
  readonly own?: string;
  readonly list?: readonly string[];
}

const textIn = (answer: AnswerValue | undefined): string =>
  answer?.v === "text" || answer?.v === "other" ? answer.text.trim() : "";
const dateIn = (answer: AnswerValue | undefined): string | null => (answer?.v === "date" ? answer.date : null);
const idIn = (answer: AnswerValue | undefined): string | null => (answer?.v === "choice" ? answer.id : null);
const linesOf = (text: string): readonly string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

function addressOf(answer: AnswerValue | undefined): { readonly lines: readonly string[]; readonly city: string } {
  if (answer?.v !== "address") return { lines: linesOf(textIn(answer)), city: "" };
  const { street, more, postal, city, country } = answer;
  return { lines: linesOf([street, more, `${postal} ${city}`, country].join("\n")), city: city.trim() };
}

/**
 * @param answers visible answers of the procedure "recours".
 * @param joined what goes with the letter, one line each.
 * @param today "YYYY-MM-DD".
 */
export function composeLetter(
  answers: Answers,
  joined: readonly string[],
  today: string,
  { say, choice, office, date, phone }: LetterWords,
): Letter {
  const text = (id: string): string => textIn(answers[id]);
  const dated = (id: string): string | null => {
    const day = dateIn(answers[id]);
    return day === null ? null : date(day);
  };
  const home = addressOf(answers.address);
  const born = dated("birthdate");
  const file = text("file_number");
  const name = [text("given_name"), text("family_name")].filter((part) => part !== "").join(" ");
  const call = text("phone");
  const from = [
    name,
    ...home.lines,
    call === "" ? "" : phone(call),
    text("email"),
    born === null ? "" : say("bornOn", { date: born }),
    file === "" ? "" : say("fileNumber", { number: file }),
  ].filter((line) => line !== "");

  const by = idIn(answers.decision_by);
  const toWhom = idIn(answers.to_whom);
  const named = text("decision_by_name") || textIn(answers.decision_by);
  const chosen = toWhom === null || toWhom === "other" || toWhom === "same-office" ? "" : office("to_whom", toWhom);
  const decider = named !== "" ? named : by === null || by === "other" ? "" : office("decision_by", by);
  const to = [
    chosen,
    ...(chosen === decider ? [] : [decider]),
    textIn(answers.to_whom),
    ...linesOf(text("to_address")),
  ];

  const kind = idIn(answers.decision_kind);
  const silent = kind === "no-answer";
  const [written, received] = [dated("decision_date"), dated("received_date")];
  const what = kind === null || silent ? "" : (choice("decision_kind", kind) ?? "");
  const contest = silent
    ? say("contestSilence")
    : written !== null && received !== null
      ? say("contestBoth", { date: written, received, what })
      : written !== null
        ? say("contestDated", { date: written, what })
        : received !== null
          ? say("contestReceived", { received, what })
          : say("contest", { what });

  const listed = (field: "reasons" | "wanted"): readonly string[] => {
    const answer = answers[field];
    if (answer?.v !== "choices") return [];
    const own = answer.other?.trim() ?? "";
    return [...answer.ids.flatMap((id) => choice(field, id) ?? []), ...(own === "" ? [] : [own])];
  };
  const owned = (key: LetterKey, id: string): readonly LetterPart[] =>
    text(id) === "" ? [] : [{ text: say(key), own: text(id) }];
  const reasons = listed("reasons");
  const wanted = [...listed("wanted"), ...(text("wanted_words") === "" ? [] : [text("wanted_words")])];
  const isHard = answers.hardship?.v === "yesno" && answers.hardship.yes;
  const body: readonly LetterPart[] = [
    { text: contest.replace(/\s+([.,])/g, "$1").replace(/ {2,}/g, " ") },
    ...owned("words", "decision_words"),
    ...(reasons.length === 0 ? [] : [{ text: say("reasons"), list: reasons }]),
    ...(text("reason_words") === "" ? [] : [{ text: "", own: text("reason_words") }]),
    ...owned("proofs", "proofs_words"),
    ...(wanted.length === 0 ? [] : [{ text: say("wanted"), list: wanted }]),
    ...(isHard
      ? [{ text: say("hardship"), ...(text("hardship_words") === "" ? {} : { own: text("hardship_words") }) }]
      : []),
    { text: say("answer") },
  ];
  const how = idIn(answers.send_how);
  const reference = text("decision_number");
  return {
    name,
    from,
    to: [...new Set(to.filter((line) => line !== ""))],
    sent: how === "registered" ? say("registered") : how === "desk" ? say("byHand") : null,
    made:
      home.city === "" ? say("madeOn", { date: date(today) }) : say("madeAt", { city: home.city, date: date(today) }),
    object: silent ? say("objectSilence") : written === null ? say("object") : say("objectDated", { date: written }),
    reference: reference === "" ? null : say("reference", { number: reference }),
    greeting: say("greeting"),
    body,
    closing: say("closing"),
    signature: [say("signature"), name].filter((part) => part !== "").join("\u00a0: "),
    joined: joined.length === 0 ? null : { title: say("joined"), lines: joined },
  };
}

/** The letter as plain text, to paste into a site or an e-mail. */
export function letterText(letter: Letter): string {
  const { name, from, to, sent, made, object, reference, greeting, body, closing, joined } = letter;
  const part = ({ text, own, list = [] }: LetterPart): string =>
    [text, own ?? "", ...list.map((line) => `- ${line}`)].filter((line) => line !== "").join("\n");
  return [
    from.join("\n"),
    to.join("\n"),
    sent ?? "",
    made,
    [object, reference ?? ""].filter((line) => line !== "").join("\n"),
    greeting,
    ...body.map(part),
    closing,
    name,
    joined === null ? "" : part({ text: joined.title, list: joined.lines }),
  ]
    .filter((block) => block !== "")
    .join("\n\n");
}

/** Whether words that the person typed are in letters that a French office may not read. */
export const hasOtherLetters = ({ body }: Letter): boolean =>
  body.some(({ own = "", list = [] }) =>
    /[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u.test(own + list.join("")),
  );
