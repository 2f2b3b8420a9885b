/** A decision, or papers, that the desk handed over: its words, and "Ranger dans ma besace" for each paper. */
import { useState } from "preact/hooks";
import type { LetterId } from "../../../../shared/ids.ts";
import type { GivenView, KeepGivenRefusal } from "../../../../workers/given.contract.ts";
import type { DossierView, WorkerError } from "../../../../workers/satchel.contract.ts";
import { paths } from "../../../feature.ts";
import type { TextKey } from "../../../i18n/catalogue.ts";
import { formatBytes, formatCalendarDate } from "../../../i18n/format.ts";
import { useT } from "../../../i18n/useT.ts";
import { beginFromDecision } from "../../../state/decided.ts";
import { useAsk, useSatchel } from "../../../state/satchel.ts";
import { useShell } from "../../../state/shell.ts";
import { Banner } from "../../../ui/Banner.tsx";
import { Button, LinkRow } from "../../../ui/Button.tsx";
import { Chip, type ChipState } from "../../../ui/Chip.tsx";
import type { IconName } from "../../../ui/icons/names.ts";
import { moment } from "../words.ts";

type Paper = GivenView["papers"][number];
type Decision = NonNullable<GivenView["decision"]>;

const LOOKS: Readonly<Record<Decision["outcome"], { readonly state: ChipState; readonly icon: IconName }>> = {
  granted: { state: "received", icon: "valider" },
  partly: { state: "soon", icon: "valider" },
  refused: { state: "redo", icon: "attention" },
  other: { state: "human", icon: "parler" },
};

/** The words for what could not be kept; what the desk's file is, is the desk's to mend. */
function keyOf({ type }: WorkerError | KeepGivenRefusal): TextKey {
  if (type === "no-network" || type === "not-arrived" || type === "full") return `journey.given.failed.${type}`;
  const isFile = type.startsWith("file-") || type.startsWith("pdf-") || type.startsWith("picture-");
  return isFile ? "journey.given.failed.file" : "journey.given.failed.other";
}

function PaperLine(props: {
  readonly dossier: DossierView["id"];
  readonly letter: LetterId;
  readonly at: number;
  readonly paper: Paper;
}) {
  const { dossier, letter, at, paper } = props;
  const t = useT();
  const { api } = useSatchel();
  const { say } = useShell();
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<WorkerError | KeepGivenRefusal | null>(null);
  const title = paper.title === "" ? t(`papers-types.${paper.kind ?? "other"}` as TextKey) : paper.title;
  async function keep(): Promise<void> {
    if (busy) return;
    setBusy(true);
    setFailed(null);
    const kept = await api.keepGiven(dossier, letter, at);
    setBusy(false);
    if (kept.ok) say(t("journey.given.kept"));
    else setFailed(kept.error);
  }
  return (
    <li class="stack-s">
      <p>
        <b dir="auto">{title}</b> <span class="meta">{formatBytes(paper.bytes)}</span>
      </p>
      {failed !== null && (
        <Banner tone="soon" icon="attention" quiet>
          {t(keyOf(failed))}
        </Banner>
      )}
      {paper.paper === null ? (
        <Button wide icon="papier" busy={busy ? t("journey.given.keeping") : undefined} onPress={() => void keep()}>
          {t("journey.given.keep")}
        </Button>
      ) : (
        <LinkRow icon="papier" href={paths.paper(paper.paper)}>
          {t("journey.given.see")}
        </LinkRow>
      )}
    </li>
  );
}

function DecisionPart({ decision }: { readonly decision: Decision }) {
  const t = useT();
  const { go } = useShell();
  const { outcome, on, reason, remedies } = decision;
  return (
    <>
      <p>
        <Chip {...LOOKS[outcome]}>{t(`journey.given.outcomes.${outcome}`)}</Chip>
      </p>
      <p class="meta">{t("journey.given.on", { date: formatCalendarDate(on) })}</p>
      <p class="reply__text" dir="auto">
        {reason}
      </p>
      {remedies !== "" && (
        <div class="stack-s">
          <h4>{t("journey.given.remedies")}</h4>
          <p class="reply__text" dir="auto">
            {remedies}
          </p>
        </div>
      )}
      {outcome !== "granted" && (
        <Button
          kind="second"
          wide
          icon="aide"
          onPress={() => {
            beginFromDecision(on);
            go(paths.decision);
          }}
        >
          {t("journey.given.after")}
        </Button>
      )}
    </>
  );
}

export interface GivenProps {
  readonly dossier: DossierView;
  readonly letter: LetterId;
}

/** In the place of the plain words that came with it. */
export function Given({ dossier, letter }: GivenProps) {
  const t = useT();
  const { id, record } = dossier;
  const asked = useAsk(`given ${id}`, (api) => api.given(id), ["dossiers", "papers"]);
  const given = asked.state === "ready" ? asked.value.find((one) => one.letter === letter) : undefined;
  const reply = record.replies[letter];
  const decision = record.given?.[letter]?.decision ?? null;
  return (
    <div class="reply stack-m">
      <h3>{t(decision === null ? "journey.given.papers" : "journey.given.decision")}</h3>
      {decision !== null && <DecisionPart decision={decision} />}
      {reply !== undefined && reply.text !== "" && (
        <p class="reply__text" dir="auto">
          {reply.text}
        </p>
      )}
      {given !== undefined && given.papers.length > 0 && (
        <ul class="stack-m">
          {given.papers.map((paper, at) => (
            <PaperLine key={`${at}`} dossier={id} letter={letter} at={at} paper={paper} />
          ))}
        </ul>
      )}
      {given?.papers.some(({ paper }) => paper === null) === true && <p class="meta">{t("journey.given.yours")}</p>}
      {asked.state === "failed" && (
        <Banner tone="soon" icon="attention" quiet>
          {t("journey.given.failed.other")}
        </Banner>
      )}
      {reply !== undefined && <p class="meta">{moment(reply.at)}</p>}
    </div>
  );
}
