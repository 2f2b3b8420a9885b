/**
 * Between what a person types or touches and the answer that is stored. Pure and forgiving: nothing here refuses; what
 * looks wrong is stored as typed and engine.ts says so on "Continuer" (form patterns: never on blur).
 */

import { westernDigits } from "../shared/keys.ts";
import type { AnswerValue } from "./model.ts";

/** Spaces at the ends and doubled ones go; null when nothing is left. */
export function textAnswer(typed: string): AnswerValue | null {
  const text = typed.trim().replace(/[^\S\n]+/g, " ");
  return text === "" ? null : { v: "text", text };
}

/** Several lines are kept as typed, ends trimmed. */
export function longTextAnswer(typed: string): AnswerValue | null {
  const text = typed.trim();
  return text === "" ? null : { v: "text", text };
}

/** Digits with an optional leading +: spaces, dots, dashes, brackets and slashes do not matter. */
const phoneDigits = (typed: string): string => {
  const text = westernDigits(typed).replace(/[\s\u00a0\u202f().\-_/]/g, "");
  return text.startsWith("00") ? `+${text.slice(2)}` : text;
};

/** "06 12.34-56 78" is kept as "0612345678", "0033 (0)6..." as "+336..."; anything else as typed. */
export function phoneAnswer(typed: string): AnswerValue | null {
  if (typed.trim() === "") return null;
  const digits = phoneDigits(typed).replace(/^\+330(?=\d{9}$)/, "+33");
  return { v: "text", text: isPhone(digits) ? digits : typed.trim() };
}

/** A French number of ten digits, or an international one. */
export const isPhone = (text: string): boolean => /^0[1-9]\d{8}$/.test(text) || /^\+[1-9]\d{7,14}$/.test(text);

/** In pairs as French people read it; put it in a left-to-right element. */
export function showPhone(text: string): string {
  const national = /^0[1-9]\d{8}$/.test(text) ? text : text.replace(/^\+33(?=[1-9]\d{8}$)/, "0");
  return /^0[1-9]\d{8}$/.test(national) ? national.replace(/(\d\d)(?=\d)/g, "$1\u00a0") : text;
}

export function emailAnswer(typed: string): AnswerValue | null {
  const text = typed.replace(/\s/g, "");
  return text === "" ? null : { v: "text", text };
}

/** Only what surely is none is called wrong: one @, something on both sides, a dot behind it. */
export const isEmail = (text: string): boolean => /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(text);

export const choiceAnswer = (id: string): AnswerValue => ({ v: "choice", id });

export const yesNoAnswer = (yes: boolean): AnswerValue => ({ v: "yesno", yes });

/** "Je ne sais pas": an answer, not a hole. */
export const unknownAnswer: AnswerValue = { v: "unknown" };
