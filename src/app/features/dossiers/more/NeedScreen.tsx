/**
 * "Papiers pour cette démarche", before anything begins: what the satchel has, what is too old, what is missing; to hear, to
 * print, to share. Worked out on this device, without network; no draft is made. Needs the areas "lettre" and "procedures".
 */
import type { Form, Requirement } from "../../../../forms/model.ts";
import { supplyOf } from "../../../../forms/papers.ts";
import { localDay } from "../../../../shared/day.ts";
import type { PaperView } from "../../../../workers/satchel.contract.ts";
import { paths, type ScreenProps } from "../../../feature.ts";
import { formatList } from "../../../i18n/format.ts";
import { isolated } from "../../../i18n/rich.tsx";
import { useAreas, useT } from "../../../i18n/useT.ts";
import { Frame } from "../../../state/Frame.tsx";
import { ReadAloud } from "../../../state/ReadAloud.tsx";
import { useAsk } from "../../../state/satchel.ts";
import { useShell } from "../../../state/shell.ts";
import { Banner } from "../../../ui/Banner.tsx";
import { Button, LinkButton } from "../../../ui/Button.tsx";
import { GlossedPage, GlossedWords } from "../../../ui/Glossed.tsx";
import { Item, List } from "../../../ui/List.tsx";
import { paperName } from "../../../ui/papers/names.ts";
import { EmptyState } from "../../../ui/States.tsx";
import { useWorld } from "../../../ui/world.ts";
import { ageText, alternativeText, fitVerdict, judged } from "../facts.ts";
import { useForm, WaitingScreen } from "../useDossier.tsx";
import { formText, procedureTitle } from "../words.ts";
import { copyText } from "./copy.ts";

export type NeedState = "have" | "old" | "lack" | "maybe";

interface Line {
  readonly requirement: Requirement;
  readonly state: NeedState;
  /** Papers of the satchel behind that. */
  readonly papers: readonly PaperView[];
  /** Why they do not fit, each in a sentence. */
  readonly faults: readonly string[];
  readonly have: number;
  readonly need: number;
}

/** What the satchel holds for one requirement. Any paper may prove anything: where no kind is named, nothing is judged. */
function lineOf(form: Form, requirement: Requirement, kept: readonly PaperView[], day: string): Line {
  if (requirement.kinds.length === 0)
    return { requirement, state: "lack", papers: [], faults: [], have: 0, need: requirement.count ?? 1 };
  const { facts, fits } = judged(requirement, kept, day);
  const near = fits.flatMap((fit) => facts.find((paper) => paper.id === fit.paper) ?? []);
  const { state, have, need } = supplyOf(requirement, near, day);
  const good = fits.filter((fit) => fit.faults.length === 0);
  const shown = state === "whole" ? good : fits;
  return {
    requirement,
    state: state === "whole" ? "have" : fits.length > 0 ? "old" : "lack",
    papers: shown.flatMap((fit) => kept.find((paper) => paper.id === fit.paper) ?? []),
    faults: [
      ...new Set(
        (state === "whole" ? [] : fits).flatMap((fit) => {
          const fact = facts.find((paper) => paper.id === fit.paper);
          return fact === undefined || fit.faults.length === 0 ? [] : [fitVerdict(form, requirement, fit, fact).text];
        }),
      ),
    ],
    have,
    need,
  };
}

/** Asked of everybody, as far as is known before the first answer. */
const isSure = ({ required, if: when }: Requirement): boolean => required && when === undefined;

/** "/demarches/:procedure/papiers" */
export function NeedScreen({ params }: ScreenProps) {
  const loaded = useForm(params.procedure ?? "");
  const papers = useAsk("papers", (api) => api.papers(), ["papers"]);
  const named = useAreas("procedures");
  if (loaded.state !== "ready") return <WaitingScreen waiting={loaded} />;
  if (papers.state !== "ready") return <WaitingScreen waiting={papers} />;
  if (!named) return <WaitingScreen waiting={{ state: "loading" }} />;
  return <Needs form={loaded.form} papers={papers.value} />;
}

const STATES = ["lack", "old", "maybe", "have"] as const;
const LOOK = {
  have: ["valider", "done"],
  old: ["attention", "soon"],
  lack: ["papier", "none"],
  maybe: ["papier", "none"],
} as const;

function Needs({ form, papers }: { readonly form: Form; readonly papers: readonly PaperView[] }) {
  const t = useT();
  const { say } = useShell();
  const { clock } = useWorld();
  const day = localDay(clock.now());
  const kept = papers.filter((paper) => paper.record.status === "kept");
  const lines = form.requirements.map((requirement) => lineOf(form, requirement, kept, day));
  /** What the count counts stands below it; what nobody knows yet stands apart. */
  const partOf = ({ requirement, state }: Line): NeedState =>
    state === "lack" && !isSure(requirement) ? "maybe" : state;
  const sure = lines.filter(({ requirement }) => isSure(requirement));
  const lacking = sure.filter(({ state }) => state !== "have").length;
  const titles = {
    have: t("lettre.need.have"),
    old: t("lettre.need.old"),
    lack: t("lettre.need.lack"),
    maybe: t("lettre.need.maybe"),
  };
  const word = (requirement: Requirement, key: string): string | undefined =>
    formText(form.id, `requirements.${requirement.id}.${key}`);

  /** What is asked, without anything of the person's papers. */
  const asked = ({ requirement, state, have, need }: Line): readonly string[] => {
    const instead = (requirement.alternatives ?? []).map((each) => alternativeText(form, requirement, each.id));
    return [
      need > 1 ? t("lettre.need.several", { have, need }) : undefined,
      isSure(requirement) ? undefined : t("lettre.need.if"),
      state === "have" ? undefined : word(requirement, "hint"),
      state === "have" ? undefined : ageText(requirement),
      state === "have" || instead.length === 0 ? undefined : `${t("lettre.need.instead")} ${instead.join(", ")}.`,
      state === "lack" ? word(requirement, "missing") : undefined,
    ].filter((each): each is string => each !== undefined && each !== "");
  };
  const parts = STATES.map((state) => ({ state, lines: lines.filter((line) => partOf(line) === state) })).filter(
    (part) => part.lines.length > 0,
  );
  const title = t("lettre.need.title");
  const name = procedureTitle(form.id);
  const count = lacking === 0 ? t("lettre.need.all") : t("lettre.need.count", { count: lacking, of: sure.length });
  const plain = [
    name,
    ...parts.flatMap((part) => [
      "",
      titles[part.state],
      ...part.lines.flatMap((line) => [
        `- ${word(line.requirement, "label") ?? ""}`,
        ...asked(line).map((each) => `  ${each}`),
      ]),
    ]),
  ].join("\n");
  async function share(): Promise<void> {
    if (navigator.share === undefined) {
      say(t((await copyText(plain)) ? "lettre.need.copied" : "lettre.need.notCopied"));
      return;
    }
    // Put away by the person: nothing to say.
    await navigator.share({ title: name, text: plain }).catch(() => undefined);
  }
  return (
    <Frame title={title} tab="dossiers" back={paths.procedure(form.id)}>
      <div class="stack-m">
        <p class="meta">
          <b>{name}</b>
        </p>
        <h1>{title}</h1>
        <p class="noprint">{t("lettre.need.lead")}</p>
        {lines.length > 0 && (
          <p>
            <b>{count}</b>
          </p>
        )}
        <ReadAloud
          text={
            lines.length === 0
              ? [t("lettre.need.none")]
              : [
                  title,
                  count,
                  ...parts.flatMap((part) => [
                    titles[part.state],
                    ...part.lines.flatMap((line) => [word(line.requirement, "label"), ...asked(line)]),
                  ]),
                ]
          }
        />
      </div>
      {lines.length === 0 && <EmptyState title={t("lettre.need.none")} text={t("lettre.need.all")} />}
      <GlossedPage>
        {parts.map(({ state, lines: some }) => (
          <section key={state} class="stack-s" aria-label={titles[state]}>
            <h2>{titles[state]}</h2>
            <List>
              {some.map((line) => (
                <Item
                  key={line.requirement.id}
                  icon={LOOK[state][0]}
                  tone={LOOK[state][1]}
                  title={word(line.requirement, "label")}
                  detail={[
                    ...(line.papers.length === 0
                      ? []
                      : [`${formatList(line.papers.slice(0, 2).map(({ record }) => isolated(paperName(record))))}.`]),
                    ...line.faults,
                    ...asked(line),
                  ].join(" ")}
                />
              ))}
            </List>
          </section>
        ))}
        <GlossedWords texts={lines.flatMap((line) => [word(line.requirement, "label"), ...asked(line)])} />
      </GlossedPage>
      {lines.length > 0 && (
        <>
          <Banner tone="quiet" icon="cadenas" quiet>
            {t("lettre.need.privacy")}
          </Banner>
          <div class="actions">
            <Button wide icon="imprimer" onPress={() => window.print()}>
              {t("lettre.need.print")}
            </Button>
            <Button kind="second" wide icon="partager" onPress={() => void share()}>
              {t(navigator.share === undefined ? "lettre.need.copy" : "lettre.need.share")}
            </Button>
            <LinkButton kind="plain" wide href={paths.procedure(form.id)}>
              {t("lettre.need.start")}
            </LinkButton>
          </div>
        </>
      )}
    </Frame>
  );
}
