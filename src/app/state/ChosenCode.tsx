/**
 * A new code, of either kind, entered twice. One too easy is refused before it is entered again; the two must be equal.
 * Runs in the page; needs the words of `opening`.
 */
import { useEffect, useState } from "preact/hooks";
import type { CodeKind } from "../../workers/satchel.contract.ts";
import { useT } from "../i18n/useT.ts";
import { CodeEntry } from "../ui/Code.tsx";
import { CodeKinds } from "../ui/CodeKinds.tsx";
import { isWorkerError } from "./errors.ts";
import { useSatchel } from "./satchel.ts";

export interface ChosenCodeProps {
  /** Entered twice alike. */
  readonly onChosen: (code: string) => void;
  readonly onStage: (stage: "first" | "again", kind: CodeKind) => void;
  readonly busy: boolean;
  /** Why this code cannot be used: asked again from the start. */
  readonly error: string | undefined;
  /** Shown first. Default: digits. */
  readonly start?: CodeKind | undefined;
}

export function ChosenCode({ onChosen, onStage, busy, error, start = "digits" }: ChosenCodeProps) {
  const t = useT();
  const { api } = useSatchel();
  const [kind, setKind] = useState<CodeKind>(start);
  const [first, setFirst] = useState<string | null>(null);
  const [typed, setTyped] = useState("");
  const [shown, setShown] = useState(false);
  const [refused, setRefused] = useState<string | undefined>();
  const [isChecking, setChecking] = useState(false);

  const restart = (): void => {
    setFirst(null);
    setTyped("");
    onStage("first", kind);
  };
  useEffect(() => {
    if (error !== undefined) restart();
  }, [error]);

  const choose = (next: CodeKind): void => {
    setKind(next);
    setTyped("");
    setRefused(undefined);
    onStage("first", next);
  };
  const check = (code: string): void => {
    setChecking(true);
    void api.checkCode(code).then((answer) => {
      setChecking(false);
      setTyped("");
      // A worker that cannot be asked now says so when the code is kept.
      if (answer.ok || isWorkerError(answer.error)) {
        setFirst(code);
        setRefused(undefined);
        onStage("again", kind);
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
  const isPictures = kind === "pictures";
  const firstHint = t(isPictures ? "opening.images.story" : "opening.codeHint");
  const againHint = t(isPictures ? "opening.images.again" : "opening.againHint");
  return (
    <>
      {first === null && <CodeKinds kind={kind} onChoose={choose} />}
      <CodeEntry
        key={`${kind} ${first === null ? "first" : "again"}`}
        kind={kind}
        value={typed}
        onChange={setTyped}
        onConfirm={confirm}
        shown={shown}
        onShow={setShown}
        label={isPictures ? undefined : t(first === null ? "opening.codeLabel" : "opening.codeAgain")}
        hint={busy ? t("opening.opening") : first === null ? firstHint : againHint}
        error={first === null ? (refused ?? error) : undefined}
        busy={busy || isChecking}
      />
    </>
  );
}
