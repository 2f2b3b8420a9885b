/**
 * The very first screen (mock-up 01): the language, then one button. Runs in the page, and once while building: its
 * French form is written into index.html so that it is there before any script. Must stay tiny.
 */
import { useState } from "preact/hooks";
import { paths } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { useRoot } from "../../state/root.ts";
import { useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkButton, LinkRow } from "../../ui/Button.tsx";
import { Icon } from "../../ui/icons/Icon.tsx";
import type { FirstIconName } from "../../ui/icons/names.ts";
import { LanguageChoice } from "../../ui/LanguageChoice.tsx";
import { PersonalForm } from "../../ui/personal.tsx";

const FACTS: readonly { readonly icon: FirstIconName; readonly key: "none" | "here" | "leaves" | "free" }[] = [
  { icon: "telephone", key: "none" },
  { icon: "cadenas", key: "here" },
  { icon: "envoi", key: "leaves" },
  { icon: "argent", key: "free" },
];

/** The mark of a satchel was here, its bytes are not: said first, then the way out. */
function Erased() {
  const t = useT();
  return (
    <Banner tone="redo" icon="attention" title={t("start.erased.title")}>
      {t("start.erased.text")}
    </Banner>
  );
}

export function StartScreen() {
  const t = useT();
  const { go } = useShell();
  const { evicted, shared } = useRoot();
  const [asksOther, setAsksOther] = useState(false);
  return (
    <Frame title={t("start.title")} flap="open">
      <h1>{t("start.heading")}</h1>
      {evicted && <Erased />}
      <PersonalForm class="stack" onSubmit={() => go(paths.code)}>
        <fieldset>
          <legend class="legend-row">
            <span class="h3">
              <Icon name="langue" />
              {t("start.language")}
            </span>
          </legend>
          <LanguageChoice />
        </fieldset>
        <div class="actions">
          <LinkButton wide iconEnd="fleche" href={paths.code}>
            {t("start.begin")}
          </LinkButton>
          <Button kind="second" wide icon="cle-carte" onPress={() => setAsksOther(!asksOther)}>
            {t("start.already")}
          </Button>
        </div>
        <div role="status">
          {asksOther && (
            <Banner tone="quiet" icon="information" quiet title={t("start.other.title")}>
              {t("start.other.text")}
            </Banner>
          )}
        </div>
        {asksOther && (
          <div class="actions">
            <LinkButton kind="second" wide iconEnd="fleche" href={paths.comeBack}>
              {t("start.other.card")}
            </LinkButton>
            <LinkButton kind="second" wide iconEnd="fleche" href={paths.join}>
              {t("start.other.bring")}
            </LinkButton>
            {shared !== true && (
              <LinkButton kind="second" wide iconEnd="fleche" href={paths.comeBackDesk}>
                {t("start.other.desk")}
              </LinkButton>
            )}
          </div>
        )}
      </PersonalForm>
      <ul class="stack-m" aria-label={t("start.facts.label")}>
        {FACTS.map(({ icon, key }) => (
          <li class="fact" key={key}>
            <span class="item__ico">
              <Icon name={icon} />
            </span>
            <span>{t(`start.facts.${key}`)}</span>
          </li>
        ))}
      </ul>
      <LinkRow icon="envoi" href={paths.carrier}>
        {t("start.carry")}
      </LinkRow>
      <LinkRow icon="sortie-rapide" href={paths.discreet} onPress={() => go(paths.discreet, { replace: true })}>
        {t("start.discreet")}
      </LinkRow>
    </Frame>
  );
}
