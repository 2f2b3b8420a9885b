/** The desk's record of a letter has the letter's id (records.ts). Pure. */

import type { LetterId, RecordId } from "../../shared/ids.ts";

export const recordOf = (letter: LetterId): RecordId => letter as string as RecordId;
export const letterOf = (record: RecordId): LetterId => record as string as LetterId;
