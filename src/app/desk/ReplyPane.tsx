/**
 * What the helper tells the person (mock-up 19): marked received, a missing paper, a message. A ready sentence
 * stands there and may be changed. Runs in the page.
 *
 * Surprising: a reply that was begun stays in the page's memory when one goes back to the list or the desk closes by
 * itself; it is on no disk.
 */

import { useEffect, useRef, useState } from "preact/hooks";
import { localDay } from "../../shared/day.ts";
import type { DeskDossier } from "../../workers/desk.contract.ts";
import type { ImportRefusal } from "../../workers/satchel.contract.ts";
import { french, knows } from "../i18n/french-text.ts";
import { inFrench, t as text } from "../i18n/i18n.ts";
import { useT } from "../i18n/useT.ts";
import { Button } from "../ui/Button.tsx";
import { RadioGroup } from "../ui/Choice.tsx";
import { TextArea } from "../ui/Field.tsx";
import { Icon } from "../ui/icons/Icon.tsx";
import type { IconName } from "../ui/icons/names.ts";
import { PersonalForm } from "../ui/personal.tsx";
import { moveTo } from "../ui/places.ts";
import { useWorld } from "../ui/world.ts";
import { GivePart, lackOf, toGive } from "./GivePart.tsx";
import { sentenceIn } from "./other-language.ts";
import { requirementName } from "./PaperPane.tsx";
import {
  EMPTY_DRAFT,
  EMPTY_GIVE,
  isGive,
  OTHER_PAPER,
  REASONS,
  REPLY_KINDS,
  type ReplyDraft,
  type ReplyKind,
  readyKey,
  readySentence,
} from "./reply-draft.ts";
import { failureText, isDeskFailure, useDesk, useDeskShell } from "./state.ts";

/** Place that "Répondre" jumps to. */
export const REPLY_ID = "reply";
const TEXT_ID = "reply-text";
const PAPER_ID = "reply-paper";
const MAX_LETTERS = 2000;

const ICONS: Readonly<Record<ReplyKind, IconName>> = {
  received: "recu",
  "missing-piece": "piece-jointe",
  message: "parler",
  decision: "valider",
  papers: "piece-jointe",
};

/** Why one of the files is not handed over, in the words for its kind of fault. */
function refusedFile(name: string, { type }: ImportRefusal): string {
  const why =
    type === "file-too-big" || type === "picture-too-large" ? "large" : type === "pdf-locked" ? "locked" : "unreadable";
  return text(`desk.give.refused.${why}`, { name });
}

/** The French words for a requirement, as they stand inside a sentence. */
function paperInFrench(procedure: string, requirement: string | null): string {
  const key = `requirements.${requirement}.label`;
  const isKnown = requirement !== null && knows(`form-${procedure}`, key);
  const words = isKnown ? french(`form-${procedure}`, key) : inFrench("desk.reply.otherPaper");
  return `${words.charAt(0).toLowerCase()}${words.slice(1)}`;
}

const LINE_LETTERS = 40;
const MIN_ROWS = 4;
const MAX_ROWS = 14;

/** Rows of the field, so that a ready sentence is read whole. */
const rowsFor = (text: string): number => {
  const lines = text.split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / LINE_LETTERS)), 0);
  return Math.min(MAX_ROWS, Math.max(MIN_ROWS, lines));
};

export interface ReplyPaneProps {
  readonly dossier: DeskDossier;
  /** Requirements that one may ask for. */
  readonly requirements: readonly string[];
}

export function ReplyPane({ dossier, requirements }: ReplyPaneProps) {
  const t = useT();
  const { api } = useDesk();
  const { clock } = useWorld();
  const { drafts, say } = useDeskShell();
  const { row, payload } = dossier;
  const [draft, setDraft] = useState<ReplyDraft>(drafts.get(row.letter) ?? EMPTY_DRAFT);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | undefined>();
  const [translated, setTranslated] = useState<string | null>(null);
  const isGone = useRef(false);
  useEffect(
    () => () => {
      isGone.current = true;
    },
    [],
  );

  const change = (patch: Partial<ReplyDraft>): void => {
    const next = { ...draft, ...patch };
    drafts.set(row.letter, next);
    setDraft(next);
    setError(undefined);
  };

  const named = draft.requirement === OTHER_PAPER ? null : draft.requirement;
  const key = readyKey(draft);
  useEffect(() => {
    setTranslated(null);
    if (key === null) return;
    let isOld = false;
    void sentenceIn(payload.language, key, payload.procedure, named).then((found) => {
      if (!isOld) setTranslated(found);
    });
    return () => {
      isOld = true;
    };
  }, [key, named, payload.language, payload.procedure]);

  const ready = readySentence(draft, paperInFrench(payload.procedure, named));
  const proposed = translated === null ? ready : `${ready}\n\n${translated}`;
  const words = draft.text ?? proposed;
  const { kind, give = EMPTY_GIVE } = draft;
  const today = localDay(clock.now());
  const lacksPaper = kind === "missing-piece" && draft.requirement === null;
  const lack = isGive(kind) ? lackOf(kind, give, today) : null;
  const missing =
    lack?.text ??
    (lacksPaper ? t("desk.reply.choosePaper") : words.trim() === "" ? t("desk.reply.writeText") : undefined);

  const settled = (problem: string | null): void => {
    if (problem === null) {
      drafts.delete(row.letter);
      say(t("desk.reply.kept"));
    }
    if (isGone.current) return;
    setBusy(false);
    if (problem === null) setDraft(EMPTY_DRAFT);
    else setError(problem);
  };
  const send = (): void => {
    if (missing !== undefined || busy) return;
    setBusy(true);
    setError(undefined);
    const said = words.trim();
    if (isGive(kind)) {
      void api.give(row.letter, toGive(kind, draft, said, today)).then((done) => {
        if (done.ok) return settled(null);
        const { error: why } = done;
        if (isDeskFailure(why)) return settled(failureText(why));
        settled(
          why.type === "paper" ? refusedFile(give.papers[why.at]?.file.name ?? "", why.refusal) : t("desk.give.fault"),
        );
      });
      return;
    }
    const requirement = kind === "missing-piece" ? named : null;
    void api
      .answer(row.letter, { status: kind, requirement, text: said })
      .then((answer) => settled(answer.ok ? null : failureText(answer.error)));
  };

  return (
    <section class="pane noprint" id={REPLY_ID} tabIndex={-1} aria-labelledby="reply-title">
      <div class="pane__h">
        <h2 id="reply-title">{t("desk.reply.title")}</h2>
      </div>
      <PersonalForm class="ask" onSubmit={send}>
        <fieldset>
          <legend class="flabel">{t("desk.reply.what")}</legend>
          <RadioGroup
            options={REPLY_KINDS.map((value) => ({ value, label: t(`desk.reply.kind.${value}`) }))}
            value={draft.kind}
            onChange={(kind) => change({ kind, text: null })}
          />
        </fieldset>
        {draft.kind === "missing-piece" && (
          <>
            <fieldset class="ask__list">
              <legend class="flabel">{t("desk.reply.which")}</legend>
              <RadioGroup
                firstId={PAPER_ID}
                options={[
                  ...requirements.map((id) => ({ value: id, label: requirementName(payload.procedure, id) })),
                  { value: OTHER_PAPER, label: t("desk.reply.otherPaper") },
                ]}
                value={draft.requirement ?? undefined}
                onChange={(requirement) => change({ requirement, text: null })}
              />
            </fieldset>
            <fieldset class="ask__why">
              <legend class="flabel">{t("desk.reply.why")}</legend>
              <RadioGroup
                options={REASONS.map((value) => ({ value, label: t(`desk.reply.reason.${value}`) }))}
                value={draft.reason}
                onChange={(reason) => change({ reason, text: null })}
              />
            </fieldset>
          </>
        )}
        {isGive(kind) && <GivePart kind={kind} give={give} onChange={(next) => change({ give: next })} />}
        <div class="say-field">
          <TextArea
            id={TEXT_ID}
            label={t("desk.reply.text")}
            hint={t("desk.reply.hint")}
            value={words}
            rows={rowsFor(words)}
            maxLength={MAX_LETTERS}
            onChange={(typed) => change({ text: typed })}
          />
        </div>
        {draft.text !== null && proposed !== "" && (
          <div class="row row--tight">
            <Button kind="plain" small icon="synchroniser" onPress={() => change({ text: null })}>
              {t("desk.reply.readyAgain")}
            </Button>
          </div>
        )}
        {error !== undefined && (
          <p class="err" role="alert">
            <Icon name="attention" />
            <span>{error}</span>
          </p>
        )}
        <div class="row row--tight">
          <Button
            type="submit"
            icon={ICONS[draft.kind]}
            busy={busy ? t("desk.reply.busy") : undefined}
            missing={missing}
            onMissing={() => moveTo(lack?.id ?? (lacksPaper ? PAPER_ID : TEXT_ID))}
          >
            {t(`desk.reply.send.${draft.kind}`)}
          </Button>
        </div>
        <p class="meta">{t(isGive(kind) ? "desk.give.hers" : "desk.reply.leaves")}</p>
      </PersonalForm>
    </section>
  );
}
