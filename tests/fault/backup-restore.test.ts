/**
 * B10, as the operator does it: back up a working server, lose its disk, restore, start again. The phone offers what the
 * backup did not hold; nothing that it still has is lost, nothing that it deleted comes back. Real processes, real files.
 */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { pinnedNode, ROOT, startServer, type TestServer } from "../support/server.ts";
import { file, jpeg } from "../unit/workers/files.ts";
import { createConnectedBrowser, createLine, eventually, must, openDesk, openTab } from "../unit/workers/world.ts";

const slug = "ccas-brevigny";
let folder: string;
let server: TestServer;

const admin = async (...args: readonly string[]): Promise<string> => {
  const env = { ...process.env, BESACE_DATA: join(folder, "data") };
  const { stdout } = await promisify(execFile)(pinnedNode(), [join(ROOT, "src/server/admin/main.ts"), ...args], {
    env,
  });
  return stdout;
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "besace-restore-"));
  mkdirSync(join(folder, "dist"));
  writeFileSync(join(folder, "dist", "index.html"), "<!doctype html><title>restore</title>");
  server = await startServer({
    data: join(folder, "data"),
    env: { BESACE_DIST: join(folder, "dist"), BESACE_LOG_LEVEL: "warn", HOST: "127.0.0.1" },
  });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

test("B10 backup, destroy, restore: whatever the phone has is there again", { timeout: 120_000 }, async () => {
  const line = createLine(server.url);
  const tab = openTab(createConnectedBrowser(line));
  const deskCode = (await server.waitForLine(/^ {2}([A-Z2-9]{4}( [A-Z2-9]{4}){9})$/))[1] ?? "";
  const desk = openDesk(createConnectedBrowser(createLine(server.url)));
  must(await desk.api.enrol({ slug, deskCode, code: "582914" }));
  must(await tab.api.create({ code: "417233", language: "fr", pictogram: "bateau" }));
  await tab.refresh();

  const keep = async (title: string) => {
    const { id } = must(await tab.api.startPaper({ kind: "identity-card", title }));
    must(await tab.api.addPage(id, file(jpeg({ width: 1200, height: 900 }), `${title}.jpg`)));
    must(await tab.api.keepPaper(id));
    return id;
  };
  const send = async (words: string, paper: Awaited<ReturnType<typeof keep>>) => {
    const { id } = must(await tab.api.startDossier({ procedure: "demande-libre", language: "fr", organisation: slug }));
    must(await tab.api.saveAnswers(id, { answers: { request: { v: "text", text: words } } }));
    must(await tab.api.attach(id, "papers", [paper], false));
    must(await tab.api.send(id, null));
    await eventually(async () => (must(await tab.api.dossier(id)).stage === "complete" ? true : undefined), 30);
    return id;
  };
  const nothingWaits = () =>
    eventually(async () => (must(await tab.api.outbox()).bytesLeft === 0 ? true : undefined), 30);
  const deskHas = (dossiers: number, where = desk) =>
    eventually(async () => {
      must(await where.api.refresh());
      const { rows } = must(await where.api.inbox());
      return rows.length === dossiers && rows.every((row) => row.papers.here === 1) ? true : undefined;
    }, 30);

  const before = await keep("Avant");
  const deleted = await keep("Ôté");
  await send("Avant la sauvegarde", before);
  await nothingWaits();
  expect(await admin("backup", join(folder, "backup"))).toMatch(/^whole as of /);

  // What the backup does not know: a paper, a dossier, a deletion.
  const after = await keep("Après");
  await send("Après la sauvegarde", after);
  must(await tab.api.binPaper(deleted));
  must(await tab.api.erasePaper(deleted));
  await nothingWaits();
  await deskHas(2);

  await server.kill();
  cpSync(join(folder, "data", "keys"), join(folder, "keys"), { recursive: true });
  rmSync(join(folder, "data"), { recursive: true });
  mkdirSync(join(folder, "data"));
  cpSync(join(folder, "keys"), join(folder, "data", "keys"), { recursive: true });
  expect(await admin("restore", join(folder, "backup"))).toMatch(/ asked for again; epoch /);
  await server.restart();

  must(await tab.api.sendNow());
  await nothingWaits();
  await deskHas(2);
  expect(
    must(await tab.api.papers())
      .map((paper) => paper.record.title)
      .sort(),
  ).toEqual(["Après", "Avant"]);
  expect(must(await tab.api.dossiers()).map((dossier) => dossier.stage)).toEqual(["complete", "complete"]);
  expect(await admin("check")).toMatch(/ 0 missing, 0 damaged/);
  for (const id of [before, after]) expect(must(await tab.api.paper(id)).state).toBe("sealed-copy");
  // A browser that knows nothing gets it all from the server alone.
  const fresh = openDesk(createConnectedBrowser(createLine(server.url)));
  must(await fresh.api.enrol({ slug, deskCode, code: "417233" }));
  await deskHas(2, fresh);
});
