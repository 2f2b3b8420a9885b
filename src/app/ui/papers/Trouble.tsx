/** A screen or a part of it that could not be opened: locked, or failed with a mark. Runs in the page. */
import type { WorkerError } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { useShell } from "../../state/shell.ts";
import { LinkButton } from "../Button.tsx";
import { FailedState, LockedState } from "../States.tsx";

/** Short marks to read out on the phone. */
const MARKS: Readonly<Record<Exclude<WorkerError["type"], "unavailable" | "locked">, string>> = {
  full: "P-201",
  stale: "P-202",
  "read-only": "P-203",
  "not-found": "P-204",
};

/** The mark of a failure. */
export const markOf = (error: Exclude<WorkerError, { readonly type: "locked" }>): string =>
  error.type === "unavailable" ? error.mark : MARKS[error.type];

export interface TroubleProps {
  readonly error: WorkerError;
  readonly onRetry: () => void;
}

/** Locked says that everything is safe and asks for the code; a failure says that nothing is erased. */
export function Trouble({ error, onRetry }: TroubleProps) {
  const t = useT();
  const { go } = useShell();
  if (error.type === "locked")
    return (
      <LockedState
        title={t("papers.locked.title")}
        detail={t("papers.locked.text")}
        action={t("papers.locked.open")}
        onOpen={() => go(paths.start)}
      />
    );
  if (error.type === "not-found")
    return (
      <FailedState
        title={t("papers.missing.title")}
        text={t("papers.missing.text")}
        mark={markOf(error)}
        action={
          <LinkButton kind="second" wide href={paths.papers}>
            {t("papers.search.all")}
          </LinkButton>
        }
      />
    );
  return <FailedState mark={markOf(error)} onRetry={onRetry} />;
}
