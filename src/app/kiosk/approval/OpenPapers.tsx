/** The papers that a phone opened here: read, printed where that is allowed, and others added. In the kiosk's page. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { AddRefusal, KioskApproval, OpenedPaper } from "../../../workers/approval.contract.ts";
import { formatTime } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { focusHeading } from "../../platform/useScreen.ts";
import { errorText, isWorkerError } from "../../state/errors.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { TextField } from "../../ui/Field.tsx";
import { HumanFooter } from "../../ui/HumanFooter.tsx";
import { Item, List } from "../../ui/List.tsx";
import { Page } from "../../ui/Page.tsx";
import { FilePicker } from "../../ui/Pick.tsx";
import { kindIcon, kindName } from "../../ui/papers/names.ts";
import { Loading } from "../../ui/States.tsx";
import type { KioskDeployment } from "../config.ts";
import { createCountdown } from "../countdown.ts";
import type { KioskDeps } from "../deps.ts";
import { Bar, timeText } from "../parts.tsx";
import { ViewPaper } from "./ViewPaper.tsx";

type Opened = Extract<KioskApproval, { type: "open" }>;

export interface OpenPapersProps {
  readonly deps: KioskDeps;
  readonly deployment: KioskDeployment | null;
  readonly state: Opened;
  readonly idleMs: number;
  readonly onEnd: (why: "asked" | "idle") => void;
}

const refusals: readonly string[] = ["too-large", "no-network", "no-room", "ended"];

function AddPaper({ deps, state }: { readonly deps: KioskDeps; readonly state: Opened }) {
  const t = useT();
  const [title, setTitle] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const words = (refusal: Parameters<typeof errorText>[0] | AddRefusal): string => {
    if (isWorkerError(refusal)) return errorText(refusal);
    const known = refusals.includes(refusal.type) ? (refusal.type as "ended") : "file";
    return t(`approbation.kiosk.refusal.${known}`);
  };
  async function add(paper: number | null, files: readonly File[]): Promise<void> {
    setBusy(true);
    setError(null);
    let into = paper;
    for (const file of files) {
      const done = await deps.kiosk.api.approvalAdd({ paper: into, title, file });
      if (!done.ok) {
        setError(words(done.error));
        break;
      }
      // Several files chosen together are pages of one paper.
      into = done.value.paper;
      setTitle("");
    }
    setBusy(false);
  }
  const picker = (paper: number | null, label: string) => (
    <FilePicker
      icon="fichier"
      title={label}
      detail={paper === null ? t("approbation.kiosk.open.fileMore") : undefined}
      accept="image/*,application/pdf,.pdf"
      multiple
      busy={busy}
      onFiles={(files) => void add(paper, files)}
    />
  );
  return (
    <section class="stack-m" aria-labelledby="ajouter">
      <h2 id="ajouter">{t("approbation.kiosk.open.add")}</h2>
      <ul class="stack-s" aria-live="polite">
        {state.added.map(({ paper, title: name, pages }) => (
          <li key={paper} class="stack-s">
            <p>
              <bdi>
                {t("approbation.kiosk.open.added", {
                  title: name === "" ? t("approbation.kiosk.open.untitled") : name,
                })}
              </bdi>{" "}
              <span class="meta">{t("approbation.kiosk.open.pages", { count: pages })}</span>
            </p>
            {state.pagesLeft > 0 && !busy && picker(paper, t("approbation.kiosk.open.morePage"))}
          </li>
        ))}
      </ul>
      {error !== null && (
        <Banner tone="redo" icon="attention">
          {error}
        </Banner>
      )}
      {busy ? (
        <Loading text={t("approbation.kiosk.open.adding")} />
      ) : (
        state.pagesLeft > 0 && (
          <>
            <TextField label={t("approbation.kiosk.open.name")} value={title} onChange={setTitle} maxLength={80} />
            {picker(null, t("approbation.kiosk.open.file"))}
          </>
        )
      )}
      <p class="meta">{t("approbation.kiosk.open.left", { count: state.pagesLeft })}</p>
    </section>
  );
}

export function OpenPapers({ deps, deployment, state, idleMs, onEnd }: OpenPapersProps) {
  const t = useT();
  const { clock, timers } = deps;
  const [left, setLeft] = useState(idleMs);
  const [reading, setReading] = useState<OpenedPaper | null>(null);
  const watch = useRef<ReturnType<typeof createCountdown> | null>(null);
  const end = useRef(onEnd);
  end.current = onEnd;
  useEffect(() => {
    const countdown = createCountdown({ clock, timers, idleMs, onTick: setLeft, onEnd: () => end.current("idle") });
    watch.current = countdown;
    return deps.feedIdle(countdown);
  }, [deps, clock, timers, idleMs]);
  useEffect(() => focusHeading(), [reading]);
  const nameOf = ({ title, kind }: OpenedPaper): string => {
    if (title !== "") return title;
    return kind === null ? t("approbation.kiosk.open.untitled") : kindName(kind);
  };
  const stay = (): void => watch.current?.gesture();
  const isShort = left <= Math.min(30_000, idleMs / 2);
  return (
    <Page
      kind="wide"
      top={<Bar place={null} left={left} onEnd={() => onEnd("asked")} />}
      human={deployment?.operator == null ? null : <HumanFooter contact={deployment.operator.contact} />}
    >
      {reading === null ? (
        <div class="poste-start stack-l">
          <div class="stack-s">
            <h1>{t("approbation.kiosk.open.title", { time: formatTime(state.until) })}</h1>
            <p>{t("approbation.kiosk.open.text")}</p>
          </div>
          <section class="stack-s" aria-labelledby="choisis">
            <h2 id="choisis">{t("approbation.kiosk.open.papers")}</h2>
            {state.papers.length === 0 && <p>{t("approbation.kiosk.open.none")}</p>}
            <List>
              {state.papers.map((paper) => (
                <Item
                  key={paper.record}
                  icon={kindIcon(paper.kind)}
                  title={<bdi>{nameOf(paper)}</bdi>}
                  detail={t("approbation.kiosk.open.pages", { count: paper.pages.length })}
                  onPress={() => setReading(paper)}
                />
              ))}
            </List>
          </section>
          <AddPaper deps={deps} state={state} />
          <p class="meta">{t("approbation.kiosk.open.limits")}</p>
        </div>
      ) : (
        <ViewPaper
          deps={deps}
          paper={reading}
          name={nameOf(reading)}
          mayPrint={deployment?.config.printing === true}
          onBack={() => setReading(null)}
        />
      )}
      <Dialog
        open={isShort}
        title={t("poste.idle.title")}
        onKeep={stay}
        actions={
          <>
            <Button onPress={stay}>{t("poste.bar.stay")}</Button>
            <Button kind="second" onPress={() => onEnd("asked")}>
              {t("poste.bar.end")}
            </Button>
          </>
        }
      >
        <p role="timer">
          {t("poste.bar.closesIn")} {timeText(left)}
        </p>
      </Dialog>
    </Page>
  );
}
