/** "Sortir ce dossier de Besace ?": PDF or ZIP, made here, saved in clear after a yes. A lazily loaded chunk of the desk. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { DeskDossier } from "../../../workers/desk.contract.ts";
import { useAreas, useT } from "../../i18n/useT.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { CheckGroup, RadioGroup } from "../../ui/Choice.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { useWorld } from "../../ui/world.ts";
import type { AnswerSection } from "../answers.ts";
import { isDrawn } from "../picture.ts";
import { useDesk, useDeskShell } from "../state.ts";
import { dossierPdf, dossierZip, type OutDeps } from "./make.ts";

type Form = "pdf" | "zip";

type Work =
  | { readonly state: "asking" }
  | { readonly state: "working"; readonly done: number; readonly of: number }
  | { readonly state: "done"; readonly absent: number }
  | { readonly state: "failed"; readonly mark: string };

export interface OutDialogProps {
  readonly dossier: DeskDossier;
  readonly sections: readonly AnswerSection[];
  readonly open: boolean;
  readonly onClose: () => void;
}

const MIMES: Readonly<Record<Form, string>> = { pdf: "application/pdf", zip: "application/zip" };

export function OutDialog({ dossier, sections, open, onClose }: OutDialogProps) {
  const t = useT();
  const { api } = useDesk();
  const { clock, timers } = useWorld();
  const { organisation, saveFile } = useDeskShell();
  const hasWords = useAreas("papers-types");
  const [form, setForm] = useState<Form>("pdf");
  const [originals, setOriginals] = useState(false);
  const [work, setWork] = useState<Work>({ state: "asking" });
  /** Raised by whatever ends the work: closing, leaving, another dossier. */
  const run = useRef(0);
  useEffect(
    () => () => {
      run.current += 1;
    },
    [],
  );
  const hasOriginals = dossier.papers.some((paper) => paper.pages.some((page) => !isDrawn(page.mime)));

  const close = (): void => {
    run.current += 1;
    setWork({ state: "asking" });
    onClose();
  };
  const make = (): void => {
    run.current += 1;
    const mine = run.current;
    const isGone = (): boolean => run.current !== mine;
    const deps: OutDeps = {
      api,
      timers,
      organisation,
      now: clock.now(),
      isGone,
      onProgress: (done, of) => {
        if (!isGone()) setWork({ state: "working", done, of });
      },
    };
    setWork({ state: "working", done: 0, of: 0 });
    const made = form === "pdf" ? dossierPdf(dossier, sections, deps) : dossierZip(dossier, sections, originals, deps);
    made.then(
      (answer) => {
        if (isGone()) return;
        if (!answer.ok)
          return setWork({ state: "failed", mark: answer.error.type === "failed" ? answer.error.mark : "" });
        saveFile(answer.value.bytes.buffer, MIMES[form], `${dossier.row.number}.${form}`);
        setWork({ state: "done", absent: answer.value.absent });
      },
      // What a browser throws when its memory ends: said, not swallowed.
      (error: unknown) => {
        if (!isGone()) setWork({ state: "failed", mark: error instanceof Error ? error.name : "unknown" });
      },
    );
  };
  return (
    <Dialog
      open={open}
      title={t("desk.out.title")}
      onKeep={close}
      actions={
        work.state === "done" ? (
          <Button onPress={close}>{t("common.action.close")}</Button>
        ) : (
          <>
            <Button
              icon="boite"
              onPress={make}
              busy={
                work.state !== "working" && hasWords
                  ? undefined
                  : work.state === "working" && work.of > 0
                    ? t("desk.out.working", { n: work.done, total: work.of })
                    : t("desk.out.start")
              }
            >
              {t("desk.out.make")}
            </Button>
            <Button kind="second" onPress={close}>
              {t("desk.out.keep")}
            </Button>
          </>
        )
      }
    >
      {work.state === "done" ? (
        <div role="status" class="stack-s">
          <p>{t("desk.out.done")}</p>
          {work.absent > 0 && (
            <Banner tone="soon" icon="attention">
              {t("desk.out.lacking", { count: work.absent })}
            </Banner>
          )}
        </div>
      ) : (
        <>
          <p>{t("desk.out.warning")}</p>
          <fieldset class="plain stack-s">
            <legend class="b">{t("desk.out.form")}</legend>
            <RadioGroup<Form>
              value={form}
              onChange={setForm}
              options={[
                { value: "pdf", label: t("desk.out.pdf"), more: t("desk.out.pdfHint") },
                { value: "zip", label: t("desk.out.zip"), more: t("desk.out.zipHint") },
              ]}
            />
          </fieldset>
          {form === "zip" && hasOriginals && (
            <CheckGroup<"originals">
              values={originals ? ["originals"] : []}
              onChange={(values) => setOriginals(values.length > 0)}
              options={[{ value: "originals", label: t("desk.out.originals"), more: t("desk.out.originalsHint") }]}
            />
          )}
          {work.state === "failed" && (
            <Banner tone="redo" icon="attention">
              {work.mark === "too-many-pages" ? t("desk.out.tooMany") : t("desk.out.failed", { mark: work.mark })}
            </Banner>
          )}
        </>
      )}
    </Dialog>
  );
}
