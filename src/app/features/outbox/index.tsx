/** "Mes envois": what waits, moves, arrived or needs the person. */
import { type Feature, paths } from "../../feature.ts";
import { OutboxScreen } from "./OutboxScreen.tsx";

export const feature: Feature = {
  screens: [
    {
      path: paths.outbox,
      screen: OutboxScreen,
      tab: "outbox",
      areas: ["outbox", "porteur-entry", "space", "errors", "papers", "papers-types", "dossiers"],
    },
  ],
};
