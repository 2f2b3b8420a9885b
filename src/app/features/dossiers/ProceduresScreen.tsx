/** "Mes démarches": what was begun or handed in, with its state, and what can be begun. Works without network. */
import { useMemo, useState } from "preact/hooks";
import { type ProcedureEntry, procedureFamilies, procedures } from "../../../forms/catalogue/index.ts";
import { showSpoken } from "../../../satchel/spoken.ts";
import type { DossierView } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatDate } from "../../i18n/format.ts";
import { tData } from "../../i18n/i18n.ts";
import { useAreas, useT } from "../../i18n/useT.ts";
import { Arriving } from "../../state/Arriving.tsx";
import { Frame } from "../../state/Frame.tsx";
import { useAsk } from "../../state/satchel.ts";
import { Banner } from "../../ui/Banner.tsx";
import type { IconName } from "../../ui/icons/names.ts";
import { Item, List } from "../../ui/List.tsx";
import { SearchField } from "../../ui/Search.tsx";
import { Loading } from "../../ui/States.tsx";
import { useMore } from "./later.tsx";
import { StageChip } from "./StageChip.tsx";
import { Trouble } from "./useDossier.tsx";
import { procedureTitle } from "./words.ts";

function DossierItem({ dossier }: { readonly dossier: DossierView }) {
  const t = useT();
  const { procedure, number, updatedAt } = dossier.record;
  const icon = procedures.find((entry) => entry.id === procedure)?.icon ?? "dossier";
  return (
    <Item
      icon={icon as IconName}
      href={paths.dossier(dossier.id)}
      title={procedureTitle(procedure)}
      detail={
        <>
          {t("dossiers.list.changed", { date: formatDate(updatedAt) })}{" "}
          <span class="nowrap">
            {t("dossiers.number.short")} <bdi class="num">{showSpoken(number)}</bdi>
          </span>
        </>
      }
      below={<StageChip dossier={dossier} />}
    />
  );
}

export function ProceduresScreen() {
  const t = useT();
  const worded = useAreas("procedures");
  const asked = useAsk("dossiers", (api) => api.dossiers(), ["dossiers", "outbox"]);
  const deployment = useAsk("deployment", (api) => api.deployment(), ["deployment"]);
  const { more } = useMore();
  const title = t("dossiers.list.title");
  const known = deployment.state === "ready" ? deployment.value : null;
  const offered = procedures.filter(
    (entry) =>
      entry.receiver !== "besace" ||
      known?.organisations.some((organisation) => organisation.procedures.includes(entry.id)),
  );
  const isReady = asked.state === "ready" && deployment.state !== "loading" && worded;
  return (
    <Frame title={title} tab="dossiers">
      <h1>{title}</h1>
      <Arriving />
      {!isReady && asked.state !== "failed" && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
      {isReady && (
        <>
          <section class="stack-s" aria-labelledby="mes-dossiers">
            <h2 id="mes-dossiers">{t("dossiers.list.mine")}</h2>
            {asked.value.length === 0 ? (
              <p>{t("dossiers.list.empty")}</p>
            ) : (
              <List>
                {asked.value.map((dossier) => (
                  <DossierItem key={dossier.id} dossier={dossier} />
                ))}
              </List>
            )}
          </section>
          <section class="stack-s" aria-labelledby="commencer">
            <h2 id="commencer">{t("dossiers.list.begin")}</h2>
            {known === null && (
              <Banner tone="quiet" icon="hors-ligne" quiet>
                {t("dossiers.list.noDeployment")}
              </Banner>
            )}
            <Offered entries={offered} />
          </section>
          {more !== null && <more.PublishedForms organisations={known?.organisations ?? []} />}
          <section class="stack-s" aria-labelledby="et-aussi">
            <h2 id="et-aussi">{tData("procedures", "beside.title")}</h2>
            <List>
              {(["rights", "decision"] as const).map((beside) => (
                <Item
                  key={beside}
                  icon={beside === "rights" ? "recherche" : "modifier"}
                  href={paths[beside]}
                  title={tData("procedures", `beside.${beside}`)}
                  detail={tData("procedures", `beside.${beside}Line`)}
                />
              ))}
            </List>
          </section>
        </>
      )}
    </Frame>
  );
}

/** From this many on they are searched and grouped. */
const MANY = 6;

/** Letters without accents and vowel marks: "impot" finds "impôts". */
const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** What can be begun, by family, found by its own words and by what people call it. */
function Offered({ entries }: { readonly entries: readonly ProcedureEntry[] }) {
  const t = useT();
  const [typed, setTyped] = useState("");
  const [near, setNear] = useState(false);
  // What people call a procedure comes after the shell: without it, titles are searched.
  useAreas(...(near ? (["procedures-search"] as const) : []));
  const words = plain(typed)
    .split(/\s+/)
    .filter((word) => word !== "");
  const found = useMemo(
    () =>
      entries.filter(({ id }) => {
        const said = [
          tData("procedures", `${id}.title`),
          tData("procedures", `${id}.line`),
          tData("procedures-search", id),
        ];
        const text = plain(said.join(" "));
        return words.every((word) => text.includes(word));
      }),
    [entries, words.join(" "), near],
  );
  if (entries.length < MANY)
    return (
      <List>
        {entries.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </List>
    );
  return (
    <>
      <SearchField
        label={t("dossiers.list.search")}
        hint={t("dossiers.list.searchHint")}
        value={typed}
        onType={setTyped}
        onNear={() => setNear(true)}
      />
      <p class={words.length === 0 ? "sr" : "meta"} role="status">
        {words.length === 0
          ? ""
          : found.length === 0
            ? t("dossiers.list.notFound")
            : t("dossiers.list.found", { count: found.length })}
      </p>
      {procedureFamilies.map((family) => {
        const own = found.filter((entry) => entry.family === family);
        const name = tData("procedures", `families.${family}`) ?? "";
        return own.length === 0 ? null : (
          <section key={family} class="stack-s" aria-label={name}>
            <h3>{name}</h3>
            <List>
              {own.map((entry) => (
                <Entry key={entry.id} entry={entry} />
              ))}
            </List>
          </section>
        );
      })}
    </>
  );
}

function Entry({ entry }: { readonly entry: ProcedureEntry }) {
  const t = useT();
  return (
    <Item
      icon={entry.icon as IconName}
      href={paths.procedure(entry.id)}
      title={procedureTitle(entry.id)}
      detail={
        <>
          {tData("procedures", `${entry.id}.line`)} {t("dossiers.minutes", { count: entry.minutes })}.
        </>
      }
      below={entry.receiver === "besace" ? undefined : <span class="meta">{t("dossiers.list.prepare")}</span>}
    />
  );
}
