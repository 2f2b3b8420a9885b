/** Addresses inside this feature; the ones that others point at are in app/feature.ts. Random ids only (INV-3). */
import type { RecordId } from "../../../shared/ids.ts";
import { paths } from "../../feature.ts";

export const pagesPath = (id: RecordId): string => paths.pages(id);
export const infosPath = (id: RecordId): string => `${paths.paper(id)}/infos`;
export const showPath = (id: RecordId): string => `${paths.paper(id)}/voir`;
