/** An organisation with two helpers and a person who agreed to come back with its help (F5): real keys, the real server app. */

import { expect } from "vitest";
import { demonstration } from "../../../src/server/deployment.ts";
import { prepareDesk } from "../../../src/server/desks.ts";
import type { PrincipalId } from "../../../src/shared/ids.ts";
import type { DeskApi } from "../../../src/workers/desk.contract.ts";
import { createHarness, type Harness } from "../server/harness.ts";
import { code, first, type Phone } from "./phones.ts";
import { createConnectedBrowser, createLine, eventually, type Line, must, openDesk, random } from "./world.ts";

export const slug = "ccas-brevigny";
export const hour = 3_600_000;
export const person = { name: "Amina Diallo", birthdate: "1990-04-12", language: "fr" };
export const fresh = "592837";
/** The server of the test that runs. */
export const at = {} as { server: Harness; base: string };

export interface Desk {
  readonly line: Line;
  readonly api: DeskApi;
  readonly code: string;
}

export async function start(operates = false): Promise<void> {
  const deployment = demonstration("http://localhost:8080");
  const organisations = deployment.organisations.map((one) => ({ ...one, operates }));
  at.server = await createHarness({ deployment: { ...deployment, organisations } });
  at.server.time.now = Date.now();
  at.base = await at.server.http.listen({ port: 0, host: "127.0.0.1" });
}
function aDesk(own: string): Desk {
  const line = createLine(at.base);
  return { line, api: openDesk(createConnectedBrowser(line)).api, code: own };
}
export const signedIn = (desk: Desk): Promise<unknown> =>
  eventually(async () => (must(await desk.api.inbox()).lastAnswerAt > 0 ? true : undefined));

/** An organisation with two helpers, in two browsers. */
export async function twoHelpers(): Promise<{ readonly anne: Desk; readonly bruno: Desk }> {
  const deskCode = (await prepareDesk({ store: at.server.store, random }, slug, undefined))?.join(" ") ?? "";
  const anne = aDesk("582914");
  must(await anne.api.enrol({ slug, deskCode, code: anne.code }));
  must(await anne.api.becomeFirstHelper({ name: "Anne", code: anne.code }));
  await signedIn(anne);
  const { groups } = must(await anne.api.invite("helper"));
  const bruno = aDesk("693025");
  must(await bruno.api.join({ slug, deskCode: groups.join(" "), name: "Bruno", code: bruno.code }));
  const { id } = await eventually(async () =>
    must(await anne.api.team()).invitations.find(({ asked }) => asked?.name === "Bruno"),
  );
  must(await anne.api.confirmHelper(id));
  expect(must(await bruno.api.joining())).toEqual({ type: "in" });
  await signedIn(bruno);
  return { anne, bruno };
}

/** A person with a drilled card who agreed; the way in is at the server and the letter at the desk. */
export async function agreed(
  pairs: readonly ("C+O" | "S+O")[],
  desk: Desk,
): Promise<Phone & { readonly card: string }> {
  const one = await first(at.base);
  must(await one.tab.api.drill(one.card));
  await one.tab.refresh();
  must(await one.tab.api.agreeReturn({ organisation: slug, pairs, ...person, code }));
  await eventually(async () => (stateOf(must(await one.tab.api.returns())) === "ready" ? true : undefined));
  await listed(desk);
  return one;
}
export const stateOf = ({ helpers }: { readonly helpers: readonly { organisation: string; state: string }[] }) =>
  helpers.find((each) => each.organisation === slug)?.state;
export const listed = (desk: Desk) =>
  eventually(async () => {
    must(await desk.api.refresh());
    return must(await desk.api.returns()).people[0];
  });
export const actsOf = async (one: Phone) =>
  must(await one.tab.api.returns()).acts.map(({ act, helper }) => `${act} ${helper}`);

/** Both screens, up to the code of her choice. */
export async function together(
  two: Phone,
  desk: Desk,
  input: { readonly organisation: PrincipalId | null; readonly pair: "C+O" | "S+O" },
): Promise<void> {
  const { text } = must(await two.tab.api.returnQuestion(input.organisation));
  const who = input.pair === "C+O" ? must(await desk.api.returnRead(text)) : await listed(desk);
  expect(who).toMatchObject({ name: person.name, birthdate: person.birthdate });
  const shown = must(await desk.api.returnChecked({ person: who.id, paper: "id-card", pair: input.pair, text }));
  expect(must(await two.tab.api.returnNumber(shown.number))).toEqual({ pictures: shown.pictures });
  const given = must(await desk.api.returnGive());
  must(await two.tab.api.returnAnswer(given.text));
}
