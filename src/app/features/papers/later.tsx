/** Screens of papers that come after the shell (Room.tsx), and what is said while they are not here. Runs in the page. */
import type { ComponentType } from "preact";
import { othersOf } from "../../../satchel/others.ts";
import { paths, type ScreenProps } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { chunk } from "../../state/chunk.ts";
import { Frame } from "../../state/Frame.tsx";
import { FailedState, Loading } from "../../ui/States.tsx";
import type { PaperOthersProps } from "./PaperOthers.tsx";

const useRoom = chunk(() => import("./Room.tsx"));

function screenOf(name: "BinScreen" | "SpaceScreen", title: "papers.bin.title" | "space.title") {
  return function LaterScreen(props: ScreenProps) {
    const t = useT();
    const { more, absent, again } = useRoom();
    if (more !== null) {
      const Screen: ComponentType<ScreenProps> = more[name];
      return <Screen {...props} />;
    }
    return (
      <Frame title={t(title)} tab="papers" back={paths.papers} failing={absent} pending={!absent}>
        <h1>{t(title)}</h1>
        {absent ? <FailedState mark="P-240" text={t("errors.not-loaded")} onRetry={again} /> : <Loading />}
      </Frame>
    );
  };
}

export const BinScreen = screenOf("BinScreen", "papers.bin.title");
export const SpaceScreen = screenOf("SpaceScreen", "space.title");

function Others(props: PaperOthersProps) {
  const { more } = useRoom();
  return more === null ? null : <more.PaperOthers {...props} />;
}

/** Another device's answers arrive by a network, which brings that part first. */
export const PaperOthers = (props: PaperOthersProps) =>
  othersOf(props.paper.record).length === 0 ? null : <Others {...props} />;
