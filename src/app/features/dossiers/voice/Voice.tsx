/**
 * A spoken answer under a box of words: say it, hear it again, erase it. A chunk of its own with its words ("voix").
 *
 * Surprising fact: leaving the screen, another app, or closing Besace while the microphone is on keeps what was said so far.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import type { RecordId } from "../../../../shared/ids.ts";
import { voiceSlot } from "../../../../shared/voice.ts";
import type { DossierView } from "../../../../workers/satchel.contract.ts";
import { inFrench } from "../../../i18n/i18n.ts";
import { useT } from "../../../i18n/useT.ts";
import { useAsk, useSatchel } from "../../../state/satchel.ts";
import { useBeforeLock, useHold } from "../../../state/shell.ts";
import { Button } from "../../../ui/Button.tsx";
import { Dialog } from "../../../ui/Dialog.tsx";
import { Hear } from "../../../ui/Hear.tsx";
import { Icon } from "../../../ui/icons/Icon.tsx";
import { useWorld } from "../../../ui/world.ts";
import { canRecord, type MicrophoneTrouble, type Recorded, type Recording, record } from "./recorder.ts";

export interface VoiceProps {
  readonly dossier: DossierView;
  /** Of the answer. */
  readonly answerKey: string;
  /** The question in French: the recording is called after it. */
  readonly label: string;
}

type Trouble = MicrophoneTrouble | "full" | "empty" | "failed";

/** A title is short; a question may be long. */
const TITLE_LETTERS = 200;

export function Voice({ dossier, answerKey, label }: VoiceProps) {
  const t = useT();
  const { api } = useSatchel();
  const world = useWorld();
  const [phase, setPhase] = useState<"still" | "asking" | "recording" | "keeping">("still");
  const [seconds, setSeconds] = useState(0);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [said, setSaid] = useState<"kept" | "long" | null>(null);
  const running = useRef<Recording | null>(null);
  const ending = useRef(Promise.resolve());
  const isHere = useRef(true);
  const kept = (dossier.record.attached[voiceSlot(answerKey)]?.papers ?? []) as readonly RecordId[];
  useHold(phase === "recording" || phase === "keeping");

  async function keep(recorded: Recorded): Promise<void> {
    running.current = null;
    if (isHere.current) setPhase("keeping");
    const { bytes, mime, seconds: length, full } = recorded;
    const title = inFrench("voix.title", { label }).slice(0, TITLE_LETTERS);
    const done =
      bytes.byteLength === 0
        ? null
        : await api.addVoice(dossier.id, answerKey, { bytes, mime, seconds: length, title });
    if (!isHere.current) return;
    setPhase("still");
    if (done?.ok === true) setSaid(full ? "long" : "kept");
    else setTrouble(done === null ? "empty" : done.error.type === "full" ? "full" : "failed");
  }
  async function start(): Promise<void> {
    setTrouble(null);
    setSaid(null);
    setSeconds(0);
    setPhase("asking");
    const begun = await record(world, (recorded) => void keep(recorded));
    if (!begun.ok) {
      setTrouble(begun.error);
      setPhase("still");
      return;
    }
    running.current = begun.value;
    // Whoever went away while the phone asked for the microphone wanted nothing recorded.
    if (!isHere.current) void begun.value.stop();
    else setPhase("recording");
  }
  /** Ends it once, however many ask: a press, a lock and a page that goes out of sight may come together. */
  const stop = (): Promise<void> => {
    const recording = running.current;
    if (recording !== null) {
      running.current = null;
      ending.current = recording.stop().then(keep);
    }
    return ending.current;
  };
  const leave = useRef(stop);
  leave.current = stop;
  useBeforeLock(stop);
  useEffect(() => {
    isHere.current = true;
    // Phones end pages that are out of sight, and most of them mute the microphone there.
    const hidden = (): void => {
      if (document.visibilityState === "hidden") void leave.current();
    };
    document.addEventListener("visibilitychange", hidden);
    return () => {
      isHere.current = false;
      document.removeEventListener("visibilitychange", hidden);
      void leave.current();
    };
  }, []);
  const { timers } = world;
  useEffect(
    () => (phase === "recording" ? timers.after(1000, () => setSeconds((n) => n + 1)) : undefined),
    [phase, seconds, timers],
  );

  return (
    <section class="stack-s" aria-label={t("voix.region")}>
      {trouble !== null && (
        <p class="err" role="alert">
          <Icon name="attention" />
          <span>{t(`voix.trouble.${trouble}`)}</span>
        </p>
      )}
      {kept.map((voice) => (
        <Kept key={voice} dossier={dossier.id} answerKey={answerKey} voice={voice} />
      ))}
      {phase === "recording" ? (
        <>
          <p aria-hidden="true">{t("voix.running", { length: lengthText(t, seconds) })}</p>
          <Button kind="redo" icon="pause" onPress={() => void stop()}>
            {t("voix.stop")}
          </Button>
        </>
      ) : (
        canRecord() &&
        kept.length === 0 && (
          <>
            <p class="meta">{t("voix.offer")}</p>
            <Button
              kind="second"
              icon="parler"
              busy={phase === "asking" ? t("voix.asking") : phase === "keeping" ? t("voix.keeping") : undefined}
              onPress={() => void start()}
            >
              {t("voix.record")}
            </Button>
          </>
        )
      )}
      <p role="status" class="meta">
        {phase === "recording" ? t("voix.listening") : said === null ? "" : t(`voix.${said}`)}
      </p>
    </section>
  );
}

const lengthText = (t: ReturnType<typeof useT>, seconds: number): string =>
  t("voix.length", { minutes: Math.floor(seconds / 60), seconds: String(seconds % 60).padStart(2, "0") });

/** One that is kept: heard again, or erased after a question. */
function Kept({
  dossier,
  answerKey,
  voice,
}: {
  readonly dossier: RecordId;
  readonly answerKey: string;
  readonly voice: RecordId;
}) {
  const t = useT();
  const { api } = useSatchel();
  const asked = useAsk(`voice ${voice}`, (satchel) => satchel.paper(voice), ["papers"]);
  const [isAsking, setAsking] = useState(false);
  const [isFailed, setFailed] = useState(false);
  // Another device may have erased it: then nothing is left to hear.
  if (asked.state !== "ready") return null;
  const { record: paper } = asked.value;
  const page = Object.keys(paper.pages)[0] ?? "";
  const erase = async (): Promise<void> => {
    setAsking(false);
    const gone = await api.removeVoice(dossier, answerKey, voice);
    setFailed(!gone.ok);
  };
  return (
    <div class="row row--tight">
      <Hear
        read={async () => {
          const read = await api.readPage(voice, page, "original");
          return read.ok ? { bytes: read.value.bytes } : { trouble: t("voix.unread") };
        }}
        words={{
          listen: t("voix.listen", { length: lengthText(t, Number(paper.facts?.seconds ?? 0) || 0) }),
          stop: t("voix.stopListening"),
          coming: t("voix.coming"),
          unheard: t("voix.unheard"),
        }}
      />
      <Button kind="second" icon="effacer" onPress={() => setAsking(true)}>
        {t("voix.erase")}
      </Button>
      {isFailed && (
        <p class="err" role="alert">
          <Icon name="attention" />
          <span>{t("voix.notErased")}</span>
        </p>
      )}
      <Dialog
        open={isAsking}
        title={t("voix.eraseAsk")}
        onKeep={() => setAsking(false)}
        actions={
          <>
            <Button kind="redo" onPress={() => void erase()}>
              {t("voix.erase")}
            </Button>
            <Button kind="second" onPress={() => setAsking(false)}>
              {t("voix.keep")}
            </Button>
          </>
        }
      >
        <p>{t("voix.eraseText")}</p>
      </Dialog>
    </div>
  );
}
