/** The screen of forms comes when it is opened, with the parts of the journey that its preview shows. Runs in the page. */

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useT } from "../../i18n/useT.ts";
import { markOf } from "../../platform/diagnostics.ts";
import { FailedState, Loading } from "../../ui/States.tsx";
import { DeskFrame } from "../DeskFrame.tsx";

export function FormsDoor() {
  const t = useT();
  const [Screen, setScreen] = useState<ComponentType | null>(null);
  const [mark, setMark] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let isGone = false;
    import("./FormsScreen.tsx").then(
      ({ FormsScreen }) => {
        if (!isGone) setScreen(() => FormsScreen);
      },
      (error: unknown) => {
        if (!isGone) setMark(markOf(error));
      },
    );
    return () => {
      isGone = true;
    };
  }, [attempt]);
  if (Screen !== null) return <Screen />;
  const again = (): void => {
    setMark(null);
    setAttempt(attempt + 1);
  };
  return (
    <DeskFrame title={t("desk.forms.title")} failing={mark !== null}>
      <h1>{t("desk.forms.title")}</h1>
      {mark === null ? <Loading /> : <FailedState mark={mark} text={t("desk.forms.noReader")} onRetry={again} />}
    </DeskFrame>
  );
}
