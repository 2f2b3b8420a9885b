/**
 * The pages of one opened paper, one under the other, and their print. In the kiosk's page.
 *
 * Surprising: a PDF is never opened here, it would outlive the session in the browser's own viewer. Pictures are pixels of
 * this page and end with it (ui/Picture.tsx, INV-3).
 */
import { useEffect, useRef, useState } from "preact/hooks";
import type { OpenedPaper } from "../../../workers/approval.contract.ts";
import { useT } from "../../i18n/useT.ts";
import { Button } from "../../ui/Button.tsx";
import { type PictureFile, printSize } from "../../ui/drawing.ts";
import { Picture } from "../../ui/Picture.tsx";
import { Loading } from "../../ui/States.tsx";
import type { KioskDeps } from "../deps.ts";
import "../../ui/papers/papers.css";

type Shown = { readonly at: "loading" | "failed" | "file" } | { readonly at: "ready"; readonly file: PictureFile };

interface PageProps {
  readonly n: number;
  readonly total: number;
  readonly name: string;
  readonly turn: 0 | 90 | 180 | 270;
  readonly shown: Shown;
}

function OnePage({ n, total, name, turn, shown }: PageProps) {
  const t = useT();
  const [seen, setSeen] = useState({ width: 210, height: 297 });
  const quarter = turn === 90 || turn === 270;
  const ratio = quarter ? seen.height / seen.width : seen.width / seen.height;
  const image = quarter
    ? { inlineSize: `${100 / ratio}%`, blockSize: `${100 * ratio}%` }
    : { inlineSize: "100%", blockSize: "100%" };
  return (
    <section class="stack-s">
      <h2 class="h3">{t("approbation.kiosk.view.page", { n, total })}</h2>
      {shown.at === "loading" && <Loading text={t("approbation.kiosk.view.loading")} />}
      {shown.at === "failed" && <p role="alert">{t("approbation.kiosk.view.failed")}</p>}
      {shown.at === "file" && <p>{t("approbation.kiosk.view.file")}</p>}
      {shown.at === "ready" && (
        <div class="reader__page" dir="ltr" style={{ aspectRatio: `${ratio}` }}>
          <Picture
            class={`turn-${turn}`}
            file={shown.file}
            name={t("approbation.kiosk.view.alt", { n, name })}
            style={image}
            onSize={setSeen}
          />
        </div>
      )}
    </section>
  );
}

export interface ViewPaperProps {
  readonly deps: KioskDeps;
  readonly paper: OpenedPaper;
  readonly name: string;
  readonly mayPrint: boolean;
  readonly onBack: () => void;
}

export function ViewPaper({ deps, paper, name, mayPrint, onBack }: ViewPaperProps) {
  const t = useT();
  const { kiosk, print } = deps;
  const [pages, setPages] = useState<readonly Shown[]>(() => paper.pages.map(() => ({ at: "loading" })));
  const [printing, setPrinting] = useState(false);
  const drawn = useRef(0);
  useEffect(() => {
    let gone = false;
    void (async () => {
      for (const [at, { mime }] of paper.pages.entries()) {
        const show = (shown: Shown): void =>
          setPages((before) => before.map((each, place) => (place === at ? shown : each)));
        if (!mime.startsWith("image/")) {
          show({ at: "file" });
          continue;
        }
        const page = await kiosk.api.approvalPage(paper.record, at);
        if (gone) return;
        if (!page.ok) {
          show({ at: "failed" });
          continue;
        }
        show({ at: "ready", file: page.value });
      }
    })();
    return () => {
      gone = true;
    };
  }, [kiosk, paper]);
  useEffect(() => {
    const after = (): void => setPrinting(false);
    addEventListener("afterprint", after);
    return () => removeEventListener("afterprint", after);
  }, []);
  const ready = pages.flatMap((shown, at) =>
    shown.at === "ready" ? [{ at, file: shown.file, turn: paper.pages[at]?.turn ?? 0 }] : [],
  );
  const onDrawn = (): void => {
    drawn.current += 1;
    if (drawn.current === ready.length) print();
  };
  return (
    <>
      <div class="poste-start stack-l">
        <h1>
          <bdi>{name}</bdi>
        </h1>
        <div class="row">
          <Button kind="second" icon="retour" onPress={onBack}>
            {t("approbation.kiosk.view.back")}
          </Button>
          {mayPrint && ready.length > 0 && pages.every(({ at }) => at !== "loading") && (
            <Button
              kind="second"
              icon="imprimer"
              onPress={() => {
                drawn.current = 0;
                setPrinting(true);
              }}
            >
              {t("approbation.kiosk.view.print")}
            </Button>
          )}
        </div>
        {pages.map((shown, at) => (
          <OnePage
            key={at}
            n={at + 1}
            total={pages.length}
            name={name}
            turn={paper.pages[at]?.turn ?? 0}
            shown={shown}
          />
        ))}
      </div>
      {printing && (
        <div class="print-pages" aria-hidden="true">
          {ready.map(({ at, file, turn }) => (
            <div key={at} class="print-pages__one">
              <Picture
                class={`turn-${turn}`}
                file={file}
                name=""
                fit={printSize(ready.length, turn % 180 !== 0)}
                onSettled={onDrawn}
              />
            </div>
          ))}
        </div>
      )}
    </>
  );
}
