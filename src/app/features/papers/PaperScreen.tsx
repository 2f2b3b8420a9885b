/** One paper: its pages, where it is, what is known about it, what can be done with it. */
import { useState } from "preact/hooks";
import type { PaperView } from "../../../workers/satchel.contract.ts";
import { paths, type ScreenProps } from "../../feature.ts";
import { formatBytes, formatCalendarDate, formatDate } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { LinkButton } from "../../ui/Button.tsx";
import { Item, List } from "../../ui/List.tsx";
import { holderName, kindName, pageCount, paperName } from "../../ui/papers/names.ts";
import { CopyChip, ExpiryChip } from "../../ui/papers/StateChip.tsx";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { EditLink, Rows } from "../../ui/Rows.tsx";
import { Loading } from "../../ui/States.tsx";
import { Back } from "./Back.tsx";
import { BinActions } from "./BinActions.tsx";
import { useTypeDetails } from "./FactFields.tsx";
import { useFactRows } from "./Facts.tsx";
import { PaperOthers } from "./later.tsx";
import { PrintPages, printable } from "./PrintPages.tsx";
import { infosPath, pagesPath, showPath } from "./paths.ts";
import { Reader } from "./Reader.tsx";
import { usePaper } from "./usePaper.ts";
import { WhereThread } from "./WhereThread.tsx";

function About({ paper, editable }: { readonly paper: PaperView; readonly editable: boolean }) {
  const t = useT();
  const { record } = paper;
  const facts = useFactRows(paper, useTypeDetails(record.kind));
  return (
    <section aria-labelledby="paper-about">
      <div class="h-row">
        <h2 id="paper-about">{t("papers.view.about")}</h2>
        {editable && <EditLink href={infosPath(paper.id)} subject={t("papers.view.about")} />}
      </div>
      <Rows
        card
        rows={[
          { key: "kind", name: t("papers.details.kind"), value: kindName(record.kind) },
          { key: "holder", name: t("papers.view.holder"), value: <bdi>{holderName(record.holder)}</bdi> },
          {
            key: "expiry",
            name: t("papers.view.expiryRow"),
            value: record.expiry === null ? t("papers.view.noExpiry") : formatCalendarDate(record.expiry),
          },
          ...facts,
          { key: "added", name: t("papers.view.added"), value: formatDate(record.createdAt) },
          {
            key: "size",
            name: t("papers.view.size"),
            value: t("papers.view.sizeValue", {
              pages: t("common.pages", { count: pageCount(record) }),
              size: formatBytes(paper.bytes),
            }),
          },
        ]}
      />
    </section>
  );
}

function Kept({ paper }: { readonly paper: PaperView }) {
  const t = useT();
  const { api } = useSatchel();
  const { go, say } = useShell();
  const [printing, setPrinting] = useState(false);
  const hasPages = pageCount(paper.record) > 0;
  const isHere = hasPages && paper.state !== "away" && paper.state !== "not-here";
  const canPrint = isHere && printable(paper).length > 0;

  async function bin(): Promise<void> {
    const result = await api.binPaper(paper.id);
    if (!result.ok) return say(t("papers.refusal.other.title"));
    say(t("papers.view.binned"), () => void api.restorePaper(paper.id));
    go(paths.papers, { replace: true });
  }

  return (
    <>
      {isHere && (
        <LinkButton href={showPath(paper.id)} icon="oeil" wide>
          {t("papers.view.show")}
        </LinkButton>
      )}
      <section aria-labelledby="paper-where" class="stack-m">
        <h2 id="paper-where">{t("papers.view.where")}</h2>
        <WhereThread paper={paper} />
      </section>
      <About paper={paper} editable />
      <section aria-labelledby="paper-do" class="stack-s">
        <h2 id="paper-do">{t("papers.view.do")}</h2>
        <List>
          <Item
            icon="imprimer"
            title={t("papers.view.print")}
            detail={
              canPrint
                ? undefined
                : t(isHere ? "papers.view.printNone" : hasPages ? "papers.view.hereAbsent" : "papers.view.noPages")
            }
            onPress={canPrint ? () => setPrinting(true) : undefined}
          />
          {isHere && <Item icon="partager" title={t("papers.view.share")} href={paths.shareOut(paper.id)} />}
          <Item icon="appareil-photo" title={t("papers.view.addPage")} href={pagesPath(paper.id)} />
          {isHere && (
            <Item
              icon="qr"
              title={t("papers.view.readCode")}
              detail={t("papers.view.readCodeText")}
              href={paths.paperCode(paper.id)}
            />
          )}
          <Item icon="modifier" title={t("papers.view.rename")} href={infosPath(paper.id)} />
          <Item icon="telephone" title={t("papers.view.space")} href={paths.space} />
          <Item
            icon="corbeille"
            title={t("papers.view.bin")}
            detail={t("papers.view.binText")}
            onPress={() => void bin()}
          />
        </List>
        <p class="saved" role="status">
          {printing && t("papers.view.printBusy")}
        </p>
      </section>
      {printing && <PrintPages paper={paper} print={() => window.print()} onDone={() => setPrinting(false)} />}
    </>
  );
}

function Paper({ paper }: { readonly paper: PaperView }) {
  const t = useT();
  const { status } = paper.record;
  const isElsewhere = paper.state === "away" || paper.state === "not-here";
  return (
    <>
      <div class="stack-m">
        <h1>
          <bdi>{paperName(paper.record)}</bdi>
        </h1>
        {status === "kept" && (
          <div class="row row--tight">
            <CopyChip state={paper.state} />
            <ExpiryChip paper={paper} />
          </div>
        )}
        {status === "binned" && (
          <Banner tone="quiet" icon="corbeille" title={t("papers.view.inBin")} quiet>
            {t("papers.bin.lead")}
          </Banner>
        )}
        {status === "draft" && (
          <Banner tone="quiet" icon="modifier" title={t("papers.view.isDraft")} quiet>
            {t("papers.page.kept")}
          </Banner>
        )}
      </div>
      <PaperOthers paper={paper} />
      {pageCount(paper.record) === 0 && paper.record.note !== undefined ? (
        <Banner tone="quiet" icon="papier" title={t("papers.view.noPages")} quiet>
          {t("papers.view.noPagesText")}
        </Banner>
      ) : isElsewhere ? (
        <Back paper={paper} />
      ) : (
        <Reader paper={paper} />
      )}
      {status === "kept" && <Kept paper={paper} />}
      {status === "binned" && (
        <>
          <BinActions paper={paper} main />
          <About paper={paper} editable={false} />
        </>
      )}
      {status === "draft" && (
        <LinkButton href={pagesPath(paper.id)} iconEnd="fleche" wide>
          {t("papers.view.goOn")}
        </LinkButton>
      )}
    </>
  );
}

/** The screen of one paper. The tab's title says nothing of it (INV-3). */
export function PaperScreen({ params }: ScreenProps) {
  const t = useT();
  const asked = usePaper(params.paper ?? "");
  return (
    <Frame title={t("papers.view.title")} tab="papers" back={paths.papers}>
      {asked.state === "ready" ? <Paper key={asked.value.id} paper={asked.value} /> : <h1>{t("papers.view.title")}</h1>}
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
    </Frame>
  );
}
