/**
 * Above the list of dossiers: who has not opened her satchel for years, so that somebody who knows her can tell her before
 * the server removes what it keeps (SPEC P-Z2). In the page.
 *
 * Surprising: nothing is shown while it is asked, offline, or when nobody is concerned. It is a help, never a gate.
 */
import { formatDate } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { Item, List } from "../../ui/List.tsx";
import { Why } from "../../ui/Question.tsx";
import { useDeskAsk } from "../state.ts";

export function InactiveNote() {
  const t = useT();
  const asked = useDeskAsk("inactive", (api) => api.inactive(), []);
  if (asked.state !== "ready" || asked.value.length === 0) return null;
  return (
    <Why title={t("desk.inactive.title", { count: asked.value.length })}>
      <p>{t("desk.inactive.text")}</p>
      <List>
        {asked.value.map(({ name, removedFrom }, at) => (
          <Item
            key={`${at}`}
            title={name === "" ? t("desk.inactive.nobody") : <bdi>{name}</bdi>}
            detail={t("desk.inactive.from", { date: formatDate(removedFrom, "full") })}
          />
        ))}
      </List>
    </Why>
  );
}
