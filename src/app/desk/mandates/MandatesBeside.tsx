/** What the person of a dossier allows this organisation to do in her place, beside the dossier. In the page. */

import { useId } from "preact/hooks";
import type { LetterId } from "../../../shared/ids.ts";
import { useAreas, useT } from "../../i18n/useT.ts";
import { List } from "../../ui/List.tsx";
import { useDeskAsk } from "../state.ts";
import { MandateItem } from "./DeskMandates.tsx";

export function MandatesBeside({ letter }: { readonly letter: LetterId }) {
  const t = useT();
  const id = useId();
  const worded = useAreas("mandats");
  const asked = useDeskAsk(`beside ${letter}`, (api) => api.mandatesBeside(letter), ["inbox"]);
  // What could not be read is no word about what may be done: the list of mandates says why.
  if (!worded || asked.state !== "ready") return null;
  return (
    <section class="pane" aria-labelledby={id}>
      <div class="pane__h">
        <h2 id={id}>{t("mandats.desk.beside")}</h2>
      </div>
      <div class="pane__p">
        {asked.value.length === 0 ? (
          <p>{t("mandats.desk.besideNone")}</p>
        ) : (
          <List>
            {asked.value.map((row) => (
              <MandateItem key={row.letter} row={row} />
            ))}
          </List>
        )}
      </div>
    </section>
  );
}
