/**
 * One login at another site by OpenID Connect: code flow with PKCE, state and nonce, answers signed by the site, logout there.
 * ProConnect and FranceConnect are two settings of it. Runs in Node; the network is handed in.
 *
 * Surprising: the library is told beforehand with which algorithm the site signs, so a token that names another one (none, or
 * HS256 with the site's public key as the secret) is refused before anything in it is believed. An answer about the person
 * that is not signed is refused too.
 */

import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  clockTolerance,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
} from "openid-client";
import type { LoginRefusal } from "../protocol/login.ts";
import { toBase64Url } from "../shared/bytes.ts";
import type { Clock, Random } from "../shared/ports.ts";
import { err, ok, type Result } from "../shared/result.ts";

export interface OidcSite {
  /** https, or this machine. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** As people know it: "ProConnect". */
  readonly name: string;
  readonly scope: string;
  /** What the site signs with. */
  readonly alg: "ES256" | "RS256";
  /** Parameters of the first page that the site wants beside: acr_values, prompt. */
  readonly more: Readonly<Record<string, string>>;
}

export type SiteFetch = (url: string, init: RequestInit) => Promise<Response>;

/** What has to be known again when the browser comes back. */
export interface Begun {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export interface Known {
  /** The site's name for whoever logged in. */
  readonly subject: string;
  /** As the site signed it. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** For the logout, and for nothing else. */
  readonly idToken: string;
}

export interface Oidc {
  readonly site: OidcSite;
  /** Fresh secrets of one login; nothing is asked of the site. */
  readonly draw: () => Begun;
  /** Address of the site's page. "failed": the site does not answer. */
  readonly leave: (begun: Begun, redirect: string) => Promise<Result<string, "failed">>;
  /** @param url the address that the browser came back to, with its query. */
  readonly back: (begun: Begun, url: URL) => Promise<Result<Known, LoginRefusal>>;
  /** Address where the browser is logged out; undefined: the site has none, or does not answer. */
  readonly out: (idToken: string, state: string, redirect: string) => Promise<string | undefined>;
}

/** State, nonce and verifier: 43 letters each, more than the 32 that both sites want. */
const drawnBytes = 32;
const knownMs = 60 * 60_000;
const timeoutSeconds = 10;
const toleratedSeconds = 30;

/** What another site answers with: nothing of it may reach a log, so only its kind is looked at. */
const isRefusedCode = (error: unknown): boolean =>
  error instanceof Error && "error" in error && (error as { readonly error: unknown }).error === "invalid_grant";

export function createOidc(
  site: OidcSite,
  deps: { readonly fetch: SiteFetch; readonly clock: Clock; readonly random: Random },
): Oidc {
  let known: { readonly at: number; readonly config: Configuration } | undefined;
  let asking: Promise<Configuration> | undefined;

  /** Anybody may open our page, so a site that is down is asked once at a time, however many wait. */
  async function config(): Promise<Configuration> {
    if (known !== undefined && deps.clock.now() - known.at < knownMs) return known.config;
    asking ??= discover().finally(() => {
      asking = undefined;
    });
    return asking;
  }
  async function discover(): Promise<Configuration> {
    const made = await discovery(
      new URL(site.issuer),
      site.clientId,
      {
        client_secret: site.clientSecret,
        id_token_signed_response_alg: site.alg,
        userinfo_signed_response_alg: site.alg,
        [clockTolerance]: toleratedSeconds,
      },
      undefined,
      {
        // A form, or nothing: the library sends no other body to a site.
        [customFetch]: (url, { body, method, headers, redirect, signal }) =>
          deps.fetch(url, {
            method,
            headers,
            redirect,
            ...(body instanceof URLSearchParams ? { body } : {}),
            ...(signal === undefined ? {} : { signal }),
          }),
        timeout: timeoutSeconds,
        execute: [enableNonRepudiationChecks, ...(site.issuer.startsWith("http:") ? [allowInsecureRequests] : [])],
      },
    );
    known = { at: deps.clock.now(), config: made };
    return made;
  }
  /** A site that does not answer, or not as agreed, is no fault of ours: whatever the library throws, the login has failed. */
  async function tried<T>(use: (config: Configuration) => Promise<T> | T): Promise<Result<T, unknown>> {
    try {
      return ok(await use(await config()));
    } catch (error) {
      if (error instanceof Error) return err(error);
      throw error;
    }
  }
  const drawn = (): string => toBase64Url(deps.random.bytes(drawnBytes));

  return {
    site,
    draw: () => ({ state: drawn(), nonce: drawn(), verifier: drawn() }),
    leave: async ({ state, nonce, verifier }, redirect) => {
      const url = await tried(async (site_) =>
        buildAuthorizationUrl(site_, {
          redirect_uri: redirect,
          scope: site.scope,
          state,
          nonce,
          code_challenge: await calculatePKCECodeChallenge(verifier),
          code_challenge_method: "S256",
          ...site.more,
        }),
      );
      return url.ok ? ok(url.value.href) : err("failed");
    },
    back: async ({ state, nonce, verifier }, url) => {
      if (url.searchParams.get("state") !== state) return err("stale");
      const said = url.searchParams.get("error");
      if (said !== null) return err(said === "access_denied" ? "cancelled" : "failed");
      const done = await tried(async (site_) => {
        const checks = {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        };
        const tokens = await authorizationCodeGrant(site_, url, checks);
        const subject = tokens.claims()?.sub ?? "";
        const claims = await fetchUserInfo(site_, tokens.access_token, subject);
        return { subject, claims, idToken: tokens.id_token ?? "" };
      });
      if (done.ok) return ok(done.value);
      return err(isRefusedCode(done.error) ? "stale" : "failed");
    },
    out: async (idToken, state, redirect) => {
      const url = await tried((site_) =>
        buildEndSessionUrl(site_, { id_token_hint: idToken, state, post_logout_redirect_uri: redirect }),
      );
      return url.ok ? url.value.href : undefined;
    },
  };
}
