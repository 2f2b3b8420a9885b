/** How somebody of a team is called on a screen. In the page. */
import type { TeamHelper } from "../../../workers/team-desk.contract.ts";
import { t } from "../../i18n/i18n.ts";
import { isolated } from "../../i18n/rich.tsx";

export const helperName = (helper: Pick<TeamHelper, "name" | "role">): string =>
  helper.role === "card" ? t("equipe.card.name") : helper.name === "" ? t("equipe.noName") : isolated(helper.name);
