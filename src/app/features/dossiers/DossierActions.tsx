/**
 * What can be done with a dossier that was signed: take it back until it is opened, send it without a paper that cannot
 * leave, choose between what two devices wrote. Runs in the page.
 *
 * Surprising fact: "retiré" is said only once the server has shown the withdrawal; until then it is asked for.
 */
import { useState } from "preact/hooks";
import type { AnswerValue, Field, Form } from "../../../forms/model.ts";
import { papersToFollow } from "../../../satchel/dossier.ts";
import { othersOf } from "../../../satchel/others.ts";
import type { RecordId } from "../../../shared/ids.ts";
import type { DossierView, WorkerError } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatList } from "../../i18n/format.ts";
import { isolated } from "../../i18n/rich.tsx";
import { useAreas, useT } from "../../i18n/useT.ts";
import { OtherBox } from "../../state/Others.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkButton } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { PAPER_AREAS, paperName } from "../../ui/papers/names.ts";
import { Trouble } from "./useDossier.tsx";
import { answerText, formText } from "./words.ts";

interface ActionProps {
  readonly dossier: DossierView;
}

/** Every field that an answer of this form may belong to, rows too. */
const fieldsOf = (form: Form): readonly Field[] =>
  form.fields.flatMap((field) => (field.type === "repeat" ? [field, ...field.fields] : [field]));

/** "Une autre réponse existe", for each question of this dossier; also for those that the form does not ask any more. */
export function Choices({ dossier, form }: ActionProps & { readonly form: Form }) {
  const t = useT();
  const { id, record } = dossier;
  const fields = new Map(fieldsOf(form).map((field) => [field.id, field]));
  const fieldAt = (path: string): Field | undefined => {
    const key = path.slice("answers.".length);
    return fields.get(key.split("/").at(-1) ?? "");
  };
  const subjectOf = (path: string): string | undefined => {
    if (path === "notForeseen") return t("dossiers.notForeseen.title");
    const field = path.startsWith("answers.") ? fieldAt(path) : undefined;
    return field === undefined ? undefined : formText(form.id, `${field.id}.label`);
  };
  const show = (path: string, value: unknown) => {
    const field = path.startsWith("answers.") ? fieldAt(path) : undefined;
    if (field !== undefined) return answerText(form, field, value as AnswerValue);
    return typeof value === "string" ? value : null;
  };
  const others = othersOf(record);
  if (others.length === 0) return null;
  return (
    <div class="stack-m">
      {others.map((other) => (
        <OtherBox
          key={other.path}
          id={id}
          other={other}
          subject={subjectOf(other.path)}
          show={(value) => show(other.path, value)}
        />
      ))}
    </div>
  );
}

/** Names of papers, in the order given; what is not on this device is left out. */
function useNames(ids: readonly RecordId[]): string {
  useAreas(...PAPER_AREAS);
  const asked = useAsk("papers", (api) => api.papers(), ["papers"]);
  const papers = asked.state === "ready" ? asked.value : [];
  return formatList(
    ids.flatMap((id) => {
      const paper = papers.find((each) => each.id === id);
      return paper === undefined ? [] : [isolated(paperName(paper.record))];
    }),
  );
}

/** A paper that cannot leave holds nothing up: the rest goes without it. And what was left out can follow. */
export function Withheld({ dossier }: ActionProps) {
  const { stage, record, stuck } = dossier;
  if (stage === "draft" || stage === "awaiting-desk" || stage === "withdrawing" || stage === "withdrawn") return null;
  const later = papersToFollow(record);
  const fresh = (stuck ?? []).filter((paper) => !later.includes(paper));
  if (fresh.length > 0) return <Stuck dossier={dossier} papers={[...later, ...fresh]} named={fresh} />;
  return later.length > 0 && stage !== "opened" ? <Follow dossier={dossier} papers={later} /> : null;
}

function useSend(id: RecordId, papers: readonly RecordId[]) {
  const { api } = useSatchel();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<WorkerError | null>(null);
  const send = (): void => {
    if (busy) return;
    setBusy(true);
    setError(null);
    void api.sendWithout(id, papers).then((sent) => {
      setBusy(false);
      if (!sent.ok) setError(sent.error);
    });
  };
  return { busy, error, send };
}

function Stuck({
  dossier,
  papers,
  named,
}: ActionProps & { readonly papers: readonly RecordId[]; readonly named: readonly RecordId[] }) {
  const t = useT();
  const names = useNames(named);
  const { busy, error, send } = useSend(dossier.id, papers);
  return (
    <section class="stack-m" aria-label={t("dossiers.without.title")}>
      <Banner tone="redo" icon="attention" title={t("dossiers.without.title")}>
        {t("dossiers.without.text", { papers: names })}
      </Banner>
      {error !== null && <Trouble error={error} onRetry={send} />}
      <Button kind="second" wide icon="envoi" onPress={send} busy={busy ? t("dossiers.check.sending") : undefined}>
        {t("dossiers.without.action")}
      </Button>
    </section>
  );
}

function Follow({ dossier, papers }: ActionProps & { readonly papers: readonly RecordId[] }) {
  const t = useT();
  const names = useNames(papers);
  const { busy, error, send } = useSend(dossier.id, []);
  return (
    <section class="stack-m" aria-label={t("dossiers.without.later")}>
      <Banner tone="quiet" icon="papier" title={t("dossiers.without.later")} quiet>
        {t("dossiers.without.laterText", { papers: names })}
      </Banner>
      {error !== null && <Trouble error={error} onRetry={send} />}
      <Button kind="second" wide icon="envoi" onPress={send} busy={busy ? t("dossiers.check.sending") : undefined}>
        {t("dossiers.without.laterAction")}
      </Button>
    </section>
  );
}

/** Where a withdrawal is, in the words that are proven. */
export function Withdrawal({ dossier }: ActionProps) {
  const t = useT();
  const { stage, withdrawRefused } = dossier;
  if (withdrawRefused === true)
    return (
      <Banner tone="soon" icon="oeil" title={t("dossiers.withdraw.tooLate")}>
        {t("dossiers.withdraw.tooLateText")}
      </Banner>
    );
  if (stage === "withdrawing")
    return (
      <Banner tone="quiet" icon="en-attente" title={t("dossiers.withdraw.asked")}>
        {t("dossiers.withdraw.askedText")}
      </Banner>
    );
  if (stage === "withdrawn")
    return (
      <Banner tone="done" icon="valider" title={t("dossiers.withdraw.done")}>
        {t("dossiers.withdraw.doneText")}
      </Banner>
    );
  return null;
}

/** "Retirer ce dossier", asked once more. */
export function TakeBack({ dossier }: ActionProps) {
  const t = useT();
  const { api } = useSatchel();
  const { say } = useShell();
  const [asked, setAsked] = useState(false);
  const [error, setError] = useState<WorkerError | null>(null);
  const { id, withdrawRefused } = dossier;
  if (withdrawRefused === true) return null;
  async function withdraw(): Promise<void> {
    setAsked(false);
    setError(null);
    const done = await api.withdraw(id);
    if (done.ok) return;
    if (done.error.type === "opened") say(t("dossiers.withdraw.tooLate"));
    else setError(done.error);
  }
  return (
    <>
      {error !== null && <Trouble error={error} onRetry={() => void withdraw()} />}
      <Button kind="plain" wide icon="effacer" onPress={() => setAsked(true)}>
        {t("dossiers.withdraw.action")}
      </Button>
      <Dialog
        open={asked}
        title={t("dossiers.withdraw.title")}
        onKeep={() => setAsked(false)}
        actions={
          <>
            <Button kind="redo" wide onPress={() => void withdraw()}>
              {t("dossiers.withdraw.yes")}
            </Button>
            <Button kind="second" wide onPress={() => setAsked(false)}>
              {t("dossiers.withdraw.no")}
            </Button>
          </>
        }
      >
        <p>{t("dossiers.withdraw.text")}</p>
      </Dialog>
    </>
  );
}

/** After a withdrawal: everything is still here, to change and send again. */
export function Again({ dossier }: ActionProps) {
  const t = useT();
  return (
    <div class="actions">
      <LinkButton wide icon="modifier" href={paths.check(dossier.id)}>
        {t("dossiers.withdraw.again")}
      </LinkButton>
    </div>
  );
}
