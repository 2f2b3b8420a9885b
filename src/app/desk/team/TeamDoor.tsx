/** The screen of the team comes when it is opened. Runs in the page. */

import { useT } from "../../i18n/useT.ts";
import { chunk } from "../../state/chunk.ts";
import { FailedState, Loading } from "../../ui/States.tsx";
import { DeskFrame } from "../DeskFrame.tsx";

const useScreen = chunk(async () => (await import("./TeamScreen.tsx")).TeamScreen);

export function TeamDoor() {
  const t = useT();
  const { more: Screen, absent, again } = useScreen();
  if (Screen !== null) return <Screen />;
  return (
    <DeskFrame title={t("desk.team.title")} failing={absent}>
      <h1>{t("desk.team.title")}</h1>
      {absent ? <FailedState mark="not-loaded" onRetry={again} /> : <Loading />}
    </DeskFrame>
  );
}
