/** "Copier le diagnostic": facts for whoever mends Besace; nothing of the person is in it (INV-3). In the page. */
import { useState } from "preact/hooks";
import { useT } from "../../i18n/useT.ts";
import { useRoot } from "../../state/root.ts";
import { useSatchel } from "../../state/satchel.ts";
import { Button } from "../../ui/Button.tsx";
import { Icon } from "../../ui/icons/Icon.tsx";

/** Mark of these facts, among the marks of failed screens. */
const MARK = "E-310";

export function Diagnostic() {
  const t = useT();
  const { api } = useSatchel();
  const { diagnostics, copy } = useRoot();
  const [said, setSaid] = useState<"copied" | "shown" | "failed" | null>(null);
  const [facts, setFacts] = useState("");
  async function take(): Promise<void> {
    const answer = await api.diagnostics();
    if (!answer.ok) return setSaid("failed");
    const all = `${diagnostics(MARK)}\n${answer.value}`;
    setFacts(all);
    setSaid((await copy(all)) ? "copied" : "shown");
  }
  return (
    <div class="stack-s">
      <Button kind="second" small icon="fichier" onPress={() => void take()}>
        {t("outbox.stuck.copy")}
      </Button>
      <div role="status">
        {said !== null && (
          <p class="saved">
            <Icon name={said === "failed" ? "attention" : "information"} size="s" />
            <span>{t(`outbox.stuck.${said}`)}</span>
          </p>
        )}
      </div>
      {said === "shown" && (
        <pre class="meta" dir="ltr" lang="en">
          {facts}
        </pre>
      )}
    </div>
  );
}
