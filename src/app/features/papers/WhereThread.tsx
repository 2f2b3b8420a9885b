/**
 * "Où est ce papier": this phone, the server's closed copy, the dossiers it went with.
 *
 * Surprising: a desk is never said to have the paper. What is proven is about a dossier, so its own proven state is
 * told, with the words of the dossier (INV-2).
 */
import { staysHere } from "../../../satchel/keeping.ts";
import { paperType } from "../../../satchel/paper-types.ts";
import { showSpoken } from "../../../satchel/spoken.ts";
import type { DossierView, PaperView } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatDate } from "../../i18n/format.ts";
import { rich } from "../../i18n/rich.tsx";
import { useT } from "../../i18n/useT.ts";
import { useAsk } from "../../state/satchel.ts";
import { LinkRow } from "../../ui/Button.tsx";
import { Thread, type ThreadStep } from "../../ui/Thread.tsx";

type T = ReturnType<typeof useT>;

function serverStep(t: T, paper: PaperView): ThreadStep {
  const step = (detail: string, state: ThreadStep["state"]): ThreadStep => ({
    key: "server",
    icon: "deux-copies",
    title: t("papers.view.server"),
    detail,
    state,
  });
  const { parts } = paper;
  switch (paper.state) {
    case "two-copies":
      return step(t("papers.view.serverTwo"), "done");
    case "sealed-copy":
      return step(t("papers.view.serverSealed"), "done");
    case "away":
      return step(t("papers.view.serverAway"), "done");
    case "not-here":
      return step(t("papers.view.serverAbsent"), "waiting");
    case "leaving":
      return step(t("papers.view.serverLeaving", { n: parts?.done ?? 0, m: parts?.of ?? 0 }), "now");
    case "waits":
      return step(t("papers.view.serverWaits"), "waiting");
    case "needs-you":
      return {
        ...step("", "waiting"),
        detail: (
          <>
            {t("papers.view.serverAside")}
            <br />
            <LinkRow href={paths.outbox} small>
              {t("papers.view.toOutbox")}
            </LinkRow>
          </>
        ),
      };
    case "here":
      return {
        key: "server",
        icon: "telephone",
        title: t("papers.view.serverLocal"),
        detail: t(
          paperType(paper.record.kind)?.localOnlyByDefault === true && staysHere(paper.record)
            ? "papers.details.healthHere"
            : "papers.view.serverLocalText",
        ),
        state: "waiting",
      };
  }
}

/** What is proven of a dossier, or that it waits. */
function stageText(t: T, dossier: DossierView): string {
  const last = dossier.proofs.reduce<DossierView["proofs"][number] | null>(
    (latest, proof) => (latest === null || proof.at >= latest.at ? proof : latest),
    null,
  );
  const date = last === null ? "" : formatDate(last.at, "short");
  switch (dossier.stage) {
    case "draft":
      return t("common.state.draft");
    case "opened":
      return last === null ? t("common.state.opened") : t("common.state.openedBy", { who: last.by, date });
    case "complete":
      return last === null ? t("common.state.complete") : t("common.state.completeOn", { date });
    case "deposited":
      return last === null ? t("common.state.deposited") : t("common.state.depositedOn", { date });
    case "needs-you":
      return t("common.state.toFix");
    default:
      return t("common.state.wait");
  }
}

/** The thread of one kept paper. */
export function WhereThread({ paper }: { readonly paper: PaperView }) {
  const t = useT();
  const asked = useAsk("dossiers", (api) => api.dossiers(), ["dossiers", "outbox"]);
  const dossiers = asked.state === "ready" ? asked.value : [];
  const using = dossiers.filter((dossier) =>
    Object.values(dossier.record.attached).some((slot) => slot.papers.includes(paper.id)),
  );
  const here =
    paper.state === "away"
      ? "papers.view.hereAway"
      : paper.state === "not-here"
        ? "papers.view.hereAbsent"
        : "papers.view.hereSince";
  const steps: readonly ThreadStep[] = [
    {
      key: "here",
      icon: "telephone",
      title: t("papers.view.here"),
      detail: t(here, { date: formatDate(paper.record.createdAt) }),
      state: here === "papers.view.hereSince" ? "done" : "waiting",
    },
    serverStep(t, paper),
    ...using.map(
      (dossier): ThreadStep => ({
        key: dossier.id,
        icon: "dossier",
        title: rich("papers.view.with", { number: <bdi dir="ltr">{showSpoken(dossier.record.number)}</bdi> }),
        detail: (
          <>
            {stageText(t, dossier)}
            <br />
            <LinkRow href={paths.dossier(dossier.id)} small>
              {t("papers.view.toDossier")}
            </LinkRow>
          </>
        ),
        state: dossier.stage === "complete" || dossier.stage === "opened" ? "done" : "waiting",
      }),
    ),
    ...(using.length === 0 && asked.state === "ready"
      ? [
          {
            key: "desk",
            icon: "guichet",
            title: t("papers.view.notSent"),
            detail: t("papers.view.notSentText"),
            state: "waiting",
          } satisfies ThreadStep,
        ]
      : []),
  ];
  return <Thread steps={steps} card />;
}
