/**
 * What stays among the helpers of an organisation: who looks after a dossier, notes, closing it without a decision. Runs in the page;
 * nothing of it is in a letter.
 */

import { useState } from "preact/hooks";
import type { PrincipalId } from "../../shared/ids.ts";
import type { Result } from "../../shared/result.ts";
import type { DeskDossier } from "../../workers/desk.contract.ts";
import { formatDate, formatTime } from "../i18n/format.ts";
import { useT } from "../i18n/useT.ts";
import { Button } from "../ui/Button.tsx";
import { TextArea } from "../ui/Field.tsx";
import { Icon } from "../ui/icons/Icon.tsx";
import { PersonalForm } from "../ui/personal.tsx";
import { moveTo } from "../ui/places.ts";
import { type DeskFailure, failureText, useDesk, useDeskShell } from "./state.ts";

/** Place that the key for a note jumps to. */
export const NOTE_ID = "note-text";
const MAX_LETTERS = 4000;
const NOBODY = "";

export function WorkPane({ dossier }: { readonly dossier: DeskDossier }) {
  const t = useT();
  const { api } = useDesk();
  const { helpers, say } = useDeskShell();
  const { row, work } = dossier;
  const [note, setNote] = useState("");
  const [error, setError] = useState<string | undefined>();
  const nameOf = (id: PrincipalId | null): string =>
    helpers.find((helper) => helper.id === id)?.name ?? t("desk.work.somebody");
  const told = (asked: Promise<Result<void, DeskFailure>>, done: string, after: () => void = () => undefined): void => {
    setError(undefined);
    void asked.then((answer) => {
      if (!answer.ok) return setError(failureText(answer.error));
      say(done);
      after();
    });
  };
  const isClosed = work?.closed === true;
  const missing = note.trim() === "" ? t("desk.work.writeNote") : undefined;
  const add = (): void => {
    if (missing === undefined) told(api.addNote(row.letter, note.trim()), t("desk.work.noted"), () => setNote(""));
  };
  return (
    <section class="pane noprint" aria-labelledby="work-title">
      <div class="pane__h">
        <h2 id="work-title">{t("desk.work.title")}</h2>
        <span class="meta">{t("desk.work.stays")}</span>
      </div>
      <div class="pane__p stack">
        {helpers.length > 0 && (
          <label class="stack-s">
            <span class="flabel">{t("desk.work.assigned")}</span>
            <select
              class="input"
              value={work?.assigned ?? NOBODY}
              onChange={({ currentTarget: { value } }) =>
                told(
                  api.assign(row.letter, value === NOBODY ? null : (value as PrincipalId)),
                  t("desk.work.assignedDone"),
                )
              }
            >
              <option value={NOBODY}>{t("desk.work.nobody")}</option>
              {helpers.map(({ id, name, isMe }) => (
                <option key={id} value={id}>
                  {isMe ? t("desk.work.me", { name }) : name}
                </option>
              ))}
            </select>
          </label>
        )}
        {work !== undefined && work.notes.length > 0 && (
          <ol class="stack-s" aria-label={t("desk.work.notes")}>
            {work.notes.map(({ id, at, by, text }) => (
              <li key={id}>
                <p class="ans__value" dir="auto" translate={false}>
                  {text}
                </p>
                <p class="meta">
                  <bdi>{nameOf(by)}</bdi>, {t("desk.when.on", { date: formatDate(at, "short"), time: formatTime(at) })}
                </p>
              </li>
            ))}
          </ol>
        )}
        <PersonalForm class="stack-s" onSubmit={add}>
          <TextArea
            id={NOTE_ID}
            label={t("desk.work.note")}
            hint={t("desk.work.noteHint")}
            value={note}
            rows={2}
            maxLength={MAX_LETTERS}
            onChange={setNote}
          />
          {error !== undefined && (
            <p class="err" role="alert">
              <Icon name="attention" />
              <span>{error}</span>
            </p>
          )}
          <div class="row row--tight">
            <Button type="submit" kind="second" small icon="plus" missing={missing} onMissing={() => moveTo(NOTE_ID)}>
              {t("desk.work.add")}
            </Button>
            <Button
              kind="plain"
              small
              icon={isClosed ? "dossier" : "valider"}
              onPress={() =>
                told(api.close(row.letter, !isClosed), t(isClosed ? "desk.work.reopened" : "desk.work.closed"))
              }
            >
              {t(isClosed ? "desk.work.reopen" : "desk.work.close")}
            </Button>
          </div>
        </PersonalForm>
      </div>
    </section>
  );
}
