/**
 * Official PDFs that the operator put beside the server: `official/` in the data folder, as `npm run form -- official --out`
 * writes it. Runs in Node.
 *
 * Surprising: a PDF is named by its own SHA-256, so a name is no path and can never mean another file. The server knows nothing
 * of forms: it looks whether each mapping names a PDF that is here, and the phones look at the rest.
 */

import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import * as v from "valibot";
import { routes } from "../protocol/wire.ts";

export interface OfficialFiles {
  /** Ids of the procedures that have a mapping here. */
  readonly forms: readonly string[];
  readonly files: ReadonlyMap<string, Buffer>;
}

const maxBytes = 12_000_000;
const pdfName = /^([0-9a-f]{64})\.pdf$/;
const mapName = /^([a-z0-9]+(?:-[a-z0-9]+)*)\.json$/;
const mapping = v.object({ pdf: v.object({ sha256: v.string() }) });

/** @throws when a file is not what its name says: a server must not start half known. A folder that is not there is empty. */
export async function readOfficialFolder(folder: string): Promise<OfficialFiles> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const files = new Map<string, Buffer>();
  for (const name of names) {
    const [, hash] = pdfName.exec(name) ?? [];
    if (hash === undefined && !mapName.test(name)) continue;
    const bytes = await readFile(join(folder, name));
    if (bytes.byteLength > maxBytes) throw new Error(`official/${name} is larger than ${maxBytes} bytes`);
    if (hash !== undefined && createHash("sha256").update(bytes).digest("hex") !== hash)
      throw new Error(
        `official/${name} is not the file that its name says: write it again with npm run form -- official`,
      );
    files.set(name, bytes);
  }
  const forms = [...files].flatMap(([name, bytes]) => {
    const [, form] = mapName.exec(name) ?? [];
    if (form === undefined) return [];
    const read = v.safeParse(mapping, readJson(bytes));
    if (!read.success || !files.has(`${read.output.pdf.sha256}.pdf`))
      throw new Error(`official/${name} names no PDF of this folder: write it again with npm run form -- official`);
    return [form];
  });
  return { forms: forms.sort(), files };
}

function readJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    // What is no JSON is no mapping.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Outside /v1, as files. No browser keeps them: which form was prepared would stay on the phone in the open. */
export function officialRoute(app: FastifyInstance, { files }: OfficialFiles): void {
  app.get<{ Params: { name: string } }>(`${routes.official}/:name`, async (request, reply) => {
    const bytes = files.get(request.params.name);
    if (bytes === undefined) return reply.callNotFound();
    return reply
      .headers({ "cache-control": "no-store", "content-disposition": "attachment" })
      .type(request.params.name.endsWith(".pdf") ? "application/pdf" : "application/json")
      .send(bytes);
  });
}
