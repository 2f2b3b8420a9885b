/**
 * The camera: what it sees with the sheet's outline over it, one hint at a time, the shutter. The other two ways to bring a
 * picture stay in sight, whatever the camera does. Runs in the page.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Corners, Point, SightApi } from "../../../workers/imaging.contract.ts";
import { language } from "../../i18n/i18n.ts";
import { useT } from "../../i18n/useT.ts";
import type { CameraRefusal } from "../../platform/rear-camera.ts";
import { localVoice, onVoices, readAloud } from "../../platform/speech.ts";
import { Button } from "../Button.tsx";
import { Icon } from "../icons/Icon.tsx";
import type { IconName } from "../icons/names.ts";
import { FilePicker } from "../Pick.tsx";
import { sheetOf } from "../papers/names.ts";
import { Sheet, type SheetKind } from "../Sheet.tsx";
import { useWorld } from "../world.ts";
import { type Camera, type CameraEnd, canAskCamera, openCamera } from "./camera.ts";
import { createHinter, type Hint, type Told } from "./hint.ts";
import { Outline } from "./Outline.tsx";

/** Between two looks at the camera's picture, beside the time that a look takes. */
const LOOK_MS = 180;

/** Switched on by the person; they stay for the pages that follow. */
const chosen = { aloud: false, alone: false };

type View =
  | { readonly at: "opening" }
  | { readonly at: "on"; readonly camera: Camera }
  | { readonly at: "off"; readonly why: CameraRefusal["type"] | CameraEnd | "failed" };

export interface CameraStageProps {
  readonly title: ComponentChildren;
  readonly kind: string | null;
  /** Pages that the paper has. */
  readonly taken: number;
  readonly imaging: Pick<SightApi, "glance" | "still">;
  /** A picture of one page, from this camera or the phone's own. */
  readonly onShot: (file: File) => void;
  /** Picked files: each is a page. */
  readonly onFiles: (files: readonly File[]) => void;
  readonly onFinish: () => void;
}

interface SwitchProps {
  readonly icon: IconName;
  readonly text: string;
  readonly on: boolean;
  readonly onPress: () => void;
}

function Switch({ icon, text, on, onPress }: SwitchProps) {
  return (
    <button type="button" class="pill pill--line" aria-pressed={on} onClick={onPress}>
      <Icon name={icon} />
      {text}
    </button>
  );
}

/** How the paper is drawn; the catalogue of kinds is a chunk that may not be here. */
function useDrawing(kind: string | null): SheetKind {
  const [drawing, setDrawing] = useState<SheetKind>(sheetOf(kind));
  useEffect(() => {
    let isGone = false;
    import("../papers/kind-details.ts").then(
      ({ paperTypeDetails }) => {
        const known = paperTypeDetails(kind)?.drawing;
        if (!isGone && known !== undefined) setDrawing(known);
      },
      // What is drawn without it is good enough.
      () => undefined,
    );
    return () => {
      isGone = true;
    };
  }, [kind]);
  return drawing;
}

export function CameraStage({ title, kind, taken, imaging, onShot, onFiles, onFinish }: CameraStageProps) {
  const t = useT();
  const { clock } = useWorld();
  const video = useRef<HTMLVideoElement>(null);
  const [attempt, setAttempt] = useState(0);
  const [view, setView] = useState<View>({ at: "opening" });
  const [told, setTold] = useState<Told | null>(null);
  const [said, setSaid] = useState<Hint | null>(null);
  const [light, setLight] = useState(false);
  const [isTaking, setTaking] = useState(false);
  const [aloud, setAloud] = useState(chosen.aloud);
  const [alone, setAlone] = useState(chosen.alone);
  const [, voices] = useState(0);
  const drawing = useDrawing(kind);
  const camera = view.at === "on" ? view.camera : null;
  const voice = localVoice(language());
  useEffect(() => onVoices(() => voices((n) => n + 1)), []);

  useEffect(() => {
    const element = video.current;
    if (element === null) return undefined;
    let isGone = false;
    let opened: Camera | undefined;
    setView({ at: "opening" });
    setTold(null);
    setLight(false);
    if (!canAskCamera()) {
      setView({ at: "off", why: "no-camera" });
      return undefined;
    }
    void openCamera(element, imaging.still, (why) => setView({ at: "off", why })).then((answer) => {
      if (!answer.ok) {
        if (!isGone) setView({ at: "off", why: answer.error.type });
        return;
      }
      opened = answer.value;
      if (isGone) opened.stop();
      else setView({ at: "on", camera: opened });
    });
    return () => {
      isGone = true;
      opened?.stop();
    };
  }, [attempt, imaging]);

  async function shoot(from: Camera): Promise<void> {
    if (isTaking) return;
    setTaking(true);
    const file = await from.take();
    setTaking(false);
    if (file !== null) onShot(file);
    else {
      from.stop();
      setView({ at: "off", why: "failed" });
    }
  }

  const act = useRef({ shoot, alone, speak: (_: Hint): void => undefined });
  act.current = {
    shoot,
    alone,
    speak(hint) {
      setSaid(hint);
      if (aloud && voice !== undefined) readAloud([t(`capture.hint.${hint}`)], voice, () => undefined);
    },
  };
  useEffect(() => {
    if (camera === null) return undefined;
    let isGone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hinter = createHinter();
    const look = async (): Promise<void> => {
      const frame = camera.frame();
      const sight = frame === null ? null : await imaging.glance(frame);
      if (isGone) return;
      // Without the tool there are no hints; the shutter works all the same.
      if (sight !== null && !sight.ok) return setTold(null);
      if (sight !== null) {
        const next = hinter(sight.value, clock.now());
        setTold(next);
        if (next.say !== null) act.current.speak(next.say);
        if (act.current.alone && next.isSteady) return void act.current.shoot(camera);
      }
      timer = setTimeout(() => void look(), LOOK_MS);
    };
    void look();
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [camera, imaging, clock]);

  /** Where in the camera's picture somebody touched; outside of it: nowhere. */
  function touched(event: PointerEvent & { readonly currentTarget: HTMLVideoElement }): Point | null {
    if (camera === null) return null;
    const box = event.currentTarget.getBoundingClientRect();
    const scale = Math.min(box.width / camera.width, box.height / camera.height);
    const x = (event.clientX - box.left - (box.width - camera.width * scale) / 2) / (camera.width * scale);
    const y = (event.clientY - box.top - (box.height - camera.height * scale) / 2) / (camera.height * scale);
    return x >= 0 && x <= 1 && y >= 0 && y <= 1 ? { x, y } : null;
  }
  const focusThere = (event: PointerEvent & { readonly currentTarget: HTMLVideoElement }): void => {
    const point = touched(event);
    if (point !== null && camera?.hasFocus === true) void camera.focusAt(point);
  };

  const hint: Hint = told?.hint ?? "searching";
  const isFound = hint === "found";
  const corners: Corners | null = told?.corners ?? null;
  return (
    <div class="cam__in">
      <div class="cam__h">
        {title}
        {camera?.hasLight === true && (
          <Switch
            icon="lampe"
            text={t("capture.light")}
            on={light}
            onPress={() => {
              setLight(!light);
              void camera.setLight(!light);
            }}
          />
        )}
      </div>
      <div class="cam__view">
        <video ref={video} aria-label={t("capture.view")} playsInline muted onPointerUp={focusThere} />
        {camera !== null && (
          <Outline
            width={camera.width}
            height={camera.height}
            corners={corners}
            found={isFound}
            card={drawing === "card"}
          />
        )}
        {camera !== null && corners === null && <Sheet kind={drawing} class="cam__sheet" />}
        {view.at === "off" ? (
          <div class="cam__off" role="alert">
            <Icon name="attention" size="l" />
            <p>{t(`capture.refused.${view.why}`)}</p>
            <Button kind="second" icon="synchroniser" onPress={() => setAttempt(attempt + 1)}>
              {t("capture.again")}
            </Button>
          </div>
        ) : (
          <p
            class={isFound ? "cam__say cam__say--found" : "cam__say"}
            aria-hidden={camera !== null ? "true" : undefined}
          >
            <Icon name={view.at === "opening" ? "horloge" : isFound ? "valider" : "information"} />
            <span>
              {t(view.at === "opening" ? "capture.opening" : isTaking ? "capture.taking" : `capture.hint.${hint}`)}
            </span>
          </p>
        )}
      </div>
      <p class="sr" role="status">
        {isTaking ? t("capture.taking") : camera !== null && said !== null && t(`capture.hint.${said}`)}
      </p>
      <div class="cam__bar">
        <span class="cam__btn">
          {taken > 0 && (
            <>
              <Icon name="recu" size="l" />
              {t("capture.taken", { n: taken })}
            </>
          )}
        </span>
        <button
          type="button"
          class="shutter"
          aria-disabled={camera === null || isTaking ? "true" : undefined}
          onClick={() => {
            if (camera !== null) void shoot(camera);
          }}
        >
          <i aria-hidden="true" />
          {t("capture.take")}
        </button>
        <button type="button" class="cam__btn" onClick={onFinish}>
          <Icon name="valider" size="l" />
          {t("capture.finish")}
        </button>
      </div>
      {camera !== null && (
        <div class="cam__more">
          <Switch
            icon="appareil-photo"
            text={t("capture.alone")}
            on={alone}
            onPress={() => {
              chosen.alone = !alone;
              setAlone(!alone);
            }}
          />
          {voice !== undefined && (
            <Switch
              icon="ecouter"
              text={t("capture.aloud")}
              on={aloud}
              onPress={() => {
                chosen.aloud = !aloud;
                setAloud(!aloud);
              }}
            />
          )}
          {camera.hasFocus && (
            <button type="button" class="pill pill--line" onClick={() => void camera.focusAt({ x: 0.5, y: 0.5 })}>
              <Icon name="recherche" />
              {t("capture.sharp")}
            </button>
          )}
        </div>
      )}
      <fieldset class="cam__ways">
        <legend class="sr">{t("capture.other")}</legend>
        <FilePicker
          icon="telephone"
          title={t("capture.system")}
          accept="image/*"
          camera
          onFiles={([file]) => {
            if (file !== undefined) onShot(file);
          }}
        />
        <FilePicker
          icon="fichier"
          title={t("capture.file")}
          accept="image/*,.heic,.heif,application/pdf,.pdf"
          multiple
          onFiles={onFiles}
        />
      </fieldset>
    </div>
  );
}
