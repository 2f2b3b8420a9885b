/** A new code typed twice. One too easy is refused before it is typed again; the two must be equal. Runs in the page. */
import { useEffect, useState } from "preact/hooks";
import { useT } from "../i18n/useT.ts";
import { CodeEntry } from "../ui/Code.tsx";
import { isWorkerError } from "./errors.ts";
import { useSatchel } from "./satchel.ts";

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
  const { api } = useSatchel();
  const [first, setFirst] = useState<string | null>(null);
  const [typed, setTyped] = useState("");
  const [shown, setShown] = useState(false);
  const [refused, setRefused] = useState<string | undefined>();
  const [isChecking, setChecking] = useState(false);

  const restart = (): void => {
    setFirst(null);
    setTyped("");
    onStage("first");
  };
  useEffect(() => {
    if (error !== undefined) restart();
  }, [error]);

  const check = (code: string): void => {
    setChecking(true);
    void api.checkCode(code).then((answer) => {
      setChecking(false);
      setTyped("");
      // A worker that cannot be asked now says so when the code is kept.
      if (answer.ok || isWorkerError(answer.error)) {
        setFirst(code);
        setRefused(undefined);
        onStage("again");
      } else setRefused(t(`opening.refused.${answer.error.type}`));
    });
  };
  const confirm = (code: string): void => {
    if (first === null) check(code);
    else if (first === code) onChosen(code);
    else {
      setRefused(t("opening.refused.differs"));
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
      error={first === null ? (refused ?? error) : undefined}
      busy={busy || isChecking}
    />
  );
}
