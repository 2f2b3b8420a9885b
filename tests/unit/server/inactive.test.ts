/** SPEC P-Z: satchels that nobody opened for years, with a clock of the test's. */

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseInactiveAnswer } from "../../../src/protocol/inactive.ts";
import { createHarness, type Harness } from "./harness.ts";
import { createPerson, type TestPerson } from "./people.ts";

const DAY = 24 * 3600 * 1000;

describe("satchels that nobody opened for years", () => {
  let server: Harness;
  let person: TestPerson;
  let desk: TestPerson;
  beforeEach(async () => {
    server = await createHarness();
    person = await createPerson();
    desk = await createPerson("organisation");
    for (const who of [person, desk]) await server.register(who);
  });
  afterEach(() => server.close());

  const run = () => server.app.collector.run();
  const later = async (days: number) => {
    server.time.now += days * DAY;
    await run();
  };
  const listed = async (who: TestPerson = desk) => {
    const answer = await server.ask("GET", "/v1/inactive", undefined, server.bearer(await server.session(who)));
    const read = parseInactiveAnswer(answer.json());
    return { status: answer.statusCode, satchels: read.ok ? read.value.satchels : undefined };
  };

  test("P-Z1 to P-Z3: announced after two years to whom it wrote, gone after three, back with the phone", async () => {
    const { op, head } = await person.op();
    await server.push(op);
    const { letter, id, manifest } = await person.letter(desk);
    expect((await server.post("/v1/letters", { letter })).json()).toMatchObject({ verdict: { type: "ok" } });
    expect(manifest).toBeDefined();
    expect(id).toBeDefined();
    const { cursor } = await server.pull(await server.session(person));

    await later(729);
    expect((await listed()).satchels).toEqual([]);
    await later(2);
    const from = server.time.now;
    const [line] = (await listed()).satchels ?? [];
    expect(line).toEqual({ satchel: person.id, removedFrom: from + 365 * DAY });
    expect(server.logLines.join("")).toContain('"told":1');
    expect(server.logLines.join("")).not.toContain(person.id);

    await later(363);
    expect((await server.pull(await server.session(desk))).rows.length).toBeGreaterThan(0);
    await later(5);
    expect((await listed()).satchels).toEqual([]);
    expect(server.logLines.join("")).toContain('"removed":1');

    const back = await server.pull(await server.session(person), cursor);
    expect(back).toMatchObject({ rows: [], reset: true });
    const again = await person.op({ record: head.record });
    expect((await server.push(again.op)).verdicts[0]?.type).toBe("ok");
    expect((await server.pull(await server.session(person), back.cursor)).rows).toHaveLength(1);
  });

  test("P-Z1: who comes by once a year loses nothing, and nobody is told of her", async () => {
    await server.push((await person.op()).op);
    for (let year = 0; year < 5; year += 1) {
      await server.session(person);
      await later(365);
    }
    expect((await server.pull(await server.session(person))).rows).toHaveLength(1);
    expect(server.logLines.join("")).not.toContain("inactive");
  });

  test("P-Z2: a satchel is not told about others", async () => {
    expect((await listed(person)).status).toBe(403);
    expect((await server.ask("GET", "/v1/inactive")).statusCode).toBe(401);
  });
});
