/** A line of "À prévoir" in words. Runs in the page; needs the areas "ahead", "reminders", "papers" and "papers-types". */
import type { EventWords } from "../../../satchel/deadlines/ics.ts";
import { humanPhones } from "../../../satchel/deadlines/rules.ts";
import type { AheadLine } from "../../../workers/satchel.contract.ts";
import { formatCalendarDate } from "../../i18n/format.ts";
import { t } from "../../i18n/i18n.ts";
import { isolated } from "../../i18n/rich.tsx";
import { holderName, kindName } from "../../ui/papers/names.ts";

const day = (date: string | null): string => (date === null ? "" : formatCalendarDate(date));

/** What it is: the person's own words for a date of theirs, else the words of its rule. */
export const whatOf = ({ rule, title, about }: Pick<AheadLine, "rule" | "title" | "about">): string =>
  about.type === "own" && title !== "" ? title : t(`reminders.rules.${rule}.what`);

/** Which paper or right it is about, where the title does not say it. */
export function aboutOf({ about, kind, title, holder }: AheadLine): string {
  if (about.type === "followed") return t(`ahead.rights.name.${about.id as "rsa"}`);
  if (about.type === "own") return "";
  if (about.type === "mandate") return isolated(title);
  const name = title === "" ? kindName(kind) : title;
  if (holder === "me") return isolated(name);
  return t("ahead.whose", { name: isolated(name), holder: isolated(holderName(holder)) });
}

/** By when, in plain words. */
export function whenOf({ stage, from, until, end }: AheadLine): string {
  switch (stage) {
    case "undated":
      return t("ahead.undated");
    case "later":
      return until === null || until === from
        ? t("reminders.from", { from: day(from) })
        : t("reminders.window", { from: day(from), until: day(until) });
    case "now":
      return t("reminders.by", { until: day(until) });
    case "late":
      // The good time is over, and there is still one: until it ends.
      return end === null ? t("ahead.since", { until: day(until) }) : t("reminders.by", { until: day(end) });
    case "over":
      return t("reminders.ended", { end: day(end ?? until) });
  }
}

export const doOf = ({ rule }: AheadLine): string => t(`reminders.rules.${rule}.do`);

export const humanOf = ({ human }: AheadLine): string =>
  t(`reminders.human.${human}`, { phone: isolated(humanPhones[human] ?? "") });

/** What an event of the calendar says where the person chose the full wording. */
export function eventWords(line: AheadLine, moment: "opens" | "last"): EventWords {
  const what = whatOf(line);
  const detail = [aboutOf(line), doOf(line), humanOf(line)].filter((text) => text !== "");
  return {
    summary: t(moment === "opens" ? "reminders.calendar.opens" : "reminders.calendar.last", { what }),
    description: detail.join("\n").replace(/[\u2066-\u2069]/g, ""),
  };
}
