/**
 * What a worker answers is a fresh copy each time, also of what did not change. Here the parts that are equal to those of
 * the answer before are that answer's own objects again, so that a screen draws only what is new. Pure.
 */

type Row = Readonly<Record<string, unknown>>;

const isPlain = (value: unknown): value is Row =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Rows of a list are found again by their id: a new one in front moves all others. */
function rowsById(rows: readonly unknown[]): ReadonlyMap<unknown, unknown> {
  return new Map(rows.flatMap((row) => (isPlain(row) && typeof row.id === "string" ? [[row.id, row] as const] : [])));
}

function keptList(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  let byId: ReadonlyMap<unknown, unknown> | undefined;
  let isSame = before.length === after.length;
  const rows = after.map((row, at) => {
    let other = before[at];
    if (isPlain(row) && typeof row.id === "string" && !(isPlain(other) && other.id === row.id)) {
      byId ??= rowsById(before);
      other = byId.get(row.id);
    }
    const kept = keptOf(other, row);
    if (kept !== before[at]) isSame = false;
    return kept;
  });
  return isSame ? before : rows;
}

function keptFields(before: Row, after: Row): Row {
  const names = Object.keys(after);
  let isSame = names.length === Object.keys(before).length;
  const fields: Record<string, unknown> = {};
  for (const name of names) {
    const kept = keptOf(before[name], after[name]);
    if (kept !== before[name] || !(name in before)) isSame = false;
    fields[name] = kept;
  }
  return isSame ? before : fields;
}

function keptOf(before: unknown, after: unknown): unknown {
  if (Object.is(before, after)) return before;
  if (Array.isArray(before) && Array.isArray(after)) return keptList(before, after);
  return isPlain(before) && isPlain(after) ? keptFields(before, after) : after;
}

/**
 * `after`, with every equal part taken from `before`; `before` itself when nothing differs. Plain objects and lists are
 * compared; anything else (bytes, files, maps) counts as new.
 */
export const kept = <T>(before: unknown, after: T): T => keptOf(before, after) as T;
