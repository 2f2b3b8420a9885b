/** INV-2: "2 copies" is said while a whole copy is verified elsewhere and a drilled way opens it without this phone. */
import { expect, test } from "vitest";
import { opensElsewhere } from "../../../src/workers/satchel/asks.ts";
import { createHarness } from "../server/harness.ts";
import { file, jpeg } from "./files.ts";
import { createConnectedBrowser, createLine, eventually, must, openTab } from "./world.ts";

test("INV-2 sealed at the server, then two copies once the card was tried", { timeout: 120_000 }, async () => {
  const server = await createHarness();
  const base = await server.http.listen({ port: 0, host: "127.0.0.1" });
  const browser = createConnectedBrowser(createLine(base));
  const tab = openTab(browser);
  await tab.refresh();
  const { api } = tab;
  must(await api.create({ code: "417233", language: "fr", pictogram: "code-bateau" }));
  const { id } = must(await api.startPaper({ kind: "passport", title: "Passeport" }));
  must(await api.addPage(id, file(jpeg({ width: 400, height: 300 }))));
  must(await api.keepPaper(id));
  const stateOf = async () => must(await api.paper(id)).state;
  await eventually(async () => {
    must(await api.sendNow());
    return (await stateOf()) === "sealed-copy" && must(await api.cardState()).atServer === "yes" ? true : undefined;
  });
  must(await api.drill(must(await api.card()).qr));
  expect(await stateOf()).toBe("two-copies");
  expect(must(await api.papers()).map(({ state }) => state)).toEqual(["two-copies"]);

  const [row] = must(await browser.registry.list());
  if (row === undefined) throw new Error("a satchel is here");
  const way = { tries: 0, frozen: false, blockedAt: null, openedAt: null };
  expect(opensElsewhere(row)).toBe(true);
  for (const [what, stopped] of Object.entries({
    "not tried": { cardDrilled: false },
    "no card": { sealedCard: null },
    "not at the server": { keyring: undefined },
    "a newer one waits": { keyringWish: "rotate" as const },
    "put out": { removedAt: 1 },
    frozen: { way: { ...way, frozen: true } },
    blocked: { way: { ...way, blockedAt: 1 } },
  }))
    expect(opensElsewhere({ ...row, ...stopped } as typeof row), what).toBe(false);
  await server.close();
});
