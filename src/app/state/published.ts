/**
 * Forms that organisations published, in the page: the list, and one form with its words put where the words of forms are
 * looked up. Runs in the page.
 *
 * Surprising fact: a screen of the journey does not know such a form from one of the catalogue. Its id and its words stand under
 * the same names, so what is true of the one is true of the other.
 */

import type { Form } from "../../forms/model.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { PublishedList } from "../../workers/published.contract.ts";
import type { SatchelApi, WorkerError } from "../../workers/satchel.contract.ts";
import { addTexts } from "../i18n/i18n.ts";
import { type Asked, useAsk } from "./satchel.ts";

/** What is on this device; the names of these forms are known to lists from then on. */
export const usePublished = (): Asked<PublishedList> & { readonly again: () => void } =>
  useAsk(
    "published",
    async (api) => {
      const list = await api.publishedForms();
      if (!list.ok) return list;
      await addTexts(
        list.value.forms.map(({ procedure, titles, intros }) => ({
          area: `form-${procedure}`,
          texts: Object.fromEntries(
            Object.entries(titles).map(([code, title]) => [code, { title, intro: intros[code] ?? "" }]),
          ),
        })),
      );
      return list;
    },
    ["deployment"],
  );

/**
 * The form with its words. `version`: what the dossier was begun with, null before there is one. A draft goes on with the
 * newest one (`isDraft`); what was signed stays what it was. "unavailable": not here now, or refused.
 */
export async function loadPublished(
  api: Pick<SatchelApi, "publishedForm">,
  procedure: string,
  version: number | null,
  isDraft: boolean,
): Promise<Result<Form, WorkerError>> {
  let found = await api.publishedForm(procedure, isDraft ? null : version);
  // Another device of the person knows a newer one, or it was withdrawn since.
  const isOlder = !found.ok || found.value.form.version < (version ?? 0);
  if (isDraft && version !== null && isOlder) found = await api.publishedForm(procedure, version);
  if (!found.ok)
    return err(found.error.type === "refused" ? { type: "unavailable", mark: `form-${found.error.why}` } : found.error);
  await addTexts([{ area: `form-${procedure}`, texts: found.value.words }]);
  return ok(found.value.form);
}

/** Stands in a list that names dossiers of such forms, so that their names come. */
export function PublishedNames(): null {
  usePublished();
  return null;
}
