/** "À côté de la personne" comes when it is opened, with the words that it shares with a person's screens. Runs in the page. */

import { loadAreas } from "../../i18n/i18n.ts";
import { useT } from "../../i18n/useT.ts";
import { chunk } from "../../state/chunk.ts";
import { FailedState, Loading } from "../../ui/States.tsx";
import { DeskFrame } from "../DeskFrame.tsx";

const useBeside = chunk(() =>
  Promise.all([import("./BesideScreen.tsx"), loadAreas("devices", "scan", "opening")]).then(([beside]) => beside),
);

export function BesideDoor() {
  const t = useT();
  const { more, absent, again } = useBeside();
  if (more !== null) return <more.BesideScreen />;
  return (
    <DeskFrame title={t("desk.beside.title")} failing={absent}>
      <h1>{t("desk.beside.title")}</h1>
      {absent ? <FailedState mark="not-loaded" text={t("desk.error.no-network")} onRetry={again} /> : <Loading />}
    </DeskFrame>
  );
}
