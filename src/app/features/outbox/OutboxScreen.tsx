/**
 * "Mes envois": one line per thing the person knows, what waits and for what, what moves, what needs a hand, what is proven
 * to have arrived. Nothing here is red for being offline: waiting is normal.
 *
 * Surprising fact: an empty queue is not "tout est à jour". That is said only when the last look at the server was
 * authentic, with its date.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { OutboxLine, OutboxView } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatBytes, formatDate, formatTime } from "../../i18n/format.ts";
import { t as text } from "../../i18n/i18n.ts";
import { useAreas, useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { ReadAloud } from "../../state/ReadAloud.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { WifiChoice } from "../../state/WifiChoice.tsx";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { Item, List } from "../../ui/List.tsx";
import { memo } from "../../ui/memo.tsx";
import { Why } from "../../ui/Question.tsx";
import { EmptyState, FailedState, Loading, LockedState } from "../../ui/States.tsx";
import { useWorld } from "../../ui/world.ts";
import { Diagnostic, Fix, Stuck } from "./Later.tsx";
import { Line } from "./Line.tsx";
import { type Names, titleOf } from "./names.ts";

/** How long a run may take to show that it has begun. */
const BEGIN_MS = 1500;

const NO_DOSSIERS: Names["dossiers"] = [];
const NO_PAPERS: Names["papers"] = [];

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

/** What keeps things here is said without being asked; that there is no network stands under the head of every screen. */
const isTold = ({ trouble, waiting }: OutboxView): boolean =>
  waiting > 0 && trouble !== "none" && trouble !== "no-network";

function outcome(view: OutboxView): string {
  if (view.trouble !== "none") return text(`outbox.trouble.${view.trouble}`);
  return view.waiting === 0 ? text("outbox.nothingLeft") : text("outbox.stillWaiting", { count: view.waiting });
}

export function OutboxScreen() {
  const t = useT();
  const { go } = useShell();
  const worded = useAreas("procedures");
  const asked = useAsk("outbox", (api) => api.outbox(), ["outbox"]);
  const dossiers = useAsk("dossiers", (api) => api.dossiers(), ["dossiers"]);
  const papers = useAsk("papers", (api) => api.papers(), ["papers"]);
  const deployment = useAsk("deployment", (api) => api.deployment(), ["deployment"]);
  const view = asked.state === "ready" ? asked.value : null;
  const sendNow = useSendNow(view, asked.again);
  const knownDossiers = dossiers.state === "ready" ? dossiers.value : NO_DOSSIERS;
  const knownPapers = papers.state === "ready" ? papers.value : NO_PAPERS;
  const knownDeployment = deployment.state === "ready" ? deployment.value : null;
  const names = useMemo<Names>(
    () => ({ dossiers: knownDossiers, papers: knownPapers, deployment: knownDeployment }),
    [knownDossiers, knownPapers, knownDeployment],
  );
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
              {view.data.held > 0
                ? t("outbox.anyway", { size: formatBytes(view.data.held) })
                : t("common.action.sendNow")}
            </Button>
            {view.data.held > 0 && <p class="meta">{t("outbox.anywayText")}</p>}
            <div role="status">
              {(sendNow.done || isTold(view)) && (
                <Banner tone="quiet" icon="information" quiet>
                  {outcome(view)}
                </Banner>
              )}
            </div>
          </div>
          <WifiChoice data={view.data} />
        </Lines>
      )}
    </Frame>
  );
}

/** How many wait, how much that is, when the server last answered. */
function Totals({ view }: { readonly view: OutboxView }) {
  const t = useT();
  const { waiting, bytesLeft, lastAnswerAt, upToDate, pulledAt } = view;
  const counted = t("outbox.waiting", { count: waiting });
  const left = bytesLeft > 0 ? t("outbox.left", { size: formatBytes(bytesLeft) }) : "";
  const said =
    waiting > 0
      ? [counted, left, t("outbox.byItself")]
      : [
          upToDate
            ? t("outbox.upToDate", { date: formatDate(pulledAt), time: formatTime(pulledAt) })
            : t("outbox.emptyQueue"),
        ];
  const answered =
    lastAnswerAt === 0
      ? t("outbox.neverAnswered")
      : t("outbox.answered", { date: formatDate(lastAnswerAt), time: formatTime(lastAnswerAt) });
  return (
    <>
      {upToDate ? (
        <Banner tone="done" icon="valider" quiet>
          {said.join(" ")}
        </Banner>
      ) : (
        <p>{said.filter((each) => each !== "").join(" ")}</p>
      )}
      <p class="meta">{answered}</p>
      <ReadAloud text={[...said, answered]} />
    </>
  );
}

/** Somebody who goes where there is a network: to give to, or to be. */
const Carrier = memo(function Carrier({ isWaiting }: { readonly isWaiting: boolean }) {
  const t = useT();
  return (
    <section class="stack-s" aria-labelledby="porteur">
      <h2 id="porteur">{t("porteur-entry.title")}</h2>
      <List>
        {isWaiting && (
          <Item
            icon="partager"
            href={paths.carrierPack}
            title={t("porteur-entry.give")}
            detail={t("porteur-entry.giveText")}
          />
        )}
        <Item
          icon="recu"
          href={paths.carrierReceipt}
          title={t("porteur-entry.receipt")}
          detail={t("porteur-entry.receiptText")}
        />
        <Item
          icon="envoi"
          href={paths.carrier}
          title={t("porteur-entry.carry")}
          detail={t("porteur-entry.carryText")}
        />
      </List>
    </section>
  );
});

/** What is at its receiver, or what no proof is known of any more. */
const Arrived = memo(function Arrived({ line, names }: { readonly line: OutboxLine; readonly names: Names }) {
  const t = useT();
  return (
    <Item
      icon={line.at === null ? "en-attente" : "recu"}
      tone={line.at === null ? undefined : "done"}
      href={line.what === "dossier" ? paths.dossier(line.id) : line.what === "share" ? paths.given(line.id) : undefined}
      title={titleOf(line, names)}
      detail={line.at === null ? t("outbox.noProof") : t("common.state.depositedOn", { date: formatDate(line.at) })}
    />
  );
});

interface LinesProps {
  readonly view: OutboxView;
  readonly names: Names;
  /** Stands behind what waits and before what arrived. */
  readonly children: ComponentChildren;
}

function Lines({ view, names, children }: LinesProps) {
  const t = useT();
  const fix = view.lines.filter((line) => line.state === "needs-you");
  const queue = view.lines.filter((line) => line.state !== "needs-you" && line.state !== "arrived");
  const arrived = view.lines.filter((line) => line.state === "arrived");
  const left = queue.reduce((sum, line) => sum + line.bytesLeft, 0);
  return (
    <>
      {view.lines.length === 0 && <EmptyState title={t("outbox.empty")} text={t("outbox.emptyMore")} />}
      {view.stuck !== null && <Stuck days={view.stuck.days} />}
      {fix.length > 0 && (
        <section class="stack-s" aria-labelledby="a-corriger">
          <h2 id="a-corriger">{t("outbox.fix")}</h2>
          <List>
            {fix.map((line, at) => (
              <Fix key={`${line.what} ${line.id} ${at}`} line={line} names={names} />
            ))}
          </List>
          {view.stuck === null && (
            <Why title={t("outbox.help")}>
              <Diagnostic />
            </Why>
          )}
        </section>
      )}
      {queue.length > 0 && (
        <section aria-labelledby="en-attente">
          <div class="h-row">
            <h2 id="en-attente">{t("outbox.queue")}</h2>
            {left > 0 && <span class="meta num">{formatBytes(left)}</span>}
          </div>
          <List ordered>
            {queue.map((line, at) => (
              <Line key={`${line.what} ${line.id} ${at}`} line={line} names={names} order={at + 1} />
            ))}
          </List>
        </section>
      )}
      {children}
      <Carrier isWaiting={view.waiting > 0} />
      {arrived.length > 0 && (
        <section class="stack-s" aria-labelledby="arrives">
          <h2 id="arrives">{t("outbox.arrived")}</h2>
          <List>
            {arrived.map((line, at) => (
              <Arrived key={`${line.what} ${line.id} ${at}`} line={line} names={names} />
            ))}
          </List>
        </section>
      )}
    </>
  );
}
