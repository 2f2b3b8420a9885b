/**
 * Which other sites say who somebody is: the operator's file that `BESACE_LOGIN` names. Runs in Node.
 *
 * Surprising: secrets are files of their own, beside it and outside the database, so that neither a backup nor a copied
 * setting holds one.
 */

import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import * as v from "valibot";
import type { OidcSite } from "./oidc.ts";

export interface LoginSites {
  /** By slug: how its helpers log in, and for which establishment. */
  readonly organisations: ReadonlyMap<string, OidcSite & { readonly siret: string }>;
  /** What a person may fill her profile from; undefined: nothing, as in almost every place. */
  readonly person: OidcSite | undefined;
}

export const noSites: LoginSites = { organisations: new Map(), person: undefined };

const siteAddress = /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1):)[^?#@\s]+$/;
const words = v.pipe(v.string(), v.minLength(1), v.maxLength(200));
const site = {
  issuer: v.pipe(v.string(), v.regex(siteAddress)),
  clientId: words,
  secretFile: words,
  name: v.optional(v.pipe(words, v.maxLength(80))),
  alg: v.optional(v.picklist(["ES256", "RS256"]), "ES256"),
};
const shape = v.strictObject({
  v: v.literal(1),
  organisations: v.optional(
    v.record(v.string(), v.strictObject({ ...site, siret: v.pipe(v.string(), v.regex(/^\d{14}$/)) })),
    {},
  ),
  person: v.optional(v.strictObject({ ...site, acr: v.optional(words, "eidas1") })),
});

/** ProConnect's scopes; `siret` is compared, the names are shown once to who logged in, and nothing of it is kept. */
const helperScope = "openid given_name usual_name email uid siret";
const personScope = "openid given_name family_name preferred_username gender birthdate birthplace birthcountry";

/** @throws when the file, or a secret that it names, is missing or not as it should be: half of a login is none. */
export async function readLoginSites(file: string): Promise<LoginSites> {
  const read = v.safeParse(shape, JSON.parse(await readFile(file, "utf8")));
  if (!read.success) throw new Error(`${file} does not say logins as src/server/README.md tells`);
  const secretIn = async (name: string): Promise<string> => {
    const secret = (await readFile(resolve(dirname(file), name), "utf8")).trim();
    if (secret === "") throw new Error(`the secret that ${file} names is empty`);
    return secret;
  };
  const organisations = new Map<string, OidcSite & { readonly siret: string }>();
  for (const [slug, { issuer, clientId, secretFile, name, alg, siret }] of Object.entries(read.output.organisations))
    organisations.set(slug, {
      issuer,
      clientId,
      clientSecret: await secretIn(secretFile),
      name: name ?? "ProConnect",
      alg,
      siret,
      scope: helperScope,
      more: {},
    });
  const { person } = read.output;
  if (person === undefined) return { organisations, person: undefined };
  const { issuer, clientId, secretFile, name, alg, acr } = person;
  const clientSecret = await secretIn(secretFile);
  // FranceConnect asks for both.
  const more = { acr_values: acr, prompt: "login" };
  return {
    organisations,
    person: { issuer, clientId, clientSecret, name: name ?? "FranceConnect", alg, scope: personScope, more },
  };
}
