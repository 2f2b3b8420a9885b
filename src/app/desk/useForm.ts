/**
 * The form of a dossier with its words: a chunk of its own, or what an organisation published, read by the worker. And the
 * names of published forms, for lists. Runs in the page.
 */

import { useCallback, useEffect, useState } from "preact/hooks";
import { isProcedureId, loadProcedure } from "../../forms/catalogue/index.ts";
import type { Form } from "../../forms/model.ts";
import { isPublishedProcedure, readPublishedProcedure } from "../../forms/published.ts";
import type { DossierPayload } from "../../satchel/model.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { DeskApi } from "../../workers/desk.contract.ts";
import { knows } from "../i18n/french-text.ts";
import { addTexts, loadAreas } from "../i18n/i18n.ts";
import { useT } from "../i18n/useT.ts";
import { markOf } from "../platform/diagnostics.ts";
import { failureMark, useDesk, useDeskShell } from "./state.ts";

export type LoadedForm =
  | { readonly state: "loading" }
  /** Its chunk or its words are not on this computer and there is no network. */
  | { readonly state: "failed"; readonly mark: string }
  /** `form` is null for a procedure of a newer version: the answers are shown as they came. */
  | { readonly state: "ready"; readonly form: Form | null };

/** Answers without their questions say nothing: the words can be missing though the form is here. */
const named = (procedure: string): boolean => knows(`form-${procedure}`, "title");

async function bundled(procedure: string): Promise<Result<Form | null, string>> {
  const known = isProcedureId(procedure) ? loadProcedure(procedure) : null;
  try {
    const [form] = await Promise.all([known, loadAreas("papers-types", `form-${procedure}`)]);
    return form === null || named(procedure) ? ok(form) : err(markOf(new Error("words not here")));
  } catch (error) {
    return err(markOf(error));
  }
}

/** The very version that the dossier was filled with: its questions are the ones that were answered. */
async function published(api: DeskApi, procedure: string, version: number): Promise<Result<Form | null, string>> {
  const [found] = await Promise.all([api.publishedForm(procedure, version), loadAreas("papers-types")]);
  if (!found.ok) {
    const { error } = found;
    if (error.type === "not-found") return ok(null);
    return err(error.type === "refused" ? `form-${error.why}` : failureMark(error));
  }
  await addTexts([{ area: `form-${procedure}`, texts: found.value.words }]);
  return ok(found.value.form);
}

/** `payload`: null while the dossier itself is not here. */
export function useForm(
  payload: Pick<DossierPayload, "procedure" | "formVersion"> | null,
): LoadedForm & { readonly again: () => void } {
  useT();
  const { api } = useDesk();
  const [attempt, setAttempt] = useState(0);
  const { procedure, formVersion = 0 } = payload ?? {};
  const key = `${procedure} ${formVersion}`;
  const [loaded, setLoaded] = useState<{ readonly key: string; readonly form: LoadedForm }>({
    key: "",
    form: { state: "loading" },
  });
  useEffect(() => {
    if (procedure === undefined) return;
    let isGone = false;
    const loading = isPublishedProcedure(procedure) ? published(api, procedure, formVersion) : bundled(procedure);
    void loading.then((found) => {
      if (isGone) return;
      const form: LoadedForm = found.ok
        ? { state: "ready", form: found.value }
        : { state: "failed", mark: found.error };
      setLoaded({ key, form });
    });
    return () => {
      isGone = true;
    };
  }, [api, key, attempt]);
  const again = useCallback(() => setAttempt((n) => n + 1), []);
  return loaded.key === key ? { ...loaded.form, again } : { state: "loading", again };
}

/**
 * Brings the names of published forms that a list shows, once there is network. Without it they have their name in the file
 * (`procedureName`).
 */
export function usePublishedNames(procedures: readonly string[]): void {
  const { api } = useDesk();
  const { network } = useDeskShell();
  const wanted = [...new Set(procedures)].filter((each) => isPublishedProcedure(each) && !named(each)).sort();
  const key = wanted.join(" ");
  useEffect(() => {
    if (key === "") return;
    void api.publications().then((list) => {
      if (!list.ok) return;
      const titles = new Map(list.value.flatMap(({ form, title }) => (title === null ? [] : [[form, title]])));
      return addTexts(
        key.split(" ").flatMap((procedure) => {
          const title = titles.get(readPublishedProcedure(procedure)?.form ?? "");
          return title === undefined ? [] : [{ area: `form-${procedure}` as const, texts: { fr: { title } } }];
        }),
      );
    });
  }, [api, key, network]);
}
