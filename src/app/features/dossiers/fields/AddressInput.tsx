/**
 * An address: in parts, with the commune found by its postal code, or in free words ("près du pont, caravane blanche").
 *
 * Surprising fact: nothing is asked twice when the way of writing changes: the parts become the words, and stay until
 * something is written in the box.
 */
import { useState } from "preact/hooks";
import { addressLines } from "../../../../forms/codec.ts";
import { unknownAnswer } from "../../../../forms/input.ts";
import type { AnswerValue } from "../../../../forms/model.ts";
import { useT } from "../../../i18n/useT.ts";
import { usePlaces } from "../../../state/places.ts";
import { Button } from "../../../ui/Button.tsx";
import { Checkbox, RadioGroup } from "../../../ui/Choice.tsx";
import { TextArea, TextField } from "../../../ui/Field.tsx";
import { departementOfPostalCode } from "./PlaceInput.tsx";
import { Together, type Typed, wordsOf } from "./shared.tsx";

type Address = Extract<AnswerValue, { readonly v: "address" }>;
type Parts = Omit<Address, "v">;

const NONE: Parts = { street: "", more: "", postal: "", city: "", code: null, country: "" };

const partsOf = (answer: AnswerValue | undefined): Parts => {
  if (answer?.v !== "address") return NONE;
  const { v: _v, ...parts } = answer;
  return parts;
};

const isBlank = (parts: Parts): boolean => addressLines(parts).trim() === "";

export function AddressInput(props: Typed<"address">) {
  const { field, answer, onAnswer, onLeave } = props;
  const t = useT();
  const words = wordsOf(props);
  const [free, setFree] = useState(answer?.v === "text");
  const [parts, setParts] = useState(() => partsOf(answer));
  const [text, setText] = useState(answer?.v === "text" ? answer.text : "");
  const [abroad, setAbroad] = useState(parts.country !== "");
  const isUnknown = answer?.v === "unknown";
  const { postal } = parts;
  const places = usePlaces(free || abroad ? null : departementOfPostalCode(postal.trim()));
  const cities = /^\d{5}$/.test(postal.trim()) && !free && !abroad ? places.find(postal.trim(), { most: 20 }) : [];

  const stored = (next: Parts): AnswerValue | null => (isBlank(next) ? null : { v: "address", ...next });
  const inFree = (next: string): AnswerValue | null => (next.trim() === "" ? null : { v: "text", text: next.trim() });
  function change(patch: Partial<Parts>): void {
    const next = { ...parts, ...patch };
    setParts(next);
    onAnswer(stored(next));
  }
  // What the boxes show is what is kept, whichever way was written last; "Je ne sais pas" stays until something is written.
  function writeFreely(): void {
    setFree(true);
    const next = text === "" ? addressLines(parts) : text;
    if (isUnknown || next.trim() === "") return;
    setText(next);
    onAnswer(inFree(next));
  }
  function writeInParts(): void {
    setFree(false);
    if (!isUnknown && !isBlank(parts)) onAnswer(stored(parts));
  }
  const box = (
    key: "street" | "more" | "postal" | "city" | "country",
    more: Partial<Parameters<typeof TextField>[0]> = {},
  ) => (
    <TextField
      {...more}
      id={key === "street" ? words.id : `${words.id}-${key}`}
      label={t(`fields.address.${key}`)}
      value={isUnknown ? "" : parts[key]}
      maxLength={200}
      // Another city is another commune: its code goes with it.
      onChange={(typed) => change(key === "city" || key === "postal" ? { [key]: typed, code: null } : { [key]: typed })}
      onLeave={onLeave}
    />
  );
  return (
    <Together alone={props.alone} words={words}>
      {free ? (
        <TextArea
          id={words.id}
          label={t("fields.address.free")}
          hint={t("fields.address.freeHint")}
          rows={4}
          value={isUnknown ? "" : text}
          maxLength={1000}
          onChange={(typed) => {
            setText(typed);
            onAnswer(inFree(typed));
          }}
          onLeave={onLeave}
        />
      ) : (
        <>
          {box("street")}
          {box("more", { hint: t("fields.address.moreHint") })}
          {box("postal", abroad ? {} : { inputMode: "numeric", ltr: true })}
          {cities.length > 0 && (
            <fieldset class="stack-s">
              <legend class="hint">{t("fields.place.which")}</legend>
              <RadioGroup
                options={cities.map(({ code, name }) => ({ value: code, label: name }))}
                value={parts.code ?? undefined}
                onChange={(picked) => {
                  const city = cities.find(({ code }) => code === picked);
                  if (city !== undefined) change({ code: city.code, city: city.name });
                }}
              />
            </fieldset>
          )}
          {box("city")}
          <Checkbox
            checked={abroad}
            onChange={(checked) => {
              setAbroad(checked);
              if (!checked && parts.country !== "") change({ country: "" });
            }}
            label={t("fields.address.abroad")}
          />
          {abroad && box("country")}
        </>
      )}
      <Button kind="plain" icon="modifier" onPress={free ? writeInParts : writeFreely}>
        {t(free ? "fields.address.inParts" : "fields.address.inWords")}
      </Button>
      {field.unknown && (
        <Checkbox
          checked={isUnknown}
          onChange={(checked) => onAnswer(checked ? unknownAnswer : free ? inFree(text) : stored(parts))}
          label={t("dossiers.field.unknown", { label: words.label })}
          icon="je-ne-sais-pas"
        />
      )}
    </Together>
  );
}
