/**
 * Choose a kind of paper: the usual ones first, all of a family, or by the words that people use. A plain list of buttons
 * under a field that narrows it. Goes inside a screen, under a heading. Runs in the page.
 *
 * Surprising: "Autre papier" is always at the end, whatever is typed. Not knowing what a paper is never stops anybody.
 */
import { useId, useState } from "preact/hooks";
import { foldText } from "../../../satchel/paper-index.ts";
import { commonTypes, type PaperFamily, paperType, paperTypes } from "../../../satchel/paper-types.ts";
import { useT } from "../../i18n/useT.ts";
import { Filters } from "../Filters.tsx";
import { PickRow } from "../Pick.tsx";
import { SearchField } from "../Search.tsx";
import type { KindSearch } from "./kind-search.ts";
import { FAMILIES, kindIcon, kindName } from "./names.ts";
import { useKindSearch } from "./useKindSearch.ts";
import "./papers.css";

/** More are no help: another word is. */
const FOUND_SHOWN = 12;
const OTHER = "other";

export interface KindPickerProps {
  /** Key of satchel/paper-types.ts, or null; its row is marked. */
  readonly chosen: string | null;
  /** A row was pressed. */
  readonly onChoose: (kind: string) => void;
}

/** By its people's words; while these are not here, by its name. */
function found(typed: string, search: KindSearch | null): readonly string[] {
  if (search !== null) return search.find(typed);
  const words = foldText(typed).split(/\s+/).filter(Boolean);
  return paperTypes.map(({ id }) => id).filter((id) => words.every((word) => foldText(kindName(id)).includes(word)));
}

/** The usual ones, and before them the present one where it is another. */
function usual(chosen: string | null): readonly string[] {
  const ids = commonTypes.map(({ id }) => id);
  const own = paperType(chosen)?.id;
  return own === undefined || ids.includes(own) ? ids : [own, ...ids];
}

interface KindRowsProps extends KindPickerProps {
  readonly kinds: readonly string[];
}

function KindRows({ kinds, chosen, onChoose }: KindRowsProps) {
  const t = useT();
  return (
    <ul class="kinds">
      {kinds.map((kind) => (
        <li key={kind}>
          <PickRow
            icon={kindIcon(kind)}
            title={kindName(kind)}
            detail={kind === chosen ? t("papers.kinds.chosen") : undefined}
            onPress={() => onChoose(kind)}
          />
        </li>
      ))}
    </ul>
  );
}

/** Needs the areas of `PAPER_AREAS`. */
export function KindPicker({ chosen, onChoose }: KindPickerProps) {
  const t = useT();
  const id = useId();
  const [typed, setTyped] = useState("");
  const [family, setFamily] = useState<PaperFamily | "none">("none");
  const [near, setNear] = useState(false);
  const search = useKindSearch(near);
  const searching = typed.trim() !== "";
  const all = searching ? found(typed, search).slice(0, FOUND_SHOWN) : usual(chosen);
  const shown = all.filter((kind) => kind !== OTHER);
  const ofFamily = paperTypes.filter((type) => type.family === family).map(({ id: kind }) => kind);
  return (
    <div class="stack-m">
      <SearchField
        label={t("papers.kinds.label")}
        hint={t("papers.kinds.hint")}
        value={typed}
        onNear={() => setNear(true)}
        onType={(text) => {
          setNear(true);
          setTyped(text);
        }}
      />
      <p class={searching ? "hint" : "sr"} role="status">
        {searching && t(shown.length === 0 ? "papers.kinds.none" : "papers.kinds.found", { count: shown.length })}
      </p>
      <KindRows kinds={[...shown, OTHER]} chosen={chosen} onChoose={onChoose} />
      {!searching && (
        <section aria-labelledby={`${id}-all`} class="stack-m">
          <h2 class="h3" id={`${id}-all`}>
            {t("papers.kinds.all")}
          </h2>
          <Filters
            label={t("papers.list.families")}
            options={FAMILIES.map((each) => ({
              value: each.family,
              label: t(`papers.list.family.${each.family}`),
              icon: each.icon,
            }))}
            value={family}
            onChange={(each) => setFamily(each === family ? "none" : each)}
          />
          {family !== "none" && <KindRows kinds={ofFamily} chosen={chosen} onChoose={onChoose} />}
        </section>
      )}
    </div>
  );
}
