/** Erasing this satchel from this phone. What is lost is said first, with numbers; nothing is erased when in doubt. */
import { useState } from "preact/hooks";
import { useT } from "../../i18n/useT.ts";
import { errorText } from "../../state/errors.ts";
import { useRoot } from "../../state/root.ts";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Icon } from "../../ui/icons/Icon.tsx";

export function Erase() {
  const t = useT();
  const { api } = useSatchel();
  const { forget } = useRoot();
  const papers = useAsk("papers", (ask) => ask.papers(), ["papers"]);
  const outbox = useAsk("outbox", (ask) => ask.outbox(), ["outbox"]);
  const dossiers = useAsk("dossiers", (ask) => ask.dossiers(), ["dossiers"]);
  const [isAsking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | undefined>();

  const erase = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    const opening = await api.opening();
    if (opening.ok && opening.value.type === "open") {
      // Before erasing: afterwards nothing here may look like an eviction by the browser.
      forget();
      const erased = await api.erase(opening.value.profile.database);
      if (!erased.ok) setError(errorText(erased.error));
    } else if (!opening.ok) setError(errorText(opening.error));
    setBusy(false);
    setAsking(false);
  };

  const all = papers.state === "ready" ? papers.value : [];
  const onlyHere = all.filter((paper) => paper.state !== "two-copies").length;
  const unsent = outbox.state === "ready" ? outbox.value.waiting : 0;
  const drafts = dossiers.state === "ready" ? dossiers.value.filter((one) => one.stage === "draft").length : 0;
  const isKnown = papers.state === "ready" && outbox.state === "ready" && dossiers.state === "ready";
  return (
    <section class="stack-s" aria-labelledby="effacer">
      <h2 id="effacer">{t("settings.erase.title")}</h2>
      <p>{t("settings.erase.text")}</p>
      {error !== undefined && (
        <p class="err" role="alert">
          <Icon name="attention" />
          <span>{error}</span>
        </p>
      )}
      <Button kind="redo" wide icon="corbeille" onPress={() => setAsking(true)}>
        {t("settings.erase.action")}
      </Button>
      <Dialog
        open={isAsking}
        title={t("settings.erase.question")}
        onKeep={() => setAsking(false)}
        actions={
          <>
            <Button kind="second" wide onPress={() => setAsking(false)}>
              {t("settings.erase.keep")}
            </Button>
            <Button kind="redo" wide busy={busy ? t("settings.erase.busy") : undefined} onPress={() => void erase()}>
              {t("settings.erase.confirm")}
            </Button>
          </>
        }
      >
        {isKnown ? (
          <ul class="stack-s">
            <li>{t("settings.erase.papers", { count: onlyHere })}</li>
            <li>{t("settings.erase.unsent", { count: unsent })}</li>
            <li>{t("settings.erase.drafts", { count: drafts })}</li>
          </ul>
        ) : (
          <p>{t("settings.erase.unknown")}</p>
        )}
        <p>{t("settings.erase.forever")}</p>
      </Dialog>
    </section>
  );
}
