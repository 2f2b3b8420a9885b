/** The carrier: giving to one, being one, reading the receipt that comes back. */
import { type Feature, paths } from "../../feature.ts";
import { CarrierScreen } from "./CarrierScreen.tsx";
import { PackScreen } from "./PackScreen.tsx";
import { ReceiptScreen } from "./ReceiptScreen.tsx";

export const feature: Feature = {
  screens: [
    { path: paths.carrier, screen: CarrierScreen, tab: null, areas: ["porteur", "errors"] },
    { path: paths.carrierPack, screen: PackScreen, tab: "outbox", areas: ["porteur", "errors"] },
    { path: paths.carrierReceipt, screen: ReceiptScreen, tab: "outbox", areas: ["porteur", "errors"] },
  ],
};
