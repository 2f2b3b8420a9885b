/**
 * After an invitation was answered in this browser: what to compare, and waiting for the manager. In the page, before the
 * desk is open. Asks again by itself; the worker says when the desk is open.
 */
import { useEffect, useState } from "preact/hooks";
import type { Joining } from "../../../workers/team-desk.contract.ts";
import { useAreas, useT } from "../../i18n/useT.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import type { HumanContact } from "../../ui/HumanFooter.tsx";
import type { NetworkState } from "../../ui/NetworkLine.tsx";
import { Loading } from "../../ui/States.tsx";
import { useWorld } from "../../ui/world.ts";
import { DoorFrame } from "../DeskFrame.tsx";
import { failureText, isDeskFailure, useDesk } from "../state.ts";
import { Compare } from "./Compare.tsx";

/** Between two looks at whether a manager has confirmed. */
const ASK_AGAIN_MS = 4000;

export interface JoinWaitProps {
  readonly first: Joining;
  readonly network: NetworkState;
  readonly contact: HumanContact | null;
  /** The invitation is over: another code is needed. */
  readonly onOver: () => void;
}

export function JoinWait({ first, network, contact, onOver }: JoinWaitProps) {
  const t = useT();
  const { api } = useDesk();
  const { timers } = useWorld();
  const [now, setNow] = useState(first);
  const [error, setError] = useState<string | undefined>();
  const isReady = useAreas("equipe");
  useEffect(() => {
    let isGone = false;
    let cancel = (): void => undefined;
    const look = async (): Promise<void> => {
      const answer = await api.joining();
      if (isGone) return;
      if (answer.ok) {
        setNow(answer.value);
        setError(undefined);
      } else if (isDeskFailure(answer.error)) setError(failureText(answer.error));
      plan();
    };
    const plan = (): void => {
      cancel = timers.after(ASK_AGAIN_MS, () => void look());
    };
    plan();
    return () => {
      isGone = true;
      cancel();
    };
  }, [api, timers]);
  const title = t(now.type === "over" ? "equipe.join.over" : "equipe.join.wait");
  return (
    <DoorFrame title={title} arrival={now.type} network={network} contact={contact}>
      <h1>{title}</h1>
      {!isReady && <Loading />}
      {isReady && now.type === "over" && (
        <>
          <p>{t("equipe.join.overText")}</p>
          <Button wide onPress={onOver}>
            {t("equipe.join.again")}
          </Button>
        </>
      )}
      {isReady && now.type === "asked" && (
        <>
          <p>{t("equipe.join.waitText")}</p>
          <Compare check={now} />
          <Banner tone="quiet" icon="information" quiet>
            {t("equipe.join.differs")}
          </Banner>
        </>
      )}
      <div role="status">{error !== undefined && <p class="err">{error}</p>}</div>
    </DoorFrame>
  );
}
