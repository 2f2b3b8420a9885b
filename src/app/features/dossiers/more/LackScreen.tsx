/** "Ce qui vous manque": answers and papers of one dossier, worked out on this device, to read, hear and print. */
import { viewForm } from "../../../../forms/engine.ts";
import type { Form } from "../../../../forms/model.ts";
import { type MissingLine, missingList } from "../../../../forms/plan.ts";
import { localDay } from "../../../../shared/day.ts";
import type { RecordId } from "../../../../shared/ids.ts";
import type { DossierView, PaperView } from "../../../../workers/satchel.contract.ts";
import { paths, type ScreenProps } from "../../../feature.ts";
import { useT } from "../../../i18n/useT.ts";
import { Frame } from "../../../state/Frame.tsx";
import { ReadAloud } from "../../../state/ReadAloud.tsx";
import { useAsk } from "../../../state/satchel.ts";
import { Button, LinkButton } from "../../../ui/Button.tsx";
import { Item, List } from "../../../ui/List.tsx";
import { EditLink } from "../../../ui/Rows.tsx";
import { EmptyState } from "../../../ui/States.tsx";
import { useWorld } from "../../../ui/world.ts";
import { ageText, alternativeText, fitVerdict, paperFacts } from "../facts.ts";
import { questionPath } from "../places.ts";
import { useDossier, WaitingScreen } from "../useDossier.tsx";
import { formText, procedureTitle } from "../words.ts";

/** "/dossiers/:dossier/manque" */
export function LackScreen({ params }: ScreenProps) {
  const loaded = useDossier(params.dossier as RecordId);
  const papers = useAsk("papers", (api) => api.papers(), ["papers"]);
  if (loaded.state !== "ready") return <WaitingScreen waiting={loaded} />;
  if (papers.state !== "ready") return <WaitingScreen waiting={papers} />;
  return <Lack dossier={loaded.dossier} form={loaded.form} papers={papers.value} />;
}

interface LackProps {
  readonly dossier: DossierView;
  readonly form: Form;
  readonly papers: readonly PaperView[];
}

interface Told {
  readonly key: string;
  readonly kind: MissingLine["kind"];
  readonly title: string;
  readonly detail: readonly string[];
  readonly href: string;
}

function Lack({ dossier, form, papers }: LackProps) {
  const t = useT();
  const { clock } = useWorld();
  const { id, record } = dossier;
  const today = localDay(clock.now());
  const facts = new Map(papers.map((paper) => [paper.id as string, paperFacts(paper)]));
  const view = viewForm(form, record, { today });

  function told(line: MissingLine): Told {
    const href = questionPath(id, line.step, "review");
    if (line.kind === "answer") {
      const title = formText(form.id, `${line.field.id}.label`) ?? "";
      const detail = [t(line.unknown ? "journey.lack.unknown" : "journey.lack.blank")];
      return { key: line.key, kind: line.kind, title, detail, href };
    }
    const { requirement, supply, said } = line;
    const say = (key: string): string | undefined => formText(form.id, `requirements.${requirement.id}.${key}`);
    const unfit = supply.unfit.flatMap((fit) => {
      const paper = facts.get(fit.paper);
      return paper === undefined || fit.faults.length === 0 ? [] : [fitVerdict(form, requirement, fit, paper).text];
    });
    const instead = (requirement.alternatives ?? []).map((each) => alternativeText(form, requirement, each.id));
    const detail = [
      supply.need > 1 ? t("journey.lack.have", { have: supply.have, need: supply.need }) : undefined,
      ...unfit,
      say("hint"),
      ageText(requirement),
      instead.length === 0 ? undefined : `${t("journey.lack.instead")} ${instead.join(", ")}.`,
      said ? t("journey.lack.said") : undefined,
      said || supply.state === "none" ? say("missing") : undefined,
    ].filter((each): each is string => each !== undefined && each !== "");
    return { key: requirement.id, kind: line.kind, title: say("label") ?? "", detail, href };
  }

  const lines = missingList(view, facts, today).map(told);
  const parts = (["answer", "papers"] as const).map((kind) => ({
    kind,
    title: t(kind === "answer" ? "journey.lack.answers" : "journey.lack.papers"),
    lines: lines.filter((line) => line.kind === kind),
  }));
  const title = t("journey.lack.title");
  return (
    <Frame title={title} tab="dossiers" back={paths.dossier(id)}>
      <div class="stack-m">
        <p class="meta">
          <b>{procedureTitle(record.procedure)}</b>
        </p>
        <h1>{title}</h1>
        {lines.length > 0 && <p>{t("journey.lack.lead")}</p>}
        <ReadAloud
          text={
            lines.length === 0
              ? [t("journey.lack.none")]
              : [title, ...lines.flatMap((line) => [line.title, ...line.detail])]
          }
        />
      </div>
      {lines.length === 0 && <EmptyState title={t("journey.lack.none")} text={t("journey.lack.noneMore")} />}
      {parts.map(
        (part) =>
          part.lines.length > 0 && (
            <section key={part.kind} class="stack-s" aria-label={part.title}>
              <h2>{part.title}</h2>
              <List>
                {part.lines.map((line) => (
                  <Item
                    key={line.key}
                    icon={line.kind === "papers" ? "papier" : "modifier"}
                    tone="none"
                    title={line.title}
                    detail={line.detail.join(" ")}
                    below={
                      <EditLink
                        href={line.href}
                        icon={line.kind === "papers" ? "plus" : "modifier"}
                        text={t(line.kind === "papers" ? "journey.lack.add" : "journey.lack.answer")}
                        subject={line.title}
                      />
                    }
                  />
                ))}
              </List>
            </section>
          ),
      )}
      <div class="actions">
        <LinkButton wide href={paths.check(id)}>
          {t("journey.lack.check")}
        </LinkButton>
        {lines.length > 0 && (
          <Button kind="second" wide icon="imprimer" onPress={() => window.print()}>
            {t("journey.lack.print")}
          </Button>
        )}
      </div>
    </Frame>
  );
}
