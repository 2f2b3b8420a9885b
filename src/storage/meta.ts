/** The cursor that asks for everything; a value of its own because src/storage imports only types of src/protocol. */

import type { Cursor } from "../protocol/wire.ts";

export const initialCursor = "0.0" as Cursor;
