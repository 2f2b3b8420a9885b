/** The list of keys, and the switch that turns them off. Runs in the page. */

import { useT } from "../i18n/useT.ts";
import { Button } from "../ui/Button.tsx";
import { Checkbox } from "../ui/Choice.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { SHORTCUTS, useKeys } from "./keys.ts";
import { useDeskShell } from "./state.ts";

export function KeysDialog() {
  const t = useT();
  const { keys } = useDeskShell();
  useKeys({ help: () => keys.show(true) });
  return (
    <Dialog
      open={keys.shown}
      title={t("desk.keys.title")}
      onKeep={() => keys.show(false)}
      actions={
        <Button kind="second" onPress={() => keys.show(false)}>
          {t("desk.keys.close")}
        </Button>
      }
    >
      <dl class="keys">
        {SHORTCUTS.map(({ id, key }) => (
          <div key={id} class="keys__line">
            <dt>
              <kbd dir="ltr">{key}</kbd>
            </dt>
            <dd>{t(`desk.keys.${id}`)}</dd>
          </div>
        ))}
      </dl>
      <Checkbox checked={keys.on} onChange={keys.turn} label={t("desk.keys.on")} more={t("desk.keys.onMore")} />
    </Dialog>
  );
}
