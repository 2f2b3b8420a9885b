/**
 * Published forms: what an organisation says of a form of its own, and how that travels (SPEC P-Q). Runs everywhere; knows
 * nothing of what is in a form.
 *
 * Surprising: a publication is not part of the organisation's chain. It is a statement beside it, so that a phone can verify
 * one form alone, and forget it, without following everything that an organisation ever published.
 */

import * as v from "valibot";
import { type B64, type Bytes, isBase64Url } from "../shared/bytes.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { fixedB64, principalIdField, serverTimeField } from "./fields.ts";
import { labels } from "./labels.ts";
import { published as limits } from "./limits.ts";
import { b64, labelled, parseBody, readSigned, type SignKey, sha256, signBody } from "./sign.ts";
import type { Principal } from "./statements.ts";
import type { Answered, Signed } from "./wire.ts";

const formPattern = /^[a-z0-9]+(-[a-z0-9]+)*$/;

const formField = v.pipe(v.string(), v.maxLength(limits.formLetters), v.regex(formPattern));
const versionField = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(limits.version));

const publicationShape = v.strictObject({
  t: v.literal("form"),
  v: v.literal(1),
  by: principalIdField,
  form: formField,
  version: versionField,
  hash: fixedB64(32),
  /** Bytes of the file. */
  length: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(limits.fileBytes)),
  /** Clock of the desk, in milliseconds: shown, never compared. */
  at: serverTimeField,
  /** No new dossier begins with it; what was begun may be finished. */
  withdrawn: v.boolean(),
});

export type Publication = v.InferOutput<typeof publicationShape>;

export type PublicationError =
  | { readonly type: "bad-format" }
  | { readonly type: "bad-signature" }
  /** Another principal's, or by one that is no organisation. */
  | { readonly type: "wrong-signer" };

export const isFormName = (input: unknown): input is string =>
  typeof input === "string" && input.length <= limits.formLetters && formPattern.test(input);

/** Of two statements about one form the one of the higher rank stands (SPEC P-Q3). */
export const rankOf = ({ version, withdrawn }: Pick<Publication, "version" | "withdrawn">): number =>
  version * 2 + (withdrawn ? 1 : 0);

/** What `hash` is of a file's bytes. */
export const publishedHash = async (file: Bytes): Promise<B64> =>
  b64(await sha256(labelled(labels.publishedFile, file)));

export const signPublication = (key: SignKey, facts: Omit<Publication, "t" | "v">): Promise<Signed> =>
  signBody(key, labels.published, {
    t: "form",
    v: 1,
    by: facts.by,
    form: facts.form,
    version: facts.version,
    hash: facts.hash,
    length: facts.length,
    at: facts.at,
    withdrawn: facts.withdrawn,
  });

/** A publication's own words, unverified: only to find out whose key to verify with. */
export function publicationClaim(signed: Signed): Result<Publication, "bad-format"> {
  const parsed = signed.body.length > limits.statementBody ? undefined : parseBody(signed.body);
  const shape = v.safeParse(publicationShape, parsed?.value);
  return shape.success ? ok(shape.output) : err("bad-format");
}

/**
 * Verifies and reads (SPEC P-Q1, P-Q2). `by`: the organisation as its chain says, as it was pinned; what it published under
 * keys that it had before stands, where `former` is handed in. A server hands none in: nothing new comes under those.
 */
export async function readPublication(
  signed: Signed,
  by: Pick<Principal, "id" | "kind" | "sign"> & Partial<Pick<Principal, "former">>,
): Promise<Result<Publication, PublicationError>> {
  let read: Result<unknown, { readonly type: "bad-format" | "bad-signature" }> = err({ type: "bad-format" });
  if (signed.body.length <= limits.statementBody) {
    read = await readSigned(by.sign, labels.published, signed);
    for (const { sign } of by.former ?? []) if (!read.ok) read = await readSigned(sign, labels.published, signed);
  }
  if (!read.ok) return err({ type: read.error.type });
  const shape = v.safeParse(publicationShape, read.value);
  if (!shape.success) return err({ type: "bad-format" });
  return by.kind === "organisation" && shape.output.by === by.id ? ok(shape.output) : err({ type: "wrong-signer" });
}

/** Whether these are the bytes that a publication speaks of. */
export const isPublishedFile = async (file: Bytes, said: Pick<Publication, "hash" | "length">): Promise<boolean> =>
  file.length === said.length && (await publishedHash(file)) === said.hash;

/* ---- the routes (P-Q5 to P-Q8) ---- */

/** POST /v1/forms. `file`: its bytes; null in a withdrawal, whose file is here already. */
export interface PublishRequest {
  readonly statement: Signed;
  readonly file: B64 | null;
}
/** GET /v1/forms?after=<epoch>.<seq>: the newest statement of each form of every organisation, in order of arrival. */
export interface PublishedAnswer extends Answered {
  readonly forms: readonly Signed[];
  /** What to say as `after` the next time. */
  readonly cursor: string;
  readonly more: boolean;
  /** The asked cursor is of another epoch or ahead: this page is the first of all. */
  readonly reset: boolean;
}
/** GET /v1/organisations/<slug>/forms: every statement of one organisation, oldest first. */
export interface OwnPublishedAnswer extends Answered {
  readonly forms: readonly Signed[];
}

const fileLetters = Math.ceil((limits.fileBytes * 4) / 3);
const statementFields = {
  body: v.custom<B64>(
    (text) => typeof text === "string" && text !== "" && text.length <= limits.statementBody && isBase64Url(text),
  ),
  sig: fixedB64(64),
};
const publishRequest = v.strictObject({
  statement: v.strictObject(statementFields),
  file: v.nullable(
    v.custom<B64>((text) => typeof text === "string" && text !== "" && text.length <= fileLetters && isBase64Url(text)),
  ),
});
const nonce = v.pipe(v.string(), v.maxLength(64));
const statements = (most: number) => v.pipe(v.array(v.object(statementFields)), v.maxLength(most), v.readonly());
const publishedAnswer = v.object({
  nonce,
  time: serverTimeField,
  forms: statements(limits.page),
  cursor: v.pipe(v.string(), v.regex(/^[0-9a-z]{1,32}\.(0|[1-9][0-9]{0,15})$/)),
  more: v.boolean(),
  reset: v.boolean(),
});
const ownPublishedAnswer = v.object({ nonce, time: serverTimeField, forms: statements(2 * limits.versions) });
const plainAnswer = v.object({ nonce, time: serverTimeField });

const parser =
  <T>(schema: v.GenericSchema<unknown, T>) =>
  (input: unknown): Result<T, "bad-format"> => {
    const read = v.safeParse(schema, input, { abortEarly: true });
    return read.success ? ok(read.output) : err("bad-format");
  };

export const parsePublishRequest: (input: unknown) => Result<PublishRequest, "bad-format"> = parser(publishRequest);
export const parsePublishedAnswer: (input: unknown) => Result<PublishedAnswer, "bad-format"> = parser(publishedAnswer);
export const parseOwnPublishedAnswer: (input: unknown) => Result<OwnPublishedAnswer, "bad-format"> =
  parser(ownPublishedAnswer);
export const parsePlainAnswer: (input: unknown) => Result<Answered, "bad-format"> = parser(plainAnswer);
