/** One paper by the id in the address, asked again after each change. Runs in the page. */
import type { RecordId } from "../../../shared/ids.ts";
import type { PaperView } from "../../../workers/satchel.contract.ts";
import { type Asked, useAsk } from "../../state/satchel.ts";

/** The address is checked by the router: it holds a well-formed id, or nothing matched. */
export const usePaper = (id: string): Asked<PaperView> & { readonly again: () => void } =>
  useAsk(id, (api) => api.paper(id as RecordId), ["papers"]);
