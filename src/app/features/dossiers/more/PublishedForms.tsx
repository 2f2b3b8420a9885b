/** Forms that organisations wrote themselves, each under who takes it. Works without network; says what was refused. */
import type { DeployedOrganisation } from "../../../../workers/satchel.contract.ts";
import { paths } from "../../../feature.ts";
import { formatDate } from "../../../i18n/format.ts";
import { useT } from "../../../i18n/useT.ts";
import { usePublished } from "../../../state/published.ts";
import { Banner } from "../../../ui/Banner.tsx";
import type { IconName } from "../../../ui/icons/names.ts";
import { Item, List } from "../../../ui/List.tsx";
import { deskName, formText, procedureTitle } from "../words.ts";

export function PublishedForms({ organisations }: { readonly organisations: readonly DeployedOrganisation[] }) {
  const t = useT();
  const asked = usePublished();
  if (asked.state !== "ready") return null;
  const { forms, refused, checkedAt } = asked.value;
  const slugs = [...new Set(refused.map(({ organisation }) => organisation))];
  const nameOf = (slug: string): string => deskName(organisations.find((each) => each.slug === slug));
  return (
    <>
      {organisations.map(({ slug, name }) => {
        const own = forms.filter(({ organisation }) => organisation === slug);
        if (own.length === 0) return null;
        const title = t("journey.published.of", { name: `\u2068${name}\u2069` });
        return (
          <section key={slug} class="stack-s" aria-label={title}>
            <h2>{title}</h2>
            <List>
              {own.map(({ procedure, icon, minutes, receiver }) => (
                <Item
                  key={procedure}
                  icon={icon as IconName}
                  href={paths.procedure(procedure)}
                  title={procedureTitle(procedure)}
                  detail={
                    <>
                      <bdi>{formText(procedure, "intro")}</bdi> {t("dossiers.minutes", { count: minutes })}.
                    </>
                  }
                  below={receiver === "besace" ? undefined : <span class="meta">{t("dossiers.list.prepare")}</span>}
                />
              ))}
            </List>
            {checkedAt !== null && (
              <p class="meta">{t("journey.published.checked", { date: formatDate(checkedAt) })}</p>
            )}
          </section>
        );
      })}
      {slugs.map((slug) => (
        <Banner key={slug} tone="soon" icon="attention" title={t("journey.published.refused")} quiet>
          {t("journey.published.refusedMore", { name: nameOf(slug) })}
        </Banner>
      ))}
    </>
  );
}
