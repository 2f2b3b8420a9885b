/** The closed desk: six digits open it on this computer; the one-time code opens it when they are forgotten. In the page. */

import { useState } from "preact/hooks";
import type { UnlockRefusal } from "../../workers/satchel.contract.ts";
import { useT } from "../i18n/useT.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button } from "../ui/Button.tsx";
import { CodeEntry } from "../ui/Code.tsx";
import type { HumanContact } from "../ui/HumanFooter.tsx";
import type { NetworkState } from "../ui/NetworkLine.tsx";
import { useWorld } from "../ui/world.ts";
import { DoorFrame } from "./DeskFrame.tsx";
import { Enrol } from "./Enrol.tsx";
import { failureText, isDeskFailure, useDesk } from "./state.ts";
import { useCountdown, waitText } from "./wait.ts";

export type DeskLockReason = "start" | "idle" | "asked";

export interface DeskLockProps {
  readonly organisation: string;
  readonly reason: DeskLockReason;
  readonly network: NetworkState;
  readonly contact: HumanContact | null;
}

export function DeskLock({ organisation, reason, network, contact }: DeskLockProps) {
  const t = useT();
  const { api } = useDesk();
  const { clock } = useWorld();
  const [typed, setTyped] = useState("");
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | undefined>();
  const [until, setUntil] = useState(0);
  const [isForgotten, setForgotten] = useState(false);
  const left = useCountdown(until);

  const refuse = (refusal: UnlockRefusal): void => {
    setUntil("waitMs" in refusal ? clock.now() + refusal.waitMs : 0);
    if (refusal.type === "wrong-code") setError(t("desk.lock.wrong", { count: refusal.triesLeft }));
    else if (refusal.type === "code-dropped") setError(t("desk.lock.dropped"));
    else if (refusal.type === "stretch-broken") setError(t("desk.lock.broken"));
    else setError(undefined);
  };
  const open = (code: string): void => {
    setTyped("");
    if (left > 0) return;
    setBusy(true);
    setError(undefined);
    void api.unlock(code).then((answer) => {
      setBusy(false);
      if (answer.ok) return;
      if (isDeskFailure(answer.error)) setError(failureText(answer.error));
      else refuse(answer.error);
    });
  };
  const waits = left > 0;
  if (isForgotten) return <Enrol network={network} contact={contact} onBack={() => setForgotten(false)} />;
  return (
    <DoorFrame title={t("desk.lock.title")} arrival="lock" network={network} contact={contact}>
      <h1 class="center">{t("desk.lock.title")}</h1>
      <p class="center">
        <bdi translate={false}>{organisation}</bdi>
      </p>
      <CodeEntry
        value={typed}
        onChange={waits ? () => undefined : setTyped}
        onComplete={open}
        shown={shown}
        onShow={setShown}
        label={t("desk.code.label")}
        hint={busy ? t("desk.lock.busy") : t(`desk.lock.kept.${reason}`)}
        error={error}
        busy={busy || waits}
      />
      {waits && (
        <Banner tone="quiet" icon="horloge" quiet title={t("desk.wait.title", { time: waitText(left) })}>
          {t("desk.wait.text")}
        </Banner>
      )}
      <div class="actions">
        <Button kind="second" wide icon="cle-carte" onPress={() => setForgotten(true)}>
          {t("desk.lock.forgotten")}
        </Button>
      </div>
    </DoorFrame>
  );
}
