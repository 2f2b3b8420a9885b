/**
 * What another site (FranceConnect) says of the person, asked through the server (SPEC P-I8). Runs in the page; a chunk of the
 * profile.
 *
 * Surprising: neither the satchel nor its session takes part. The server is to learn that somebody asks, and not whose satchel
 * it is for; the cookie that it sets holds this one way, and is of no use without what stays in this page's memory.
 */

import * as v from "valibot";
import { err, ok, type Result } from "../../shared/result.ts";

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

export type IdentityStep =
  | { readonly type: "waiting" }
  | { readonly type: "refused"; readonly why: "cancelled" | "failed" | "stale" }
  | { readonly type: "claims"; readonly claims: IdentityClaims };

export interface IdentityWay {
  /** Page to open in a tab of its own. */
  readonly page: string;
  /** "lost": no network for now. */
  readonly step: () => Promise<Result<IdentityStep, "lost">>;
}

/** The page that logs the person out there. */
export const identityOut = "/connexion/personne/sortir";

export interface Identity {
  readonly begin: (language: string) => Promise<Result<IdentityWay, "lost">>;
}

const text = v.optional(v.pipe(v.string(), v.maxLength(200)));
const claims = v.object({
  gender: text,
  given_name: text,
  family_name: text,
  preferred_username: text,
  birthdate: text,
  birthplace: text,
  birthcountry: text,
} satisfies Record<IdentityClaim, typeof text>);
const begun = v.object({ nonce: v.string(), page: v.pipe(v.string(), v.regex(/^\/connexion\/[a-z/]+$/)) });
const finished = v.object({
  nonce: v.string(),
  state: v.variant("type", [
    v.object({ type: v.literal("waiting") }),
    v.object({ type: v.literal("refused"), why: v.string() }),
    v.object({ type: v.literal("claims"), claims }),
  ]),
});

export interface IdentityDeps {
  readonly fetch: (path: string, init: RequestInit) => Promise<Response>;
  readonly random: (length: number) => Uint8Array<ArrayBuffer>;
}

const letters = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

/** SPEC P-I5: what is said of the secret before it is shown. */
async function commitOf(secret: Uint8Array): Promise<string> {
  const label = new TextEncoder().encode("besace/v1/login-secret\0");
  const bytes = new Uint8Array(label.length + secret.length);
  bytes.set(label);
  bytes.set(secret, label.length);
  return letters(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

export function createIdentity({ fetch, random }: IdentityDeps): Identity {
  /** Undefined: nothing authentic answered (SPEC P-W2), or it was no answer that we know. */
  async function post<T extends { readonly nonce: string }>(
    path: string,
    body: object,
    shape: v.GenericSchema<unknown, T>,
  ): Promise<T | undefined> {
    const nonce = letters(random(16));
    try {
      const answer = await fetch(path, {
        method: "POST",
        credentials: "same-origin",
        redirect: "error",
        cache: "no-store",
        headers: { "content-type": "application/json", "besace-protocol": "1", "besace-nonce": nonce },
        body: JSON.stringify(body),
      });
      if (!answer.ok || answer.headers.get("besace-protocol") !== "1") return undefined;
      const read = v.safeParse(shape, await answer.json());
      return read.success && read.output.nonce === nonce ? read.output : undefined;
    } catch (error) {
      // No network, a portal's redirect or page, a body that was cut.
      if (error instanceof TypeError || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  return {
    begin: async (language) => {
      const secret = random(32);
      const answer = await post("/v1/identity/begin", { commit: await commitOf(secret), language }, begun);
      if (answer === undefined) return err("lost");
      const asked = { secret: letters(secret), binding: null };
      return ok({
        page: answer.page,
        step: async () => {
          const heard = await post("/v1/identity/finish", asked, finished);
          if (heard === undefined) return err("lost");
          const { state } = heard;
          if (state.type !== "refused") return ok(state as IdentityStep);
          return ok({
            type: "refused",
            why: state.why === "cancelled" || state.why === "failed" ? state.why : "stale",
          });
        },
      });
    },
  };
}

/** On this browser. */
export const browserIdentity = (): Identity =>
  createIdentity({
    fetch: (path, init) => fetch(path, init),
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  });
