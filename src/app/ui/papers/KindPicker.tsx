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
import { Icon } from "../icons/Icon.tsx";
import { PickRow } from "../Pick.tsx";
import { PERSONAL } from "../personal.tsx";
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

function offered(family: PaperFamily | "usual", chosen: string | null): readonly string[] {
  if (family !== "usual") return paperTypes.filter((type) => type.family === family).map(({ id }) => id);
  const usual = commonTypes.map(({ id }) => id);
  const own = paperType(chosen)?.id;
  return own === undefined || usual.includes(own) ? usual : [own, ...usual];
}

/** Needs the areas of `PAPER_AREAS`. */
export function KindPicker({ chosen, onChoose }: KindPickerProps) {
  const t = useT();
  const id = useId();
  const [typed, setTyped] = useState("");
  const [family, setFamily] = useState<PaperFamily | "usual">("usual");
  const [near, setNear] = useState(false);
  const search = useKindSearch(near);
  const searching = typed.trim() !== "";
  const all = searching ? found(typed, search) : offered(family, chosen);
  const shown = all.filter((kind) => kind !== OTHER).slice(0, searching ? FOUND_SHOWN : all.length);
  const options = [
    { value: "usual" as const, label: t("papers.kinds.usual"), icon: "besace" as const },
    ...FAMILIES.map((each) => ({
      value: each.family,
      label: t(`papers.list.family.${each.family}`),
      icon: each.icon,
    })),
  ];
  return (
    <div class="stack-m">
      <search class="field">
        <label for={id}>{t("papers.kinds.label")}</label>
        <div class="search">
          <Icon name="recherche" />
          <input
            {...PERSONAL}
            class="input"
            id={id}
            type="search"
            dir="auto"
            value={typed}
            aria-describedby={`${id}-hint`}
            onFocus={() => setNear(true)}
            onInput={(event) => {
              setNear(true);
              setTyped(event.currentTarget.value);
            }}
          />
        </div>
        <p class="hint" id={`${id}-hint`}>
          {t("papers.kinds.hint")}
        </p>
      </search>
      {!searching && (
        <Filters label={t("papers.list.families")} options={options} value={family} onChange={setFamily} />
      )}
      <p class={searching ? "hint" : "sr"} role="status">
        {searching && t(shown.length === 0 ? "papers.kinds.none" : "papers.kinds.found", { count: shown.length })}
      </p>
      <ul class="kinds">
        {[...shown, OTHER].map((kind) => (
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
    </div>
  );
}
