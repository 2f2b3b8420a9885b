/**
 * The only way in for what the other side says: strict parsers for every request and answer of wire.ts.
 *
 * Runs everywhere. They never throw. Surprising: in requests an unknown field is refused, in answers it is dropped, so
 * that an old app goes on working with a newer server while the server takes nothing that it does not understand.
 * Signed bodies inside are opaque here; labels, chains and signatures are checked by the modules that own them.
 */

import * as v from "valibot";
import { fromBase64Url, isBase64Url, utf8ToText } from "../shared/bytes.ts";
import type { BlobId, DeviceId, LetterId, OpId, PrincipalId } from "../shared/ids.ts";
import { isPrincipalId, isRandomId } from "../shared/ids.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { pull, push, sizes, visits } from "./limits.ts";
import { opHead } from "./ops.ts";
import type {
  B64,
  BlockAnswer,
  BlockRequest,
  ChallengeAnswer,
  ChallengeRequest,
  Cursor,
  Deployment,
  EnrolAnswer,
  EnrolRequest,
  EraseAnswer,
  ErrorAnswer,
  EscrowAnswer,
  HeldKeyringAnswer,
  KeyringAnswer,
  KeyringRequest,
  Letter,
  LetterAnswer,
  LetterRequest,
  LookAnswer,
  LookRequest,
  Op,
  OpHead,
  PrincipalAnswer,
  ProofRequest,
  PullAnswer,
  PushAnswer,
  PushRequest,
  RegisterAnswer,
  RegisterRequest,
  RejectCode,
  ServerTime,
  SessionAnswer,
  SessionRequest,
  Signed,
  UnblockAnswer,
  WayDeskAnswer,
  WayDeskRequest,
  WayOpenAnswer,
  WayOpenRequest,
  WayStatementRequest,
} from "./wire.ts";
import { rejectCodes } from "./wire.ts";

type Parser<T> = (input: unknown) => Result<T, "bad-format">;

/** Wraps a schema. Valibot runs caller-supplied getters; input here is JSON, so nothing foreign runs. */
function parser<T>(schema: v.GenericSchema<unknown, T>): Parser<T> {
  return (input) => {
    const result = v.safeParse(schema, input, { abortEarly: true });
    return result.success ? ok(result.output) : err("bad-format");
  };
}

const b64 = (maxLetters: number, minLetters = 0) =>
  v.custom<B64>(
    (text) => typeof text === "string" && text.length >= minLetters && text.length <= maxLetters && isBase64Url(text),
  );
/** base64url of exactly `bytes` bytes. */
const b64Of = (bytes: number) => b64(Math.ceil((bytes * 4) / 3), Math.ceil((bytes * 4) / 3));
const text = (max: number) => v.pipe(v.string(), v.maxLength(max));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const time = v.custom<ServerTime>((value) => Number.isSafeInteger(value) && (value as number) >= 0);
const principal = v.custom<PrincipalId>(isPrincipalId);
const op = v.custom<OpId>(isRandomId);
const letterId = v.custom<LetterId>(isRandomId);
const blobId = v.custom<BlobId>(isRandomId);
const device = v.custom<DeviceId>(isRandomId);
const token = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_.-]+$/), v.maxLength(sizes.token));
const nonce = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]+$/), v.maxLength(sizes.nonceMax));
const retry = v.picklist(["never", "later", "after-person"]);
/** A code of a newer server is read as "bad-format": its `retry` says what to do, and the answer is not lost for it. */
const rejectCode = v.pipe(
  v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  v.transform((code): RejectCode => rejectCodes.find((known) => known === code) ?? "bad-format"),
);

const signedShape = { body: b64(sizes.signedBody, 1), sig: b64Of(64) };
const opShape = { head: b64(sizes.head, 1), body: b64(sizes.opBody, 38), sig: b64Of(64) };
const letterShape = {
  head: b64(sizes.head, 1),
  enc: b64Of(65),
  body: b64(sizes.letterBody, 22),
  sig: b64Of(64),
};
const strictSigned = v.strictObject(signedShape);
const looseSigned = v.object(signedShape);
const chain = (minimum: number) =>
  v.pipe(v.array(strictSigned), v.minLength(minimum), v.maxLength(sizes.statements), v.readonly());
const looseChain = v.pipe(v.array(looseSigned), v.maxLength(sizes.statements), v.readonly());

export const parseSigned: Parser<Signed> = parser(strictSigned);
export const parseOp: Parser<Op> = parser(v.strictObject(opShape));
export const parseLetter: Parser<Letter> = parser(v.strictObject(letterShape));

/* ---- requests ---- */

export const parseRegisterRequest: Parser<RegisterRequest> = parser(v.strictObject({ statements: chain(1) }));
export const parseChallengeRequest: Parser<ChallengeRequest> = parser(v.strictObject({ principal, device }));
export const parseSessionRequest: Parser<SessionRequest> = parser(
  v.strictObject({ principal, device, challenge: b64(256, 1), sig: b64Of(64), visit: v.optional(strictSigned) }),
);
export const parsePushRequest: Parser<PushRequest> = parser(
  v.strictObject({
    ops: v.pipe(v.array(v.strictObject(opShape)), v.minLength(1), v.maxLength(push.ops), v.readonly()),
  }),
);
/** One op of a push with what its clear part says. `read` is null when the op cannot be read though it names its id. */
export interface PushItem {
  readonly op: OpId;
  readonly read: { readonly op: Op; readonly head: OpHead } | null;
}

/**
 * A push whose ops are judged one by one, so that one malformed op does not delay the others (INV-5). Only an op that
 * does not even name its id spoils the request.
 */
export function parsePushItems(input: unknown): Result<readonly PushItem[], "bad-format"> {
  const whole = pushItems(input);
  if (!whole.ok) return whole;
  const items: PushItem[] = [];
  for (const one of whole.value.ops) {
    const op = parseOp(one);
    const head = op.ok ? opHead(op.value) : op;
    if (op.ok && head.ok) {
      items.push({ op: head.value.op, read: { op: op.value, head: head.value } });
      continue;
    }
    const named = opIdOf(one);
    if (named === undefined) return err("bad-format");
    items.push({ op: named, read: null });
  }
  return ok(items);
}

const pushItems = parser(
  v.strictObject({ ops: v.pipe(v.array(v.unknown()), v.minLength(1), v.maxLength(push.ops), v.readonly()) }),
);
const opHeadId = parser(v.object({ op }));
const withHead = v.object({ head: b64(sizes.head, 1) });

function opIdOf(item: unknown): OpId | undefined {
  const head = v.safeParse(withHead, item);
  const bytes = head.success ? fromBase64Url(head.output.head) : undefined;
  const json = bytes === undefined ? undefined : utf8ToText(bytes);
  const read = json === undefined ? undefined : parseJson(json, opHeadId);
  return read?.ok === true ? read.value.op : undefined;
}

export const parseLetterRequest: Parser<LetterRequest> = parser(
  v.strictObject({ letter: v.strictObject(letterShape) }),
);
export const parseProofRequest: Parser<ProofRequest> = parser(v.strictObject({ proof: strictSigned }));
export const parseEnrolRequest: Parser<EnrolRequest> = parser(
  v.strictObject({ auth: b64Of(32), statements: chain(0), sealedRoot: b64(sizes.sealedRoot) }),
);

export const parseKeyringRequest: Parser<KeyringRequest> = parser(v.strictObject({ keyring: strictSigned }));
const lookFields = { locator: b64Of(20), card: b64Of(32) };
export const parseLookRequest: Parser<LookRequest> = parser(v.strictObject(lookFields));
export const parseWayOpenRequest: Parser<WayOpenRequest> = parser(v.strictObject({ ...lookFields, code: b64Of(32) }));
export const parseWayDeskRequest: Parser<WayDeskRequest> = parser(
  v.union([v.strictObject(lookFields), v.strictObject({ principal, share: b64Of(32) })]),
);
export const parseBlockRequest: Parser<BlockRequest> = parser(
  v.strictObject({ number: v.pipe(v.string(), v.regex(/^[0-9]{12}$/)) }),
);
export const parseWayStatementRequest: Parser<WayStatementRequest> = parser(
  v.strictObject({ statement: strictSigned }),
);

/** The query of a pull. `bytes` is clamped, never refused; a cursor of another shape is refused. */
export function parsePullQuery(query: {
  readonly cursor?: unknown;
  readonly limit?: unknown;
}): Result<{ readonly epoch: string; readonly seq: number; readonly bytes: number }, "bad-format"> {
  const cursor = parseCursor(query.cursor ?? "0.0");
  if (!cursor.ok) return cursor;
  const said = query.limit ?? `${pull.defaultBytes}`;
  if (typeof said !== "string" || !/^[0-9]{1,15}$/.test(said)) return err("bad-format");
  const asked = Number(said);
  return ok({ ...cursor.value, bytes: Math.min(Math.max(asked, pull.minBytes), pull.maxBytes) });
}

/** Both halves of a cursor. */
export function parseCursor(input: unknown): Result<{ readonly epoch: string; readonly seq: number }, "bad-format"> {
  const match = typeof input === "string" ? /^([0-9a-z]{1,32})\.(0|[1-9][0-9]{0,15})$/.exec(input) : null;
  const seq = Number(match?.[2]);
  return match?.[1] === undefined || !Number.isSafeInteger(seq) ? err("bad-format") : ok({ epoch: match[1], seq });
}

/** `<owner>.<blob>`: the name of a blob in its route. */
export function parseBlobName(
  input: unknown,
): Result<{ readonly owner: PrincipalId; readonly blob: BlobId }, "bad-format"> {
  if (typeof input !== "string" || input.length > 64) return err("bad-format");
  const [owner, blob, ...rest] = input.split(".");
  if (!isPrincipalId(owner) || !isRandomId(blob) || rest.length > 0) return err("bad-format");
  return ok({ owner, blob: blob as BlobId });
}

/** The ticket in a tus Upload-Metadata header: `ticket <base64 of JSON Signed>`, and nothing else. */
export function parseTicketMetadata(header: unknown): Result<Signed, "bad-format"> {
  const match = typeof header === "string" ? /^ticket ([A-Za-z0-9+/]+)={0,2}$/.exec(header) : null;
  if (match?.[1] === undefined) return err("bad-format");
  const bytes = fromBase64Url(match[1].replaceAll("+", "-").replaceAll("/", "_"));
  const json = bytes === undefined ? undefined : utf8ToText(bytes);
  return json === undefined ? err("bad-format") : parseJson(json, parseSigned);
}

/** JSON text through a parser: text that is no JSON is "bad-format" too. */
export function parseJson<T>(json: string, parse: Parser<T>): Result<T, "bad-format"> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return err("bad-format");
    throw error;
  }
  return parse(value);
}

/* ---- answers ---- */

const answered = { nonce, time };
const verdict = v.variant("type", [
  v.object({ type: v.literal("ok"), op, seq: count }),
  v.object({ type: v.literal("conflict"), op, current: v.nullable(v.object(opShape)), seq: count }),
  v.object({ type: v.literal("reject"), op, code: rejectCode, retry }),
]);
const escrow = v.object({
  by: principal,
  asks: v.pipe(v.array(time), v.maxLength(2), v.readonly()),
  opensAt: v.nullable(time),
  openedAt: v.optional(v.nullable(time)),
});
const way = v.object({
  tries: count,
  frozen: v.boolean(),
  blockedAt: v.nullable(time),
  openedAt: v.nullable(time),
  visitedAt: v.optional(v.nullable(time)),
  escrow: v.optional(v.nullable(escrow)),
});
const noText = v.pipe(
  v.literal(""),
  v.transform((empty) => empty as B64),
);
const row = v.variant("type", [
  v.object({
    type: v.literal("record"),
    seq: count,
    op: v.union([v.object(opShape), v.object({ ...opShape, body: noText, bodyHash: b64Of(32) })]),
  }),
  v.object({ type: v.literal("letter"), seq: count, letter: v.object(letterShape), at: time }),
  v.object({ type: v.literal("proof"), seq: count, letter: letterId, proof: looseSigned }),
  v.object({
    type: v.literal("blob"),
    seq: count,
    blob: blobId,
    state: v.picklist(["verified", "again"]),
    at: v.optional(time),
  }),
]);
const human = v.object({
  name: text(200),
  phone: v.pipe(v.string(), v.regex(/^\+[0-9]{4,15}$/)),
  phoneShown: text(40),
  hours: v.pipe(
    v.array(
      v.object({
        day: v.picklist([1, 2, 3, 4, 5, 6, 7]),
        from: v.pipe(v.string(), v.regex(/^[0-2][0-9]:[0-5][0-9]$/)),
        to: v.pipe(v.string(), v.regex(/^[0-2][0-9]:[0-5][0-9]$/)),
      }),
    ),
    v.maxLength(64),
    v.readonly(),
  ),
  timeZone: text(64),
  address: text(300),
});
const words = v.pipe(v.array(text(64)), v.maxLength(500), v.readonly());
const organisation = v.object({
  slug: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,63}$/)),
  name: text(200),
  sendTo: text(200),
  demonstration: v.boolean(),
  statements: looseChain,
  human,
  procedures: words,
  receives: v.optional(v.boolean()),
  operates: v.optional(v.boolean()),
});
const deployment = v.object({
  v: v.literal(1),
  operator: text(200),
  human,
  urls: v.object({ app: text(300), desk: text(300), kiosk: text(300) }),
  languages: words,
  kiosk: v.optional(
    v.object({
      name: v.optional(text(200)),
      idleSeconds: v.optional(v.pipe(count, v.minValue(30), v.maxValue(900))),
      printing: v.optional(v.boolean()),
    }),
  ),
  serverKeys: v.pipe(
    v.array(v.object({ id: b64(64, 1), sign: b64Of(65), endorsed: v.optional(looseSigned) })),
    v.maxLength(64),
    v.readonly(),
  ),
  shareBox: v.optional(looseSigned),
  ending: v.optional(looseSigned),
  organisations: v.pipe(v.array(organisation), v.maxLength(5000), v.readonly()),
  legal: v.object({ publisher: text(2000), privacy: text(2000) }),
  quotas: v.object({ satchelBytes: count, blobBytes: count }),
  prefill: v.optional(v.object({ name: text(100), url: text(300) })),
  identity: v.optional(v.object({ name: text(80) })),
  official: v.optional(words),
});

export const parseRegisterAnswer: Parser<RegisterAnswer> = parser(
  v.object({ ...answered, epoch: v.pipe(v.string(), v.regex(/^[0-9a-z]{1,32}$/)) }),
);
export const parseChallengeAnswer: Parser<ChallengeAnswer> = parser(v.object({ ...answered, challenge: b64(256, 1) }));
export const parseSessionAnswer: Parser<SessionAnswer> = parser(v.object({ ...answered, token, lifetimeMs: count }));
export const parsePrincipalAnswer: Parser<PrincipalAnswer> = parser(v.object({ ...answered, statements: looseChain }));
export const parsePushAnswer: Parser<PushAnswer> = parser(
  v.object({ ...answered, verdicts: v.pipe(v.array(verdict), v.maxLength(push.ops), v.readonly()) }),
);
export const parsePullAnswer: Parser<PullAnswer> = parser(
  v.object({
    ...answered,
    rows: v.pipe(v.array(row), v.maxLength(pull.rows), v.readonly()),
    cursor: v.custom<Cursor>((input) => parseCursor(input).ok),
    more: v.boolean(),
    reset: v.boolean(),
    backup: v.optional(v.nullable(time)),
    keyring: v.optional(count),
    chain: v.optional(count),
    way: v.optional(way),
  }),
);
export const parseLetterAnswer: Parser<LetterAnswer> = parser(
  v.object({
    ...answered,
    verdict: v.variant("type", [
      v.object({
        type: v.literal("ok"),
        proofs: v.pipe(v.array(looseSigned), v.maxLength(8), v.readonly()),
      }),
      v.object({ type: v.literal("reject"), code: rejectCode, retry }),
    ]),
  }),
);
export const parseErrorAnswer: Parser<ErrorAnswer> = parser(
  v.object({ ...answered, error: text(64), retry, left: v.optional(count) }),
);
export const parseKeyringAnswer: Parser<KeyringAnswer> = parser(
  v.object({
    ...answered,
    verdict: v.variant("type", [
      v.object({ type: v.literal("ok"), epoch: count }),
      v.object({ type: v.literal("conflict"), current: looseSigned }),
      v.object({ type: v.literal("reject"), code: rejectCode, retry }),
    ]),
  }),
);
export const parseHeldKeyringAnswer: Parser<HeldKeyringAnswer> = parser(
  v.object({ ...answered, keyring: v.nullable(looseSigned), way }),
);
/** Parameters of any strength are read: `assertParameters` refuses weak ones with words of their own. */
export const parseLookAnswer: Parser<LookAnswer> = parser(
  v.object({
    ...answered,
    salt: b64Of(16),
    params: v.object({ memoryKiB: v.number(), passes: v.number(), lanes: v.literal(1) }),
    left: count,
  }),
);
export const parseWayOpenAnswer: Parser<WayOpenAnswer> = parser(
  v.object({
    ...answered,
    principal,
    statements: looseChain,
    keyring: looseSigned,
    share: b64Of(32),
    visit: v.optional(v.object({ pass: b64(Math.ceil((visits.passBytes * 4) / 3), 1), from: time, until: time })),
  }),
);
export const parseWayDeskAnswer: Parser<WayDeskAnswer> = parser(
  v.object({ ...answered, principal, statements: looseChain, keyring: looseSigned }),
);
export const parseBlockAnswer: Parser<BlockAnswer> = parser(v.object({ ...answered, blockedAt: time }));
export const parseUnblockAnswer: Parser<UnblockAnswer> = parser(v.object({ ...answered, unblocked: v.boolean() }));
export const parseEscrowAnswer: Parser<EscrowAnswer> = parser(
  v.object({
    ...answered,
    escrow: v.nullable(escrow),
    share: v.optional(v.object({ enc: b64Of(65), sealed: b64Of(48), keyring: looseSigned })),
  }),
);
export const parseEraseAnswer: Parser<EraseAnswer> = parser(v.object({ ...answered, erasedAt: time }));
export const parseEnrolAnswer: Parser<EnrolAnswer> = parser(
  v.object({ ...answered, organisation, sealedRoot: b64(sizes.sealedRoot) }),
);
export const parseDeployment: Parser<Deployment> = parser(deployment);
