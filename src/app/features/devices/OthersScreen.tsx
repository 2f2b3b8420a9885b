/** "Réponses à choisir": everything that two devices wrote differently, in one place. Runs in the page. */
import { isProcedureId } from "../../../forms/catalogue/index.ts";
import { isPublishedProcedure } from "../../../forms/published.ts";
import type { RecordId } from "../../../shared/ids.ts";
import type { DossierView, OtherView, PaperView } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { tData } from "../../i18n/i18n.ts";
import { useAreas, useT } from "../../i18n/useT.ts";
import { failure } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { OtherBox } from "../../state/Others.tsx";
import { PublishedNames } from "../../state/published.ts";
import { useAsk } from "../../state/satchel.ts";
import { Item, List } from "../../ui/List.tsx";
import { paperName } from "../../ui/papers/names.ts";
import { EmptyState, FailedState, Loading } from "../../ui/States.tsx";

const CLAIMS = ["given_name", "family_name", "birthdate", "phone_number", "email", "language"] as const;
const isClaim = (path: string): path is (typeof CLAIMS)[number] => CLAIMS.some((claim) => claim === path);

interface ListedProps {
  readonly others: readonly OtherView[];
  readonly papers: readonly PaperView[];
  readonly dossiers: readonly DossierView[];
}

function Listed({ others, papers, dossiers }: ListedProps) {
  const t = useT();
  const count = (id: RecordId): string =>
    t("others.count", { count: others.filter((other) => other.id === id).length });
  const asked = new Set(others.map((other) => other.id));
  const forms = dossiers.map(({ record }) => record.procedure).filter(isProcedureId);
  useAreas(...[...new Set(forms)].map((id) => `form-${id}` as const));
  const procedureName = (procedure: string): string =>
    tData(`form-${procedure}`, "title") ?? t("dossiers.unknown.title");
  return (
    <>
      {dossiers.some(({ record }) => isPublishedProcedure(record.procedure)) && <PublishedNames />}
      <List>
        {dossiers
          .filter(({ id }) => asked.has(id))
          .map(({ id, record }) => (
            <Item
              key={id}
              icon="dossier"
              href={paths.dossier(id)}
              title={procedureName(record.procedure)}
              detail={count(id)}
            />
          ))}
        {papers
          .filter(({ id }) => asked.has(id))
          .map(({ id, record }) => (
            <Item
              key={id}
              icon="papier"
              href={paths.paper(id)}
              title={<bdi>{paperName(record)}</bdi>}
              detail={count(id)}
            />
          ))}
      </List>
      {others
        .filter(({ what }) => what === "profile")
        .map((other) => (
          <OtherBox
            key={other.path}
            id={other.id}
            other={other}
            subject={isClaim(other.path) ? t(`others.claims.${other.path}`) : undefined}
            show={String}
          />
        ))}
    </>
  );
}

export function OthersScreen() {
  const t = useT();
  const others = useAsk("others", (api) => api.others(), ["papers", "dossiers"]);
  const papers = useAsk("papers", (api) => api.papers(), ["papers"]);
  const dossiers = useAsk("dossiers", (api) => api.dossiers(), ["dossiers"]);
  const asked = [others, papers, dossiers];
  const failed = asked.find((each) => each.state === "failed");
  return (
    <Frame title={t("others.screen.title")} back={paths.home} failing={failed !== undefined}>
      <h1>{t("others.screen.title")}</h1>
      {failed?.state === "failed" ? (
        <FailedState
          {...failure(failed.error)}
          onRetry={() => {
            for (const each of asked) each.again();
          }}
        />
      ) : others.state !== "ready" || papers.state !== "ready" || dossiers.state !== "ready" ? (
        <Loading />
      ) : others.value.length === 0 ? (
        <EmptyState title={t("others.screen.none")} text={t("others.screen.noneText")} />
      ) : (
        <>
          <p>{t("others.screen.text")}</p>
          <Listed others={others.value} papers={papers.value} dossiers={dossiers.value} />
        </>
      )}
    </Frame>
  );
}
