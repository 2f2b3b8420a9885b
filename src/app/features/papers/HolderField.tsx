/** "À qui est ce papier ?": the person, somebody who has papers here already, or another name. */
import { useState } from "preact/hooks";
import { knownHolders, sameHolder } from "../../../satchel/holders.ts";
import { useT } from "../../i18n/useT.ts";
import { useAsk } from "../../state/satchel.ts";
import { type ChoiceOption, RadioGroup } from "../../ui/Choice.tsx";
import { TextField } from "../../ui/Field.tsx";

/** More names are a list to search, not one to choose from: they are typed. */
const NAMES_SHOWN = 5;
const ME = "me";
const OTHER = "other";

export interface HolderFieldProps {
  /** "me", or a name; "" while another name is asked for. */
  readonly holder: string;
  readonly onChange: (holder: string) => void;
  readonly onLeave: () => void;
  readonly error?: string | undefined;
}

export function HolderField({ holder, onChange, onLeave, error }: HolderFieldProps) {
  const t = useT();
  const asked = useAsk("papers", (api) => api.papers(), ["papers"]);
  const known = asked.state === "ready" ? knownHolders(asked.value.map(({ record }) => record)) : [];
  const names = known.slice(0, NAMES_SHOWN).map(({ name }) => name);
  const place = names.findIndex((name) => sameHolder(name, holder));
  // Somebody types: the field stays, even when what stands in it is a name that is proposed.
  const [isTyping, setTyping] = useState(false);
  const value = isTyping ? OTHER : holder === ME ? ME : holder !== "" && place >= 0 ? `${place}` : OTHER;
  const options: readonly ChoiceOption<string>[] = [
    { value: ME, label: t("papers.holder.me"), icon: "personne" },
    ...names.map((name, at) => ({ value: `${at}`, label: name, icon: "famille" as const })),
    { value: OTHER, label: t("papers.holder.other"), icon: "famille" },
  ];
  return (
    <fieldset>
      <legend class="flabel q-gap">{t("papers.holder.question")}</legend>
      <div class="stack-m">
        <RadioGroup
          value={value}
          onChange={(chosen) => {
            setTyping(chosen === OTHER);
            onChange(chosen === ME ? ME : chosen === OTHER ? "" : (names[Number(chosen)] ?? ""));
          }}
          options={options}
        />
        {value === OTHER && (
          <TextField
            id="holder-name"
            label={t("papers.holder.name")}
            hint={t("papers.holder.nameHint")}
            error={error}
            value={holder}
            onChange={onChange}
            onLeave={onLeave}
            maxLength={80}
          />
        )}
      </div>
    </fieldset>
  );
}
