/** The one most useful state of a paper, in the honest words of INV-2. "2 copies" is said only when the worker proves it. */
import { daysUntil, soonDays } from "../../../satchel/where.ts";
import type { CopyState, PaperView } from "../../../workers/satchel.contract.ts";
import { useT } from "../../i18n/useT.ts";
import { Chip, type ChipState } from "../Chip.tsx";
import type { IconName } from "../icons/names.ts";
import { useWorld } from "../world.ts";

const CHIPS = {
  here: { state: "here", text: "common.state.here" },
  waits: { state: "wait", text: "common.state.wait" },
  leaving: { state: "wait", icon: "envoi", text: "common.state.leaving" },
  "sealed-copy": { state: "locked", icon: "cadenas", text: "papers.state.sealed" },
  "two-copies": { state: "two", text: "common.state.two" },
  away: { state: "wait", icon: "reseau", text: "papers.state.away" },
  "not-here": { state: "wait", icon: "reseau", text: "papers.state.absent" },
  "needs-you": { state: "redo", icon: "attention", text: "common.state.toFix" },
} as const satisfies Readonly<Record<CopyState, { state: ChipState; icon?: IconName; text: string }>>;

/** Today on this device, "YYYY-MM-DD"; `now` in milliseconds since the epoch. */
export function today(now: number): string {
  const date = new Date(now);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Where the paper is, whatever its dates say. */
export function CopyChip({ state }: { readonly state: CopyState }) {
  const t = useT();
  const chip: {
    readonly state: ChipState;
    readonly icon?: IconName;
    readonly text: (typeof CHIPS)[CopyState]["text"];
  } = CHIPS[state];
  return (
    <Chip state={chip.state} icon={chip.icon}>
      {t(chip.text)}
    </Chip>
  );
}

/** "À refaire bientôt" or "Date passée"; nothing while the date is far or absent. */
export function ExpiryChip({ paper }: { readonly paper: PaperView }) {
  const t = useT();
  const { clock } = useWorld();
  const { expiry } = paper.record;
  const days = expiry === null ? null : daysUntil(expiry, today(clock.now()));
  if (days === null || days > soonDays) return null;
  return <Chip state="soon">{t(days < 0 ? "papers.state.over" : "common.state.soon")}</Chip>;
}

/** The chip of a list: what needs the person, then dates, then where it is (design language 5). */
export function PaperChip({ paper }: { readonly paper: PaperView }) {
  const { clock } = useWorld();
  const { expiry } = paper.record;
  const days = expiry === null ? null : daysUntil(expiry, today(clock.now()));
  const soon = days !== null && days <= soonDays && paper.state !== "needs-you";
  return soon ? <ExpiryChip paper={paper} /> : <CopyChip state={paper.state} />;
}
