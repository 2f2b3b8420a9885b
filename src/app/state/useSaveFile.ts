/** Handing a file in clear to the browser's downloads, after the person agreed: it ends when the satchel closes (INV-3). */
import { useCallback } from "preact/hooks";
import { t } from "../i18n/i18n.ts";
import { saveFile } from "../platform/save-file.ts";
import { useWorld } from "../ui/world.ts";
import { useRoot } from "./root.ts";
import { useSatchel } from "./satchel.ts";
import { useShell } from "./shell.ts";

export function useSaveFile(): (content: Blob, name: string) => void {
  const { listen } = useSatchel();
  const { timers } = useWorld();
  const { shared } = useRoot();
  const { say } = useShell();
  return useCallback(
    (content, name) => {
      if (shared === true) {
        say(t("poste.noFile"));
        return;
      }
      const close = saveFile(timers, content, name);
      const stop = listen((change) => {
        if (change.type !== "opening") return;
        close();
        stop();
      });
    },
    [listen, timers, shared, say],
  );
}
