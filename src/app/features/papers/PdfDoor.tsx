/**
 * Where the pages of a PDF are shown, once the tool that draws them is here (PdfPages.tsx, group "pdf": 550 KB).
 * Runs in the page.
 *
 * Surprising: where the phone saves data the tool is asked for, not fetched; everywhere else it came after all other tools.
 */
import type { ComponentType } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import type { ShownPage } from "../../../satchel/model.ts";
import type { RecordId } from "../../../shared/ids.ts";
import { formatBytes } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { savesData } from "../../platform/saves-data.ts";
import { useRoot } from "../../state/root.ts";
import { Button } from "../../ui/Button.tsx";
import { Icon } from "../../ui/icons/Icon.tsx";
import { Loading } from "../../ui/States.tsx";
import { SaveCopy } from "./SaveCopy.tsx";

/** What the group "pdf" weighs on the line, about (`npm run size`). */
export const PDF_TOOL_BYTES = 550_000;

export interface PdfPageProps {
  readonly paper: RecordId;
  /** The page of the record that holds the PDF. */
  readonly id: string;
  /** Its place among the pages of the record, from 1. */
  readonly n: number;
  readonly turn: ShownPage["turn"];
  readonly name: string;
  /** The page inside the PDF, from 1. */
  readonly inner: number;
  readonly onPages: (count: number) => void;
  readonly zoom: number;
  readonly onZoom: (zoom: number) => void;
  readonly large: boolean;
}

type Tool =
  | { readonly state: "asking" | "loading" | "absent" }
  | { readonly state: "here"; readonly Pages: ComponentType<PdfPageProps> };

/** Asks for the tool, brings it, then shows the page. */
export function PdfDoor(props: PdfPageProps) {
  const t = useT();
  const { readiness } = useRoot();
  const [tool, setTool] = useState<Tool>({ state: "loading" });
  const bring = useCallback(() => {
    setTool({ state: "loading" });
    import("./PdfPages.tsx").then(
      ({ PdfPages }) => setTool({ state: "here", Pages: PdfPages }),
      // Its file is neither on this device nor to be had now: said, and tried again on demand.
      () => setTool({ state: "absent" }),
    );
  }, []);
  useEffect(() => {
    if (!savesData()) return bring();
    let isGone = false;
    void readiness().then((ready) => {
      if (isGone) return;
      if (ready?.pdf === true) bring();
      else setTool({ state: "asking" });
    });
    return () => {
      isGone = true;
    };
  }, [bring, readiness]);

  if (tool.state === "here") return <tool.Pages {...props} />;
  if (tool.state === "loading") return <Loading />;
  return (
    <div class="reader__file">
      <Icon name="fichier" size="l" />
      <h3>{t(tool.state === "asking" ? "papers.file.title" : "papers.pdf.absent.title")}</h3>
      <p>
        {tool.state === "asking"
          ? t("papers.pdf.ask", { size: formatBytes(PDF_TOOL_BYTES) })
          : t("papers.pdf.absent.text")}
      </p>
      <Button icon={tool.state === "asking" ? "oeil" : "synchroniser"} onPress={bring}>
        {t(tool.state === "asking" ? "papers.pdf.get" : "common.action.retry")}
      </Button>
      <SaveCopy paper={props.paper} page={props.id} n={props.n} mime="application/pdf" />
    </div>
  );
}
