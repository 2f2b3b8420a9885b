/**
 * A dossier that is prepared on another site (Démarches simplifiées), for its person to finish and file there: what phone
 * and server say about it (SPEC P-F). Runs everywhere.
 *
 * Surprising: these are the only messages of the protocol whose content the server can read. They carry no session, no satchel
 * and no id of ours, so that what it reads is not tied to who owns which satchel.
 */
import * as v from "valibot";
import { err, ok, type Result } from "../shared/result.ts";
import { serverTimeField } from "./fields.ts";
import { prefill as limits } from "./limits.ts";
import type { Answered } from "./wire.ts";

/** A text (dates ISO, yes/no "true" and "false"), or several (choices; of a commune its postal and its INSEE code). */
export type PrefillValue = string | readonly string[];
export type PrefillRow = Readonly<Record<string, PrefillValue>>;

/** By the names of the other site: "champ_...", "identite_nom". */
export type PrefillValues = Readonly<Record<string, PrefillValue | readonly PrefillRow[]>>;

/** `path`: the word of the procedure in the other site's addresses. */
export interface PrefillShapeRequest {
  readonly path: string;
}

/** One question as it stands there today, without its words. */
export interface PrefillField {
  /** As in the values: "champ_Q2hhbXAtMTI". */
  readonly key: string;
  /** Of the other site's schema, such as "TextChampDescriptor". */
  readonly type: string;
  readonly options?: readonly string[] | undefined;
  readonly other?: boolean | undefined;
  /** Of a repetition. */
  readonly fields?: readonly PrefillField[] | undefined;
}

export interface PrefillShape {
  readonly number: number;
  /** "publiee", "brouillon" (a test), "close", "depubliee". */
  readonly state: string;
  readonly revision: string;
  readonly fields: readonly PrefillField[];
}

export interface PrefillShapeAnswer extends Answered {
  readonly shape: PrefillShape;
}

export interface PrefillCreateRequest {
  readonly number: number;
  readonly values: PrefillValues;
}

/** A draft is there. It belongs to nobody until it is opened with this address, and nothing is filed. */
export interface PrefillCreateAnswer extends Answered {
  readonly url: string;
  /** Of the dossier there. */
  readonly dossier: number;
  /** Who has it may ask for the state, and open the draft. */
  readonly token: string;
}

export interface PrefillStateRequest {
  readonly number: number;
  readonly tokens: readonly string[];
}

/** `state` as the other site says it; a token that it knows no more is missing. Dates are ISO, null: not yet. */
export interface PrefillState {
  readonly dossier: number;
  readonly state: string;
  readonly submittedAt: string | null;
  readonly processedAt: string | null;
}

export interface PrefillStateAnswer extends Answered {
  readonly dossiers: readonly PrefillState[];
}

type Parser<T> = (input: unknown) => Result<T, "bad-format">;

function parser<T>(schema: v.BaseSchema<unknown, T, v.BaseIssue<unknown>>): Parser<T> {
  return (input) => {
    const read = v.safeParse(schema, input);
    return read.success ? ok(read.output) : err("bad-format");
  };
}

const text = (letters: number) => v.pipe(v.string(), v.maxLength(letters));
const number = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(Number.MAX_SAFE_INTEGER));
const key = v.pipe(v.string(), v.regex(/^(champ_[A-Za-z0-9+/_-]{1,100}|identite_(prenom|nom|genre))$/));
const token = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{8,200}$/));
/** What the site lets an administration choose. */
const path = v.pipe(v.string(), v.regex(/^[a-z0-9_-]{3,200}$/));

const value = v.union([text(limits.letters), v.pipe(v.array(text(limits.letters)), v.maxLength(limits.choices))]);
const entries = <T>(each: v.BaseSchema<unknown, T, v.BaseIssue<unknown>>) =>
  v.pipe(
    v.unknown(),
    v.check((input) => !Array.isArray(input)),
    v.record(key, each),
    v.check((all) => Object.keys(all).length <= limits.values),
  );
const values = entries(v.union([value, v.pipe(v.array(entries(value)), v.maxLength(limits.rows))]));

export const parsePrefillShapeRequest: Parser<PrefillShapeRequest> = parser(v.strictObject({ path }));
export const parsePrefillCreateRequest: Parser<PrefillCreateRequest> = parser(v.strictObject({ number, values }));
export const parsePrefillStateRequest: Parser<PrefillStateRequest> = parser(
  v.strictObject({ number, tokens: v.pipe(v.array(token), v.minLength(1), v.maxLength(limits.tokens)) }),
);

const answered = { nonce: v.string(), time: serverTimeField };
const option = text(limits.optionLetters);
const plainField = {
  key,
  type: text(60),
  options: v.optional(v.pipe(v.array(option), v.maxLength(limits.options))),
  other: v.optional(v.boolean()),
};
const shape = v.object({
  number,
  state: text(40),
  revision: text(200),
  fields: v.pipe(
    v.array(
      v.object({
        ...plainField,
        fields: v.optional(v.pipe(v.array(v.object(plainField)), v.maxLength(limits.fields))),
      }),
    ),
    v.maxLength(limits.fields),
  ),
});
const moment = v.nullable(text(40));

/** An address there: https, or http on this machine. The server has held its host against its own setting. */
const address = v.pipe(
  v.string(),
  v.maxLength(500),
  v.regex(/^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1)[:/])[^\s]+$/),
);

export const parsePrefillShapeAnswer: Parser<PrefillShapeAnswer> = parser(v.object({ ...answered, shape }));
export const parsePrefillCreateAnswer: Parser<PrefillCreateAnswer> = parser(
  v.object({ ...answered, url: address, dossier: number, token }),
);
export const parsePrefillStateAnswer: Parser<PrefillStateAnswer> = parser(
  v.object({
    ...answered,
    dossiers: v.pipe(
      v.array(v.object({ dossier: number, state: text(40), submittedAt: moment, processedAt: moment })),
      v.maxLength(limits.tokens),
    ),
  }),
);
