/** What a person reads about how long things are kept is what the code does. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { formerKeysMs } from "../../src/protocol/helpers.ts";
import { approvals, blobs, collection, inactivity } from "../../src/protocol/limits.ts";
import { kept } from "../../src/satchel/kept.ts";
import { binDays } from "../../src/satchel/paper.ts";

const DAY = 86_400_000;

test("each number of days is the one that is enforced", () => {
  const said = Object.fromEntries(
    kept.flatMap(({ id, howLong }) => (howLong.type === "days" ? [[id, howLong.days]] : [])),
  );
  expect(said).toEqual({
    bin: binDays,
    inactive: inactivity.removedMs / DAY,
    unnamed: collection.unreferencedMs / DAY,
    unfinished: blobs.unfinishedMs / DAY,
    traces: collection.tombstoneBodyMs / DAY,
    visits: approvals.shownMs / DAY,
    oldKeys: formerKeysMs / DAY,
  });
  expect(collection.replacedCardMs).toBe(collection.tombstoneBodyMs);
  expect(inactivity.removedMs - inactivity.toldMs).toBe(365 * DAY);
});

test("and stands in the page for who runs a server", () => {
  const page = readFileSync(join(import.meta.dirname, "../../src/decisions/DATA.md"), "utf8");
  const table = page.slice(page.indexOf("## How long"), page.indexOf("## When life changes"));
  for (const { id, howLong } of kept)
    if (howLong.type === "days") expect(table, id).toMatch(new RegExp(`\\b${howLong.days} days\\b`));
});
