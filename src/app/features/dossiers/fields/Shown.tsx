/** Fields that are read, not filled in: something to know, and something that is worked out. In the page. */
import { type FormView, findField } from "../../../../forms/engine.ts";
import type { Expr } from "../../../../forms/model.ts";
import { useT } from "../../../i18n/useT.ts";
import { Banner } from "../../../ui/Banner.tsx";
import type { IconName } from "../../../ui/icons/names.ts";
import { Why } from "../../../ui/Question.tsx";
import { Rows } from "../../../ui/Rows.tsx";
import { answerText, fieldId, formText } from "../words.ts";
import { FrenchUnder, type Typed, wordsOf } from "./shared.tsx";

export function Info({ form, field }: Typed<"info">) {
  useT();
  return (
    <Banner
      tone="quiet"
      icon={(field.icon ?? "information") as IconName}
      title={formText(form.id, `${field.id}.label`)}
      quiet
    >
      {formText(form.id, `${field.id}.hint`)}
    </Banner>
  );
}

/** Every field that a calculation reads, in the order in which it names them. */
function readBy(value: unknown, found: Set<string> = new Set()): ReadonlySet<string> {
  if (!Array.isArray(value)) return found;
  const [operator, ...operands]: readonly unknown[] = value;
  if (operator === "answer") found.add(String(operands[0]));
  else for (const each of operands) readBy(each, found);
  return found;
}

/** Answers that a calculation reads, by key: in its own row where it stands in one, else all rows. */
function keysRead(view: FormView, value: Expr, row: string): readonly string[] {
  const keys = [...view.answerKeys, ...Object.keys(view.calculated)];
  return [...readBy(value)].flatMap((id) => {
    if (keys.includes(`${row}${id}`)) return [`${row}${id}`];
    return keys.filter((key) => key === id || key.endsWith(`/${id}`));
  });
}

export function Calc(props: Typed<"calc"> & { readonly view: FormView }) {
  const { form, field, view, answerKey } = props;
  const t = useT();
  const words = wordsOf({ ...props, alone: false });
  const result = answerText(form, field, view.calculated[answerKey]);
  const row = answerKey.slice(0, answerKey.length - field.id.length);
  const rows = keysRead(view, field.value, row).flatMap((key) => {
    const read = findField(form, key.split("/").at(-1) ?? key);
    const said = read === undefined ? null : answerText(form, read, view.answer(key));
    if (read === undefined || said === null) return [];
    return [{ key, name: formText(form.id, `${read.id}.label`) ?? "", value: said }];
  });
  return (
    <div class="field" id={fieldId(answerKey)} tabIndex={-1}>
      <p class="flabel">{words.label}</p>
      <FrenchUnder>{words.french}</FrenchUnder>
      {words.hint !== undefined && <p class="hint">{words.hint}</p>}
      <output class="lead">{result === null ? t("dossiers.field.noResult") : <b>{result}</b>}</output>
      {rows.length > 0 && (
        <Why title={t("dossiers.field.howCounted")}>
          <Rows rows={rows} />
        </Why>
      )}
    </div>
  );
}
