/**
 * Answers that arrive as data (a letter, a file, a profile): read part by part, or refused. Pure.
 */

import type { AnswerValue } from "./model.ts";
import { strokesOf } from "./signature.ts";

type Shape = Readonly<Record<string, "text" | "text?" | "null-text" | "texts" | "flag" | "moment">>;

const shapes: Readonly<Record<AnswerValue["v"], Shape>> = {
  text: { text: "text" },
  choice: { id: "text" },
  other: { text: "text" },
  choices: { ids: "texts", other: "text?" },
  pair: { first: "text", second: "null-text" },
  date: { date: "text" },
  datetime: { at: "text" },
  number: { number: "text" },
  yesno: { yes: "flag" },
  place: { code: "null-text", name: "text", postal: "text?" },
  address: { street: "text", more: "text", postal: "text", city: "text", code: "null-text", country: "text" },
  signature: { ink: "null-text", name: "text", text: "text", language: "text", at: "moment" },
  unknown: {},
};

const fits: Readonly<Record<Shape[string], (value: unknown) => boolean>> = {
  text: (value) => typeof value === "string",
  "text?": (value) => value === undefined || typeof value === "string",
  "null-text": (value) => value === null || typeof value === "string",
  texts: (value) => Array.isArray(value) && value.every((each) => typeof each === "string"),
  flag: (value) => typeof value === "boolean",
  moment: (value) => typeof value === "number" && Number.isFinite(value),
};

/** An answer read from a letter, a file or another program; null for what is none. Parts that it does not know are left out. */
export function storedAnswer(data: unknown): AnswerValue | null {
  if (typeof data !== "object" || data === null) return null;
  const map = data as Readonly<Record<string, unknown>>;
  const kind = typeof map.v === "string" && Object.hasOwn(shapes, map.v) ? (map.v as AnswerValue["v"]) : null;
  if (kind === null) return null;
  const shape = Object.entries(shapes[kind]);
  if (!shape.every(([name, type]) => fits[type](map[name]))) return null;
  if (kind === "signature" && typeof map.ink === "string" && strokesOf(map.ink) === null) return null;
  const parts = shape.flatMap(([name]) => (map[name] === undefined ? [] : [[name, map[name]] as const]));
  return { v: kind, ...Object.fromEntries(parts) } as unknown as AnswerValue;
}
