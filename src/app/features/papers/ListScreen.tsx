/**
 * "Mes papiers": search as one types, families, one state per paper, what was begun, the bin.
 *
 * Surprising: a thousand papers open at once because only the first rows are drawn; more come when the end of the list
 * is near, or by a button. What was drawn stays drawn behind a search (decisions/0029).
 */
import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import { likelyFirst } from "../../../satchel/paper-index.ts";
import type { PaperFamily } from "../../../satchel/paper-types.ts";
import type { PaperView } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { Arriving } from "../../state/Arriving.tsx";
import { Frame } from "../../state/Frame.tsx";
import { useAsk } from "../../state/satchel.ts";
import { Button, LinkButton, LinkRow } from "../../ui/Button.tsx";
import { Filters } from "../../ui/Filters.tsx";
import { memo } from "../../ui/memo.tsx";
import { whenNear } from "../../ui/near.ts";
import { FAMILIES, familyOf, pageCount, paperDetail, paperName } from "../../ui/papers/names.ts";
import { PaperThumb } from "../../ui/papers/PaperThumb.tsx";
import { PaperChip, today } from "../../ui/papers/StateChip.tsx";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { usePaperSearch } from "../../ui/papers/usePaperSearch.ts";
import { SearchField } from "../../ui/Search.tsx";
import { EmptyState, Loading } from "../../ui/States.tsx";
import { useWorld } from "../../ui/world.ts";
import { DraftCard } from "./DraftCard.tsx";

/** Rows drawn first, and added each time the end comes near. */
const FIRST_ROWS = 12;
const MORE_ROWS = 50;
/** A short list needs neither search nor families. */
const SEARCH_FROM = 4;

const NONE: readonly PaperView[] = [];

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
  /** What they were found by: for something else the first rows are drawn again. */
  readonly query?: string;
  /** Another list is shown in its place; its rows stay drawn, for taking a thousand away costs as much as drawing them. */
  readonly hidden?: boolean;
}

function Rows({ papers, query = "", hidden = false }: RowsProps) {
  const t = useT();
  const [shown, setShown] = useState({ query, drawn: FIRST_ROWS });
  const drawn = shown.query === query ? shown.drawn : FIRST_ROWS;
  const setDrawn = (rows: number): void => setShown({ query, drawn: rows });
  const end = useRef<HTMLDivElement>(null);
  const more = papers.length - drawn;
  useEffect(() => {
    if (end.current === null || more <= 0 || typeof IntersectionObserver === "undefined") return undefined;
    return whenNear(end.current, (near) => {
      if (near) setDrawn(drawn + MORE_ROWS);
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
}

interface FoundProps {
  readonly kept: readonly PaperView[];
}

function Search({ kept }: FoundProps) {
  const t = useT();
  const id = useId();
  const [typed, setTyped] = useState("");
  const [family, setFamily] = useState<PaperFamily | "all">("all");
  const [near, setNear] = useState(false);
  const searching = typed.trim() !== "";
  const counts = useMemo(() => {
    const byFamily = new Map<PaperFamily, number>();
    for (const { record } of kept) byFamily.set(familyOf(record.kind), (byFamily.get(familyOf(record.kind)) ?? 0) + 1);
    return byFamily;
  }, [kept]);
  const narrow = searching || family !== "all";
  const meant = usePaperSearch(kept, typed, near);
  const found = useMemo(
    () => (family === "all" ? meant : meant.filter(({ record }) => familyOf(record.kind) === family)),
    [meant, family],
  );
  const options = [
    { value: "all" as const, label: t("papers.list.all"), icon: "besace" as const, count: kept.length },
    ...FAMILIES.filter((entry) => counts.has(entry.family)).map((entry) => ({
      value: entry.family,
      label: t(`papers.list.family.${entry.family}`),
      icon: entry.icon,
      count: counts.get(entry.family) ?? 0,
    })),
  ];
  function showAll(): void {
    setTyped("");
    setFamily("all");
  }
  return (
    <>
      {kept.length >= SEARCH_FROM && (
        <div class="stack-m">
          <SearchField
            label={t("papers.search.label")}
            hint={t("papers.search.hint")}
            value={typed}
            onNear={() => setNear(true)}
            onType={setTyped}
          />
          {counts.size > 1 && (
            <Filters label={t("papers.list.families")} options={options} value={family} onChange={setFamily} />
          )}
        </div>
      )}
      <section aria-labelledby={`${id}-list`} class="stack">
        <h2 id={`${id}-list`} class="sr">
          {t("common.papers", { count: kept.length })}
        </h2>
        <p class="sr" role="status">
          {narrow && t("papers.search.found", { count: found.length })}
        </p>
        {narrow && found.length === 0 && (
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
        {narrow && found.length > 0 && <Rows key="found" papers={found} query={`${family} ${typed}`} />}
        <Rows key="all" papers={kept} hidden={narrow} />
      </section>
    </>
  );
}

/** The list of papers. */
export function ListScreen() {
  const t = useT();
  const asked = useAsk("papers", (api) => api.papers(), ["papers"]);
  const all = asked.state === "ready" ? asked.value : NONE;
  const { clock } = useWorld();
  const day = today(clock.now());
  const kept = useMemo(
    () =>
      likelyFirst(
        all.filter((paper) => paper.record.status === "kept"),
        day,
      ),
    [all, day],
  );
  const drafts = all.filter((paper) => paper.record.status === "draft" && pageCount(paper.record) > 0);
  const binned = all.filter((paper) => paper.record.status === "binned").length;
  const add = (
    <LinkButton href={paths.addPaper} icon="appareil-photo" wide>
      {t("papers.list.add")}
    </LinkButton>
  );
  return (
    <Frame title={t("papers.title")} tab="papers">
      <div class="stack-m">
        <h1>{t("papers.title")}</h1>
        {asked.state === "ready" && kept.length > 0 && add}
      </div>
      <Arriving />
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
      {drafts.map((paper) => (
        <DraftCard key={paper.id} paper={paper} />
      ))}
      {asked.state === "ready" && kept.length === 0 && (
        <EmptyState title={t("papers.list.empty.title")} text={t("papers.list.empty.text")} action={add} />
      )}
      {kept.length > 0 && <Search kept={kept} />}
      {asked.state === "ready" && (
        <LinkRow icon="corbeille" href={paths.bin}>
          {binned === 0
            ? t("papers.list.binEmpty")
            : t("papers.list.bin", { papers: t("common.papers", { count: binned }) })}
        </LinkRow>
      )}
    </Frame>
  );
}
