/**
 * "Lire avec l'appareil photo" and "Choisir une photo": a QR code read here, for every screen that takes one. In the page;
 * needs the area "scan". Beside it there is always a field to type or paste into.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { useT } from "../i18n/useT.ts";
import type { CameraRefusal } from "../platform/rear-camera.ts";
import { type CameraScan, canUseCamera, openCamera, type ScanRefusal, scanQr } from "../platform/scan.ts";
import { Button } from "../ui/Button.tsx";
import { Icon } from "../ui/icons/Icon.tsx";
import "./scan.css";

export interface ScanQrProps {
  /** Whatever the code says; the screen judges it. Called once per code. */
  readonly onText: (text: string) => void;
}

type Stage =
  | { readonly at: "ready" }
  | { readonly at: "camera" }
  | { readonly at: "photo" }
  | { readonly at: "read" }
  | { readonly at: "stopped" }
  | { readonly at: "refused"; readonly why: CameraRefusal["type"] | ScanRefusal["type"] };

interface ViewProps {
  readonly onText: (text: string) => void;
  readonly onStopped: () => void;
  readonly onRefused: (why: CameraRefusal["type"] | "absent") => void;
}

/** The camera's picture while it looks for a code. Leaving the screen switches it off. */
function View({ onText, onStopped, onRefused }: ViewProps) {
  const t = useT();
  const video = useRef<HTMLVideoElement>(null);
  const [camera, setCamera] = useState<CameraScan | null>(null);
  const [light, setLight] = useState(false);
  const stopButton = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = video.current;
    if (element === null) return;
    let isGone = false;
    let opened: CameraScan | undefined;
    stopButton.current?.querySelector("button")?.focus();
    void openCamera(element, { onText, onStopped, onAbsent: () => onRefused("absent") }).then((answer) => {
      if (!answer.ok) {
        if (!isGone) onRefused(answer.error.type);
        return;
      }
      opened = answer.value;
      if (isGone) opened.stop();
      else setCamera(opened);
    });
    return () => {
      isGone = true;
      opened?.stop();
    };
  }, []);
  return (
    <div class="scan stack-s">
      <div class="scan__view">
        <video ref={video} aria-label={t("scan.view")} playsInline muted />
      </div>
      <p role="status">{t(camera === null ? "scan.opening" : "scan.aim")}</p>
      <p class="meta">{t("scan.private")}</p>
      <div class="row row--tight" ref={stopButton}>
        <Button kind="second" icon="fermer" onPress={onStopped}>
          {t("scan.stop")}
        </Button>
        {camera?.hasLight === true && (
          <button
            type="button"
            class="btn btn--second"
            aria-pressed={light}
            onClick={() => {
              setLight(!light);
              void camera.setLight(!light);
            }}
          >
            <Icon name="lampe" />
            {t("scan.light")}
          </button>
        )}
      </div>
    </div>
  );
}

export function ScanQr({ onText }: ScanQrProps) {
  const t = useT();
  const [stage, setStage] = useState<Stage>({ at: "ready" });
  const read = (text: string): void => {
    setStage({ at: "read" });
    onText(text);
  };
  const pick = (photo: File): void => {
    setStage({ at: "photo" });
    void scanQr(photo).then((answer) => {
      if (answer.ok) read(answer.value);
      else setStage({ at: "refused", why: answer.error.type });
    });
  };
  const words: Readonly<Record<Exclude<Stage["at"], "refused">, string>> = {
    ready: "",
    camera: "",
    photo: t("scan.reading"),
    read: t("scan.read"),
    stopped: t("scan.stopped"),
  };
  return (
    <div class="stack-s">
      {stage.at === "camera" ? (
        <View
          onText={read}
          onStopped={() => setStage({ at: "stopped" })}
          onRefused={(why) => setStage({ at: "refused", why })}
        />
      ) : (
        <div class="stack-s">
          {canUseCamera() && (
            <Button kind="second" wide icon="qr" onPress={() => setStage({ at: "camera" })}>
              {t("scan.camera")}
            </Button>
          )}
          <label class="btn btn--plain btn--wide scan__file">
            <Icon name="fichier" />
            {t("scan.file")}
            <input
              class="sr"
              type="file"
              accept="image/*"
              onChange={(event) => {
                const photo = event.currentTarget.files?.[0];
                event.currentTarget.value = "";
                if (photo !== undefined) pick(photo);
              }}
            />
          </label>
        </div>
      )}
      <p role="status">
        {stage.at === "refused" ? (
          <span class="err">
            <Icon name="attention" />
            <span>{t(`scan.refused.${stage.why}`)}</span>
          </span>
        ) : (
          words[stage.at]
        )}
      </p>
    </div>
  );
}
