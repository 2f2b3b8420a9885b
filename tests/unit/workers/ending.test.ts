/** SPEC P-E with a phone and a server: the notice is believed by its signature, pages come home, and it can be taken back. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { signEnding } from "../../../src/protocol/ending.ts";
import { generateSignPair, rawPublicKey } from "../../../src/protocol/sign.ts";
import type { ServerTime } from "../../../src/protocol/wire.ts";
import { type DeploymentBase, demonstration } from "../../../src/server/deployment.ts";
import { createHarness, type Harness } from "../server/harness.ts";
import { file, jpeg } from "./files.ts";
import { createConnectedBrowser, createLine, eventually, must, openTab } from "./world.ts";

const ending = { at: Date.UTC(2028, 0, 1) as ServerTime, next: null };
let server: Harness;
let deployment: { -readonly [K in keyof DeploymentBase]: DeploymentBase[K] };
beforeEach(async () => {
  deployment = { ...demonstration("http://localhost:8080") };
  server = await createHarness({ deployment });
});
afterEach(async () => server.close());

test("P-E2 a forged notice is nothing; the server's own brings pages home by itself; left out it is over", {
  timeout: 60_000,
}, async () => {
  const base = await server.http.listen({ port: 0, host: "127.0.0.1" });
  const tab = openTab(createConnectedBrowser(createLine(base)));
  await tab.refresh();
  must(await tab.api.create({ code: "417233", language: "fr", pictogram: "bateau" }));
  const { id } = must(await tab.api.startPaper({ kind: "identity-card", title: "Carte" }));
  must(await tab.api.addPage(id, file(jpeg({ width: 400, height: 300 }), "photo.jpg")));
  must(await tab.api.keepPaper(id));
  await eventually(async () => (must(await tab.api.paper(id)).state === "sealed-copy" ? true : undefined));
  await server.store.setLastBackup((server.time.now + 1) as never);
  must(await tab.api.sendNow());
  await eventually(async () => (must(await tab.api.space()).freeable > 0 ? true : undefined));
  must(await tab.api.freeSpace([id]));
  expect(must(await tab.api.paper(id)).state).toBe("away");
  expect(must(await tab.api.ending())).toBeNull();

  /** What is said once the newest deployment is here; one that was on its way before may come first. */
  const heard = (ends: boolean) =>
    eventually(async () => {
      await tab.refresh();
      const said = must(await tab.api.ending());
      return (said !== null) === ends ? { said } : undefined;
    });
  const thief = await generateSignPair(false);
  deployment.ending = await signEnding(thief.privateKey, await rawPublicKey(thief), ending);
  await tab.refresh();
  expect(must(await tab.api.ending())).toBeNull();
  expect(must(await tab.api.paper(id)).state).toBe("away");

  deployment.ending = await signEnding(server.keys.sign, server.keys.public.sign, ending);
  expect(await heard(true)).toEqual({ said: ending });
  await eventually(async () => (must(await tab.api.paper(id)).state === "sealed-copy" ? true : undefined));

  deployment.ending = undefined;
  expect(await heard(false)).toEqual({ said: null });
});
