/**
 * Drives what managers and newcomers do with an organisation's team (/guichet, /guichet/equipe), by roles and names, over a
 * helper of helper.ts. Runs in Node, without Vitest.
 */
import type { Locator } from "playwright-core";
import type { Helper } from "./helper.ts";
import { plain } from "./words.ts";

export type Team = {
  /** Opens "Équipe". */
  open(): Promise<void>;
  /** A desk that opened with its one-time code: becomes the first manager. */
  becomeFirst(name: string, code: string): Promise<void>;
  /** Ten groups of an invitation. */
  invite(role?: "helper" | "manager"): Promise<readonly string[]>;
  /** In a browser without a desk: answers an invitation; waits until there is something to compare. */
  join(groups: readonly string[], name: string, code: string): Promise<void>;
  /** Four pictures and eight digits, as they are read aloud; of `name` on the manager's screen. */
  compared(name?: string): Promise<string>;
  confirm(): Promise<void>;
  /** Makes the organisation's card and types it back. */
  card(): Promise<readonly string[]>;
  remove(name: string): Promise<void>;
};

export function createTeam(helper: Helper): Team {
  const { page } = helper;
  const words = () => helper.words();
  const button = (key: string): Locator => page.getByRole("button", { name: words().matcher(key) });
  const heading = (key: string): Promise<void> =>
    page
      .getByRole("heading", { name: words().matcher(key) })
      .first()
      .waitFor();
  const groupsIn = async (of: Locator): Promise<readonly string[]> =>
    (await of.locator(".groups span:not(.sr)").allInnerTexts()).map(plain);
  async function typeCode(code: string): Promise<void> {
    for (const digit of code) await page.getByRole("button", { name: digit, exact: true }).click();
    await button("common.action.confirm").click();
  }
  async function typeGroups(groups: readonly string[]): Promise<void> {
    for (const [at, group] of groups.entries())
      await page.getByLabel(words().matcher("common.card.group", { n: at + 1, total: groups.length })).fill(group);
  }

  return {
    async open() {
      await page.getByRole("link", { name: words().text("desk.team.title"), exact: true }).click();
      await page.getByRole("heading", { level: 1, name: words().matcher("desk.team.title") }).waitFor();
    },
    async becomeFirst(name, code) {
      await heading("equipe.first.title");
      await page.getByLabel(words().matcher("equipe.nameLabel")).fill(name);
      await button("common.action.continue").click();
      await typeCode(code);
      await heading("equipe.who");
    },
    async invite(role = "helper") {
      await page.getByRole("radio", { name: new RegExp(`^${words().text(`equipe.role.${role}`)}`) }).check();
      await button("equipe.invite.action").click();
      const card = page.locator(".card", { has: page.locator("h3", { hasText: words().text("equipe.invite.code") }) });
      await card.first().waitFor();
      return groupsIn(card.first());
    },
    async join(groups, name, code) {
      await button("desk.door.way.invitation").click();
      await page.getByLabel(words().matcher("desk.door.nameLabel")).fill(name);
      await typeGroups(groups);
      await button("common.action.continue").click();
      await heading("desk.code.choose");
      await typeCode(code);
      await heading("desk.code.again");
      await typeCode(code);
      await heading("equipe.join.wait");
    },
    async compared(name) {
      const where =
        name === undefined
          ? page.locator("main")
          : page
              .getByRole("list", { name: words().text("equipe.invitation.title") })
              .locator(":scope > li", { hasText: name });
      const pictures = where.getByRole("list", { name: words().text("equipe.compare.pictures") }).getByRole("listitem");
      await pictures.nth(3).waitFor();
      const digits = await where.locator("b bdi").last().innerText();
      return [...(await pictures.allInnerTexts()), digits].map(plain).join(" ");
    },
    async confirm() {
      await button("equipe.invitation.confirm").click();
      await button("equipe.invitation.confirm").waitFor({ state: "detached" });
    },
    async card() {
      await button("equipe.card.make").or(button("equipe.card.again")).click();
      const card = page.locator(".card", { has: page.locator("h3", { hasText: words().text("equipe.card.name") }) });
      await card.waitFor();
      const groups = await groupsIn(card);
      await button("equipe.card.next").click();
      await typeGroups(groups);
      await button("equipe.card.check").click();
      await page.getByText(words().text("equipe.role.card")).waitFor();
      return groups;
    },
    async remove(name) {
      const row = page.getByRole("listitem").filter({ hasText: name });
      await row.getByRole("button", { name: words().matcher("equipe.remove.action") }).click();
      await button("equipe.remove.yes").click();
      await row.waitFor({ state: "detached" });
    },
  };
}
