/** A new code typed twice. The two must be equal; a refusal starts again from the first. Runs in the page. */
import { useEffect, useState } from "preact/hooks";
import { useT } from "../../i18n/useT.ts";
import { CodeEntry } from "../../ui/Code.tsx";

export interface ChosenCodeProps {
  /** Typed twice alike. */
  readonly onChosen: (code: string) => void;
  readonly onStage: (stage: "first" | "again") => void;
  readonly busy: boolean;
  /** Why this code cannot be used: asked again from the start. */
  readonly error: string | undefined;
}

export function ChosenCode({ onChosen, onStage, busy, error }: ChosenCodeProps) {
  const t = useT();
  const [first, setFirst] = useState<string | null>(null);
  const [typed, setTyped] = useState("");
  const [shown, setShown] = useState(false);
  const [differs, setDiffers] = useState(false);

  const restart = (): void => {
    setFirst(null);
    setTyped("");
    onStage("first");
  };
  useEffect(() => {
    if (error !== undefined) restart();
  }, [error]);

  const confirm = (code: string): void => {
    if (first === null) {
      setFirst(code);
      setTyped("");
      setDiffers(false);
      onStage("again");
    } else if (first === code) onChosen(code);
    else {
      setDiffers(true);
      restart();
    }
  };
  return (
    <CodeEntry
      key={first === null ? "first" : "again"}
      value={typed}
      onChange={setTyped}
      onConfirm={confirm}
      shown={shown}
      onShow={setShown}
      label={t(first === null ? "opening.codeLabel" : "opening.codeAgain")}
      hint={t(first === null ? "opening.codeHint" : "opening.againHint")}
      error={first !== null ? undefined : differs ? t("opening.refused.differs") : error}
      busy={busy}
    />
  );
}
