/** "Se faire reconnaître" comes when it is opened. Runs in the page. */

import { loadAreas } from "../../i18n/i18n.ts";
import { useT } from "../../i18n/useT.ts";
import { chunk } from "../../state/chunk.ts";
import { FailedState, Loading } from "../../ui/States.tsx";
import { DeskFrame } from "../DeskFrame.tsx";

const useSheet = chunk(() =>
  Promise.all([import("./SheetScreen.tsx"), loadAreas("guichets", "opening")]).then(([sheet]) => sheet),
);

export function SheetDoor() {
  const t = useT();
  const { more, absent, again } = useSheet();
  if (more !== null) return <more.SheetScreen />;
  return (
    <DeskFrame title={t("desk.sheet.title")} failing={absent}>
      <h1>{t("desk.sheet.title")}</h1>
      {absent ? <FailedState mark="not-loaded" onRetry={again} /> : <Loading />}
    </DeskFrame>
  );
}
