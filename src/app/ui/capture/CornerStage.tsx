/**
 * After the shot: its corners, how it is turned, how it looks, what may not be readable; then it is kept. Everything has a
 * proposal, so that one press is enough. Runs in the page.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Corners, Finish, Look, Proposal, Quality, SightApi } from "../../../workers/imaging.contract.ts";
import { formatBytes } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { Banner } from "../Banner.tsx";
import { Button } from "../Button.tsx";
import { Checkbox, RadioGroup } from "../Choice.tsx";
import type { PictureFile } from "../drawing.ts";
import { Icon } from "../icons/Icon.tsx";
import { Picture } from "../Picture.tsx";
import type { Capture, Shot } from "../papers/capture.ts";
import { Loading } from "../States.tsx";
import { CornerEditor } from "./CornerEditor.tsx";
import { isWhole, WHOLE } from "./corners.ts";

/** After keeping: the camera for another page, or back to the list. */
export type Then = "next" | "end";

const LOOKS = ["document", "colour", "photo"] as const satisfies readonly Look[];
const RISKS = ["blurred", "dark", "glare", "cut"] as const satisfies readonly (keyof Quality)[];
/** The result is drawn anew after so long without a change. */
const REST_MS = 300;

export interface CornerStageProps {
  readonly title: ComponentChildren;
  readonly shot: Shot;
  /** The shot is on the disk already. */
  readonly sealed: boolean;
  readonly room: Capture["room"];
  /** What comes after it by itself: the back of the paper, another page, or nothing. */
  readonly next: "back" | "page" | "end";
  readonly imaging: Pick<SightApi, "propose" | "sample">;
  readonly onRetake: () => void;
  readonly onKeep: (how: Finish, keepOriginal: boolean, then: Then) => void;
}

type Found =
  | { readonly at: "looking" }
  /** This device cannot show it; it is kept whole. */
  | { readonly at: "unseen" }
  | { readonly at: "ready"; readonly proposal: Proposal };

/** The page as it will be, small, made of the picture that is shown: what is kept is made of the whole shot. */
function useResult(imaging: CornerStageProps["imaging"], proposal: Proposal | null, how: Finish): PictureFile | null {
  const [result, setResult] = useState<PictureFile | null>(null);
  const { corners, turn, look } = how;
  useEffect(() => {
    if (proposal === null) return undefined;
    let isOld = false;
    const { bytes, mime } = proposal.shown;
    const timer = setTimeout(() => {
      void imaging.sample(new Blob([bytes], { type: mime }), { corners, turn, look }).then((made) => {
        if (!isOld && made.ok) setResult(made.value);
      });
    }, REST_MS);
    return () => {
      isOld = true;
      clearTimeout(timer);
    };
  }, [imaging, proposal, corners, turn, look]);
  return result;
}

export function CornerStage(props: CornerStageProps) {
  const { title, shot, sealed, room, next, imaging, onRetake, onKeep } = props;
  const t = useT();
  const [found, setFound] = useState<Found>({ at: "looking" });
  const [corners, setCorners] = useState<Corners | null>(null);
  const [turn, setTurn] = useState<Finish["turn"]>(0);
  const [look, setLook] = useState<Look>("photo");
  const [keepOriginal, setKeepOriginal] = useState(false);
  const [said, setSaid] = useState("");
  const isAdjusted = shot.instead !== undefined;

  useEffect(() => {
    let isGone = false;
    void imaging.propose(shot.file).then((proposed) => {
      if (isGone) return;
      if (!proposed.ok) return setFound({ at: "unseen" });
      setFound({ at: "ready", proposal: proposed.value });
      setCorners(proposed.value.corners);
      setLook(proposed.value.look);
    });
    return () => {
      isGone = true;
    };
  }, [imaging, shot]);

  const proposal = found.at === "ready" ? found.proposal : null;
  const how: Finish = { corners, turn, look };
  const result = useResult(imaging, proposal, how);
  const risks = proposal === null ? [] : RISKS.filter((risk) => proposal.quality[risk]);
  /** Another try is proposed first. A page that is cut anew has no camera to go back to. */
  const isRisky = risks.length > 0 && !isAdjusted;
  const goesOn = next !== "end" && !isAdjusted;
  const keep = (then: Then): void => onKeep(how, keepOriginal, then);
  const onward: Then = goesOn ? "next" : "end";
  const keepText = isAdjusted
    ? t("capture.keep.adjusted")
    : t(next === "back" ? "capture.keep.back" : next === "page" ? "capture.keep.next" : "capture.keep.end");
  const told =
    found.at !== "ready"
      ? found.at
      : found.proposal.sheets === "several"
        ? "several"
        : found.proposal.corners === null
          ? "none"
          : "found";
  const retake = (
    <Button wide kind={isRisky ? "main" : "second"} icon="appareil-photo" onPress={onRetake}>
      {t("capture.keep.retake")}
    </Button>
  );
  const actions = (
    <div class="stack-s">
      {isRisky && retake}
      {found.at !== "looking" && (
        <Button
          wide
          kind={isRisky ? "second" : "main"}
          icon="valider"
          onPress={() => keep(found.at === "unseen" ? "end" : onward)}
        >
          {isRisky ? t("capture.keep.anyway") : found.at === "unseen" ? t("capture.keep.end") : keepText}
        </Button>
      )}
      {found.at === "ready" && goesOn && (
        <Button wide kind="second" onPress={() => keep("end")}>
          {t("capture.keep.end")}
        </Button>
      )}
      {found.at === "ready" && !goesOn && !isAdjusted && (
        <Button wide kind="second" onPress={() => keep("next")}>
          {t("capture.keep.next")}
        </Button>
      )}
      {!isRisky && !isAdjusted && retake}
    </div>
  );
  return (
    <div class="capture__in stack-m">
      {title}
      <p role="status">{t(`capture.corners.${told}`)}</p>
      {found.at === "looking" && <Loading />}
      {proposal !== null && (
        <>
          {risks.length > 0 && (
            <Banner tone="soon" icon="attention" title={t("capture.risk.title")}>
              {risks.map((risk) => t(`capture.risk.${risk}`)).join(" ")}
            </Banner>
          )}
          <CornerEditor
            picture={proposal.shown}
            corners={corners ?? WHOLE}
            onChange={(moved) => setCorners(isWhole(moved) ? null : moved)}
            ways={
              <>
                <Button kind="second" small icon="agrandir" onPress={() => setCorners(null)}>
                  {t("capture.corners.whole")}
                </Button>
                {proposal.corners !== null && (
                  <Button kind="second" small icon="recadrer" onPress={() => setCorners(proposal.corners)}>
                    {t("capture.corners.proposed")}
                  </Button>
                )}
              </>
            }
          >
            {actions}
          </CornerEditor>
          <div class="capture__result">
            <h3>{t("capture.corners.result")}</h3>
            {result === null ? (
              <p class="meta">{t("capture.corners.making")}</p>
            ) : (
              <Picture file={result} name={t("capture.corners.result")} class="capture__page" />
            )}
            <button
              type="button"
              class="pill pill--line"
              onClick={() => {
                setTurn(((turn + 90) % 360) as Finish["turn"]);
                setSaid(t("capture.corners.turned"));
              }}
            >
              <Icon name="tourner" />
              {t("capture.corners.turn")}
            </button>
            <p class="sr" role="status">
              {said}
            </p>
          </div>
          <fieldset class="stack-s">
            <legend class="h3">{t("capture.look.label")}</legend>
            <RadioGroup
              value={look}
              onChange={setLook}
              options={LOOKS.map((each) => ({
                value: each,
                label: t(`capture.look.${each}`),
                more: t(`capture.look.${each}More`),
              }))}
            />
          </fieldset>
          {room === "enough" && !isAdjusted && (
            <Checkbox
              checked={keepOriginal}
              onChange={setKeepOriginal}
              label={t("capture.keep.original")}
              more={t("capture.keep.originalMore", { size: formatBytes(shot.file.size) })}
            />
          )}
        </>
      )}
      {proposal === null && actions}
      {!isAdjusted && <p class="meta">{t(sealed ? "capture.sealed" : "capture.unsealed")}</p>}
    </div>
  );
}
