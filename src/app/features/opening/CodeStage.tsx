/** Opening with the code: tries left, the wait after wrong ones, and the card when there is no other way. */
import { useState } from "preact/hooks";
import type { ProfileView, UnlockRefusal } from "../../../workers/satchel.contract.ts";
import { useT } from "../../i18n/useT.ts";
import { errorText, isWorkerError } from "../../state/errors.ts";
import { isPicture } from "../../state/pictures.ts";
import { useSatchel } from "../../state/satchel.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { CodeEntry } from "../../ui/Code.tsx";
import { Icon } from "../../ui/icons/Icon.tsx";
import { useWorld } from "../../ui/world.ts";
import { useCountdown, waitText } from "./waiting.ts";

/** The words that stand where the pad was: heard at once. */
const focused = (heading: HTMLElement | null): void => heading?.focus();

export interface CodeStageProps {
  readonly profile: ProfileView;
  /** What is safe: "Votre brouillon est gardé." Nothing in discreet mode. */
  readonly hint: string | undefined;
  readonly onCard: () => void;
}

export function CodeStage({ profile, hint, onCard }: CodeStageProps) {
  const t = useT();
  const { api } = useSatchel();
  const { clock } = useWorld();
  const [typed, setTyped] = useState("");
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | undefined>();
  const [isDropped, setDropped] = useState(false);
  const [until, setUntil] = useState(0);
  const left = useCountdown(until);

  const refuse = (refusal: UnlockRefusal): void => {
    setUntil("waitMs" in refusal ? clock.now() + refusal.waitMs : 0);
    setDropped(refusal.type === "code-dropped");
    switch (refusal.type) {
      case "wrong-code":
        setError(refusal.triesLeft === 0 ? t("opening.wrongMany") : t("opening.wrong", { count: refusal.triesLeft }));
        return;
      case "code-dropped":
        setError(undefined);
        return;
      case "stretch-broken":
        setError(t("opening.broken"));
        return;
      default:
        setError(undefined);
    }
  };
  const type = (code: string): void => {
    // What tries the code gets ready behind the fingers.
    void api.expectCode();
    setTyped(code);
  };
  const open = (code: string): void => {
    if (left > 0) {
      setTyped("");
      return;
    }
    setBusy(true);
    setError(undefined);
    void api.unlock({ database: profile.database, code }).then((answer) => {
      setBusy(false);
      setTyped("");
      if (answer.ok) return;
      if (isWorkerError(answer.error)) setError(errorText(answer.error));
      else refuse(answer.error);
    });
  };
  const waits = left > 0;
  const whose = isPicture(profile.pictogram) && (
    <p class="row row--tight row--center">
      <Icon name={profile.pictogram} />
      <span>{t(`opening.pictures.${profile.pictogram}`)}</span>
    </p>
  );
  if (isDropped)
    return (
      <>
        <h1 class="center" tabIndex={-1} ref={focused}>
          {t("opening.droppedTitle")}
        </h1>
        {whose}
        <p>{t("opening.droppedText")}</p>
        <p>{t("opening.droppedNext")}</p>
        <div class="actions">
          <Button wide icon="cle-carte" onPress={onCard}>
            {t("opening.droppedCard")}
          </Button>
        </div>
        <p class="meta">{t("opening.droppedNoCard")}</p>
      </>
    );
  return (
    <>
      <h1 class="center">{t(profile.codeKind === "pictures" ? "opening.images.enter" : "opening.enter")}</h1>
      {whose}
      <CodeEntry
        kind={profile.codeKind}
        value={typed}
        onChange={waits ? () => undefined : type}
        onComplete={open}
        shown={shown}
        onShow={setShown}
        hint={busy ? t("opening.opening") : hint}
        error={error}
        busy={busy || waits}
      />
      {waits && (
        <Banner tone="quiet" icon="horloge" quiet title={t("opening.wait.title", { time: waitText(left) })}>
          {t("opening.wait.text")}
        </Banner>
      )}
      <div class="actions">
        <Button kind="second" wide icon="cle-carte" onPress={onCard}>
          {t("opening.forgotten")}
        </Button>
      </div>
    </>
  );
}
