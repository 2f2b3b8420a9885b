/**
 * The server without a network: built by app.ts on a fresh folder, asked through `inject`. Runs in Node.
 *
 * `listen` opens a real loopback port for what inject cannot show (cut connections, raw tus). The clock is the test's.
 */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labels } from "../../../src/protocol/labels.ts";
import { signBytes } from "../../../src/protocol/sign.ts";
import type { ChallengeAnswer, Op, PullAnswer, PushAnswer, SessionAnswer, Signed } from "../../../src/protocol/wire.ts";
import { buildApp } from "../../../src/server/app.ts";
import { type DeploymentBase, demonstration } from "../../../src/server/deployment.ts";
import type { Self } from "../../../src/server/forward.ts";
import { openKeys } from "../../../src/server/keys.ts";
import { createLogger } from "../../../src/server/log.ts";
import type { LoginSites } from "../../../src/server/login-sites.ts";
import type { OfficialFiles } from "../../../src/server/official.ts";
import type { SiteFetch } from "../../../src/server/oidc.ts";
import type { PrefillSite } from "../../../src/server/prefill.ts";
import { openBlobFiles, vaultInPlace } from "../../../src/server/stores/blob-files.ts";
import type { BlobStaging, BlobVault } from "../../../src/server/stores/blob-ports.ts";
import type { Store } from "../../../src/server/stores/ports.ts";
import { openSqlite } from "../../../src/server/stores/sqlite.ts";
import { fromBase64Url } from "../../../src/shared/bytes.ts";
import { random, type TestBlob, type TestPerson } from "./people.ts";

export const nonce = "test-nonce-0123456789";
export const protocolHeaders = { "besace-protocol": "1", "besace-nonce": nonce };

export interface HarnessOptions {
  readonly folder?: string;
  readonly rates?: { readonly perPrincipal: number; readonly perAddress: number };
  readonly webFolder?: string;
  readonly publicUrl?: string;
  readonly proxies?: readonly string[];
  readonly keyFile?: string;
  readonly metricsToken?: string;
  /** One process of several on this store (closed by whoever made it) and vault. */
  readonly among?: { readonly store: Store; readonly self: Self };
  /** Default: the demonstration. */
  readonly deployment?: DeploymentBase;
  /** A database that the test watches; closed with the server. */
  readonly store?: Store;
  /** Default: the staging folder itself. */
  readonly prefill?: PrefillSite;
  readonly official?: OfficialFiles;
  readonly logins?: { readonly sites: LoginSites; readonly fetch: SiteFetch };
  readonly vault?: (staging: BlobStaging) => Promise<BlobVault>;
}

export type Harness = Awaited<ReturnType<typeof createHarness>>;

export async function createHarness(options: HarnessOptions = {}) {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "besace-unit-"));
  const time = { now: 1_800_000_000_000 };
  const clock = { now: () => time.now };
  const logLines: string[] = [];
  const store =
    options.among?.store ?? options.store ?? (await openSqlite({ file: join(folder, "besace.sqlite"), clock, random }));
  const blobFolder = join(folder, "blobs");
  const staging = await openBlobFiles(blobFolder);
  const vault = (await options.vault?.(staging)) ?? vaultInPlace(staging);
  const keys = await openKeys(options.keyFile ?? join(folder, "server.json"), random);
  const app = await buildApp({
    store,
    staging,
    vault,
    keys,
    deployment: options.deployment ?? demonstration("http://localhost:8080"),
    clock,
    timers: {
      after: (delayMs, task) => {
        const timer = setTimeout(task, delayMs);
        return () => clearTimeout(timer);
      },
    },
    random,
    logger: createLogger({ write: (line: string) => void logLines.push(line) }, "info"),
    webFolder: options.webFolder,
    publicUrl: options.publicUrl,
    ...(options.rates === undefined ? {} : { rates: options.rates }),
    metricsToken: options.metricsToken,
    prefill: options.prefill,
    official: options.official,
    logins: options.logins,
    ...(options.proxies === undefined ? {} : { proxies: options.proxies }),
    ...(options.among === undefined ? {} : { self: options.among.self }),
  });
  const { http, sweep } = app;
  await http.ready();

  const ask = async (
    method: "GET" | "POST" | "HEAD" | "PATCH",
    url: string,
    body?: unknown,
    extra: Record<string, string> = {},
  ) =>
    http.inject({
      method,
      url,
      headers: { ...protocolHeaders, ...(body === undefined ? {} : { "content-type": "application/json" }), ...extra },
      ...(body === undefined ? {} : { payload: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  const post = (url: string, body: unknown, extra: Record<string, string> = {}) => ask("POST", url, body, extra);

  const register = async (person: TestPerson, statements: readonly Signed[] = person.statements) =>
    post("/v1/register", { statements });
  const session = async (person: Pick<TestPerson, "id" | "device" | "transport">): Promise<string> => {
    const who = { principal: person.id, device: person.device };
    const { challenge } = (await post("/v1/challenge", who)).json<ChallengeAnswer>();
    const bytes = fromBase64Url(challenge);
    if (bytes === undefined) throw new Error("a challenge is base64url");
    const sig = await signBytes(person.transport.privateKey, labels.session, bytes);
    const answer = await post("/v1/session", { ...who, challenge, sig });
    return answer.json<SessionAnswer>().token;
  };
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  return {
    http,
    app,
    store,
    staging,
    vault,
    keys,
    folder,
    blobFolder,
    time,
    sweep,
    logLines,
    ask,
    post,
    register,
    session,
    bearer,
    push: async (...ops: readonly Op[]) => (await post("/v1/push", { ops })).json<PushAnswer>(),
    pull: async (token: string, cursor = "0.0", limit?: number) =>
      (
        await ask(
          "GET",
          `/v1/pull?cursor=${cursor}${limit === undefined ? "" : `&limit=${limit}`}`,
          undefined,
          bearer(token),
        )
      ).json<PullAnswer>(),
    createUpload: async (person: TestPerson, blob: TestBlob, ticket?: Signed) => {
      const signed = ticket ?? (await person.ticket(blob.ref));
      return ask("POST", "/v1/blobs", undefined, {
        "tus-resumable": "1.0.0",
        "upload-length": String(blob.ref.length),
        "upload-metadata": `ticket ${Buffer.from(JSON.stringify(signed)).toString("base64")}`,
      });
    },
    head: (person: TestPerson, blob: TestBlob) =>
      ask("HEAD", `/v1/blobs/${person.id}.${blob.ref.blob}`, undefined, { "tus-resumable": "1.0.0" }),
    patch: (person: TestPerson, blob: TestBlob, offset: number, end = blob.bytes.length, bytes = blob.bytes) =>
      http.inject({
        method: "PATCH",
        url: `/v1/blobs/${person.id}.${blob.ref.blob}`,
        headers: {
          ...protocolHeaders,
          "tus-resumable": "1.0.0",
          "upload-offset": String(offset),
          "content-type": "application/offset+octet-stream",
          "content-length": String(end - offset),
        },
        payload: Buffer.from(bytes.subarray(offset, end)),
      }),
    listen: async () => http.listen({ port: 0, host: "127.0.0.1" }),
    readBlobFile: (person: TestPerson, blob: TestBlob) =>
      readFileSync(join(blobFolder, `${person.id}.${blob.ref.blob}`)),
    /** Ends the server; the folder stays when `keep` is true. */
    close: async (keep = false) => {
      await app.stop();
      // A connection that was made and never used is not idle to Node: it would be waited for, a minute long. What is under
      // way has its time: its work must end before the store does.
      const unused = setTimeout(() => http.server.closeAllConnections(), 10_000);
      await http.close();
      clearTimeout(unused);
      vault.close();
      if (options.among === undefined) await store.close();
      if (!keep) rmSync(folder, { recursive: true, force: true });
    },
  };
}
