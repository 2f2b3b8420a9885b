/**
 * One thing that waits or moves (mock-up 12): a copy in one line, a dossier with the thread of its parts.
 *
 * Surprising: "déposé" is said with the date of a proof only. Bytes that the server says it has are "partis" (INV-2).
 */
import type { OutboxLine, OutboxPiece, WaitReason } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatBytes, formatDate, formatTime } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { useShell } from "../../state/shell.ts";
import { LinkRow } from "../../ui/Button.tsx";
import { Chip } from "../../ui/Chip.tsx";
import type { IconName } from "../../ui/icons/names.ts";
import { memo } from "../../ui/memo.tsx";
import { QueueRow } from "../../ui/Queue.tsx";
import { Bar, Thread, type ThreadStep } from "../../ui/Thread.tsx";
import { detailOf, type Names, paperTitle, titleOf } from "./names.ts";

type T = ReturnType<typeof useT>;

const ICONS: Readonly<Record<WaitReason, IconName>> = {
  network: "hors-ligne",
  wifi: "reseau",
  line: "reseau",
  quota: "attention",
  later: "horloge",
  turn: "en-attente",
};

/** Papers told one by one; what is behind them is told as a sum. */
const SHOWN = 3;

const sum = (pieces: readonly OutboxPiece[], of: "bytes" | "left"): number =>
  pieces.reduce((total, piece) => total + piece[of], 0);

/** What has left: the answers, with the proof's date where there is one, and papers, of which no proof is known here. */
function goneSteps(t: T, line: OutboxLine): readonly ThreadStep[] {
  const gone = line.pieces.filter((piece) => piece.arrived);
  const answers = gone.filter((piece) => piece.what === "answers");
  const papers = gone.filter((piece) => piece.what === "paper");
  const { at } = line;
  const all: ThreadStep[] = [];
  if (answers.length > 0) {
    const size = formatBytes(sum(answers, "bytes"));
    all.push({
      key: "answers",
      icon: "valider",
      state: "done",
      title: t(at === null ? "outbox.step.gone" : "outbox.step.deposited"),
      detail:
        at === null
          ? t("outbox.step.goneText", { size })
          : t("outbox.step.depositedOn", { size, date: formatDate(at), time: formatTime(at) }),
    });
  }
  if (papers.length > 0)
    all.push({
      key: "papers",
      icon: "valider",
      state: "done",
      title: t("outbox.step.papersGone", { count: papers.length }),
      detail: formatBytes(sum(papers, "bytes")),
    });
  return all;
}

function steps(t: T, line: OutboxLine, names: Names): readonly ThreadStep[] {
  const left = line.pieces.filter((piece) => !piece.arrived);
  // What has begun comes first: its bytes are not sent again.
  const papers = left
    .filter((piece) => piece.what === "paper")
    .sort((a, b) => Number(b.left < b.bytes) - Number(a.left < a.bytes));
  const answers = left.find((piece) => piece.what === "answers");
  const rest = papers.slice(SHOWN);
  const isMoving = line.state === "moving";
  const all: ThreadStep[] = [...goneSteps(t, line)];
  if (answers !== undefined)
    all.push({
      key: "answers",
      icon: "modifier",
      title: t("outbox.step.answers", { size: formatBytes(answers.left) }),
      detail: t("outbox.step.answersText"),
      state: isMoving ? "now" : "waiting",
    });
  for (const [n, piece] of papers.slice(0, SHOWN).entries()) {
    const name = paperTitle(names, piece.paper);
    const size = formatBytes(piece.bytes);
    const done = piece.bytes - piece.left;
    const begun = done > 0;
    all.push({
      key: piece.paper ?? `paper-${n}`,
      icon: "papier",
      title: begun
        ? t("outbox.step.part", { name, done: formatBytes(done), size })
        : t("outbox.step.paper", { name, size }),
      detail: begun ? (
        <>
          {t("outbox.step.partText")}
          <Bar part={done / piece.bytes} />
        </>
      ) : undefined,
      state: n === 0 && begun && answers === undefined ? "now" : "waiting",
    });
  }
  if (rest.length > 0)
    all.push({
      key: "rest",
      icon: "papier",
      title: t("outbox.step.papers", { count: rest.length, size: formatBytes(sum(rest, "left")) }),
      state: "waiting",
    });
  all.push({
    key: "proof",
    icon: "recu",
    title: t("outbox.step.proof"),
    detail: t("outbox.step.proofText"),
    state: "waiting",
  });
  return all;
}

interface LineProps {
  readonly line: OutboxLine;
  readonly names: Names;
  /** From 1. */
  readonly order: number;
}

export const Line = memo(function Line({ line, names, order }: LineProps) {
  const t = useT();
  const { network } = useShell();
  const title = titleOf(line, names);
  const { done, of } = line.parts;
  const isMoving = line.state === "moving" && network === "online";
  // The browser's own word that there is no network is fresher than the last run.
  const waits: WaitReason = network !== "online" && line.waits !== "wifi" ? "network" : (line.waits ?? "turn");
  const begun = line.state === "moving" || done > 0;
  const isTold = line.pieces.length > 1;
  return (
    <QueueRow
      order={order}
      state={line.state === "moving" ? "moving" : "waiting"}
      title={title}
      detail={
        <>
          {detailOf(line, names)}
          {begun && ` ${t("outbox.parts", { done, total: of })}`}
        </>
      }
      size={line.bytesLeft > 0 ? formatBytes(line.bytesLeft) : undefined}
      progress={begun && !isTold ? { done, total: of, label: t("outbox.sendingOf", { title }) } : undefined}
    >
      <div>
        {line.state === "awaiting-desk" ? (
          <Chip state="wait" icon="guichet">
            {t("outbox.awaitingDesk")}
          </Chip>
        ) : isMoving ? (
          <Chip state="wait" icon="envoi">
            {t("common.state.leaving")}
          </Chip>
        ) : (
          <Chip state="wait" icon={ICONS[waits]}>
            {t(`outbox.waits.${waits}`)}
          </Chip>
        )}
      </div>
      {isTold && <Thread steps={steps(t, line, names)} />}
      {line.what === "dossier" && (
        <LinkRow icon="dossier" small href={paths.dossier(line.id)}>
          {t("outbox.see")}
          <span class="sr"> {title}</span>
        </LinkRow>
      )}
    </QueueRow>
  );
});
