/** Which screens of the person's app a shared computer shows. Pure. */
import { paths } from "../feature.ts";

/** The kiosk's own first screen. */
export const kioskStart = "/";
/** The kiosk's own screen of opening by a phone: no satchel is open beside it. */
export const kioskPhone = "/telephone";

const beforeOpening: readonly string[] = [paths.code, paths.comeBack];
const words: readonly string[] = ["accueil", "papiers", "demarches", "dossiers", "envois", "carte", "reponses"];
/** Making room on this device, and keeping or replacing what opens it: the person's own device is for that. */
const never: readonly string[] = [paths.space, paths.newCard, paths.cardHere];

export type Gate = "closed" | "drill" | "open";
export type Where =
  | { readonly show: string }
  | { readonly instead: string; readonly say: "notHere" | "drillFirst" | null };

/** `drill`: a satchel that was made here a moment ago; nothing is accepted before its card was tried. */
export function whereTo(path: string, gate: Gate): Where {
  const word = path.split("/")[1] ?? "";
  if (gate === "closed")
    return path === kioskStart || beforeOpening.includes(path)
      ? { show: path }
      : { instead: kioskStart, say: word === "" ? null : "notHere" };
  if (gate === "drill") {
    if (word === "carte" && !never.includes(path)) return { show: path };
    return { instead: paths.card, say: path === paths.code || path === kioskStart ? null : "drillFirst" };
  }
  if (path === paths.comeBack) return { show: path };
  if (words.includes(word) && !never.includes(path)) return { show: path };
  const isArrival = path === kioskStart || path === paths.code;
  return { instead: paths.home, say: isArrival ? null : "notHere" };
}
