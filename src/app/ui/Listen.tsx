/** "Écouter": reads a page aloud when asked. The voice itself is the screen's business. */
import { useT } from "../i18n/useT.ts";
import { Pill } from "./Button.tsx";

export interface ListenProps {
  readonly speaking: boolean;
  readonly onToggle: () => void;
}

/** The button; turns into "Arrêter". Not shown where no voice works: the caller leaves it out. */
export function Listen({ speaking, onToggle }: ListenProps) {
  const t = useT();
  return (
    <Pill icon="ecouter" look="line" pressed={speaking} onPress={onToggle}>
      {t(speaking ? "common.listen.stop" : "common.listen.start")}
    </Pill>
  );
}
