/**
 * The list for the phone's calendar, and for the printer.
 *
 * Surprising: a calendar is read by whoever holds the phone, and often by a company. So the neutral wording is chosen first, and
 * what either shows is said before.
 */
import { useState } from "preact/hooks";
import { hasEvents, writeCalendar } from "../../../satchel/deadlines/ics.ts";
import type { AheadLine } from "../../../workers/satchel.contract.ts";
import { useT } from "../../i18n/useT.ts";
import { canShareFile, shareFile } from "../../platform/share.ts";
import { useRoot } from "../../state/root.ts";
import { useShell } from "../../state/shell.ts";
import { useSaveFile } from "../../state/useSaveFile.ts";
import { Button } from "../../ui/Button.tsx";
import { RadioGroup } from "../../ui/Choice.tsx";
import { useWorld } from "../../ui/world.ts";
import { eventWords } from "./words.ts";

type Wording = "neutral" | "full";
const MIME = "text/calendar;charset=utf-8";

export interface CalendarProps {
  readonly lines: readonly AheadLine[];
  readonly today: string;
}

export function Calendar({ lines, today }: CalendarProps) {
  const t = useT();
  const { clock } = useWorld();
  const { shared } = useRoot();
  const { say } = useShell();
  const save = useSaveFile();
  const [wording, setWording] = useState<Wording>("neutral");
  const [isMade, setMade] = useState(false);

  function made(): File {
    const uids = new Map<string, string>(
      lines.flatMap(({ key, uids: { opens, last } }) => [
        [`${key}/opens`, opens] as const,
        [`${key}/last`, last] as const,
      ]),
    );
    const text = writeCalendar(
      lines,
      {
        full: (item, moment) => eventWords(item as AheadLine, moment),
        neutral: { summary: t("reminders.calendar.neutralSummary"), description: t("reminders.calendar.neutralText") },
      },
      {
        wording,
        today,
        now: clock.now(),
        uid: (key) => uids.get(key) ?? key,
        // What is given out again later takes the place of what was given before.
        sequence: Math.floor(clock.now() / 1000) % 0x7fffffff,
      },
    );
    return new File([text], `${t("ahead.calendar.name")}.ics`, { type: MIME });
  }

  async function give(): Promise<void> {
    if (!hasEvents(lines, today)) return say(t("ahead.calendar.none"));
    const file = made();
    const shared = canShareFile(file) ? await shareFile(file) : "refused";
    if (shared === "closed") return;
    if (shared === "refused") {
      save(file, file.name);
      say(t("ahead.calendar.done"));
    }
    setMade(true);
  }

  return (
    <section class="noprint stack-m" aria-labelledby="ahead-calendar">
      <h2 id="ahead-calendar">{t("ahead.calendar.title")}</h2>
      <p>{t("ahead.limits")}</p>
      {shared !== true && (
        <>
          <p class="hint">{t("reminders.calendar.warn")}</p>
          <fieldset>
            <legend class="flabel q-gap">{t("ahead.calendar.what")}</legend>
            <RadioGroup<Wording>
              value={wording}
              onChange={setWording}
              options={[
                { value: "neutral", label: t("reminders.calendar.neutral"), more: t("ahead.calendar.neutralMore") },
                { value: "full", label: t("reminders.calendar.full"), more: t("ahead.calendar.fullMore") },
              ]}
            />
          </fieldset>
          <Button wide icon="calendrier" onPress={() => void give()}>
            {t("reminders.calendar.add")}
          </Button>
          {isMade && <p role="status">{t("ahead.calendar.after")}</p>}
        </>
      )}
      <Button kind="second" wide icon="imprimer" onPress={() => window.print()}>
        {t("ahead.print")}
      </Button>
    </section>
  );
}
