/**
 * The languages as radio buttons, in the page. Goes inside a fieldset whose legend says what is chosen.
 *
 * The chosen one is shown at once, although its words may still be on their way: a button that stayed on the old language
 * until then would look as if the tap had not been felt.
 */
import { useState } from "preact/hooks";
import { language, setLanguage } from "../i18n/i18n.ts";
import { LANGUAGES, type Language } from "../i18n/languages.ts";
import { useT } from "../i18n/useT.ts";
import { RadioGroup } from "./Choice.tsx";
import { Icon } from "./icons/Icon.tsx";

export function LanguageChoice() {
  const t = useT();
  const [isMissing, setMissing] = useState(false);
  const [chosen, setChosen] = useState<Language | null>(null);
  const choose = (code: Language): void => {
    setChosen(code);
    void setLanguage(code).then((result) => {
      setMissing(!result.ok);
      setChosen((latest) => (latest === code ? null : latest));
    });
  };
  return (
    <>
      <RadioGroup
        columns={2}
        options={LANGUAGES.map((info) => ({ value: info.code, label: info.name, lang: info.code, dir: info.dir }))}
        value={chosen ?? language()}
        onChange={choose}
      />
      <div role="status">
        {isMissing && (
          <p class="err">
            <Icon name="attention" />
            <span>{t("common.failed.language")}</span>
          </p>
        )}
      </div>
    </>
  );
}
