/**
 * Choose papers of the satchel for a place that asks for some: fitting ones first, the others behind a search. Goes
 * inside a fieldset, whose legend says what is asked. Runs in the page.
 *
 * Surprising: no paper is ever refused here. One that does not look right may still be chosen; the desk decides.
 */
import { useId, useMemo, useState } from "preact/hooks";
import { likelyFirst } from "../../../satchel/paper-index.ts";
import type { RecordId } from "../../../shared/ids.ts";
import type { PaperView } from "../../../workers/satchel.contract.ts";
import { useT } from "../../i18n/useT.ts";
import { useAsk } from "../../state/satchel.ts";
import { Banner } from "../Banner.tsx";
import { Button } from "../Button.tsx";
import { CheckGroup, type ChoiceOption, RadioGroup } from "../Choice.tsx";
import { Icon } from "../icons/Icon.tsx";
import { PERSONAL } from "../personal.tsx";
import { Loading } from "../States.tsx";
import { useWorld } from "../world.ts";
import { pageCount, paperDetail, paperName } from "./names.ts";
import { PaperThumb } from "./PaperThumb.tsx";
import { today } from "./StateChip.tsx";
import { Trouble } from "./Trouble.tsx";
import { usePaperSearch } from "./usePaperSearch.ts";

/** How many other papers are shown at once; a search finds the rest. */
const OTHERS_SHOWN = 20;

export interface Verdict {
  readonly tone: "done" | "soon";
  readonly text: string;
}

export interface PaperPickerProps {
  /** Kinds that fit (satchel/paper-types.ts); empty: all fit. */
  readonly kinds: readonly string[];
  /** At most this many; 1 gives radio buttons. */
  readonly max: number;
  readonly chosen: readonly RecordId[];
  readonly onChosen: (ids: readonly RecordId[]) => void;
  /** Ids of the fitting papers, best first; absent: in the order of the satchel. */
  readonly rank?: ((papers: readonly PaperView[]) => readonly string[]) | undefined;
  /** What to say of a paper here, such as "Trop ancien, mais vous pouvez l’envoyer". */
  readonly verdict?: ((paper: PaperView) => Verdict | null) | undefined;
  /** Id of the first option, for an error summary. */
  readonly firstId?: string | undefined;
  readonly invalid?: boolean | undefined;
}

const NO_PAPERS: readonly PaperView[] = [];

/** Needs the areas "papers" and "papers-types". */
export function PaperPicker(props: PaperPickerProps) {
  const { kinds, max, chosen, onChosen, rank, verdict, firstId, invalid } = props;
  const t = useT();
  const searchId = useId();
  const asked = useAsk("papers", (api) => api.papers(), ["papers"]);
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const [tooMany, setTooMany] = useState(false);
  const all = asked.state === "ready" ? asked.value : NO_PAPERS;
  const { clock } = useWorld();
  const day = today(clock.now());
  const kept = useMemo(
    () =>
      likelyFirst(
        // A note alone is nothing that a desk could open.
        all.filter(({ record }) => record.status === "kept" && pageCount(record) > 0),
        day,
      ),
    [all, day],
  );
  const fits = (paper: PaperView): boolean => kinds.length === 0 || kinds.includes(paper.record.kind ?? "");
  const others = useMemo(() => kept.filter((paper) => !fits(paper)), [kept, kinds.join(" ")]);
  const { papers: meant } = usePaperSearch(others, typed, open);

  if (asked.state === "loading") return <Loading />;
  if (asked.state === "failed") return <Trouble error={asked.error} onRetry={asked.again} />;

  const order = rank?.(kept) ?? [];
  const place = ({ id }: PaperView): number => (order.includes(id) ? order.indexOf(id) : order.length);
  const fitting = kept.filter(fits).sort((a, b) => place(a) - place(b));
  // A chosen paper stays in sight whatever is searched.
  const picked = others.filter((paper) => chosen.includes(paper.id));
  const found = open ? [...picked.filter((paper) => !meant.includes(paper)), ...meant] : picked;
  const shown = [...fitting, ...found.slice(0, OTHERS_SHOWN)];
  const here = new Set(kept.map((paper) => paper.id));
  const gone = chosen.filter((id) => !here.has(id));

  const option = (paper: PaperView): ChoiceOption<RecordId> => {
    const said = verdict?.(paper) ?? (fits(paper) ? null : { tone: "soon", text: t("papers.picker.notAsked") });
    return {
      value: paper.id,
      label: paperName(paper.record),
      start: <PaperThumb paper={paper} />,
      more: (
        <>
          {paperDetail(paper.record)}
          {said !== null && (
            <span class={`verdict verdict--${said.tone}`}>
              {" "}
              <Icon name={said.tone === "done" ? "valider" : "rappel"} />
              {said.text}
            </span>
          )}
        </>
      ),
    };
  };
  function pick(ids: readonly RecordId[]): void {
    const stay = ids.filter((id) => here.has(id));
    setTooMany(stay.length > max);
    if (stay.length <= max) onChosen(stay);
  }
  const group = { options: shown.map(option), firstId, invalid };
  return (
    <div class="stack-m">
      {gone.length > 0 && (
        <Banner tone="soon" icon="corbeille" title={t("papers.picker.gone", { count: gone.length })}>
          {t("papers.picker.goneText")}
        </Banner>
      )}
      {fitting.length === 0 && <p>{t(kept.length === 0 ? "papers.picker.empty" : "papers.picker.noneFits")}</p>}
      {shown.length > 0 &&
        (max === 1 ? (
          <RadioGroup {...group} value={chosen.find((id) => here.has(id))} onChange={(id) => pick([id])} />
        ) : (
          <CheckGroup {...group} values={chosen.filter((id) => here.has(id))} onChange={pick} />
        ))}
      {tooMany && (
        <Banner tone="soon" icon="attention">
          {t("papers.picker.atMost", { papers: t("common.papers", { count: max }) })}
        </Banner>
      )}
      {open && others.length > 0 && (
        <div class="field">
          <label for={searchId}>{t("papers.search.label")}</label>
          <div class="search">
            <Icon name="recherche" />
            <input
              {...PERSONAL}
              class="input"
              id={searchId}
              type="search"
              value={typed}
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
          </div>
          <p class="hint" role="status">
            {found.length > OTHERS_SHOWN
              ? t("papers.picker.firstOnes", { n: OTHERS_SHOWN, total: found.length })
              : t("papers.search.found", { count: found.length })}
          </p>
        </div>
      )}
      {!open && others.length > 0 && (
        <Button kind="plain" icon="recherche" onPress={() => setOpen(true)}>
          {t("papers.picker.others", { count: others.length })}
        </Button>
      )}
    </div>
  );
}
