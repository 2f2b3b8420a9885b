/**
 * "Lire le code du papier": brings the reader, looks at the pages, offers a photo of the code alone, shows what it says.
 *
 * Surprising: no list of issuers' keys is on any device yet (decisions/0029), so every code is said to be read and not checked.
 */
import { useCallback, useEffect, useState } from "preact/hooks";
import type { RecordId } from "../../../shared/ids.ts";
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
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { Loading } from "../../ui/States.tsx";
import { type ReadCodes, readCodes } from "./codes.ts";
import { Fields, type Trust } from "./Fields.tsx";
import { useCodeSearch } from "./useSearch.ts";

/** What the group "twoddoc" weighs on the line, about (`npm run size`). */
const TOOL_BYTES = 350_000;

const NO_LIST: Trust = { pack: null, verify: async () => false };

interface LookProps {
  readonly paper: PaperView;
  readonly read: ReadCodes;
  readonly trust: Trust;
  readonly onFailing: (failing: boolean) => void;
}

function Look({ paper, read, trust, onFailing }: LookProps) {
  const t = useT();
  const { search, again, look } = useCodeSearch(paper, read);
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
  readonly trust?: Trust;
}

/** The tab's title says nothing of the paper (INV-3). */
export function CodeScreen({ params, read = readCodes, trust = NO_LIST }: CodeScreenProps) {
  const t = useT();
  const { readiness } = useRoot();
  const id = (params.paper ?? "") as RecordId;
  const asked = useAsk(id, (api) => api.paper(id), ["papers"]);
  const [door, setDoor] = useState<"asking" | "closed" | "open">(savesData() ? "asking" : "open");
  const [failing, setFailing] = useState(false);
  const open = useCallback(() => setDoor("open"), []);
  useEffect(() => {
    if (door !== "asking") return undefined;
    let gone = false;
    void readiness().then((ready) => {
      if (!gone) setDoor(ready?.twoddoc === true ? "open" : "closed");
    });
    return () => {
      gone = true;
    };
  }, [door, readiness]);
  return (
    <Frame title={t("twoddoc.screen")} tab="papers" back={paths.paper(id)} failing={failing}>
      <div class="stack-s">
        <h1>{t("twoddoc.screen")}</h1>
        <p class="hint">{t("twoddoc.what")}</p>
      </div>
      {(asked.state === "loading" || door === "asking") && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
      {asked.state === "ready" && door === "closed" && <Door size={formatBytes(TOOL_BYTES)} onGet={open} />}
      {asked.state === "ready" && door === "open" && (
        <Look key={asked.value.id} paper={asked.value} read={read} trust={trust} onFailing={setFailing} />
      )}
    </Frame>
  );
}
