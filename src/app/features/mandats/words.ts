/** How a mandate stands, in the language shown. Runs in the page; needs the area "mandats". */
import type { ShareStage } from "../../../satchel/sharing.ts";
import type { MandateView } from "../../../workers/mandates.contract.ts";
import { formatDate } from "../../i18n/format.ts";
import { t } from "../../i18n/i18n.ts";
import type { ChipState } from "../../ui/Chip.tsx";
import type { IconName } from "../../ui/icons/names.ts";

export const CHIPS: Readonly<Record<ShareStage, { readonly state: ChipState; readonly icon: IconName }>> = {
  waits: { state: "wait", icon: "en-attente" },
  "needs-you": { state: "redo", icon: "attention" },
  deposited: { state: "received", icon: "recu" },
  complete: { state: "received", icon: "recu" },
  opened: { state: "received", icon: "oeil" },
  ending: { state: "wait", icon: "en-attente" },
  ended: { state: "locked", icon: "cadenas" },
  over: { state: "locked", icon: "calendrier" },
  late: { state: "locked", icon: "calendrier" },
};

export function stageText({ stage, depositedAt, openedAt }: MandateView): string {
  if (stage === "opened") return t("mandats.say.opened", { date: formatDate(openedAt ?? 0, "long") });
  if (stage === "deposited" || stage === "complete")
    return t(`mandats.say.${stage}`, { date: formatDate(depositedAt ?? 0, "long") });
  return t(`mandats.say.${stage}`);
}
