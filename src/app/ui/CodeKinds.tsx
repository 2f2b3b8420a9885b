/** "Six chiffres" or "quatre images": which kind of code is meant. Needs the area "opening". */
import { useT } from "../i18n/useT.ts";

type CodeKind = "digits" | "pictures";
const KINDS: readonly CodeKind[] = ["digits", "pictures"];

export interface CodeKindsProps {
  readonly kind: CodeKind;
  readonly onChoose: (kind: CodeKind) => void;
}

export function CodeKinds({ kind, onChoose }: CodeKindsProps) {
  const t = useT();
  return (
    // biome-ignore lint/a11y/useSemanticElements: two toggles under a name, as in the design; not a form group
    <div class="seg" role="group" aria-label={t("opening.kind.label")}>
      {KINDS.map((one) => (
        <button key={one} type="button" aria-pressed={one === kind} onClick={() => onChoose(one)}>
          {t(`opening.kind.${one}`)}
        </button>
      ))}
    </div>
  );
}
