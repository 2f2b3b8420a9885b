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
import { Button } from "../ui/Button.tsx";
import { Icon } from "../ui/icons/Icon.tsx";
import { errorText } from "./errors.ts";
import { useSatchel } from "./satchel.ts";

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

type Kind = "answer" | "cleared" | "binned" | "erased" | "row" | "pageOut" | "page";

function kindOf({ path, others }: OtherAnswer): Kind {
  if (path === "erased") return "erased";
  if (path === "status") return "binned";
  if (path.startsWith("rows.")) return "row";
  if (path.startsWith("pages.")) return others[0] === null ? "pageOut" : "page";
  return others.every((value) => value === null) ? "cleared" : "answer";
}

export function OtherBox(props: OtherBoxProps) {
  const worded = useAreas("others", "errors");
  return props.other === null || !worded ? null : <Box {...props} other={props.other} />;
}

function Box({ id, other, show, picture, subject, before, after }: OtherBoxProps & { readonly other: OtherAnswer }) {
  const t = useT();
  const { api } = useSatchel();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | undefined>();
  const kind = kindOf(other);
  const { path, mine, others } = other;
  const title = kind === "answer" ? t("others.title") : t(`others.${kind}.title`);
  const named = subject === undefined ? title : t("others.about", { subject, title });

  async function settle(choice: number | null): Promise<void> {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    await before?.();
    const settled = await api.settleOther({ id, path, choice });
    setBusy(false);
    if (settled.ok) after?.();
    else setError(errorText(settled.error));
  }
  const many = others.length > 1;
  const takeText = (n: number): string => {
    if (kind !== "answer" && kind !== "cleared") return t(`others.${kind}.take`);
    if (others[n] === null) return t("others.cleared.take");
    return many ? t("others.takeNth", { n: n + 1 }) : t("others.take");
  };
  return (
    <section class="card stack-m other" aria-label={named}>
      <p class="row row--tight row--nowrap">
        <Icon name="deux-copies" />
        <b>{named}</b>
      </p>
      {kind === "answer" ? (
        <>
          {others.map((value, n) => (
            <p key={JSON.stringify(value)}>
              {many ? `${n + 1}. ` : `${t("others.from")} `}
              <b>{value === null ? t("others.nothing") : <bdi translate={false}>{show(value)}</bdi>}</b>
            </p>
          ))}
          <p>
            {t("others.mine")}{" "}
            <b>
              {mine === undefined || mine === null ? t("others.nothing") : <bdi translate={false}>{show(mine)}</bdi>}
            </b>
          </p>
        </>
      ) : (
        <p>{t(`others.${kind}.text`)}</p>
      )}
      {kind === "page" && others.map((value, n) => <div key={JSON.stringify(value)}>{picture?.(n)}</div>)}
      {error !== undefined && (
        <p class="err" role="alert">
          {error}
        </p>
      )}
      <div class="stack-s">
        {others.map((value, n) => (
          <Button key={JSON.stringify(value)} kind="second" wide onPress={() => void settle(n)}>
            {takeText(n)}
          </Button>
        ))}
        <Button kind="second" wide onPress={() => void settle(null)}>
          {kind === "answer" ? t("others.keep") : t(`others.${kind}.keep`)}
        </Button>
      </div>
    </section>
  );
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
