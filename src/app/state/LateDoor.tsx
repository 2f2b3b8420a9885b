/** Brings Overdue.tsx where a dossier was sent long enough ago and nobody has answered. In the page. */
import { mayBeOverdue } from "../../satchel/sent-long-ago.ts";
import { useWorld } from "../ui/world.ts";
import { chunk } from "./chunk.ts";
import type { OverdueProps } from "./Overdue.tsx";

const useOverdue = chunk(async () => (await import("./Overdue.tsx")).Overdue);

function Late(props: OverdueProps) {
  const { more: Overdue } = useOverdue();
  return Overdue === null ? null : <Overdue {...props} />;
}

export function LateDoor({ dossiers, linked }: OverdueProps) {
  const { clock } = useWorld();
  const old = dossiers.filter((dossier) => mayBeOverdue(dossier, clock.now()));
  return old.length === 0 ? null : <Late dossiers={old} linked={linked} />;
}
