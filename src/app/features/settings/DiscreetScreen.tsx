/**
 * Discreet mode: what it changes, what it cannot hide, and that it is chosen before installing. Reached before a satchel
 * is here too. Runs in the page.
 */
import { paths } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { NEUTRAL_NAME } from "../../platform/discreet.ts";
import { Frame } from "../../state/Frame.tsx";
import { useRoot } from "../../state/root.ts";
import { useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";

const PARTS = [
  { key: "does", lines: ["name", "tab", "address", "lock"] },
  { key: "quit", lines: ["text", "back"] },
  { key: "not", lines: ["history", "open", "watched"] },
] as const;

export function DiscreetScreen() {
  const t = useT();
  const { discreet } = useRoot();
  const { open } = useShell();
  const name = NEUTRAL_NAME;
  const textOf = (part: (typeof PARTS)[number], at: number): string => {
    if (part.key === "does") return t(`discret.does.${part.lines[at] ?? "name"}`, { name });
    if (part.key === "quit") return t(`discret.quit.${part.lines[at] ?? "text"}`);
    return t(`discret.not.${part.lines[at] ?? "open"}`, { name });
  };
  return (
    <Frame title={t("discret.title")} back={open ? paths.settings : paths.start}>
      <h1>{t("discret.title")}</h1>
      <p>{t("discret.intro")}</p>
      {discreet.on && (
        <Banner tone="done" icon="valider" quiet>
          {t("discret.isOn")}
        </Banner>
      )}
      {PARTS.map((part) => (
        <section key={part.key} class="stack-s" aria-labelledby={`discret-${part.key}`}>
          <h2 id={`discret-${part.key}`}>{t(`discret.${part.key}.title`)}</h2>
          <ul class="stack-s">
            {part.lines.map((line, at) => (
              <li key={line}>{textOf(part, at)}</li>
            ))}
          </ul>
        </section>
      ))}
      {(["install", "installed"] as const).map((key) => (
        <section key={key} class="stack-s" aria-labelledby={`discret-${key}`}>
          <h2 id={`discret-${key}`}>{t(`discret.${key}.title`)}</h2>
          <p>{t(`discret.${key}.text`, { name })}</p>
        </section>
      ))}
      <div class="actions">
        <Button wide kind={discreet.on ? "second" : "main"} onPress={() => discreet.set(!discreet.on)}>
          {t(discreet.on ? "discret.off" : "discret.on")}
        </Button>
        {open && <p class="meta">{t("discret.closes")}</p>}
      </div>
    </Frame>
  );
}
