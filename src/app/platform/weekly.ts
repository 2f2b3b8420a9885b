/**
 * Whether this phone may say the weekly sentence while Besace is closed, and in which words (shared/weekly.ts,
 * decisions/0028). Runs in the page.
 *
 * Surprising: that it is on is known from the words lying there, not from a setting of its own; so nothing is ever on without
 * words, and erasing takes both.
 */
import { type WeeklyWords, weekAt, weekly } from "../../shared/weekly.ts";
import { language, t } from "../i18n/i18n.ts";
import { languageInfo } from "../i18n/languages.ts";
import { isDiscreet, NEUTRAL_NAME } from "./discreet.ts";

interface PeriodicSync {
  readonly register: (tag: string, options: { readonly minInterval: number }) => Promise<void>;
  readonly unregister: (tag: string) => Promise<void>;
}

/** The part of the browser that is used. */
export interface WeeklyWorld {
  readonly caches: Pick<CacheStorage, "open">;
  /** Undefined where no service worker is woken up from time to time: nothing is offered there. */
  readonly periodic: () => Promise<PeriodicSync | undefined>;
  /** As it stands: a person may take it away in the phone's settings. Only asked where `periodic` gave something. */
  readonly permission: () => NotificationPermission;
  readonly askPermission: () => Promise<NotificationPermission>;
  readonly now: () => number;
}

const dayMs = 86_400_000;

export const browserWeekly: WeeklyWorld = {
  get caches() {
    return window.caches;
  },
  async periodic() {
    if (!("Notification" in window) || !("caches" in window)) return undefined;
    const registration = await navigator.serviceWorker?.getRegistration();
    return (registration as { readonly periodicSync?: PeriodicSync } | undefined)?.periodicSync;
  },
  permission: () => Notification.permission,
  askPermission: () => Notification.requestPermission(),
  now: () => Date.now(),
};

/** The sentence as it is now: this language, the name that this phone shows. Needs the area "ahead". */
export function weeklyWords(): WeeklyWords {
  const lang = language();
  const own = isDiscreet()
    ? { title: NEUTRAL_NAME, text: t("ahead.weekly.neutral") }
    : { title: t("common.app"), text: t("ahead.weekly.sentence") };
  return { ...own, lang, dir: languageInfo(lang).dir };
}

const write = async (cache: Cache): Promise<void> => cache.put(weekly.words, Response.json(weeklyWords()));

/** "none": this phone has nothing of the kind. Without permission nothing is said, whatever lies ready: "off". */
export async function weeklyState(world: WeeklyWorld): Promise<"none" | "off" | "on"> {
  if ((await world.periodic()) === undefined) return "none";
  if (world.permission() !== "granted") return "off";
  const cache = await world.caches.open(weekly.cache);
  return (await cache.match(weekly.words)) === undefined ? "off" : "on";
}

/**
 * It speaks from the next week on: turned off and on again it would say the same twice. "refused": by the person, or by the
 * browser for them. "asleep": the browser does not wake Besace up on this phone.
 */
export async function turnOn(world: WeeklyWorld): Promise<"on" | "refused" | "asleep"> {
  if ((await world.askPermission()) !== "granted") return "refused";
  const periodic = await world.periodic();
  try {
    if (periodic === undefined) return "asleep";
    await periodic.register(weekly.tag, { minInterval: dayMs });
  } catch (error) {
    if (error instanceof DOMException) return "asleep";
    throw error;
  }
  const cache = await world.caches.open(weekly.cache);
  const now = world.now();
  await cache.put(weekly.said, Response.json(weekAt(now, -new Date(now).getTimezoneOffset())));
  await write(cache);
  return "on";
}

export async function turnOff(world: WeeklyWorld): Promise<void> {
  const cache = await world.caches.open(weekly.cache);
  await Promise.all([cache.delete(weekly.words), cache.delete(weekly.said)]);
  await (await world.periodic())?.unregister(weekly.tag);
}

/** At a start: another language, or discreet mode, since it was turned on. */
export async function refreshWeekly(world: WeeklyWorld): Promise<void> {
  const cache = await world.caches.open(weekly.cache);
  if ((await cache.match(weekly.words)) !== undefined) await write(cache);
}
