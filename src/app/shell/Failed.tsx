/** The state every screen has when it cannot be shown: what is safe, what to do, a mark, facts to copy. In the page. */
import { useState } from "preact/hooks";
import { useAreas, useT } from "../i18n/useT.ts";
import { Frame } from "../state/Frame.tsx";
import { useRoot } from "../state/root.ts";
import { Button } from "../ui/Button.tsx";
import { FailedState } from "../ui/States.tsx";

export interface FailedScreenProps {
  readonly mark: string;
  readonly text?: string | undefined;
  readonly onRetry: () => void;
}

/** A whole screen that failed, in its frame. */
export function FailedScreen({ mark, text, onRetry }: FailedScreenProps) {
  const t = useT();
  const { diagnostics, copy } = useRoot();
  const hasWords = useAreas("errors");
  const [copied, setCopied] = useState<boolean | null>(null);
  const facts = diagnostics(mark);
  const press = (): void => void copy(facts).then(setCopied);
  return (
    <Frame title={t("common.failed.title")} failing>
      <h1 class="sr">{t("common.failed.title")}</h1>
      <FailedState mark={mark} text={text} onRetry={onRetry} />
      {hasWords && (
        <div class="stack-s">
          <Button kind="plain" onPress={press}>
            {t("errors.copy.action")}
          </Button>
          <p class="meta" role="status">
            {copied === true && t("errors.copy.done")}
            {copied === false && t("errors.copy.refused")}
          </p>
          {copied === false && (
            <pre class="meta" dir="ltr">
              {facts}
            </pre>
          )}
        </div>
      )}
    </Frame>
  );
}
