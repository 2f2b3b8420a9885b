/** The form of a dossier with its words: a chunk of its own, here when the promise says so. Runs in the page. */

import { useCallback, useEffect, useState } from "preact/hooks";
import { isProcedureId, loadProcedure } from "../../forms/catalogue/index.ts";
import type { Form } from "../../forms/model.ts";
import { knows } from "../i18n/french-text.ts";
import { loadAreas } from "../i18n/i18n.ts";
import { useT } from "../i18n/useT.ts";
import { markOf } from "../platform/diagnostics.ts";

export type LoadedForm =
  | { readonly state: "loading" }
  /** Its chunk or its words are not on this computer and there is no network. */
  | { readonly state: "failed"; readonly mark: string }
  /** `form` is null for a procedure of a newer version: the answers are shown as they came. */
  | { readonly state: "ready"; readonly form: Form | null };

/** `procedure`: null while the dossier itself is not here. */
export function useForm(procedure: string | null): LoadedForm & { readonly again: () => void } {
  useT();
  const [attempt, setAttempt] = useState(0);
  const [loaded, setLoaded] = useState<{ readonly procedure: string | null; readonly form: LoadedForm }>({
    procedure: null,
    form: { state: "loading" },
  });
  useEffect(() => {
    if (procedure === null) return;
    let isGone = false;
    const settle = (form: LoadedForm): void => {
      if (!isGone) setLoaded({ procedure, form });
    };
    const known = isProcedureId(procedure) ? loadProcedure(procedure) : Promise.resolve(null);
    Promise.all([known, loadAreas("papers-types", `form-${procedure}`)]).then(
      ([form]) => {
        // Answers without their questions say nothing: the words can be missing though the form is here.
        const named = form === null || knows(`form-${procedure}`, "title");
        settle(named ? { state: "ready", form } : { state: "failed", mark: markOf(new Error("words not here")) });
      },
      (error: unknown) => settle({ state: "failed", mark: markOf(error) }),
    );
    return () => {
      isGone = true;
    };
  }, [procedure, attempt]);
  const again = useCallback(() => setAttempt((n) => n + 1), []);
  return loaded.procedure === procedure ? { ...loaded.form, again } : { state: "loading", again };
}
