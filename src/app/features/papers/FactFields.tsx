/**
 * What is written on a paper of this kind, field by field; nothing is required. Runs in the page.
 *
 * Surprising: a number that looks wrong is kept as it was typed, and said to look wrong: the person has the paper in hand.
 */
import { useEffect, useState } from "preact/hooks";
import { readDate } from "../../../forms/dates.ts";
import { masked } from "../../../satchel/types/masks.ts";
import type { FieldId, PaperField, PaperTypeDetails } from "../../../satchel/types/model.ts";
import type { PaperPatch } from "../../../workers/satchel.contract.ts";
import { useAreas, useT } from "../../i18n/useT.ts";
import { DateField, type DateParts, TextField } from "../../ui/Field.tsx";

/** Dates in three boxes, everything else as typed; by field. */
export interface TypedFacts {
  readonly dates: Readonly<Record<string, DateParts>>;
  readonly texts: Readonly<Record<string, string>>;
}

const blank: DateParts = { day: "", month: "", year: "" };
export const isBlankDate = ({ day, month, year }: DateParts): boolean => `${day}${month}${year}`.trim() === "";

/** What of it can be stored now: a date that cannot be read is left as it was. */
export function factsPatch({ dates, texts }: TypedFacts): NonNullable<PaperPatch["facts"]> {
  const read = Object.entries(dates).flatMap(([id, parts]): (readonly [string, string | null])[] => {
    if (isBlankDate(parts)) return [[id, null]];
    const { date, faults } = readDate(parts, { partial: true, past: false });
    return faults.length === 0 ? [[id, date]] : [];
  });
  const typed = Object.entries(texts).map(([id, text]) => [id, text.trim() === "" ? null : text] as const);
  return Object.fromEntries([...read, ...typed]);
}

/** Dates among the facts that cannot be read, by field. */
export const wrongDates = ({ dates }: TypedFacts): readonly string[] =>
  Object.entries(dates).flatMap(([id, parts]) =>
    !isBlankDate(parts) && readDate(parts, { partial: true, past: false }).faults.length > 0 ? [id] : [],
  );

/** What is known of a kind; null while its file is not here: then nothing is asked, and what is kept stays. */
export function useTypeDetails(kind: string | null): PaperTypeDetails | null {
  const worded = useAreas("papers-guide");
  const [found, setFound] = useState<{ readonly kind: string | null; readonly details: PaperTypeDetails | null }>({
    kind: null,
    details: null,
  });
  useEffect(() => {
    let isGone = false;
    void import("../../ui/papers/kind-details.ts").then(
      ({ paperTypeDetails }) => {
        if (!isGone) setFound({ kind, details: paperTypeDetails(kind) ?? null });
      },
      // The file is not on this phone yet: the paper is kept without these fields.
      () => {
        if (!isGone) setFound({ kind, details: null });
      },
    );
    return () => {
      isGone = true;
    };
  }, [kind]);
  return worded && found.kind === kind ? found.details : null;
}

export interface FactFieldsProps {
  readonly details: PaperTypeDetails;
  readonly typed: TypedFacts;
  readonly errorOf: (field: FieldId) => string | undefined;
  readonly onChange: (typed: TypedFacts) => void;
  readonly onLeave: () => void;
}

/** The end date is asked by itself, first. */
export const otherFields = ({ fields }: PaperTypeDetails): readonly PaperField[] =>
  fields.filter(({ id }) => id !== "expires");

export function FactFields({ details, typed, errorOf, onChange, onLeave }: FactFieldsProps) {
  const t = useT();
  const hintOf = ({ mask, printed, id }: PaperField): string => {
    const text = typed.texts[id] ?? "";
    if (text.trim() !== "" && !masked(mask, text).looksRight) return t("papers-guide.looksWrong");
    return t("papers.details.usually", { place: t(`papers-guide.places.${printed}`) });
  };
  return (
    <div class="stack-m">
      <p class="hint">{t("papers.details.factsHint")}</p>
      {otherFields(details).map((field) =>
        field.mask === "date" ? (
          <DateField
            key={field.id}
            id={`fact-${field.id}`}
            legend={t(`papers-guide.fields.${field.id}`)}
            hint={hintOf(field)}
            error={errorOf(field.id)}
            value={typed.dates[field.id] ?? blank}
            onChange={(parts) => onChange({ ...typed, dates: { ...typed.dates, [field.id]: parts } })}
            onLeave={onLeave}
          />
        ) : (
          <TextField
            key={field.id}
            id={`fact-${field.id}`}
            label={t(`papers-guide.fields.${field.id}`)}
            hint={hintOf(field)}
            ltr={field.mask !== "text"}
            inputMode={field.mask === "year" ? "numeric" : field.mask === "amount" ? "decimal" : "text"}
            value={typed.texts[field.id] ?? ""}
            onChange={(text) => onChange({ ...typed, texts: { ...typed.texts, [field.id]: text } })}
            onLeave={onLeave}
            maxLength={80}
          />
        ),
      )}
    </div>
  );
}
