/** A file that is ready to be handed over: by the share sheet where it takes the file, and as a download always. */
import { useState } from "preact/hooks";
import { useT } from "../../i18n/useT.ts";
import { saveFile } from "../../platform/save-file.ts";
import { canShareFile, shareFile } from "../../platform/share.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { useWorld } from "../../ui/world.ts";

export interface HandOverProps {
  readonly file: File;
  /** "Donner le fichier", "Rendre le récépissé". */
  readonly action: string;
  /** "Enregistrer le fichier". */
  readonly saving: string;
  /** It was handed over before: no main button any more. */
  readonly again?: boolean | undefined;
  /** The file left this page: by the share sheet, or into the downloads. */
  readonly onGiven: (how: "shared" | "saved") => void;
}

export function HandOver({ file, action, saving, again = false, onGiven }: HandOverProps) {
  const t = useT();
  const { timers } = useWorld();
  const [refused, setRefused] = useState(!canShareFile(file));
  const save = (): void => {
    saveFile(timers, file, file.name);
    onGiven("saved");
  };
  async function share(): Promise<void> {
    const outcome = await shareFile(file);
    if (outcome === "refused") setRefused(true);
    else if (outcome === "shared") onGiven("shared");
  }
  return (
    <div class="actions">
      {!refused && (
        <Button kind={again ? "second" : "main"} wide icon="partager" onPress={() => void share()}>
          {action}
        </Button>
      )}
      <Button kind={refused && !again ? "main" : "second"} wide icon="fichier" onPress={save}>
        {saving}
      </Button>
      {refused && (
        <Banner tone="quiet" icon="information" quiet>
          {t("porteur.hand.noShare")}
        </Banner>
      )}
    </div>
  );
}
