/**
 * The questions of a procedure changed while a dossier was being filled in: told once, in plain words; and every answer and
 * paper that is kept and does not leave, with why. After the shell, needs the area "journey".
 */
import { useState } from "preact/hooks";
import { type FormView, visibleParts } from "../../../forms/engine.ts";
import type { Form } from "../../../forms/model.ts";
import { type HiddenAnswer, hiddenAnswers } from "../../../forms/plan.ts";
import { voicedKey } from "../../../shared/voice.ts";
import type { DossierView, WorkerError } from "../../../workers/satchel.contract.ts";
import { answerText as shownText } from "../../i18n/answer-text.ts";
import { formatList } from "../../i18n/format.ts";
import { isolated } from "../../i18n/rich.tsx";
import { useT } from "../../i18n/useT.ts";
import { useSatchel } from "../../state/satchel.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { Rows } from "../../ui/Rows.tsx";
import { Trouble } from "./useDossier.tsx";
import { answerText, formText } from "./words.ts";

interface RenewedProps {
  readonly dossier: DossierView;
  readonly view: FormView;
}

/** The question of an answer that is kept; an older version's may have lost its words. */
function useLabel(view: FormView): (kept: HiddenAnswer) => string {
  const t = useT();
  return ({ key }) => {
    const id = (key.split("@")[0] ?? key).split("/").at(-1) ?? key;
    return formText(view.form.id, `${id}.label`) ?? t("journey.renewed.older");
  };
}

const isSaid = ({ answer }: HiddenAnswer): boolean =>
  !(answer.v === "text" && answer.text.trim() === "") &&
  !(answer.v === "choices" && answer.ids.length === 0 && answer.other === undefined);

export function Renewed({ dossier, view }: RenewedProps) {
  const t = useT();
  const { api } = useSatchel();
  const label = useLabel(view);
  const [error, setError] = useState<WorkerError | null>(null);
  const { renewed } = dossier.record;
  if (renewed === undefined || renewed.told) return null;
  const kept = hiddenAnswers(view).filter(isSaid);
  const again = kept.filter(({ key, why }) => why === "aside" && key.endsWith(`@${renewed.from}`));
  const gone = kept.filter(({ why }) => why === "gone").length;
  async function understood(): Promise<void> {
    const saved = await api.saveAnswers(dossier.id, { told: true });
    setError(saved.ok ? null : saved.error);
  }
  return (
    <section class="card stack-m" aria-label={t("journey.renewed.title")}>
      <Banner tone="soon" icon="information" title={t("journey.renewed.title")} quiet>
        {t("journey.renewed.text")}
      </Banner>
      {renewed.signed === true && <p>{t("journey.renewed.signed")}</p>}
      {again.length > 0 && (
        <p>{t("journey.renewed.again", { labels: formatList([...new Set(again.map(label))].map(isolated)) })}</p>
      )}
      {gone > 0 && <p>{t("journey.renewed.gone", { count: gone })}</p>}
      {error !== null && <Trouble error={error} onRetry={() => void understood()} />}
      <Button kind="second" wide onPress={() => void understood()}>
        {t("journey.renewed.understood")}
      </Button>
    </section>
  );
}

interface IdlePapers {
  readonly requirement: string;
  /** Papers that no question which is asked takes either. */
  readonly count: number;
}

/** Papers that were joined for what is not asked now: they stay in the dossier and do not leave with it. */
function idlePapers(view: FormView): readonly IdlePapers[] {
  const { state } = view;
  // Spoken answers of questions that are shown leave too.
  const asked = new Set(visibleParts(view).requirements);
  const all = Object.entries(state.attached);
  const leaving = new Set(all.flatMap(([id, { papers }]) => (asked.has(id) ? papers : [])));
  return all
    .filter(([id]) => !asked.has(id))
    .map(([requirement, { papers }]) => ({ requirement, count: papers.filter((paper) => !leaving.has(paper)).length }))
    .filter(({ count }) => count > 0);
}

/** What a slot was for: a paper that is asked, or the question that was answered aloud. */
const nameOf = (form: Form, slot: string): string | undefined => {
  const key = voicedKey(slot);
  return formText(form.id, key === undefined ? `requirements.${slot}.label` : `${key.split("/").at(-1)}.label`);
};

/** Under the answers that leave: what stays here, and why. Nothing where nothing stays. */
export function NotSent({ view }: { readonly view: FormView }) {
  const t = useT();
  const label = useLabel(view);
  const { form } = view;
  const kept = hiddenAnswers(view).filter(isSaid);
  const papers = idlePapers(view);
  if (kept.length + papers.length === 0) return null;
  return (
    <section class="stack-s" aria-labelledby="pas-envoye">
      <h2 id="pas-envoye">{t("journey.notSent.title")}</h2>
      <p class="meta">{t("journey.notSent.text")}</p>
      <Rows
        card
        rows={[
          ...kept.map((each) => {
            const { key, answer, field, why } = each;
            const id = (key.split("@")[0] ?? key).split("/").at(-1) ?? key;
            const fits = field !== undefined && why !== "aside";
            const value = fits ? answerText(form, field, answer) : isolated(shownText(form.id, id, answer, "\n"));
            return { key, name: label(each), value, more: t(`journey.notSent.${why}`) };
          }),
          ...papers.map(({ requirement, count }) => ({
            key: `papers ${requirement}`,
            name: nameOf(form, requirement) ?? t("journey.renewed.older"),
            value: voicedKey(requirement) === undefined ? t("common.papers", { count }) : t("dossiers.check.spoken"),
            more: t(`journey.notSent.${form.requirements.some(({ id }) => id === requirement) ? "hidden" : "gone"}`),
          })),
        ]}
      />
    </section>
  );
}
