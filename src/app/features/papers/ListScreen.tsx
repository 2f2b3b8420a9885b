/**
 * "Mes papiers": search as one types, families, one state per paper, what was begun, the bin.
 *
 * Surprising: a thousand papers open at once because only the first rows are drawn; more come when the end of the list
 * is near, or by a button. What was drawn stays drawn behind a search (decisions/0029).
 */
import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import type { PaperFamily } from "../../../satchel/paper-types.ts";
import type { PaperView } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { Arriving } from "../../state/Arriving.tsx";
import { Frame } from "../../state/Frame.tsx";
import { Button, LinkButton, LinkRow } from "../../ui/Button.tsx";
import { Filters } from "../../ui/Filters.tsx";
import { memo } from "../../ui/memo.tsx";
import { whenNear } from "../../ui/near.ts";
import { FAMILIES, familyOf, paperDetail, paperName } from "../../ui/papers/names.ts";
import { PaperThumb } from "../../ui/papers/PaperThumb.tsx";
import { PaperChip, today } from "../../ui/papers/StateChip.tsx";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { usePaperSearch } from "../../ui/papers/usePaperSearch.ts";
import { SearchField } from "../../ui/Search.tsx";
import { EmptyState, Loading } from "../../ui/States.tsx";
import { useWorld } from "../../ui/world.ts";
import { DraftCard } from "./DraftCard.tsx";
import { FIRST_PART, type PaperList, usePaperList } from "./usePaperList.ts";

/** Rows added each time the end comes near, few at once so that a tap in between is answered; and by the button. */
const NEAR_ROWS = 5;
const MORE_ROWS = 50;
/** Of what was found, below a field, families and a keyboard. */
const FOUND_ROWS = 3;
/** The cursor is in the field and nothing is typed yet: whoever types at once is answered before what may wait, ms. */
const ENTERED_MS = 200;
/** A short list needs neither search nor families. */
const SEARCH_FROM = 4;

const Row = memo(function Row({ paper }: { readonly paper: PaperView }) {
  useT();
  return (
    <li>
      <a class="item paper" href={paths.paper(paper.id)}>
        <PaperThumb paper={paper} />
        <span class="item__body">
          <span class="item__title">
            <bdi>{paperName(paper.record)}</bdi>
          </span>
          <span class="meta"> {paperDetail(paper.record)}</span>
          <span class="chip-line">
            {" "}
            <PaperChip paper={paper} />
          </span>
        </span>
      </a>
    </li>
  );
});

interface RowsProps {
  readonly papers: readonly PaperView[];
  /** Rows drawn first. */
  readonly first: number;
  /** What they were found by: for something else the first rows are drawn again. */
  readonly query: string;
  /** Another list is shown in its place; its rows stay drawn, for taking a thousand away costs as much as drawing them. */
  readonly hidden: boolean;
}

const Rows = memo(function Rows({ papers, first, query, hidden }: RowsProps) {
  const t = useT();
  const [shown, setShown] = useState({ query, drawn: first });
  const drawn = shown.query === query ? shown.drawn : first;
  const setDrawn = (rows: number): void => setShown({ query, drawn: rows });
  const end = useRef<HTMLDivElement>(null);
  const more = papers.length - drawn;
  useEffect(() => {
    if (end.current === null || more <= 0 || typeof IntersectionObserver === "undefined") return undefined;
    return whenNear(end.current, (near) => {
      if (near) setDrawn(drawn + NEAR_ROWS);
    });
  }, [drawn, more]);
  return (
    <div class="stack" hidden={hidden}>
      <ul class="list list--bleed papers-list">
        {papers.slice(0, drawn).map((paper) => (
          <Row key={paper.id} paper={paper} />
        ))}
      </ul>
      {more > 0 && (
        <div ref={end}>
          <Button kind="second" wide onPress={() => setDrawn(drawn + MORE_ROWS)}>
            {t("papers.list.more", { count: Math.min(more, MORE_ROWS) })}
          </Button>
        </div>
      )}
    </div>
  );
});

interface FamiliesProps {
  readonly kinds: PaperList["kinds"];
  readonly kept: number;
  readonly value: PaperFamily | "all";
  readonly onChange: (family: PaperFamily | "all") => void;
}

/** Left alone while somebody types. */
const Families = memo(function Families({ kinds, kept, value, onChange }: FamiliesProps) {
  const t = useT();
  const counts = new Map<PaperFamily, number>();
  for (const [kind, count] of Object.entries(kinds))
    counts.set(familyOf(kind), (counts.get(familyOf(kind)) ?? 0) + count);
  if (counts.size < 2) return null;
  const options = [
    { value: "all" as const, label: t("papers.list.all"), icon: "besace" as const, count: kept },
    ...FAMILIES.filter((entry) => counts.has(entry.family)).map((entry) => ({
      value: entry.family,
      label: t(`papers.list.family.${entry.family}`),
      icon: entry.icon,
      count: counts.get(entry.family) ?? 0,
    })),
  ];
  return <Filters oneLine label={t("papers.list.families")} options={options} value={value} onChange={onChange} />;
});

interface SearchProps {
  readonly list: PaperList;
}

function Search({ list }: SearchProps) {
  const t = useT();
  const id = useId();
  const [typed, setTyped] = useState("");
  const [family, setFamily] = useState<PaperFamily | "all">("all");
  const { timers } = useWorld();
  const [entered, setEntered] = useState(false);
  const [near, setNear] = useState(false);
  useEffect(() => (entered ? timers.after(ENTERED_MS, () => setNear(true)) : undefined), [entered, timers]);
  const { papers: kept } = list;
  const narrow = typed.trim() !== "" || family !== "all";
  const meant = usePaperSearch(kept, typed, near);
  const found = useMemo(
    () => (family === "all" ? meant.papers : meant.papers.filter(({ record }) => familyOf(record.kind) === family)),
    [meant.papers, family],
  );
  // Rows of a search are made, hidden, once the cursor is in the field, and stay: a key fills a list that is there.
  const held = useRef<{ readonly papers: readonly PaperView[]; readonly query: string } | null>(null);
  if (narrow && found.length > 0) held.current = { papers: found, query: `${family} ${typed}` };
  else if (near) held.current ??= { papers: kept.slice(0, FOUND_ROWS), query: "" };
  /** Every paper is here and was looked at; the words for kinds were asked for. */
  const done = list.whole && meant.done && (near || !entered);
  function showAll(): void {
    setTyped("");
    setFamily("all");
  }
  return (
    <>
      {list.kept >= SEARCH_FROM && (
        <div class="stack-m">
          <SearchField
            label={t("papers.search.label")}
            hint={t("papers.search.hint")}
            value={typed}
            onNear={() => setEntered(true)}
            onType={setTyped}
          />
          <Families kinds={list.kinds} kept={list.kept} value={family} onChange={setFamily} />
        </div>
      )}
      <section aria-labelledby={`${id}-list`} class="stack">
        <h2 id={`${id}-list`} class="sr">
          {t("common.papers", { count: list.kept })}
        </h2>
        <p class="sr" role="status">
          {narrow && done && t("papers.search.found", { count: found.length })}
        </p>
        {narrow && done && found.length === 0 && (
          <EmptyState
            title={t("papers.search.noneTitle")}
            text={t("papers.search.noneText")}
            action={
              <Button kind="second" onPress={showAll}>
                {t("papers.search.all")}
              </Button>
            }
          />
        )}
        {held.current !== null && (
          <Rows key="found" {...held.current} first={FOUND_ROWS} hidden={!narrow || found.length === 0} />
        )}
        <Rows key="all" papers={kept} first={FIRST_PART} query="" hidden={narrow} />
        {!(narrow ? done : list.whole) && <Loading />}
      </section>
    </>
  );
}

/** The list of papers. */
export function ListScreen() {
  const t = useT();
  const { clock } = useWorld();
  const asked = usePaperList(today(clock.now()));
  const list = asked.state === "ready" ? asked.value : null;
  const add = (
    <LinkButton href={paths.addPaper} icon="appareil-photo" wide>
      {t("papers.list.add")}
    </LinkButton>
  );
  return (
    <Frame title={t("papers.title")} tab="papers">
      <div class="stack-m">
        <h1>{t("papers.title")}</h1>
        {list !== null && list.kept > 0 && add}
      </div>
      <Arriving />
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
      {list?.drafts.map((paper) => (
        <DraftCard key={paper.id} paper={paper} />
      ))}
      {list?.kept === 0 && (
        <EmptyState title={t("papers.list.empty.title")} text={t("papers.list.empty.text")} action={add} />
      )}
      {list !== null && list.kept > 0 && <Search list={list} />}
      {list !== null && (
        <LinkRow icon="corbeille" href={paths.bin}>
          {list.binned === 0
            ? t("papers.list.binEmpty")
            : t("papers.list.bin", { papers: t("common.papers", { count: list.binned }) })}
        </LinkRow>
      )}
    </Frame>
  );
}
