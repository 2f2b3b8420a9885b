/**
 * Who a helper is, beside the keys that she holds (SPEC P-I): logins at another site (OpenID Connect), the pass that a browser
 * gets for one, and what a person lets another site write into her profile. Shapes and strict parsers. Runs in the desk
 * worker, in the profile's screens and in Node; the shell of a phone never loads it.
 *
 * Surprising: nothing here opens anything. A pass lets the server hand out what is sealed; keys stay where they are.
 */

import * as v from "valibot";
import { type Bytes, utf8 } from "../shared/bytes.ts";
import type { PrincipalId } from "../shared/ids.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { anyB64, fixedB64, principalIdField, serverTimeField } from "./fields.ts";
import { labels } from "./labels.ts";
import { b64, labelled, parseBody, readSigned, type SignKey, sha256, signBody } from "./sign.ts";
import type { Principal } from "./statements.ts";
import type { Answered, B64, ServerTime, Signed } from "./wire.ts";

/** A desk says its pass in it, with everything that it asks. */
export const passHeader = "besace-pass";

export const loginRoutes = {
  /** POST {} with a session: what it needs to be handed anything, and how. */
  state: "/v1/login/state",
  begin: "/v1/login/begin",
  finish: "/v1/login/finish",
  /** POST {} with session and pass: the same pass for another while; over for good. */
  renew: "/v1/login/renew",
  end: "/v1/login/end",
  /** GET with a session: who is bound to whom. POST by a manager: a binding is taken away. */
  bindings: "/v1/login/bindings",
  /** A person's, without any session. */
  identityBegin: "/v1/identity/begin",
  identityFinish: "/v1/identity/finish",
} as const;

/** Pages that the server makes itself: to the other site and back. `what`: whose login. */
export type LoginWhat = "guichet" | "personne";
export const loginPages = {
  leave: (what: LoginWhat) => `/connexion/${what}/partir`,
  back: (what: LoginWhat) => `/connexion/${what}/retour`,
  out: (what: LoginWhat) => `/connexion/${what}/sortir`,
  gone: (what: LoginWhat) => `/connexion/${what}/fin`,
} as const;

export const loginLimits = {
  /** A pass that is not renewed ends after so long: the desk closes itself after as long without a gesture. */
  passMs: 15 * 60_000,
  /** And after so long in any case. */
  passMostMs: 12 * 3_600_000,
  /** From "begin" to "finish". */
  loginMs: 10 * 60_000,
  bodyBytes: 4096,
} as const;

export const factorKinds = ["oidc", "totp", "passkey"] as const;
export type FactorKind = (typeof factorKinds)[number];

/** Why a login came to nothing. */
export const loginRefusals = [
  /** She closed it, or said no. */
  "cancelled",
  /** The site did not answer, or not as agreed. */
  "failed",
  /** What came back is not what was begun from here, or was used before. */
  "stale",
  "other-siret",
  "other-person",
] as const;
export type LoginRefusal = (typeof loginRefusals)[number];

const languages = ["fr", "en", "ar"] as const;
export type LoginLanguage = (typeof languages)[number];

/** `commit`: see `loginCommit`. What lies in the cookie is of use only to who knows what is behind it. */
export interface BeginRequest {
  readonly commit: B64;
  readonly language: LoginLanguage;
}
export interface BeginAnswer extends Answered {
  /** Page to open in a tab of its own. */
  readonly page: string;
}
/** `binding`: hers, signed, once the answer before has asked for it. */
export interface FinishRequest {
  readonly secret: B64;
  readonly binding: Signed | null;
}
export type FinishState =
  | { readonly type: "waiting" }
  | { readonly type: "refused"; readonly why: LoginRefusal }
  /** First login of this helper: she signs it. */
  | { readonly type: "bind"; readonly subject: B64; readonly at: ServerTime }
  | { readonly type: "in"; readonly pass: string; readonly until: ServerTime };
export interface FinishAnswer extends Answered {
  readonly state: FinishState;
}
export interface PassAnswer extends Answered {
  readonly pass: string;
  readonly until: ServerTime;
}
export interface LoginStateAnswer extends Answered {
  /** Any of them opens; empty: nothing is asked. */
  readonly needs: readonly FactorKind[];
  /** The other site's name, where "oidc" is among them. */
  readonly site: string | null;
  /** Until when the pass that was said with the question is good; null: none, or none that fits. */
  readonly until: ServerTime | null;
  /** False: this browser is no helper's, so nobody can log in here. */
  readonly helper: boolean;
}
export interface BindingsAnswer extends Answered {
  readonly bindings: readonly Signed[];
}
export interface UnbindRequest {
  readonly unbinding: Signed;
}

/** Signed by the helper whose it is, under `besace/v1/login`. */
export interface LoginBinding {
  readonly t: "login-binding";
  readonly v: 1;
  readonly organisation: PrincipalId;
  readonly helper: PrincipalId;
  /** See `loginSubject`. */
  readonly subject: B64;
  /** As the server said it in "bind". */
  readonly at: ServerTime;
}

/** Signed by a manager: the next login of that helper binds anew. */
export interface LoginUnbinding {
  readonly t: "login-unbinding";
  readonly v: 1;
  readonly organisation: PrincipalId;
  readonly by: PrincipalId;
  /** SHA-256 of the body text of the binding that ends. */
  readonly binding: B64;
}

/** What a person may keep of what the other site says of her; as it came, checked in shape only. */
export const identityClaims = [
  "gender",
  "given_name",
  "family_name",
  "preferred_username",
  "birthdate",
  "birthplace",
  "birthcountry",
] as const;
export type IdentityClaim = (typeof identityClaims)[number];
export type IdentityClaims = Readonly<Partial<Record<IdentityClaim, string>>>;
export type IdentityState =
  | { readonly type: "waiting" }
  | { readonly type: "refused"; readonly why: LoginRefusal }
  | { readonly type: "claims"; readonly claims: IdentityClaims };
export interface IdentityAnswer extends Answered {
  readonly state: IdentityState;
}

/* ---- reading ---- */

function parser<T>(shape: v.GenericSchema<unknown, T>): (input: unknown) => Result<T, "bad-format"> {
  return (input) => {
    const read = v.safeParse(shape, input, { abortEarly: true });
    return read.success ? ok(read.output) : err("bad-format");
  };
}
const signed = v.strictObject({ body: anyB64(1, 1024), sig: fixedB64(64) });
const answered = { nonce: v.string(), time: serverTimeField };
const pass = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,512}$/));

export const parseEmpty = parser<object>(v.strictObject({}));
export const parseBeginRequest = parser<BeginRequest>(
  v.strictObject({ commit: fixedB64(32), language: v.picklist(languages) }),
);
export const parseFinishRequest = parser<FinishRequest>(
  v.strictObject({ secret: fixedB64(32), binding: v.nullable(signed) }),
);
export const parseUnbindRequest = parser<UnbindRequest>(v.strictObject({ unbinding: signed }));
export const parseBeginAnswer = parser<BeginAnswer>(
  v.object({ ...answered, page: v.pipe(v.string(), v.regex(/^\/connexion\/[a-z/]+$/)) }),
);
const waiting = v.strictObject({ type: v.literal("waiting") });
const refused = v.strictObject({ type: v.literal("refused"), why: v.picklist(loginRefusals) });
export const parseFinishAnswer = parser<FinishAnswer>(
  v.object({
    ...answered,
    state: v.variant("type", [
      waiting,
      refused,
      v.strictObject({ type: v.literal("bind"), subject: fixedB64(32), at: serverTimeField }),
      v.strictObject({ type: v.literal("in"), pass, until: serverTimeField }),
    ]),
  }),
);
export const parsePassAnswer = parser<PassAnswer>(v.object({ ...answered, pass, until: serverTimeField }));
export const parseLoginStateAnswer = parser<LoginStateAnswer>(
  v.object({
    ...answered,
    needs: v.array(v.picklist(factorKinds)),
    site: v.nullable(v.pipe(v.string(), v.maxLength(80))),
    until: v.nullable(serverTimeField),
    helper: v.boolean(),
  }),
);
export const parseBindingsAnswer = parser<BindingsAnswer>(v.object({ ...answered, bindings: v.array(signed) }));

const words = (most: number) =>
  v.optional(v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(most), v.regex(/^[^\p{Cc}<>]+$/u)));
/**
 * Day and month may be zeros, for what is not known. Born abroad: `birthplace` is empty there, and is left out here.
 */
export const identityShape = v.object({
  gender: v.optional(v.picklist(["male", "female"])),
  given_name: words(200),
  family_name: words(200),
  preferred_username: words(200),
  birthdate: v.optional(v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\d$/))),
  birthplace: v.optional(v.pipe(v.string(), v.regex(/^\d[\dAB]\d{3}$/))),
  birthcountry: v.optional(v.pipe(v.string(), v.regex(/^99\d{3}$/))),
});
export const parseIdentityAnswer = parser<IdentityAnswer>(
  v.object({
    ...answered,
    state: v.variant("type", [
      waiting,
      refused,
      v.strictObject({ type: v.literal("claims"), claims: v.strictObject(identityShape.entries) }),
    ]),
  }) as v.GenericSchema<unknown, IdentityAnswer>,
);

/**
 * The claims that fit, each by itself: what is empty, or of another shape, is left out, and all else stays.
 * @param said as the other site signed it.
 */
export function identityOf(said: Readonly<Record<string, unknown>>): IdentityClaims {
  const kept: Partial<Record<IdentityClaim, string>> = {};
  for (const claim of identityClaims) {
    const read = v.safeParse(identityShape.entries[claim], said[claim]);
    if (read.success && read.output !== undefined) kept[claim] = read.output;
  }
  return kept;
}

/* ---- hashes and signatures ---- */

/** What a helper is bound to: neither the other site's name for her nor anything else of hers can be read from it. */
export const loginSubject = async (issuer: string, subject: string): Promise<B64> =>
  b64(await sha256(labelled(labels.loginSubject, utf8(JSON.stringify([issuer, subject])))));

/** What "begin" says of the 32 bytes that "finish" shows. */
export const loginCommit = async (secret: Bytes): Promise<B64> =>
  b64(await sha256(labelled(labels.loginSecret, secret)));

export const bindingHash = async (binding: Signed): Promise<B64> => b64(await sha256(utf8(binding.body)));

const bindingShape = v.strictObject({
  t: v.literal("login-binding"),
  v: v.literal(1),
  organisation: principalIdField,
  helper: principalIdField,
  subject: fixedB64(32),
  at: serverTimeField,
});
const unbindingShape = v.strictObject({
  t: v.literal("login-unbinding"),
  v: v.literal(1),
  organisation: principalIdField,
  by: principalIdField,
  binding: fixedB64(32),
});

export const signBinding = (key: SignKey, facts: Omit<LoginBinding, "t" | "v">): Promise<Signed> =>
  signBody(key, labels.login, { t: "login-binding", v: 1, ...facts });
export const signUnbinding = (key: SignKey, facts: Omit<LoginUnbinding, "t" | "v">): Promise<Signed> =>
  signBody(key, labels.login, { t: "login-unbinding", v: 1, ...facts });

type LoginError = "bad-format" | "bad-signature" | "forbidden";
type Chain = Pick<Principal, "id" | "helpers">;

async function readBy<T extends { readonly organisation: PrincipalId }>(
  statement: Signed,
  shape: v.GenericSchema<unknown, T>,
  organisation: Chain,
  by: (said: T) => PrincipalId,
): Promise<Result<T, LoginError>> {
  const read = v.safeParse(shape, parseBody(statement.body)?.value);
  if (!read.success) return err("bad-format");
  const helper = organisation.helpers.get(by(read.output));
  if (helper === undefined || read.output.organisation !== organisation.id) return err("forbidden");
  const right = await readSigned(helper.sign, labels.login, statement);
  return right.ok ? ok(read.output) : err(right.error.type);
}

/** Verifies and reads: signed by the helper whose login it is, who stands in the chain. */
export const readBinding = (binding: Signed, organisation: Chain): Promise<Result<LoginBinding, LoginError>> =>
  readBy(binding, bindingShape, organisation, (said) => said.helper);

/** Verifies and reads: signed by a manager who stands in the chain. */
export async function readUnbinding(
  unbinding: Signed,
  organisation: Chain,
): Promise<Result<LoginUnbinding, LoginError>> {
  const read = await readBy(unbinding, unbindingShape, organisation, (said) => said.by);
  const isManager = read.ok && organisation.helpers.get(read.value.by)?.role === "manager";
  return read.ok && !isManager ? err("forbidden") : read;
}
