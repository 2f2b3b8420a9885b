/**
 * The bin: papers put aside, for 30 days.
 *
 * Surprising: the days shown come from this phone's clock, but nothing is erased by it; only server time erases
 * (DESIGN 4), so a paper may stay longer than said, never shorter.
 */
import { binDaysLeft } from "../../../satchel/paper.ts";
import type { PaperView } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { useAsk } from "../../state/satchel.ts";
import { LinkButton } from "../../ui/Button.tsx";
import { paperName } from "../../ui/papers/names.ts";
import { PaperThumb } from "../../ui/papers/PaperThumb.tsx";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { EmptyState, Loading } from "../../ui/States.tsx";
import { useWorld } from "../../ui/world.ts";
import { BinActions } from "./BinActions.tsx";

function Binned({ paper }: { readonly paper: PaperView }) {
  const t = useT();
  const { clock } = useWorld();
  const { record } = paper;
  return (
    <li class="card stack-m">
      <div class="row row--nowrap row--top">
        <PaperThumb paper={paper} />
        <div>
          <h2 class="h3">
            <a class="link-row" href={paths.paper(paper.id)}>
              <bdi>{paperName(record)}</bdi>
            </a>
          </h2>
          <p class="meta">
            {record.binnedAt === null
              ? t("papers.bin.waits")
              : t("papers.bin.left", { count: binDaysLeft(record, clock.now()) ?? 0 })}
          </p>
        </div>
      </div>
      <BinActions paper={paper} />
    </li>
  );
}

/** "Corbeille". */
export function BinScreen() {
  const t = useT();
  const asked = useAsk("papers", (api) => api.papers(), ["papers"]);
  const binned = asked.state === "ready" ? asked.value.filter((paper) => paper.record.status === "binned") : [];
  return (
    <Frame title={t("papers.bin.title")} tab="papers" back={paths.papers}>
      <div class="stack-s">
        <h1>{t("papers.bin.title")}</h1>
        {binned.length > 0 && <p>{t("papers.bin.lead")}</p>}
      </div>
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
      {asked.state === "ready" && binned.length === 0 && (
        <EmptyState
          title={t("papers.bin.empty.title")}
          text={t("papers.bin.empty.text")}
          action={
            <LinkButton href={paths.papers} kind="second">
              {t("papers.bin.back")}
            </LinkButton>
          }
        />
      )}
      {binned.length > 0 && (
        <ul class="stack">
          {binned.map((paper) => (
            <Binned key={paper.id} paper={paper} />
          ))}
        </ul>
      )}
    </Frame>
  );
}
