/**
 * Sealed blobs: created by a ticket, filled by tus, read back with Range. Runs in Node.
 *
 * HEAD and PATCH of what is unverified are @tus/server's; creation is ours, because its file store cuts a file that is
 * there already and would so wipe acknowledged bytes on a repeated POST. With several processes they are asked of the one
 * that stages the upload (forward.ts); what is verified lies in the vault, and any process answers for it.
 */

import { FileStore } from "@tus/file-store";
import { type DataStore, Server as TusServer } from "@tus/server";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { blobs as limits } from "../../protocol/limits.ts";
import { parseBlobName, parseTicketMetadata } from "../../protocol/parse.ts";
import { readTicket, ticketClaim } from "../../protocol/tickets.ts";
import { headers, routes } from "../../protocol/wire.ts";
import { assert } from "../../shared/assert.ts";
import type { Forwarder } from "../forward.ts";
import { createLocker } from "../locks.ts";
import { describeError } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { type BlobStaging, type BlobVault, blobName } from "../stores/blob-ports.ts";
import type { Progress } from "../uploads.ts";
import type { RouteDeps } from "./deps.ts";

const tusVersion = "1.0.0";

type OpenFileStore = new (
  options: ConstructorParameters<typeof FileStore>[0],
) => DataStore & { checkOrCreateDirectory(): void };

/** The base class makes its folder in the background and throws where nobody can catch; here the folder exists. */
class PreparedFileStore extends (FileStore as unknown as OpenFileStore) {
  override checkOrCreateDirectory(): void {
    // Made and awaited by openBlobFiles.
  }
}

export interface BlobDeps extends RouteDeps {
  readonly staging: BlobStaging;
  readonly vault: BlobVault;
  readonly forwarder: Forwarder;
  readonly metrics: Metrics;
}

/** `bytes=<start>-<end>`, one range, as the client asks; undefined when it cannot be met. */
function readRange(header: string, length: number): { readonly start: number; readonly end: number } | undefined {
  const match = /^bytes=(\d{1,12})-(\d{0,12})$/.exec(header);
  if (match === null) return undefined;
  const start = Number(match[1]);
  const end = match[2] === "" ? length - 1 : Math.min(Number(match[2]), length - 1);
  return start <= end ? { start, end } : undefined;
}

export function blobRoutes(app: FastifyInstance, deps: BlobDeps): void {
  const { answers, store, staging, vault, uploads, rates, forwarder, metrics } = deps;

  /** Length and nothing else: what tus needs to know about an upload stands in our database. */
  const configstore = {
    get: async (name: string) => {
      const read = parseBlobName(name);
      const row = read.ok ? await store.blob(read.value.owner, read.value.blob) : undefined;
      if (row === undefined) return undefined;
      return { id: name, size: row.length, offset: 0, sizeIsDeferred: false as const };
    },
    set: async () => assert(false, "uploads are created by tickets only"),
    delete: async () => assert(false, "uploads are not ended by clients"),
  };
  const files = new PreparedFileStore({ directory: staging.folder, configstore: configstore as never });
  const write = files.write.bind(files);
  files.write = async (readable, name, offset) => {
    const end = await write(readable, name, offset);
    metrics.staged(end - offset);
    return end;
  };
  const locker = createLocker(deps.timers);
  const tus = new TusServer({
    path: routes.blobs,
    datastore: files,
    relativeLocation: true,
    allowedOrigins: [],
    maxSize: limits.maxBytes,
    locker,
    onUploadFinish: async (_request, upload) => {
      const read = parseBlobName(upload.id);
      assert(read.ok, "an upload that ran has a checked name");
      const progress = await uploads.settle(read.value.owner, read.value.blob);
      return { headers: { [headers.blob]: progress, ...(progress === "again" ? { "Upload-Offset": "0" } : {}) } };
    },
    onResponseError: (_request, error) =>
      // Its own refusals are short and fixed; anything else might quote what came in.
      "status_code" in error
        ? { status_code: error.status_code, body: error.body }
        : { status_code: 500, body: "internal\n" },
  });

  // tus reads the raw stream itself.
  app.addContentTypeParser("application/offset+octet-stream", (_request, _payload, done) => done(null));

  /** The part that is being written, if any, has ended, by itself or because it was asked to: as tus does before its own HEAD. */
  const settled = async (name: string): Promise<void> => {
    const lock = locker.newLock(name);
    await lock.lock(new AbortController().signal, () => undefined);
    await lock.unlock();
  };

  const progress = (reply: FastifyReply, value: Progress): FastifyReply => reply.header(headers.blob, value);

  app.post(routes.blobs, { bodyLimit: 1 }, async (request, reply) => {
    reply.header("tus-resumable", tusVersion);
    if (request.headers["tus-resumable"] !== tusVersion) return answers.refuse(request, reply, "bad-protocol");
    const metadata = request.headers["upload-metadata"];
    const signed = parseTicketMetadata(metadata);
    if (typeof metadata === "string" && metadata.length > limits.metadata)
      return answers.refuse(request, reply, "too-large");
    const claim = signed.ok ? ticketClaim(signed.value) : undefined;
    if (!signed.ok || claim?.ok !== true) return answers.refuse(request, reply, "bad-format");
    const owner = await store.principal(claim.value.owner);
    if (owner === undefined) return answers.refuse(request, reply, "unknown-principal");
    const ticket = await readTicket(signed.value, owner.sign);
    if (!ticket.ok) return answers.refuse(request, reply, "bad-signature");
    if (request.headers["upload-length"] !== String(ticket.value.length))
      return answers.refuse(request, reply, "bad-format");
    if (ticket.value.length > limits.maxBytes) return answers.refuse(request, reply, "too-large");
    const wait = await rates.principal(request, owner.id);
    if (wait !== undefined) return answers.refuse(request, reply, "too-many", wait);

    const { owner: ownerId, blob } = ticket.value;
    const name = blobName(ownerId, blob);
    const location = `${routes.blobs}/${name}`;
    const opened = await store.openUpload(ticket.value, await deps.quotaOf(owner), answers.now());
    if (opened !== "opened" && opened !== "known") return answers.refuse(request, reply, opened);
    const row = await store.blob(ownerId, blob);
    const staged = row !== undefined && row.state !== "verified";
    if (staged && (await forwarder.place(request, reply, row)) === "answered") return reply;
    // The row comes first: a crash before the file is made shows as "known" without a file, and is made good here.
    const missing = staged && opened === "known" && (await staging.size(name)) === undefined;
    if (opened === "opened" || missing) {
      await staging.create(name);
      return progress(reply, "incomplete").code(201).header("location", location).header("upload-offset", "0").send();
    }
    progress(reply, await uploads.settle(ownerId, blob)).header("location", location);
    return answers.refuse(request, reply, "offset");
  });

  /** HEAD and PATCH, with our headers already on the raw answer. */
  const byTus = async (request: FastifyRequest<{ Params: { name: string } }>, reply: FastifyReply) => {
    reply.header("tus-resumable", tusVersion);
    const read = parseBlobName(request.params.name);
    if (!read.ok || request.raw.url?.includes("?") === true) return answers.refuse(request, reply, "not-found");
    const { owner, blob } = read.value;
    const row = await store.blob(owner, blob);
    if (row === undefined || row.state === "collected") return answers.refuse(request, reply, "not-found");
    const whole = (): FastifyReply => {
      progress(reply, "verified").header("upload-offset", String(row.length));
      if (request.method === "PATCH") return answers.refuse(request, reply, "offset");
      return reply.header("upload-length", String(row.length)).code(200).send();
    };
    if (row.state === "verified") return whole();
    if ((await forwarder.place(request, reply, row)) === "answered") return reply;
    if ((await staging.size(request.params.name)) === undefined) return answers.refuse(request, reply, "not-found");
    // A crash may have come between the last byte and the verification, or the last bytes of a sender that is gone are
    // on their way still: HEAD waits for these and finishes that before it answers.
    if (request.method === "HEAD") await settled(request.params.name);
    const state = request.method === "HEAD" ? await uploads.settle(owner, blob) : "incomplete";
    if (state === "verified") return whole();
    progress(reply, state);
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value);
    await tus.handle(request.raw, reply.raw);
    return reply;
  };
  app.route({ method: ["HEAD", "PATCH"], url: `${routes.blobs}/:name`, exposeHeadRoute: false, handler: byTus });

  app.get<{ Params: { name: string } }>(`${routes.blobs}/:name`, { exposeHeadRoute: false }, async (request, reply) => {
    const who = await deps.admit(request);
    if (!who.ok) return answers.refuse(request, reply, who.error);
    const read = parseBlobName(request.params.name);
    if (!read.ok) return answers.refuse(request, reply, "not-found");
    const { owner, blob } = read.value;
    const row = await store.blob(owner, blob);
    // Who may not read hears the same as about a blob that is not there.
    if (row?.state !== "verified" || !(await store.mayRead(who.value.principal, owner, blob, answers.now())))
      return answers.refuse(request, reply, "not-found");
    const { range } = request.headers;
    const part = range === undefined ? { start: 0, end: row.length - 1 } : readRange(range, row.length);
    if (part === undefined)
      return reply.code(416).header("content-range", `bytes */${row.length}`).type("application/octet-stream").send();
    await deps.journal.handing(who.value, { owner, blob });
    const bytes = await vault.read(row, part).catch((error: unknown) => {
      deps.log.note("vault-read-failed", { ...describeError(error) });
      return undefined;
    });
    if (bytes === undefined) return answers.refuse(request, reply, "busy");
    if (range !== undefined) reply.header("content-range", `bytes ${part.start}-${part.end}/${row.length}`);
    return reply
      .code(range === undefined ? 200 : 206)
      .header("accept-ranges", "bytes")
      .header("content-length", String(part.end - part.start + 1))
      .type("application/octet-stream")
      .send(bytes);
  });
}
