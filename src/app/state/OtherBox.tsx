/** The box of Others.tsx: comes after the shell, for another answer arrives by a network. Runs in the page. */
import { useState } from "preact/hooks";
import type { OtherAnswer } from "../../satchel/others.ts";
import { useT } from "../i18n/useT.ts";
import { Button } from "../ui/Button.tsx";
import { Icon } from "../ui/icons/Icon.tsx";
import { errorText } from "./errors.ts";
import type { OtherBoxProps } from "./Others.tsx";
import { useSatchel } from "./satchel.ts";

type Kind = "answer" | "cleared" | "binned" | "erased" | "row" | "pageOut" | "page";

function kindOf({ path, others }: OtherAnswer): Kind {
  if (path === "erased") return "erased";
  if (path === "status") return "binned";
  if (path.startsWith("rows.")) return "row";
  if (path.startsWith("pages.")) return others[0] === null ? "pageOut" : "page";
  return others.every((value) => value === null) ? "cleared" : "answer";
}

export function Box({
  id,
  other,
  show,
  picture,
  subject,
  before,
  after,
}: OtherBoxProps & { readonly other: OtherAnswer }) {
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
