/**
 * From the camera to a kept page, over whatever screen asks for pages: the camera, then the corners of what was shot, page
 * after page. Loaded when it is asked for. Runs in the page; needs the areas "papers" and "papers-types".
 *
 * Surprising: it is a modal dialog and no screen of its own, so that the list of pages underneath goes on keeping what was
 * confirmed, inside a dossier and at a shared computer too. The shot is sealed before its corners are shown (decisions/0027).
 */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { paperType } from "../../../satchel/paper-types.ts";
import { connectImaging } from "../../../workers/imaging.client.ts";
import type { Finish } from "../../../workers/imaging.contract.ts";
import { useAreas, useT } from "../../i18n/useT.ts";
import { useShell } from "../../state/shell.ts";
import { Pill } from "../Button.tsx";
import type { Capture, Shot } from "../papers/capture.ts";
import { kindName } from "../papers/names.ts";
import { HUMAN_ID, moveTo } from "../places.ts";
import { Loading } from "../States.tsx";
import { CameraStage } from "./CameraStage.tsx";
import { CornerStage, type Then } from "./CornerStage.tsx";
import "./capture.css";

export interface CaptureDialogProps {
  readonly capture: Capture;
  readonly kind: string | null;
  /** A picture to begin with: taken by the phone's own camera, or a page that is cut anew. Null: the camera. */
  readonly first: Shot | null;
  /** Nothing is left to do here; what was confirmed is being kept. */
  readonly onClose: () => void;
}

type Stage =
  /** `retake`: a shot that another one takes the place of. */
  { readonly at: "camera"; readonly retake: Shot | null } | { readonly at: "corners"; readonly shot: Shot };

const WHOLE: Finish = { corners: null, turn: 0, look: "photo" };

/** Which page of the paper is under way, from 1. */
function pageNumber({ pages }: Capture, shot: Shot | null, sealed: string | null): number {
  const there = pages.filter((each) => !each.hidden);
  const cut = there.findIndex((each) => each.id === shot?.instead);
  return cut < 0 ? there.filter((each) => each.id !== sealed).length + 1 : cut + 1;
}

export function CaptureDialog({ capture, kind, first, onClose }: CaptureDialogProps) {
  const t = useT();
  const areas = useAreas("capture");
  const shell = useShell();
  const title = useId();
  const element = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const [imaging] = useState(connectImaging);
  const [stage, setStage] = useState<Stage>(
    first === null ? { at: "camera", retake: null } : { at: "corners", shot: first },
  );
  const [sealed, setSealed] = useState<string | null>(null);
  const [kept, setKept] = useState<number | null>(null);
  const shot = stage.at === "corners" ? stage.shot : stage.retake;
  const n = pageNumber(capture, shot, sealed);
  const sides = paperType(kind)?.sides ?? "many";
  const now = useRef({ capture, stage });
  now.current = { capture, stage };

  useEffect(() => element.current?.showModal(), []);
  useEffect(() => heading.current?.focus(), [stage, areas]);
  useEffect(() => {
    let isOld = false;
    setSealed(null);
    void shot?.page.then((page) => {
      if (!isOld) setSealed(page);
    });
    return () => {
      isOld = true;
    };
  }, [shot]);
  // Taken away from outside (another screen, a lock): a shot whose corners nobody confirmed is a page all the same.
  useEffect(
    () => () => {
      imaging.stop();
      const { capture: last, stage: left } = now.current;
      if (left.at === "corners" && left.shot.instead === undefined) void last.confirm(left.shot, WHOLE, false);
      if (left.at === "camera" && left.retake !== null) last.discard(left.retake);
    },
    [imaging],
  );

  function shown(file: File): void {
    const retake = stage.at === "camera" ? (stage.retake ?? undefined) : undefined;
    setStage({ at: "corners", shot: capture.shoot(file, retake) });
  }
  function close(): void {
    // Nothing is left for the effect above.
    now.current = { capture, stage: { at: "camera", retake: null } };
    onClose();
  }
  function keep(of: Shot, how: Finish, keepOriginal: boolean, then: Then): void {
    void capture.confirm(of, how, keepOriginal).then(() => setKept(n));
    if (then === "next") setStage({ at: "camera", retake: null });
    else close();
  }
  function leave(): void {
    if (stage.at === "corners" && stage.shot.instead === undefined) void capture.confirm(stage.shot, WHOLE, false);
    if (stage.at === "camera" && stage.retake !== null) capture.discard(stage.retake);
    close();
  }
  function help(): void {
    leave();
    // The dialog is over the place that help leads to.
    element.current?.close();
    moveTo(HUMAN_ID);
  }

  const pageTitle =
    sides === "two" && n <= 2
      ? t(n === 1 ? "capture.front" : "capture.back", { kind: kindName(kind) })
      : t("capture.page", { kind: kindName(kind), n });
  return (
    <dialog
      ref={element}
      class={stage.at === "camera" ? "capture cam" : "capture"}
      aria-labelledby={title}
      onCancel={(event) => {
        event.preventDefault();
        leave();
      }}
    >
      <div class="top">
        <div class="top__in">
          <Pill icon="retour" onPress={leave}>
            {t("common.back")}
          </Pill>
          <div class="top__end">
            {shell.open && shell.endsElsewhere !== true && (
              <Pill icon="sortie-rapide" label={t("common.quit.full")} onPress={shell.quit}>
                {t("common.quit.label")}
              </Pill>
            )}
            <Pill icon="parler" look="human" label={t("common.help.full")} onPress={help}>
              {t("common.help.label")}
            </Pill>
          </div>
        </div>
      </div>
      {!areas ? (
        <Loading />
      ) : stage.at === "camera" ? (
        <CameraStage
          title={
            <h2 id={title} tabIndex={-1} ref={heading}>
              {pageTitle}
            </h2>
          }
          kind={kind}
          taken={n - 1}
          imaging={imaging.api}
          onShot={shown}
          onFiles={(files) => {
            capture.add(files);
            leave();
          }}
          onFinish={leave}
        />
      ) : (
        <CornerStage
          key={stage.shot.file}
          title={
            <h2 id={title} tabIndex={-1} ref={heading}>
              {t("capture.corners.title", { n })}
            </h2>
          }
          shot={stage.shot}
          sealed={sealed !== null}
          room={capture.room}
          next={sides === "two" && n === 1 ? "back" : sides === "many" ? "page" : "end"}
          imaging={imaging.api}
          onRetake={() => {
            // What is still being looked for in the old one is not waited for.
            imaging.stop();
            setStage({ at: "camera", retake: stage.shot });
          }}
          onKeep={(how, keepOriginal, then) => keep(stage.shot, how, keepOriginal, then)}
        />
      )}
      <p class="sr" role="status">
        {areas && kept !== null && t("capture.kept", { n: kept })}
      </p>
    </dialog>
  );
}
