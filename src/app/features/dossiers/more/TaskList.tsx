/** A long form by its parts: how far each is, how long it takes, in any order. Runs in the page; needs the area "journey". */
import type { FormView } from "../../../../forms/engine.ts";
import { minutesFor, type SectionView, secondsFor, sectionStates } from "../../../../forms/plan.ts";
import { localDay } from "../../../../shared/day.ts";
import { useT } from "../../../i18n/useT.ts";
import { Chip, type ChipState } from "../../../ui/Chip.tsx";
import type { IconName } from "../../../ui/icons/names.ts";
import { Item, List } from "../../../ui/List.tsx";
import { useWorld } from "../../../ui/world.ts";
import { questionPath } from "../places.ts";
import { formText } from "../words.ts";

const LOOK: Readonly<Record<SectionView["state"], readonly [ChipState, IconName]>> = {
  "to-do": ["wait", "en-attente"],
  begun: ["here", "modifier"],
  done: ["here", "valider"],
  "to-mend": ["redo", "attention"],
};

/** `page`: where the person was. What is wrong there is not told before "Continuer". */
export function TaskList({ id, view, page }: { readonly id: string; readonly view: FormView; readonly page: string }) {
  const t = useT();
  const { clock } = useWorld();
  const { form } = view;
  const text = (key: string): string | undefined => formText(form.id, key);
  const sections = sectionStates(view, page, localDay(clock.now())).map((section) => {
    const isHere = section.steps.some((step) => step.id === page);
    const state = section.state === "to-mend" && isHere ? "begun" : section.state;
    return { ...section, state, seconds: secondsFor(view, section.steps, text) };
  });
  const left = sections.filter(({ state }) => state !== "done").reduce((sum, { seconds }) => sum + seconds, 0);
  return (
    <section class="stack-s" aria-labelledby="parties">
      <h2 id="parties">{t("journey.tasks.title")}</h2>
      <p>
        {left === 0 ? t("journey.tasks.allDone") : t("journey.tasks.left", { count: minutesFor(left) })}{" "}
        {t("journey.tasks.more")}
      </p>
      <List>
        {sections.map(({ id: section, steps, state, next, seconds, icon }) => {
          const [chip, chipIcon] = LOOK[state];
          return (
            <Item
              key={section}
              icon={(icon ?? "dossier") as IconName}
              tone={state === "done" ? "done" : "none"}
              href={questionPath(id, next)}
              title={text(`sections.${section}`) ?? section}
              detail={t("journey.tasks.detail", {
                questions: t("journey.tasks.questions", { count: steps.length }),
                minutes: t("journey.tasks.minutes", { count: minutesFor(seconds) }),
              })}
              below={
                <Chip state={chip} icon={chipIcon}>
                  {t(`journey.tasks.state.${state}`)}
                </Chip>
              }
            />
          );
        })}
      </List>
    </section>
  );
}
