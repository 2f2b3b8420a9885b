/**
 * What of a dossier leaves: the engine of forms, asked when a signed dossier is sealed. Runs in the satchel worker, a chunk that
 * comes right after the shell.
 *
 * Surprising fact: the page has the same engine, and may not say what leaves: it shows one dossier while another tab writes.
 */

import { viewForm, visibleParts } from "../../forms/engine.ts";
import type { Form, FormState } from "../../forms/model.ts";
import type { VisibleParts } from "../../satchel/dossier.ts";

/** `today`: "YYYY-MM-DD". */
export const partsThatLeave = (form: Form, state: FormState, today: string): VisibleParts =>
  visibleParts(viewForm(form, state, { today }));
