/**
 * A site where people log in, in the place of ProConnect and FranceConnect: oidc-provider on loopback, set to their documented
 * profile (code flow, PKCE, client_secret_post, answers about the person as a JWT signed with ES256, codes of 30 s, logout).
 *
 * Its page asks nothing but who one is: a link per account, and one to give up.
 */

import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { createServer } from "node:http";
import Provider, { type ProviderContext } from "oidc-provider";

export interface OidcSiteOptions {
  readonly port: number;
  /** Claims by account. */
  readonly accounts: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly redirects: readonly string[];
  readonly afterLogout: readonly string[];
  /** Default: drawn. */
  readonly clientSecret?: string;
}

export interface TestOidcSite {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** PEM: what HS256 "with the public key" would be made with. */
  readonly publicKey: string;
  /** Signs like the site itself: for tokens that are right but for what they say. */
  readonly signES256: (input: string) => string;
  readonly close: () => Promise<void>;
}

const escaped = (text: string): string => text.replace(/[<>&"]/g, "");

export async function startOidcSite(options: OidcSiteOptions): Promise<TestOidcSite> {
  const issuer = `http://127.0.0.1:${options.port}`;
  const clientId = "besace-test";
  const clientSecret = options.clientSecret ?? randomBytes(24).toString("base64url");
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = { ...privateKey.export({ format: "jwk" }), kid: "es", alg: "ES256", use: "sig" };
  const provider = new Provider(issuer, {
    jwks: { keys: [key] },
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: options.redirects,
        post_logout_redirect_uris: options.afterLogout,
        token_endpoint_auth_method: "client_secret_post",
        id_token_signed_response_alg: "ES256",
        userinfo_signed_response_alg: "ES256",
      },
    ],
    cookies: { keys: [randomBytes(16).toString("hex")] },
    enabledJWA: { idTokenSigningAlgValues: ["ES256"], userinfoSigningAlgValues: ["ES256"] },
    claims: {
      acr: null,
      openid: ["sub"],
      given_name: ["given_name"],
      usual_name: ["usual_name"],
      email: ["email"],
      uid: ["uid"],
      siret: ["siret"],
      family_name: ["family_name"],
      preferred_username: ["preferred_username"],
      gender: ["gender"],
      birthdate: ["birthdate"],
      birthplace: ["birthplace"],
      birthcountry: ["birthcountry"],
    },
    acrValues: ["eidas1"],
    features: {
      devInteractions: { enabled: false },
      jwtUserinfo: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (context: ProviderContext, form: string) => {
          context.body = `<!doctype html><title>x</title>${form}<button type="submit" form="op.logoutForm" name="logout" value="yes">Oui</button>`;
        },
      },
    },
    pkce: { required: () => true },
    ttl: {
      AuthorizationCode: 30,
      AccessToken: 60,
      Session: 600,
      Interaction: 600,
      Grant: 600,
      IdToken: 600,
    },
    interactions: { url: (_context: unknown, { uid }: { readonly uid: string }) => `/interaction/${uid}` },
    findAccount: (_context: unknown, sub: string) => ({
      accountId: sub,
      claims: async () => ({ sub, ...options.accounts[sub] }),
    }),
    // What is asked is granted: consent is the other site's business.
    loadExistingGrant: async ({ oidc }: ProviderContext) => {
      const grant = new oidc.provider.Grant({ clientId: oidc.client?.clientId, accountId: oidc.session?.accountId });
      grant.addOIDCScope(
        "openid given_name usual_name email uid siret family_name preferred_username gender birthdate birthplace birthcountry",
      );
      await grant.save();
      return grant;
    },
  });
  const callback = provider.callback();
  const server = createServer((request, response) => {
    const [, uid, act, account] = /^\/interaction\/([\w-]+)(?:\/(\w+)(?:\/([\w-]+))?)?$/.exec(request.url ?? "") ?? [];
    if (uid === undefined) return callback(request, response);
    if (act === undefined) {
      const links = Object.keys(options.accounts).map(
        (name) => `<p><a href="/interaction/${uid}/login/${name}">${escaped(name)}</a></p>`,
      );
      response.setHeader("content-type", "text/html");
      response.end(
        `<!doctype html><title>Site</title>${links.join("")}<p><a href="/interaction/${uid}/abort">Renoncer</a></p>`,
      );
      return;
    }
    const result =
      act === "login"
        ? { login: { accountId: account, acr: "eidas1", remember: false } }
        : { error: "access_denied", error_description: "given up" };
    provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false }).catch(() => {
      response.statusCode = 400;
      response.end("over");
    });
  });
  await new Promise<void>((done) => server.listen(options.port, "127.0.0.1", done));
  return {
    issuer,
    clientId,
    clientSecret,
    publicKey: publicKey.export({ format: "pem", type: "spki" }).toString(),
    signES256: (input) =>
      sign("sha256", Buffer.from(input), { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url"),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** A browser as far as a login needs one: cookies by host and port, redirects followed by hand. */
export function createCookieJar() {
  const jar = new Map<string, Map<string, string>>();
  return {
    header: (url: string): string =>
      [...(jar.get(new URL(url).host) ?? [])].map(([name, value]) => `${name}=${value}`).join("; "),
    take: (url: string, lines: readonly string[]): void => {
      const { host } = new URL(url);
      const held = jar.get(host) ?? new Map<string, string>();
      jar.set(host, held);
      for (const line of lines) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (value === "" || /max-age=0(;|$)/i.test(line) || /expires=Thu, 01 Jan 1970/i.test(line)) held.delete(name);
        else held.set(name, value);
      }
    },
    copyTo: (other: { readonly take: (url: string, lines: readonly string[]) => void }, url: string): void =>
      other.take(
        url,
        [...(jar.get(new URL(url).host) ?? [])].map(([name, value]) => `${name}=${value}`),
      ),
  };
}
export type CookieJar = ReturnType<typeof createCookieJar>;
