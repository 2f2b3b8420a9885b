/** Where a dossier is, in one chip. Words of proof are shown only for stages that the worker proved (INV-2). */
import { procedures } from "../../../forms/catalogue/index.ts";
import { checkStep } from "../../../forms/engine.ts";
import { byReplyOrder } from "../../../satchel/where.ts";
import type { LetterId } from "../../../shared/ids.ts";
import type { DossierStage, DossierView } from "../../../workers/satchel.contract.ts";
import type { TextKey } from "../../i18n/catalogue.ts";
import { useT } from "../../i18n/useT.ts";
import { Chip, type ChipState } from "../../ui/Chip.tsx";
import type { IconName } from "../../ui/icons/names.ts";

interface Look {
  readonly state: ChipState;
  readonly icon?: IconName;
  readonly text: TextKey;
}

const LOOKS: Readonly<Record<DossierStage, Look>> = {
  draft: { state: "here", icon: "modifier", text: "common.state.draft" },
  "awaiting-desk": { state: "wait", text: "dossiers.stage.awaitingDesk" },
  waits: { state: "wait", text: "common.state.wait" },
  deposited: { state: "received", text: "common.state.deposited" },
  complete: { state: "received", text: "common.state.complete" },
  opened: { state: "received", icon: "oeil", text: "common.state.opened" },
  withdrawing: { state: "wait", text: "dossiers.stage.withdrawing" },
  withdrawn: { state: "here", icon: "effacer", text: "dossiers.stage.withdrawn" },
  "needs-you": { state: "redo", icon: "attention", text: "common.state.toFix" },
};

/** The desk asked for something that the person has not answered with a newer version. */
export const asksPiece = ({ record, stage }: DossierView): boolean =>
  !["draft", "awaiting-desk", "withdrawing", "withdrawn"].includes(stage) && openRequests(record).length > 0;

export type Reply = DossierView["record"]["replies"][keyof DossierView["record"]["replies"]];

const newestOf = ({ sent }: DossierView["record"]): string | undefined =>
  Object.entries(sent).sort(([, a], [, b]) => b.n - a.n)[0]?.[0];

/** What the desk said last with a decision about the newest version. */
export const decidedIn = (record: DossierView["record"]): Reply | undefined =>
  Object.entries(record.given ?? {})
    .flatMap(([letter, { decision }]) => (decision === null ? [] : (record.replies[letter as LetterId] ?? [])))
    .filter(({ about }) => about === newestOf(record))
    .sort(byReplyOrder)
    .at(-1);

/** Replies that ask for a paper and concern the newest version, oldest first; a decision says that none is needed any more. */
export function openRequests(record: DossierView["record"]): readonly Reply[] {
  const newest = newestOf(record);
  const decided = decidedIn(record);
  return Object.values(record.replies)
    .filter((reply) => reply.status === "missing-piece" && (reply.about === undefined || reply.about === newest))
    .filter((reply) => decided === undefined || byReplyOrder(reply, decided) > 0)
    .sort(byReplyOrder);
}

/** Filled in to its last step, and its receiver takes nothing from Besace: it is printed or copied. */
const isPrepared = ({ record, stage }: DossierView): boolean =>
  stage === "draft" &&
  record.page === checkStep &&
  (procedures.find(({ id }) => id === record.procedure)?.receiver ?? "besace") !== "besace";

export function StageChip({ dossier }: { readonly dossier: DossierView }) {
  const t = useT();
  if (asksPiece(dossier)) return <Chip state="human">{t("dossiers.stage.asked")}</Chip>;
  if (decidedIn(dossier.record) !== undefined && dossier.stage !== "draft")
    return (
      <Chip state="received" icon="valider">
        {t("dossiers.stage.decided")}
      </Chip>
    );
  if (isPrepared(dossier))
    return (
      <Chip state="here" icon="imprimer">
        {t("dossiers.stage.prepared")}
      </Chip>
    );
  if (dossier.unsealed === true) return <Chip state="wait">{t("dossiers.stage.preparing")}</Chip>;
  const { state, icon, text } = LOOKS[dossier.stage];
  const { sent, of } = dossier.papers;
  const words =
    dossier.stage === "deposited" && of > 0 ? t("common.state.depositedPapers", { n: sent, total: of }) : t(text);
  return (
    <Chip state={state} icon={icon}>
      {words}
    </Chip>
  );
}
