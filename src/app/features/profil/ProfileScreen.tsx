/** "Mon profil": all that is remembered to fill in forms, by family, each line with a way to change it or take it out. */
import { type Claim, claims, families } from "../../../forms/claims.ts";
import type { AnswerValue } from "../../../forms/model.ts";
import type { ProfileRecord } from "../../../satchel/model.ts";
import { paths } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { ReadAloud } from "../../state/ReadAloud.tsx";
import { useAsk } from "../../state/satchel.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { type Row, Rows } from "../../ui/Rows.tsx";
import { EmptyState, Loading } from "../../ui/States.tsx";
import { FromSite } from "./FromSite.tsx";
import { heldIn } from "./held.ts";
import { claimName, claimText } from "./words.ts";

/** "/profil" */
export function ProfileScreen() {
  const t = useT();
  const asked = useAsk("profile", (api) => api.profile(), ["dossiers"]);
  const title = t("profil.title");
  return (
    <Frame title={title} back={paths.settings}>
      <div class="stack-m">
        <h1>{title}</h1>
        <p class="lead">{t("profil.lead")}</p>
        <p>{t("profil.stays")}</p>
        <ReadAloud text={[title, t("profil.lead"), t("profil.stays")]} />
      </div>
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
      {asked.state === "ready" && <Known record={asked.value} />}
    </Frame>
  );
}

function Known({ record }: { readonly record: ProfileRecord }) {
  const t = useT();
  const { answers, others } = heldIn(record);
  const row = ({ id, field, sensitive }: Claim): Row => {
    const answer = answers.get(id);
    const name = claimName(id);
    return {
      key: id,
      name,
      value:
        answer === undefined ? (
          <span class="soft">{t("profil.blank")}</span>
        ) : (
          <bdi>{claimText(id, field, answer)}</bdi>
        ),
      more: sensitive === undefined ? undefined : t(`profil.sensitive.${sensitive}`),
      edit: {
        href: paths.profileClaim(id),
        subject: name,
        ...(answer === undefined ? { text: t("common.action.add"), icon: "plus" as const } : {}),
      },
    };
  };
  const other = ({ claim, answer }: { readonly claim: string; readonly answer: AnswerValue }): Row => ({
    key: claim,
    name: claimName(claim),
    value: <bdi>{claimText(claim, undefined, answer)}</bdi>,
    edit: { href: paths.profileClaim(claim), subject: claimName(claim) },
  });
  return (
    <>
      {answers.size === 0 && others.length === 0 && (
        <EmptyState title={t("profil.empty")} text={t("profil.emptyMore")} />
      )}
      <FromSite record={record} />
      {families.map((family) => (
        <section key={family} class="stack-s" aria-labelledby={`famille-${family}`}>
          <h2 id={`famille-${family}`}>{t(`profil.families.${family}`)}</h2>
          <Rows card rows={claims.filter((claim) => claim.family === family).map(row)} />
        </section>
      ))}
      {others.length > 0 && (
        <section class="stack-s" aria-labelledby="famille-autres">
          <h2 id="famille-autres">{t("profil.families.others")}</h2>
          <Rows card rows={others.map(other)} />
        </section>
      )}
      <Banner tone="quiet" icon="cadenas" quiet>
        {t("profil.who")}
      </Banner>
    </>
  );
}
