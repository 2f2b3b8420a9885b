/**
 * "Mes envois": one line per thing the person knows, what waits, what moves, what needs a hand, what is proven to have
 * arrived. Nothing here is red for being offline: waiting is normal.
 *
 * Surprising fact: names are put together here, because the queue itself holds ids only (INV-3). Forms are not imported:
 * a procedure's name is a text of the catalogue.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { procedures } from "../../../forms/catalogue/index.ts";
import { showSpoken } from "../../../satchel/spoken.ts";
import type { Deployment, DossierView, OutboxLine, OutboxView, PaperView } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import type { DataArea, TextKey } from "../../i18n/catalogue.ts";
import { formatBytes, formatDate, formatTime } from "../../i18n/format.ts";
import { tData, t as text } from "../../i18n/i18n.ts";
import { useAreas, useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkButton, LinkRow } from "../../ui/Button.tsx";
import { Chip } from "../../ui/Chip.tsx";
import { Item, List } from "../../ui/List.tsx";
import { paperName } from "../../ui/papers/names.ts";
import { HUMAN_ID, moveTo } from "../../ui/places.ts";
import { QueueRow } from "../../ui/Queue.tsx";
import { EmptyState, FailedState, Loading, LockedState } from "../../ui/States.tsx";
import { useWorld } from "../../ui/world.ts";

const FORM_AREAS = procedures.map((entry): DataArea => `form-${entry.id}`);

const isolate = (name: string): string => `\u2068${name}\u2069`;

/** Opened records that give the lines their names; a name that is not here falls back to the number or the kind. */
interface Names {
  readonly dossiers: readonly DossierView[];
  readonly papers: readonly PaperView[];
  readonly deployment: Deployment | null;
}

function titleOf(line: OutboxLine, names: Names): string {
  if (line.what === "profile") return text("outbox.profile");
  if (line.what === "paper") {
    const paper = names.papers.find((each) => each.id === line.id);
    return paper === undefined ? line.title || text("outbox.unknown") : isolate(paperName(paper.record));
  }
  const record = names.dossiers.find((each) => each.id === line.id)?.record;
  const title = record === undefined ? undefined : tData(`form-${record.procedure}`, "title");
  return title ?? text("outbox.dossier");
}

function detailOf(line: OutboxLine, names: Names): string {
  if (line.what === "profile") return text("outbox.copy");
  if (line.what === "paper") return text("outbox.copy");
  const record = names.dossiers.find((each) => each.id === line.id)?.record;
  const desk = names.deployment?.organisations.find((each) => each.slug === record?.organisation)?.name;
  const number = text("outbox.number", { number: isolate(showSpoken(record?.number ?? line.title)) });
  return desk === undefined ? number : `${text("outbox.to", { desk: isolate(desk) })} ${number}`;
}

/** Codes of the protocol that have words of their own. */
const REASONS: ReadonlySet<string> = new Set([
  "too-large",
  "quota",
  "unknown-receiver",
  "blob-missing",
  "id-taken",
  "bad-format",
  "bad-signature",
]);

const reasonText = (code: string | null): string =>
  text(`outbox.reason.${code !== null && REASONS.has(code) ? code : "other"}` as TextKey, { code: code ?? "" });

/** How long a run may take to show that it has begun. */
const BEGIN_MS = 1500;

/** "Envoyer maintenant": always runs; `said` is what came of it, once it is over. */
function useSendNow(
  view: OutboxView | null,
  again: () => void,
): { readonly trying: boolean; readonly done: boolean; readonly run: () => void } {
  const { api } = useSatchel();
  const { timers } = useWorld();
  const [stage, setStage] = useState<"idle" | "asked" | "waited" | "done">("idle");
  const moved = useRef(false);
  const moving = view?.moving === true;
  const isHindered = view !== null && view.trouble !== "none";
  const trying = stage === "asked" || stage === "waited";
  useEffect(() => {
    if (!trying) return;
    if (moving) moved.current = true;
    // A run goes on trying by itself for a while; what stands in its way is said at once.
    if (stage === "waited" && (!moving || isHindered)) setStage("done");
    else if (!moving && moved.current) setStage("done");
  }, [trying, moving, stage, isHindered]);
  useEffect(() => {
    if (stage !== "asked") return undefined;
    return timers.after(BEGIN_MS, () => {
      again();
      setStage((now) => (now === "asked" ? "waited" : now));
    });
  }, [stage, timers, again]);
  return {
    trying,
    done: stage === "done",
    run() {
      if (trying) return;
      moved.current = false;
      setStage("asked");
      void api.sendNow().then(again);
    },
  };
}

function outcome(view: OutboxView): string {
  if (view.trouble !== "none") return text(`outbox.trouble.${view.trouble}`);
  return view.waiting === 0 ? text("outbox.nothingLeft") : text("outbox.stillWaiting", { count: view.waiting });
}

export function OutboxScreen() {
  const t = useT();
  const { go } = useShell();
  const worded = useAreas(...FORM_AREAS);
  const asked = useAsk("outbox", (api) => api.outbox(), ["outbox"]);
  const dossiers = useAsk("dossiers", (api) => api.dossiers(), ["dossiers"]);
  const papers = useAsk("papers", (api) => api.papers(), ["papers"]);
  const deployment = useAsk("deployment", (api) => api.deployment(), ["deployment"]);
  const view = asked.state === "ready" ? asked.value : null;
  const sendNow = useSendNow(view, asked.again);
  const names: Names = {
    dossiers: dossiers.state === "ready" ? dossiers.value : [],
    papers: papers.state === "ready" ? papers.value : [],
    deployment: deployment.state === "ready" ? deployment.value : null,
  };
  const named = worded && dossiers.state !== "loading" && papers.state !== "loading" && deployment.state !== "loading";
  const title = t("outbox.title");
  return (
    <Frame title={title} tab="outbox">
      <div class="stack-m">
        <h1>{title}</h1>
        {view !== null && named && <Totals view={view} />}
      </div>
      {(asked.state === "loading" || (view !== null && !named)) && <Loading />}
      {asked.state === "failed" &&
        (asked.error.type === "locked" ? (
          <LockedState
            title={t("outbox.locked.title")}
            detail={t("outbox.locked.text")}
            action={t("outbox.locked.open")}
            onOpen={() => go(paths.start)}
          />
        ) : (
          <FailedState
            title={t("outbox.failed")}
            mark={asked.error.type === "unavailable" ? asked.error.mark : "E-301"}
            onRetry={asked.again}
          />
        ))}
      {view !== null && named && (
        <Lines view={view} names={names}>
          <div class="actions">
            <Button
              kind={view.waiting > 0 ? "main" : "second"}
              wide
              icon="synchroniser"
              busy={sendNow.trying ? t("outbox.trying") : undefined}
              onPress={sendNow.run}
            >
              {t("common.action.sendNow")}
            </Button>
            <div role="status">
              {sendNow.done && (
                <Banner tone="quiet" icon="information" quiet>
                  {outcome(view)}
                </Banner>
              )}
            </div>
          </div>
        </Lines>
      )}
    </Frame>
  );
}

/** How many wait, how much that is, when the server last answered. */
function Totals({ view }: { readonly view: OutboxView }) {
  const t = useT();
  const { waiting, bytesLeft, lastAnswerAt } = view;
  return (
    <>
      <p>
        {waiting === 0 ? t("outbox.none") : t("outbox.waiting", { count: waiting })}
        {bytesLeft > 0 && ` ${t("outbox.left", { size: formatBytes(bytesLeft) })}`}
        {waiting > 0 && ` ${t("outbox.byItself")}`}
      </p>
      <p class="meta">
        {lastAnswerAt === 0
          ? t("outbox.neverAnswered")
          : t("outbox.answered", { date: formatDate(lastAnswerAt), time: formatTime(lastAnswerAt) })}
      </p>
    </>
  );
}

interface LinesProps {
  readonly view: OutboxView;
  readonly names: Names;
  /** Stands behind what waits and before what arrived. */
  readonly children: ComponentChildren;
}

function Lines({ view, names, children }: LinesProps) {
  const t = useT();
  const { network } = useShell();
  const fix = view.lines.filter((line) => line.state === "needs-you");
  const queue = view.lines.filter((line) => line.state !== "needs-you" && line.state !== "arrived");
  const arrived = view.lines.filter((line) => line.state === "arrived");
  const left = queue.reduce((sum, line) => sum + line.bytesLeft, 0);
  return (
    <>
      {view.lines.length === 0 && <EmptyState title={t("outbox.empty")} text={t("outbox.emptyMore")} />}
      {fix.length > 0 && (
        <section class="stack-s" aria-labelledby="a-corriger">
          <h2 id="a-corriger">{t("outbox.fix")}</h2>
          <List>
            {fix.map((line, at) => (
              <Fix key={`${line.what} ${line.id} ${at}`} line={line} names={names} />
            ))}
          </List>
        </section>
      )}
      {queue.length > 0 && (
        <section aria-labelledby="en-attente">
          <div class="h-row">
            <h2 id="en-attente">{t("outbox.queue")}</h2>
            {left > 0 && <span class="meta num">{formatBytes(left)}</span>}
          </div>
          <List ordered>
            {queue.map((line, at) => {
              const title = titleOf(line, names);
              const { done, of } = line.parts;
              return (
                <QueueRow
                  key={`${line.what} ${line.id} ${at}`}
                  order={at + 1}
                  state={line.state === "moving" ? "moving" : "waiting"}
                  title={title}
                  detail={
                    <>
                      {detailOf(line, names)}
                      {(line.state === "moving" || done > 0) && ` ${t("outbox.parts", { done, total: of })}`}
                    </>
                  }
                  size={line.bytesLeft > 0 ? formatBytes(line.bytesLeft) : undefined}
                  progress={
                    line.state === "moving" || done > 0
                      ? { done, total: of, label: t("outbox.sendingOf", { title }) }
                      : undefined
                  }
                >
                  <div>
                    {line.state === "awaiting-desk" ? (
                      <Chip state="wait" icon="guichet">
                        {t("outbox.awaitingDesk")}
                      </Chip>
                    ) : line.state === "moving" && network === "online" ? (
                      <Chip state="wait" icon="envoi">
                        {t("common.state.leaving")}
                      </Chip>
                    ) : (
                      <Chip state="wait">{t(network === "online" ? "outbox.waitsTurn" : "common.state.wait")}</Chip>
                    )}
                  </div>
                  {line.what === "dossier" && (
                    <LinkRow icon="dossier" small href={paths.dossier(line.id)}>
                      {t("outbox.see")}
                      <span class="sr"> {title}</span>
                    </LinkRow>
                  )}
                </QueueRow>
              );
            })}
          </List>
        </section>
      )}
      {children}
      {arrived.length > 0 && (
        <section class="stack-s" aria-labelledby="arrives">
          <h2 id="arrives">{t("outbox.arrived")}</h2>
          <List>
            {arrived.map((line, at) => (
              <Item
                key={`${line.what} ${line.id} ${at}`}
                icon={line.at === null ? "en-attente" : "recu"}
                tone={line.at === null ? undefined : "done"}
                href={line.what === "dossier" ? paths.dossier(line.id) : undefined}
                title={titleOf(line, names)}
                detail={
                  line.at === null ? t("outbox.noProof") : t("common.state.depositedOn", { date: formatDate(line.at) })
                }
              />
            ))}
          </List>
        </section>
      )}
    </>
  );
}

/** What keeps one thing here, and what the person can do about it. */
function Fix({ line, names }: { readonly line: OutboxLine; readonly names: Names }) {
  const t = useT();
  const { api } = useSatchel();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState(false);
  const title = titleOf(line, names);
  async function retry(): Promise<void> {
    setBusy(true);
    const again = await api.retry(line.id);
    setBusy(false);
    setRefused(!again.ok);
  }
  return (
    <QueueRow state="fix" title={title} detail={detailOf(line, names)}>
      <p>{reasonText(line.reason)}</p>
      {refused && (
        <Banner tone="redo" icon="attention">
          {t("outbox.refused")}
        </Banner>
      )}
      <div class="row row--tight">
        <Button
          kind="second"
          small
          icon="synchroniser"
          busy={busy ? t("outbox.trying") : undefined}
          onPress={() => void retry()}
        >
          {t("common.action.retry")}
          <span class="sr"> {title}</span>
        </Button>
        {line.what === "dossier" && (
          <LinkButton kind="second" small icon="papier" href={paths.check(line.id)}>
            {t("outbox.changePapers")}
          </LinkButton>
        )}
        {line.what === "paper" && (
          <LinkButton kind="second" small icon="papier" href={paths.paper(line.id)}>
            {t("outbox.seePaper")}
          </LinkButton>
        )}
        <Button kind="plain" small icon="parler" onPress={() => moveTo(HUMAN_ID)}>
          {t("common.human.title")}
        </Button>
      </div>
    </QueueRow>
  );
}
