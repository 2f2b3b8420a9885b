/** The picture of a satchel among those of this phone. The pictures themselves: ui/pictures.ts. */

import type { Random } from "../../shared/ports.ts";
import { PICTURES, type Picture } from "../ui/pictures.ts";

export { isPicture, PICTURES, type Picture } from "../ui/pictures.ts";

/** One that no other satchel of this phone has, if there is one left. */
export function freePicture(taken: readonly string[], random: Random): Picture {
  const free = PICTURES.filter((picture) => !taken.includes(picture));
  const among = free.length > 0 ? free : PICTURES;
  const at = (random.bytes(1)[0] ?? 0) % among.length;
  return among[at] ?? PICTURES[0];
}
