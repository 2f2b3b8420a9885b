/**
 * The person's screens speak of "ce téléphone". At a shared computer that is wrong, and some of it would be a promise that
 * nobody keeps. Pure.
 */
import type { TextKey } from "../i18n/catalogue.ts";
import { t } from "../i18n/i18n.ts";
import { inSatchel, instead } from "./instead.ts";

/** What the text of `key` says at a shared computer. */
export function atSharedComputer(key: TextKey, text: string): string {
  if (key.startsWith("poste.")) return text;
  const other = instead[key];
  if (other !== undefined) return t(other);
  const said = inSatchel.includes(key) ? text.replaceAll(t("poste.thing.onPhone"), t("poste.thing.inSatchel")) : text;
  return said
    .replaceAll(t("poste.thing.phone"), t("poste.thing.computer"))
    .replaceAll(capital(t("poste.thing.phone")), capital(t("poste.thing.computer")));
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
