/**
 * Brings the chunk of the rarer fields, and stands in for it while it is not on this device: one box, and what is typed in
 * it is kept as an answer of that type. In the page.
 */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { readTyped, typedOf } from "../../../../forms/codec.ts";
import type { AnswerValue } from "../../../../forms/model.ts";
import { language, loadAreas } from "../../../i18n/i18n.ts";
import { useT } from "../../../i18n/useT.ts";
import { TextField } from "../../../ui/Field.tsx";
import { Loading } from "../../../ui/States.tsx";
import { useWorld } from "../../../ui/world.ts";
import { formText } from "../words.ts";
import type { RareType } from "./Rare.tsx";
import { type Typed, wordsOf } from "./shared.tsx";

type RareProps = Typed<RareType>;
type Tool = { readonly Rare: ComponentType<RareProps> } | "coming" | "absent";

/** Once here it is there at once for every other field. */
let brought: Tool = "coming";

export function RareInput(props: RareProps) {
  const [tool, setTool] = useState<Tool>(brought);
  useEffect(() => {
    if (tool !== "coming") return undefined;
    let isGone = false;
    Promise.all([import("./Rare.tsx"), loadAreas("fields")]).then(
      ([{ Rare }]) => {
        brought = { Rare };
        if (!isGone) setTool(brought);
      },
      // Neither on this device nor reachable: the box stands in, and the next question tries again.
      () => {
        if (!isGone) setTool("absent");
      },
    );
    return () => {
      isGone = true;
    };
  }, [tool]);
  if (tool === "coming") return <Loading />;
  return tool === "absent" ? <OneBox {...props} /> : <tool.Rare {...props} />;
}

function OneBox(props: RareProps) {
  const { form, field, answer, onAnswer, onLeave, alone } = props;
  const t = useT();
  const { clock } = useWorld();
  const words = wordsOf(props);
  const isSignature = field.type === "signature";
  const declaration = formText(form.id, `${field.id}.declaration`) ?? "";
  const [typed, setTyped] = useState(() =>
    // One line: what stands on several is parted by commas, not run together.
    answer?.v === "signature" ? answer.name : typedOf(field, answer).replace(/\n+/g, ", "),
  );
  const read = (text: string): AnswerValue | null => {
    if (!isSignature) return readTyped(field, text);
    const name = text.trim();
    // What was drawn where the chunk was here stays: this box can only add a name to it.
    const ink = answer?.v === "signature" ? answer.ink : null;
    if (name === "" && ink === null) return null;
    return { v: "signature", ink, name, text: declaration, language: language(), at: clock.now() };
  };
  return (
    <div class="stack-s">
      {isSignature && <p>{declaration}</p>}
      <TextField
        {...words}
        label={isSignature ? t("dossiers.field.signName") : words.label}
        labelHidden={alone && !isSignature}
        value={typed}
        maxLength={400}
        onChange={(text) => {
          setTyped(text);
          onAnswer(read(text));
        }}
        onLeave={onLeave}
      />
    </div>
  );
}
