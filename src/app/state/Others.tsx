/**
 * "Une autre réponse existe": what another device of the person had written, beside what stands here; one tap settles it.
 * Runs in the page. `<OtherBox id={id} other={otherAt(record, "title")} show={...} />`; draws nothing for null.
 */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { SatchelRecord, ShownPaper } from "../../satchel/model.ts";
import { type OtherAnswer, otherAt } from "../../satchel/others.ts";
import type { RecordId } from "../../shared/ids.ts";
import { useAreas, useT } from "../i18n/useT.ts";
import { Icon } from "../ui/icons/Icon.tsx";
import { chunk } from "./chunk.ts";

export interface OtherBoxProps {
  readonly id: RecordId;
  readonly other: OtherAnswer | null;
  /** A value in words; asked for answers only, never for a deletion. */
  readonly show: (value: unknown) => ComponentChildren;
  /** The n-th other picture of a page. */
  readonly picture?: ((n: number) => ComponentChildren) | undefined;
  /** What it is about, where the box does not stand beside its question. */
  readonly subject?: string | undefined;
  /** What is typed and not kept yet has to be kept first. */
  readonly before?: (() => Promise<unknown>) | undefined;
  readonly after?: (() => void) | undefined;
}

const useBox = chunk(() => import("./OtherBox.tsx"));

function Box(props: OtherBoxProps & { readonly other: OtherAnswer }) {
  const worded = useAreas("others", "errors");
  const { more } = useBox();
  return more === null || !worded ? null : <more.Box {...props} />;
}

export function OtherBox(props: OtherBoxProps) {
  return props.other === null ? null : <Box {...props} other={props.other} />;
}

/**
 * How often a path was decided on this screen, counted once the record shows it: a field whose key holds that number is
 * drawn again with what stands now, and never while somebody types in it.
 */
export function useSettled(
  record: SatchelRecord | ShownPaper,
  onSettled: (path: string) => void = () => undefined,
): { readonly times: (path: string) => number; readonly note: (path: string) => void } {
  const [counts, setCounts] = useState<Readonly<Record<string, number>>>({});
  const [pending, setPending] = useState<readonly string[]>([]);
  useEffect(() => {
    const done = pending.filter((path) => otherAt(record, path) === null);
    if (done.length === 0) return;
    setPending((held) => held.filter((path) => !done.includes(path)));
    setCounts((held) => ({ ...held, ...Object.fromEntries(done.map((path) => [path, (held[path] ?? 0) + 1])) }));
    for (const path of done) onSettled(path);
  }, [record, pending, onSettled]);
  return {
    times: (path) => counts[path] ?? 0,
    note: (path) => setPending((held) => [...held, path]),
  };
}

/** "2 réponses à choisir", as a line under a title; nothing for none. */
export function OtherCount({ count }: { readonly count: number }) {
  const t = useT();
  const worded = useAreas("others");
  if (count === 0 || !worded) return null;
  return (
    <p class="need need--plain">
      <Icon name="deux-copies" />
      {t("others.count", { count })}
    </p>
  );
}
