/**
 * "Lire le code du papier": brings the reader, looks at the pages, offers a photo of the code alone, shows what it says.
 *
 * Surprising: no list of issuers' keys is on any device yet (decisions/0029), so every code is said to be read and not checked.
 */
import { useEffect, useState } from "preact/hooks";
import { pagesInOrder } from "../../../satchel/paper.ts";
import type { RecordId } from "../../../shared/ids.ts";
import { connectPdf } from "../../../workers/pdf.client.ts";
import type { PaperView } from "../../../workers/satchel.contract.ts";
import { paths, type ScreenProps } from "../../feature.ts";
import { formatBytes } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { savesData } from "../../platform/saves-data.ts";
import { Frame } from "../../state/Frame.tsx";
import { useRoot } from "../../state/root.ts";
import { useAsk } from "../../state/satchel.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { Icon } from "../../ui/icons/Icon.tsx";
import { FilePicker } from "../../ui/Pick.tsx";
import { pageForm } from "../../ui/papers/pictures.ts";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { openPdf } from "../../ui/pdf/document.ts";
import { Loading } from "../../ui/States.tsx";
import { useWorld } from "../../ui/world.ts";
import { type ReadCodes, readCodes } from "./codes.ts";
import { Fields, type Trust } from "./Fields.tsx";
import { type OpenFile, useCodeSearch } from "./useSearch.ts";

/** What the groups "twoddoc" and "pdf" weigh on the line, about (`npm run size`). */
const READER_BYTES = 350_000;
const PDF_BYTES = 550_000;

const hasFiles = ({ record }: PaperView): boolean => pagesInOrder(record).some(([, page]) => pageForm(page) === "file");

const NO_LIST: Trust = { pack: null, verify: async () => false };

interface LookProps {
  readonly paper: PaperView;
  readonly read: ReadCodes;
  readonly open: OpenFile | undefined;
  readonly trust: Trust;
  readonly onFailing: (failing: boolean) => void;
}

function Look({ paper, read, open, trust, onFailing }: LookProps) {
  const t = useT();
  const { timers } = useWorld();
  const ours: OpenFile = (bytes) => openPdf(bytes, { connect: connectPdf, timers });
  const { search, again, look } = useCodeSearch(paper, read, open ?? ours);
  const isHere = paper.state !== "away" && paper.state !== "not-here";
  const photo = (
    <FilePicker
      icon="appareil-photo"
      title={t("twoddoc.photo")}
      detail={t("twoddoc.photoDetail")}
      accept="image/*"
      camera
      onFiles={([file]) => file !== undefined && void look(file)}
    />
  );
  const banner = (): { readonly title: string; readonly text: string } | null => {
    if (search.state === "none" && search.seen > 0)
      return { title: t("twoddoc.none.title"), text: t("twoddoc.none.text") };
    if (search.state === "none")
      return { title: t("twoddoc.noneSeen.title"), text: t(isHere ? "twoddoc.noneSeen.text" : "twoddoc.gone") };
    if (search.state === "unread") return { title: t("twoddoc.unread.title"), text: t("twoddoc.unread.text") };
    if (search.state === "refused") return { title: t(`twoddoc.refusals.${search.why}`), text: "" };
    return null;
  };
  const said = banner();
  return (
    <>
      <p class="saved" role="status">
        {search.state === "looking" && (
          <>
            <Icon name="horloge" size="s" />
            <span>
              {search.of === 0 ? t("twoddoc.busyPhoto") : t("twoddoc.busy", { n: search.n, total: search.of })}
            </span>
          </>
        )}
      </p>
      {search.state === "found" && <Fields paper={paper} doc={search.doc} trust={trust} onFailing={onFailing} />}
      {search.state === "absent" && (
        <div class="stack-s">
          <Banner tone="soon" icon="reseau" title={t("twoddoc.absent.title")}>
            {t("twoddoc.absent.text")}
          </Banner>
          <Button kind="second" wide icon="synchroniser" onPress={again}>
            {t("common.action.retry")}
          </Button>
        </div>
      )}
      {said !== null && (
        <div class="stack-s">
          <Banner tone="soon" icon="information" title={said.title}>
            {said.text}
          </Banner>
          {photo}
        </div>
      )}
    </>
  );
}

interface DoorProps {
  readonly size: string;
  readonly onGet: () => void;
}

/** A phone that saves data is asked before the reader comes. */
function Door({ size, onGet }: DoorProps) {
  const t = useT();
  return (
    <div class="stack-s">
      <Banner tone="quiet" icon="information" title={t("twoddoc.ask.title")} quiet>
        {t("twoddoc.ask.text", { size })}
      </Banner>
      <Button wide icon="reseau" onPress={onGet}>
        {t("twoddoc.ask.get")}
      </Button>
    </div>
  );
}

export interface CodeScreenProps extends ScreenProps {
  /** In the place of the scan worker, for tests. */
  readonly read?: ReadCodes;
  /** In the place of the PDF worker, for tests. */
  readonly open?: OpenFile;
  readonly trust?: Trust;
}

/** The tab's title says nothing of the paper (INV-3). */
export function CodeScreen({ params, read = readCodes, open, trust = NO_LIST }: CodeScreenProps) {
  const t = useT();
  const { readiness } = useRoot();
  const id = (params.paper ?? "") as RecordId;
  const asked = useAsk(id, (api) => api.paper(id), ["papers"]);
  const saves = savesData();
  /** Bytes of what would have to come; null: not known yet. */
  const [lacking, setLacking] = useState<number | null>(saves ? null : 0);
  const [failing, setFailing] = useState(false);
  const needsPdf = asked.state === "ready" && hasFiles(asked.value);
  useEffect(() => {
    if (!saves || asked.state !== "ready") return undefined;
    let gone = false;
    void readiness().then((ready) => {
      if (gone) return;
      setLacking((ready?.twoddoc === true ? 0 : READER_BYTES) + (!needsPdf || ready?.pdf === true ? 0 : PDF_BYTES));
    });
    return () => {
      gone = true;
    };
  }, [saves, asked.state, needsPdf, readiness]);
  return (
    <Frame title={t("twoddoc.screen")} tab="papers" back={paths.paper(id)} failing={failing}>
      <div class="stack-s">
        <h1>{t("twoddoc.screen")}</h1>
        <p class="hint">{t("twoddoc.what")}</p>
      </div>
      {(asked.state === "loading" || (asked.state === "ready" && lacking === null)) && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
      {asked.state === "ready" && lacking !== null && lacking > 0 && (
        <Door size={formatBytes(lacking)} onGet={() => setLacking(0)} />
      )}
      {asked.state === "ready" && lacking === 0 && (
        <Look key={asked.value.id} paper={asked.value} read={read} open={open} trust={trust} onFailing={setFailing} />
      )}
    </Frame>
  );
}
