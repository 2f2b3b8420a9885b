/** What the person wrote of a paper: a note, and what is printed on it. Numbers that can harm are dots until asked for. */
import { useState } from "preact/hooks";
import { hidden, masked } from "../../../satchel/types/masks.ts";
import type { PaperField, PaperTypeDetails } from "../../../satchel/types/model.ts";
import type { PaperView } from "../../../workers/satchel.contract.ts";
import { formatCalendarDate } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { Button } from "../../ui/Button.tsx";
import type { Row } from "../../ui/Rows.tsx";

function Value({ field, text }: { readonly field: PaperField; readonly text: string }) {
  const t = useT();
  const [open, setOpen] = useState(!field.secret);
  const shown = masked(field.mask, text).shown;
  if (open) return <bdi>{field.mask === "date" ? formatCalendarDate(text) : shown}</bdi>;
  return (
    <span class="row row--tight">
      <bdi>{hidden(text)}</bdi>
      <Button kind="plain" small icon="oeil" onPress={() => setOpen(true)}>
        {t("papers.view.reveal")}
      </Button>
    </span>
  );
}

/** Rows of what is known by name; facts of another kind or of a newer version are kept and not shown. */
export function useFactRows({ record }: PaperView, details: PaperTypeDetails | null): readonly Row[] {
  const t = useT();
  const note =
    record.note === undefined ? [] : [{ key: "note", name: t("papers.view.note"), value: <bdi>{record.note}</bdi> }];
  const facts = (details?.fields ?? []).flatMap((field): readonly Row[] => {
    const text = record.facts?.[field.id];
    if (text === undefined || field.id === "expires") return [];
    const name = t(`papers-guide.fields.${field.id}`);
    return [{ key: field.id, name, value: <Value key={text} field={field} text={text} /> }];
  });
  return [...note, ...facts];
}
