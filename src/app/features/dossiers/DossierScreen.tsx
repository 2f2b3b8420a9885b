/**
 * One dossier: where it is, step by step with dates and who says so, what the desk answered, what can be done now.
 *
 * Surprising fact: a step that is not proven is told as what comes next, never in the words of a proof (INV-2).
 */
import { useEffect, useState } from "preact/hooks";
import { checkStep, progressOf, resumeStep } from "../../../forms/engine.ts";
import type { Form } from "../../../forms/model.ts";
import { showSpoken } from "../../../satchel/spoken.ts";
import { byReplyOrder } from "../../../satchel/where.ts";
import type { LetterId, RecordId } from "../../../shared/ids.ts";
import type { DeployedOrganisation, DossierView, ProofView, WorkerError } from "../../../workers/satchel.contract.ts";
import { paths, type ScreenProps } from "../../feature.ts";
import { formatBytes } from "../../i18n/format.ts";
import { t as text } from "../../i18n/i18n.ts";
import { rich } from "../../i18n/rich.tsx";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { LateDoor } from "../../state/LateDoor.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkButton, LinkRow } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Icon } from "../../ui/icons/Icon.tsx";
import { Thread, type ThreadStep } from "../../ui/Thread.tsx";
import { doneKeeping, offersToKeep } from "./changing.tsx";
import { Again, Choices, TakeBack, Withdrawal, Withheld } from "./DossierActions.tsx";
import { useMore } from "./later.tsx";
import { helpPath, lackPath, questionPath, sheetPath } from "./places.ts";
import { asksPiece, decidedIn, openRequests, type Reply, StageChip } from "./StageChip.tsx";
import { isLong } from "./steps.ts";
import { Helping } from "./turn.tsx";
import { MOVING, Trouble, useDossier, useFormView, WaitingScreen } from "./useDossier.tsx";
import { deskName, formText, moment, organisationOf, procedureTitle, sendTo } from "./words.ts";
import "./dossiers.css";

/** "/dossiers/:dossier" */
export function DossierScreen({ params }: ScreenProps) {
  const loaded = useDossier(params.dossier as RecordId, MOVING);
  const deployment = useAsk("deployment", (api) => api.deployment(), ["deployment"]);
  if (loaded.state !== "ready") return <WaitingScreen waiting={loaded} />;
  const { dossier, form } = loaded;
  const known = deployment.state === "ready" ? deployment.value : null;
  return <Dossier dossier={dossier} form={form} organisation={organisationOf(known, dossier.record.organisation)} />;
}

interface DossierProps {
  readonly dossier: DossierView;
  readonly form: Form;
  readonly organisation: DeployedOrganisation | undefined;
}

function Dossier({ dossier, form, organisation }: DossierProps) {
  const t = useT();
  const { api } = useSatchel();
  const { id, record, stage } = dossier;
  const unseen = Object.values(record.replies).some((reply) => !reply.seen);
  useEffect(() => {
    if (unseen) void api.markSeen(id);
  }, [api, id, unseen]);
  const title = procedureTitle(record.procedure);
  const wasSent = Object.keys(record.sent).length > 0;
  const prepares = (form.receiver ?? "besace") !== "besace";
  return (
    <Frame title={title} tab="dossiers" back={paths.procedures}>
      <div class="stack-m">
        {!prepares && (
          <p class="meta">
            <b>{deskName(organisation)}</b>
          </p>
        )}
        <h1>{title}</h1>
        <p>
          <StageChip dossier={dossier} />
        </p>
        <p>
          {rich("dossiers.number.line", { number: <bdi class="num number">{showSpoken(record.number)}</bdi> })}
          <span class="meta number__why">{t("dossiers.number.why")}</span>
        </p>
      </div>
      <LateDoor dossiers={[dossier]} linked={false} />
      <Choices dossier={dossier} form={form} />
      {asksPiece(dossier) && <Asked dossier={dossier} form={form} />}
      {stage === "needs-you" && dossier.stuck === undefined && <NeedsYou dossier={dossier} />}
      <Withheld dossier={dossier} />
      <Withdrawal dossier={dossier} />
      {stage === "withdrawing" || stage === "withdrawn" ? null : stage === "draft" ? (
        <Draft dossier={dossier} form={form} wasSent={wasSent} />
      ) : (
        <section class="stack-s" aria-labelledby="ou-en-est">
          <h2 id="ou-en-est">{t("dossiers.thread.title")}</h2>
          <Thread card steps={stepsOf(dossier, sendTo(organisation))} />
          {dossier.proofs.length > 0 && (
            <p>
              <b>{t("dossiers.receipt.notAccepted")}</b> {t("dossiers.receipt.notAcceptedMore")}
            </p>
          )}
        </section>
      )}
      {stage === "draft" && wasSent && dossier.proofs.length > 0 && (
        <section class="stack-s" aria-labelledby="version-avant">
          <h2 id="version-avant">{t("dossiers.thread.before")}</h2>
          <Thread card steps={stepsOf(dossier, sendTo(organisation)).filter((step) => step.state === "done")} />
        </section>
      )}
      <Learned dossier={dossier} form={form} />
      <Replies dossier={dossier} form={form} />
      {(stage === "withdrawing" || stage === "withdrawn") && <Again dossier={dossier} />}
      {stage !== "draft" && stage !== "withdrawing" && stage !== "withdrawn" && (
        <div class="actions">
          {dossier.proofs.length > 0 && (
            <LinkButton kind={asksPiece(dossier) ? "second" : "main"} wide icon="recu" href={paths.receipt(id)}>
              {t("dossiers.thread.receipt")}
            </LinkButton>
          )}
          {dossier.proofs.length === 0 && (
            <LinkButton wide icon="envoi" href={paths.outbox}>
              {t("dossiers.thread.outbox")}
            </LinkButton>
          )}
          <LinkRow icon="modifier" href={paths.check(id)}>
            {t("dossiers.thread.change")}
          </LinkRow>
          {stage !== "opened" && <TakeBack dossier={dossier} />}
        </div>
      )}
    </Frame>
  );
}

const proofOf = (dossier: DossierView, type: ProofView["type"]): ProofView | undefined =>
  dossier.proofs.find((proof) => proof.type === type);

/** Signed, on its way, proven steps with their dates, then what comes next. */
function stepsOf(dossier: DossierView, to: string): readonly ThreadStep[] {
  const { record, stage, papers } = dossier;
  const [letter, newest] = Object.entries(record.sent).sort(([, a], [, b]) => b.n - a.n)[0] ?? [];
  const signedAt = record.declaration?.at ?? newest?.at ?? record.updatedAt;
  const deposited = proofOf(dossier, "deposited");
  const complete = proofOf(dossier, "complete");
  const opened = proofOf(dossier, "opened");
  const arrived = deposited !== undefined || complete !== undefined;
  const who = (proof: ProofView): string => text("dossiers.receipt.by", { who: `\u2068${proof.by}\u2069` });
  const steps: ThreadStep[] = [
    {
      key: "signed",
      icon: "telephone",
      title: text("dossiers.thread.signed"),
      detail: moment(signedAt),
      state: "done",
    },
  ];
  if (deposited !== undefined)
    steps.push({
      key: "deposited",
      icon: "recu",
      title:
        deposited.of > 0
          ? text("common.state.depositedPapers", { n: Math.max(deposited.have, papers.sent), total: deposited.of })
          : text("common.state.deposited"),
      detail: `${moment(deposited.at)}. ${who(deposited)}`,
      state: "done",
    });
  else if (!arrived && opened === undefined)
    steps.push({
      key: "leaves",
      icon: stage === "awaiting-desk" ? "guichet" : "en-attente",
      title: text(
        dossier.unsealed === true
          ? "dossiers.stage.preparing"
          : stage === "awaiting-desk"
            ? "dossiers.thread.awaitingDesk"
            : dossier.elsewhere === true
              ? "dossiers.thread.elsewhere"
              : "dossiers.thread.waits",
      ),
      detail:
        dossier.unsealed === true
          ? text("dossiers.thread.preparingMore")
          : stage === "awaiting-desk"
            ? text("dossiers.thread.awaitingDeskMore")
            : dossier.elsewhere === true
              ? text("dossiers.thread.elsewhereMore")
              : text("dossiers.thread.waitsMore", { size: formatBytes(dossier.bytesLeft) }),
      state: "now",
    });
  if (complete !== undefined)
    steps.push({
      key: "complete",
      icon: "valider",
      title: text("common.state.complete"),
      detail: `${moment(complete.at)}. ${who(complete)}`,
      state: "done",
    });
  else if (papers.of > 0 && opened === undefined)
    steps.push({
      key: "papers",
      icon: "papier",
      title: text("dossiers.thread.papers"),
      detail: arrived
        ? text("dossiers.thread.papersLeft", { size: formatBytes(dossier.bytesLeft) })
        : text("dossiers.thread.papersAfter"),
      state: arrived ? "now" : "waiting",
    });
  const isThere = complete !== undefined || (arrived && papers.of === 0);
  steps.push(
    opened !== undefined
      ? {
          key: "opened",
          icon: "oeil",
          title: text("dossiers.thread.opened", { to }),
          detail: `${moment(opened.at)}. ${who(opened)}`,
          state: "done",
        }
      : {
          key: "reads",
          icon: "oeil",
          title: text("dossiers.thread.reads"),
          detail: text("dossiers.thread.readsMore"),
          state: isThere ? "now" : "waiting",
        },
  );
  const decided = decidedIn(record);
  if (decided !== undefined)
    steps.push({
      key: "decided",
      icon: "valider",
      title: text("dossiers.stage.decided"),
      detail: moment(decided.at),
      state: "done",
    });
  // An answer to an older version is no answer to this one.
  const answered = Object.values(record.replies).some((reply) => reply.about === undefined || reply.about === letter);
  if (!answered)
    steps.push({
      key: "answers",
      icon: "parler",
      title: text("dossiers.thread.answers"),
      detail: text("dossiers.thread.answersMore"),
      state: opened === undefined ? "waiting" : "now",
    });
  return steps;
}

/** The desk asks for a paper: its words, and the way to add it. */
function Asked({ dossier, form }: Omit<DossierProps, "organisation">) {
  const t = useT();
  const { id } = dossier;
  return (
    <>
      {openRequests(dossier.record).map((reply) => {
        const page = form.pages.find((each) => each.requirement === reply.requirement && reply.requirement !== null);
        const label = page === undefined ? undefined : formText(form.id, `requirements.${page.requirement}.label`);
        return (
          <section key={reply.at} class="reply stack-m" aria-label={t("dossiers.asked.title")}>
            <h2 class="h3">
              <Icon name="parler" /> {t("dossiers.asked.title")}
            </h2>
            {label !== undefined && (
              <p>
                <b>{label}</b>
              </p>
            )}
            {reply.text !== "" && (
              <p class="reply__text" dir="auto">
                {reply.text}
              </p>
            )}
            <p class="meta">{moment(reply.at)}</p>
            <LinkButton
              wide
              icon="plus"
              href={page === undefined ? paths.check(id) : questionPath(id, page.id, "review")}
            >
              {t("dossiers.asked.add")}
            </LinkButton>
          </section>
        );
      })}
    </>
  );
}

/** Everything that the desk wrote, newest first. */
function Replies({ dossier, form }: Omit<DossierProps, "organisation">) {
  const t = useT();
  const open = asksPiece(dossier) ? new Set(openRequests(dossier.record)) : new Set();
  const { more } = useMore();
  const replies = (Object.entries(dossier.record.replies) as [LetterId, Reply][])
    .filter(([, reply]) => !open.has(reply))
    .sort(([, a], [, b]) => byReplyOrder(b, a));
  if (replies.length === 0) return null;
  return (
    <section class="stack-s" aria-labelledby="reponses">
      <h2 id="reponses">{t("dossiers.reply.title")}</h2>
      {replies.map(([letter, reply]) =>
        more !== null && dossier.record.given?.[letter] !== undefined ? (
          <more.Given key={letter} dossier={dossier} letter={letter} />
        ) : (
          <div key={letter} class="reply stack-s">
            <h3>{t(`dossiers.reply.${reply.status}`)}</h3>
            {reply.requirement !== null && (
              <p>
                <b>{formText(form.id, `requirements.${reply.requirement}.label`) ?? ""}</b>
              </p>
            )}
            {reply.text !== "" && (
              <p class="reply__text" dir="auto">
                {reply.text}
              </p>
            )}
            <p class="meta">{moment(reply.at)}</p>
          </div>
        ),
      )}
    </section>
  );
}

function NeedsYou({ dossier }: { readonly dossier: DossierView }) {
  const t = useT();
  // Signed and still here, although the desk has a key: it is not the key that was known before.
  const isKey = dossier.record.status === "ready";
  return (
    <Banner
      tone="redo"
      icon="attention"
      title={t(isKey ? "dossiers.needs.key" : "dossiers.needs.title")}
      link={isKey ? undefined : { href: paths.outbox, text: t("dossiers.thread.outbox") }}
    >
      {t(isKey ? "dossiers.needs.keyMore" : "dossiers.needs.more")}
    </Banner>
  );
}

/** "Garder dans votre profil ?", once, after signing. */
function Learned({ dossier, form }: Omit<DossierProps, "organisation">) {
  const { api } = useSatchel();
  const { more } = useMore();
  const view = useFormView(form, dossier.record);
  const [isDone, setDone] = useState(!offersToKeep(api, dossier.id));
  if (isDone || more === null || dossier.record.status === "draft") return null;
  const { Keep } = more;
  return (
    <Keep
      view={view}
      onDone={() => {
        doneKeeping(api, dossier.id);
        setDone(true);
      }}
    />
  );
}

/** What is left to do, and the way to throw a draft away. */
function Draft({
  dossier,
  form,
  wasSent,
}: {
  readonly dossier: DossierView;
  readonly form: Form;
  readonly wasSent: boolean;
}) {
  const t = useT();
  const { api } = useSatchel();
  const { go, say } = useShell();
  const [asked, setAsked] = useState(false);
  const [error, setError] = useState<WorkerError | null>(null);
  const { id, record } = dossier;
  const view = useFormView(form, record);
  const place = resumeStep(view, record.page);
  const at = progressOf(view, place.id);
  const toCheck = wasSent || place.id === checkStep;
  const prepares = (form.receiver ?? "besace") !== "besace";
  const { more } = useMore();

  const parted = isLong(view) && more !== null;

  async function erase(): Promise<void> {
    setAsked(false);
    const erased = await api.eraseDossier(id);
    if (!erased.ok) return setError(erased.error);
    say(t("dossiers.erase.done"));
    go(paths.procedures, { replace: true });
  }
  return (
    <>
      <section class="stack-m" aria-labelledby="brouillon">
        <h2 id="brouillon">{t(wasSent ? "dossiers.draft.changed" : "dossiers.draft.title")}</h2>
        <p>
          {t(wasSent ? "dossiers.draft.changedMore" : prepares ? "dossiers.draft.prepared" : "dossiers.draft.more")}
        </p>
        {!toCheck && !parted && at !== null && <p class="meta">{t("dossiers.draft.at", at)}</p>}
      </section>
      {more !== null && <more.Renewed dossier={dossier} view={view} />}
      <Helping dossier={dossier} />
      {parted && <more.TaskList id={id} view={view} page={record.page} />}
      {error !== null && <Trouble error={error} />}
      <div class="actions">
        <LinkButton wide iconEnd="fleche" href={toCheck ? paths.check(id) : questionPath(id, place.id)}>
          {t(!toCheck ? "dossiers.draft.resume" : prepares ? "dossiers.draft.checkOnly" : "dossiers.draft.check")}
        </LinkButton>
        <LinkRow icon="papier" href={lackPath(id)}>
          {t("dossiers.more.lack")}
        </LinkRow>
        <LinkRow icon="imprimer" href={sheetPath(id)}>
          {t("dossiers.more.sheet")}
        </LinkRow>
        <LinkRow icon="main" href={helpPath(id)}>
          {t("dossiers.more.help")}
        </LinkRow>
        {!wasSent && (
          <Button kind="plain" wide icon="corbeille" onPress={() => setAsked(true)}>
            {t("dossiers.erase.action")}
          </Button>
        )}
      </div>
      <Dialog
        open={asked}
        title={t("dossiers.erase.title")}
        onKeep={() => setAsked(false)}
        actions={
          <>
            <Button kind="redo" wide onPress={() => void erase()}>
              {t("dossiers.erase.yes")}
            </Button>
            <Button kind="second" wide onPress={() => setAsked(false)}>
              {t("dossiers.erase.no")}
            </Button>
          </>
        }
      >
        <p>{t("dossiers.erase.text")}</p>
      </Dialog>
    </>
  );
}
