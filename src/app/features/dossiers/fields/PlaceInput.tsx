/**
 * A commune, a département, a région or a country: a box to type in, and what fits it to choose from.
 *
 * Surprising fact: what is typed is the answer from the first key on. Choosing only makes it exact (a code of the INSEE), so
 * a list that is not on this device takes nothing away.
 */
import { useMemo, useState } from "preact/hooks";
import { readTyped, typedOf } from "../../../../forms/codec.ts";
import { unknownAnswer } from "../../../../forms/input.ts";
import type { AnswerValue } from "../../../../forms/model.ts";
import { countriesIn, findCountries } from "../../../../forms/places/countries.ts";
import { departements, regions } from "../../../../forms/places/divisions.ts";
import { fold } from "../../../../forms/places/fold.ts";
import { BIRTHS, departementOf } from "../../../../forms/places/pack.ts";
import { language } from "../../../i18n/i18n.ts";
import { useT } from "../../../i18n/useT.ts";
import { usePlaces } from "../../../state/places.ts";
import { Checkbox, RadioGroup } from "../../../ui/Choice.tsx";
import { TextField } from "../../../ui/Field.tsx";
import { Together, type Typed, wordsOf } from "./shared.tsx";

type PlaceType = "commune" | "departement" | "region" | "country";

/** One that can be chosen. */
export interface Found {
  readonly code: string;
  readonly name: string;
  readonly postal?: string;
}

const SHOWN = 8;

const answerOf = ({ code, name, postal }: Found): AnswerValue => ({
  v: "place",
  code,
  name,
  ...(postal === undefined ? {} : { postal }),
});

export function PlaceInput(props: Typed<PlaceType>) {
  const { type } = props.field;
  return type === "commune" ? <CommuneInput {...props} /> : <DivisionInput {...props} type={type} />;
}

/** The département whose communes a postal code belongs to; overseas and Corsica have their own beginnings. */
export function departementOfPostalCode(postal: string): string | null {
  if (!/^\d{2,5}$/.test(postal)) return null;
  if (/^9[78]/.test(postal)) return postal.length < 3 ? null : postal.slice(0, 3);
  if (!postal.startsWith("20")) return postal.slice(0, 2);
  return postal.length < 3 ? null : /^20[01]/.test(postal) ? "2A" : "2B";
}

function CommuneInput(props: Typed<PlaceType>) {
  const { field, answer } = props;
  const t = useT();
  const words = wordsOf(props);
  const births = field.profile === "birthplace";
  const chosen = answer?.v === "place" && answer.code !== null ? departementOf(answer.code) : "";
  const [departement, setDepartement] = useState(chosen);
  const typed = typedOf(field, answer);
  const of = departement !== "" ? departement : departementOfPostalCode(typed.trim());
  const places = usePlaces(of);
  const known = of !== null && (departements.some(({ code }) => code === of) || (births && of === BIRTHS));
  const find = (query: string): readonly Found[] =>
    places
      .find(query, { births, most: SHOWN })
      .map(({ code, name, postals }) =>
        postals[0] === undefined ? { code, name } : { code, name, postal: postals[0] },
      );
  return (
    <Together alone={props.alone} words={words}>
      <div class="field">
        <label for={`${words.id}-departement`}>{t("fields.place.departement")}</label>
        <select
          class="input"
          id={`${words.id}-departement`}
          autocomplete="off"
          value={known ? (of ?? "") : ""}
          onChange={(event) => setDepartement(event.currentTarget.value)}
        >
          <option value="">{t("fields.place.pick")}</option>
          {departements.map(({ code, name }) => (
            <option key={code} value={code}>
              {`${code} ${name}`}
            </option>
          ))}
          {births && <option value={BIRTHS}>{t("fields.place.anywhere")}</option>}
        </select>
      </div>
      <Search
        {...props}
        label={t("fields.place.commune")}
        hint={t(
          places.state === "here"
            ? "fields.place.choose"
            : of !== null && places.state === "coming"
              ? "fields.place.coming"
              : of !== null && known
                ? "fields.place.absent"
                : "fields.place.free",
        )}
        find={find}
        called={(code) => places.byCode(code)?.name}
      />
    </Together>
  );
}

function DivisionInput({ type, ...props }: Typed<PlaceType> & { readonly type: Exclude<PlaceType, "commune"> }) {
  const t = useT();
  const words = wordsOf(props);
  const all = useMemo(() => (type === "country" ? countriesIn(language()) : []), [type]);
  const find = (query: string): readonly Found[] => {
    if (type === "country") return findCountries(all, query).map(({ insee, name }) => ({ code: insee, name }));
    const wanted = fold(query).trim();
    const list: readonly Found[] = type === "region" ? regions : departements;
    return list.filter(({ code, name }) => code.toLowerCase() === wanted || ` ${fold(name)}`.includes(` ${wanted}`));
  };
  const called = (code: string): string | undefined =>
    type === "country"
      ? all.find(({ insee }) => insee === code)?.name
      : (type === "region" ? regions : departements).find((each) => each.code === code)?.name;
  return (
    <Together alone={props.alone} words={words}>
      <Search
        {...props}
        label={t(`fields.place.${type}`)}
        hint={t("fields.place.choose")}
        find={find}
        called={called}
      />
    </Together>
  );
}

type SearchProps = Typed<PlaceType> & {
  readonly label: string;
  readonly hint: string;
  readonly find: (query: string) => readonly Found[];
  /** The name of a code, where its list is here. */
  readonly called: (code: string) => string | undefined;
};

/** The box and, under it, what fits; spoken when it changes. */
function Search({ label, hint, find, called, ...props }: SearchProps) {
  const { field, answer, onAnswer, onLeave } = props;
  const t = useT();
  const words = wordsOf(props);
  const isUnknown = answer?.v === "unknown";
  const [typed, setTyped] = useState(() => typedOf(field, answer));
  const code = answer?.v === "place" ? answer.code : null;
  // Proposed by its code alone: its name where the list is here, else the code. Never an empty box over an answer.
  const proposed = code !== null && answer?.v === "place" && answer.name === "" ? (called(code) ?? code) : null;
  const query = typed.trim();
  const found = query === "" || isUnknown ? [] : find(query).slice(0, SHOWN);
  // A chosen one stays in sight when the list is not on this device any more.
  const shown: readonly Found[] =
    code !== null && !found.some((each) => each.code === code) && answer?.v === "place"
      ? [
          { code, name: proposed ?? answer.name, ...(answer.postal === undefined ? {} : { postal: answer.postal }) },
          ...found,
        ]
      : found;
  const free = (text: string): AnswerValue | null => readTyped(field, text);
  return (
    <>
      <TextField
        id={words.id}
        label={label}
        hint={hint}
        value={isUnknown ? "" : (proposed ?? typed)}
        maxLength={200}
        onChange={(text) => {
          setTyped(text);
          onAnswer(free(text));
        }}
        onLeave={onLeave}
      />
      <p class="sr" role="status">
        {query === "" || isUnknown ? "" : t("fields.place.found", { count: found.length })}
      </p>
      {shown.length > 0 && (
        <fieldset class="stack-s">
          <legend class="hint">{t("fields.place.which")}</legend>
          <RadioGroup
            options={shown.map((each) => ({
              value: each.code,
              label: each.name,
              more: each.postal === undefined ? undefined : <bdi dir="ltr">{each.postal}</bdi>,
            }))}
            value={code ?? undefined}
            onChange={(picked) => {
              const place = shown.find((each) => each.code === picked);
              if (place === undefined) return;
              setTyped(place.name);
              onAnswer(answerOf(place));
            }}
          />
        </fieldset>
      )}
      {field.unknown && (
        <Checkbox
          checked={isUnknown}
          onChange={(checked) => onAnswer(checked ? unknownAnswer : free(typed))}
          label={t("dossiers.field.unknown", { label: words.label })}
          icon="je-ne-sais-pas"
        />
      )}
    </>
  );
}
