/** What a share is called and said to be, in the language shown. Runs in the page; needs the area "partages". */
import type { SharedPaper } from "../../../satchel/model.ts";
import type { ShareStage } from "../../../satchel/sharing.ts";
import type { Deployment, ShareView } from "../../../workers/satchel.contract.ts";
import { formatDate } from "../../i18n/format.ts";
import { t } from "../../i18n/i18n.ts";
import type { ChipState } from "../../ui/Chip.tsx";
import type { IconName } from "../../ui/icons/names.ts";
import { kindName } from "../../ui/papers/names.ts";

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

export function stageText({ stage, depositedAt, openedAt }: ShareView): string {
  if (stage === "opened") return t("partages.say.opened", { date: formatDate(openedAt ?? 0, "long") });
  if (stage === "deposited" || stage === "complete")
    return t(`partages.say.${stage}`, { date: formatDate(depositedAt ?? 0, "long") });
  return t(`partages.say.${stage}`);
}

/** The organisation's name, or its address where the deployment does not list it any more. */
export const deskName = (deployment: Deployment | null, slug: string): string =>
  deployment?.organisations.find((each) => each.slug === slug)?.name ?? slug;

/** As it was called when it was shared. */
export const sharedName = ({ title, kind }: Pick<SharedPaper, "title" | "kind">): string =>
  title.trim() === "" ? kindName(kind) : title;
