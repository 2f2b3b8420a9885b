/** Handing a file in clear to the browser's downloads, after the person agreed: it ends when the satchel closes (INV-3). */
import { useCallback } from "preact/hooks";
import { saveFile } from "../platform/save-file.ts";
import { useWorld } from "../ui/world.ts";
import { useSatchel } from "./satchel.ts";

export function useSaveFile(): (content: Blob, name: string) => void {
  const { listen } = useSatchel();
  const { timers } = useWorld();
  return useCallback(
    (content, name) => {
      const close = saveFile(timers, content, name);
      const stop = listen((change) => {
        if (change.type !== "opening") return;
        close();
        stop();
      });
    },
    [listen, timers],
  );
}
