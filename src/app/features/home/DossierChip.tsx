/** The state of a dossier on the home screen, in the words that its verified proofs allow (INV-2). */

import type { DossierView } from "../../../workers/satchel.contract.ts";
import { formatDate } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { Chip } from "../../ui/Chip.tsx";

export function DossierChip({ dossier }: { readonly dossier: DossierView }) {
  const t = useT();
  const dateOf = (type: "deposited" | "complete" | "opened"): string => {
    const proof = dossier.proofs.find((one) => one.type === type);
    return proof === undefined ? "" : formatDate(proof.at, "short");
  };
  if (Object.values(dossier.record.replies).some((reply) => !reply.seen))
    return <Chip state="human">{t("home.dossiers.message")}</Chip>;
  switch (dossier.stage) {
    case "needs-you":
      return (
        <Chip state="redo" icon="attention">
          {t("common.state.toFix")}
        </Chip>
      );
    case "opened":
      return <Chip state="received">{t("home.dossiers.opened", { date: dateOf("opened") })}</Chip>;
    case "complete":
      return <Chip state="received">{t("common.state.completeOn", { date: dateOf("complete") })}</Chip>;
    case "deposited":
      return <Chip state="received">{t("common.state.depositedOn", { date: dateOf("deposited") })}</Chip>;
    case "awaiting-desk":
      return <Chip state="wait">{t("home.dossiers.awaitingDesk")}</Chip>;
    case "withdrawing":
      return <Chip state="wait">{t("home.dossiers.withdrawing")}</Chip>;
    case "withdrawn":
      return (
        <Chip state="here" icon="effacer">
          {t("home.dossiers.withdrawn")}
        </Chip>
      );
    default:
      return <Chip state="wait">{t("common.state.wait")}</Chip>;
  }
}
