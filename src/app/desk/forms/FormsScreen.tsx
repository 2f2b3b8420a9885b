/**
 * "Formulaires": an organisation's own forms. Chosen as a file, checked, tried page by page, published; listed and withdrawn.
 * Runs in the page, a chunk of its own.
 *
 * Surprising fact: nothing is written here. A form is one file that its author keeps; this screen only signs it.
 */

import { useState } from "preact/hooks";
import type { DeskPublication, PublishRefusal } from "../../../workers/published-desk.contract.ts";
import { formatDate } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { markOf } from "../../platform/diagnostics.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { FilePicker } from "../../ui/Pick.tsx";
import { EmptyState, FailedState, Loading } from "../../ui/States.tsx";
import { DeskFrame } from "../DeskFrame.tsx";
import {
  type DeskFailure,
  failureMark,
  failureText,
  isDeskFailure,
  useDesk,
  useDeskAsk,
  useDeskShell,
} from "../state.ts";
import { Preview } from "./Preview.tsx";
import { type FileFault, type ReadFile, readFormFile } from "./read-file.ts";

type Chosen =
  | { readonly type: "none" }
  | { readonly type: "reading" }
  | { readonly type: "faults"; readonly name: string; readonly faults: readonly FileFault[] }
  /** Its reader is not on this computer and there is no network. */
  | { readonly type: "no-reader"; readonly mark: string }
  | { readonly type: "right"; readonly name: string; readonly read: ReadFile };

/** Of a file that is no form at all, the first say enough. */
const MOST_FAULTS = 30;

export function FormsScreen() {
  const t = useT();
  const { api } = useDesk();
  const { say } = useDeskShell();
  const asked = useDeskAsk("publications", (desk) => desk.publications(), ["network"]);
  const [chosen, setChosen] = useState<Chosen>({ type: "none" });
  const [preview, setPreview] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<DeskFailure | PublishRefusal | null>(null);
  const [leaving, setLeaving] = useState<DeskPublication | null>(null);

  async function choose([file]: readonly File[]): Promise<void> {
    if (file === undefined) return;
    setError(null);
    setChosen({ type: "reading" });
    try {
      const read = await readFormFile(await file.text());
      setChosen(
        read.ok
          ? { type: "right", name: file.name, read: read.value }
          : { type: "faults", name: file.name, faults: read.error },
      );
    } catch (cause) {
      setChosen({ type: "no-reader", mark: markOf(cause) });
    }
  }
  async function publish({ text }: ReadFile): Promise<void> {
    setBusy(true);
    const done = await api.publishForm(text);
    setBusy(false);
    if (!done.ok) return setError(done.error);
    setChosen({ type: "none" });
    say(t("desk.forms.published"));
    asked.again();
  }
  async function withdraw(form: string): Promise<void> {
    setLeaving(null);
    const done = await api.withdrawForm(form);
    if (!done.ok) return setError(done.error);
    say(t("desk.forms.withdrawn"));
    asked.again();
  }

  if (preview && chosen.type === "right") return <Preview file={chosen.read.file} onBack={() => setPreview(false)} />;
  return (
    <DeskFrame title={t("desk.forms.title")} failing={chosen.type === "faults" || error !== null}>
      <h1>{t("desk.forms.title")}</h1>
      <p class="wide-p">{t("desk.forms.lead")}</p>
      <FilePicker
        icon="papier"
        title={t("desk.forms.choose")}
        detail={t("desk.forms.chooseMore")}
        accept=".json,.yaml,.yml,application/json"
        busy={chosen.type === "reading"}
        onFiles={(files) => void choose(files)}
      />
      {chosen.type === "reading" && <Loading />}
      {chosen.type === "no-reader" && <FailedState mark={chosen.mark} text={t("desk.forms.noReader")} />}
      {chosen.type === "faults" && <Faults name={chosen.name} faults={chosen.faults} />}
      {error !== null && (
        <Banner tone="redo" icon="attention" title={t("desk.forms.notDone")}>
          {isDeskFailure(error) ? failureText(error) : t(`desk.forms.refused.${error.type}`)}{" "}
          {(error.type === "refused" || isDeskFailure(error)) && (
            <span class="meta">{isDeskFailure(error) ? failureMark(error) : error.mark}</span>
          )}
        </Banner>
      )}
      {chosen.type === "right" && (
        <section class="card stack-s" aria-labelledby="form-right">
          <h2 id="form-right" class="h3">
            {t("desk.forms.right", { name: chosen.name })}
          </h2>
          <p>
            <b lang="fr" dir="auto">
              {titleOf(chosen.read)}
            </b>{" "}
            {t("desk.forms.what", {
              version: chosen.read.file.form.version,
              questions: chosen.read.file.form.fields.length,
              pages: chosen.read.file.form.pages.length,
              languages: Object.keys(chosen.read.file.words).join(", "),
            })}
          </p>
          <p>{t("desk.forms.before")}</p>
          <div class="row">
            <Button kind="second" icon="oeil" onPress={() => setPreview(true)}>
              {t("desk.forms.preview")}
            </Button>
            <Button
              icon="envoi"
              busy={busy ? t("desk.forms.publishing") : undefined}
              onPress={() => void publish(chosen.read)}
            >
              {t("desk.forms.publish")}
            </Button>
          </div>
        </section>
      )}
      <section class="stack-s" aria-labelledby="forms-published">
        <h2 id="forms-published">{t("desk.forms.list")}</h2>
        {asked.state === "loading" && <Loading />}
        {asked.state === "failed" && (
          <FailedState mark={failureMark(asked.error)} text={failureText(asked.error)} onRetry={asked.again} />
        )}
        {asked.state === "ready" && asked.value.length === 0 && (
          <EmptyState title={t("desk.forms.empty")} text={t("desk.forms.emptyText")} />
        )}
        {asked.state === "ready" && asked.value.length > 0 && (
          <Publications rows={asked.value} onWithdraw={setLeaving} />
        )}
      </section>
      <Dialog
        open={leaving !== null}
        title={t("desk.forms.withdrawTitle", { name: leaving?.title ?? leaving?.form ?? "" })}
        onKeep={() => setLeaving(null)}
        actions={
          <>
            <Button kind="redo" wide onPress={() => void withdraw(leaving?.form ?? "")}>
              {t("desk.forms.withdrawYes")}
            </Button>
            <Button kind="second" wide onPress={() => setLeaving(null)}>
              {t("desk.forms.withdrawNo")}
            </Button>
          </>
        }
      >
        <p>{t("desk.forms.withdrawText")}</p>
      </Dialog>
    </DeskFrame>
  );
}

const titleOf = ({ file }: ReadFile): string => {
  const title = file.words.fr?.title;
  return typeof title === "string" ? title : file.form.id;
};

/** Written for who writes the file: English, like the words of the file's own format. */
function Faults({ name, faults }: { readonly name: string; readonly faults: readonly FileFault[] }) {
  const t = useT();
  return (
    <section class="card stack-s" aria-labelledby="form-faults">
      <h2 id="form-faults" class="h3">
        {t("desk.forms.faults", { name, count: faults.length })}
      </h2>
      <p>{t("desk.forms.faultsText")}</p>
      <ul lang="en" dir="ltr" class="stack-s">
        {faults.slice(0, MOST_FAULTS).map(({ at, message }) => (
          <li key={`${at} ${message}`}>
            <b>{at}</b>
            {": "}
            {message}
          </li>
        ))}
      </ul>
    </section>
  );
}

interface PublicationsProps {
  readonly rows: readonly DeskPublication[];
  readonly onWithdraw: (publication: DeskPublication) => void;
}

function Publications({ rows, onWithdraw }: PublicationsProps) {
  const t = useT();
  return (
    <table class="ans ans--said">
      <caption class="sr">{t("desk.forms.list")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("desk.forms.name")}</th>
          <th scope="col">{t("desk.forms.version")}</th>
          <th scope="col">{t("desk.forms.date")}</th>
          <th scope="col">{t("desk.forms.state")}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const isOffered = row.newest && row.withdrawnAt === null;
          return (
            <tr key={`${row.form} ${row.version}`}>
              <th scope="row" lang="fr" dir="auto">
                {row.title ?? row.form}
              </th>
              <td>{row.version}</td>
              <td>{formatDate(row.at)}</td>
              <td>
                {t(
                  row.withdrawnAt !== null
                    ? "desk.forms.isWithdrawn"
                    : row.newest
                      ? "desk.forms.isOffered"
                      : "desk.forms.isOlder",
                )}{" "}
                {isOffered && (
                  <Button kind="second" small onPress={() => onWithdraw(row)}>
                    {t("desk.forms.withdraw")}
                    <span class="sr">{` ${row.title ?? row.form}`}</span>
                  </Button>
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
