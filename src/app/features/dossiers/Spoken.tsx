/** The small door to a spoken answer (voice/): shown where the browser has a microphone to offer, or something was said already. */
import { voiceSlot } from "../../../shared/voice.ts";
import { useRoot } from "../../state/root.ts";
import { useVoice } from "./later.tsx";
import type { VoiceProps } from "./voice/Voice.tsx";

export function Spoken(props: VoiceProps) {
  const isSaid = (props.dossier.record.attached[voiceSlot(props.answerKey)]?.papers.length ?? 0) > 0;
  // A shared computer gives its microphone to nobody.
  const { shared } = useRoot();
  return isSaid || (shared !== true && typeof MediaRecorder !== "undefined") ? <Brought {...props} /> : null;
}

function Brought(props: VoiceProps) {
  const { more } = useVoice();
  return more === null ? null : <more.Voice {...props} />;
}
