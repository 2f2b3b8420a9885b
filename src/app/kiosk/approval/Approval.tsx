/**
 * A shared computer that the person's phone opens: the code to be read, four pictures, the chosen papers for twenty minutes.
 * In the kiosk's page.
 *
 * Surprising: nobody's gesture is asked for while the phone is in the person's hands, so the time without gestures counts
 * only once papers are open; before that the code itself runs out.
 */
import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { KioskApproval } from "../../../workers/approval.contract.ts";
import { formatTime } from "../../i18n/format.ts";
import { useAreas, useT } from "../../i18n/useT.ts";
import { focusHeading } from "../../platform/useScreen.ts";
import { useAskOf } from "../../state/ask.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { FourPictures } from "../../ui/FourPictures.tsx";
import { HumanFooter } from "../../ui/HumanFooter.tsx";
import { Page } from "../../ui/Page.tsx";
import { Qr, useQr } from "../../ui/Qr.tsx";
import { Why } from "../../ui/Question.tsx";
import { Loading } from "../../ui/States.tsx";
import type { KioskDeployment } from "../config.ts";
import type { KioskDeps } from "../deps.ts";
import { Bar, placeOf } from "../parts.tsx";
import type { Ended } from "../Screens.tsx";
import { OpenPapers } from "./OpenPapers.tsx";
import "./approval.css";

export interface ApprovalProps {
  readonly deps: KioskDeps;
  readonly deployment: KioskDeployment | null;
  readonly online: boolean;
  readonly idleMs: number;
  /** Back to the first screen: nothing was opened. */
  readonly onBack: () => void;
  readonly onEnd: (why: Ended["why"], lastWords: () => Promise<unknown>) => void;
}

type Waiting = Extract<KioskApproval, { type: "asking" | "met" }>;

/** How to read the code, and the code itself beside it. */
function Code({
  state,
  cancel,
}: {
  readonly state: Extract<Waiting, { type: "asking" }>;
  readonly cancel: ComponentChildren;
}) {
  const t = useT();
  const qr = useQr(state.text, "L");
  return (
    <>
      <div class="stack-l">
        <h1>{t("approbation.kiosk.title")}</h1>
        <ol class="stack-s approval-steps">
          {(["step1", "step2", "step3"] as const).map((step) => (
            <li key={step}>{t(`approbation.kiosk.${step}`)}</li>
          ))}
        </ol>
        <p role="status">{t("approbation.kiosk.waiting", { time: formatTime(state.until) })}</p>
        <Why title={t("approbation.kiosk.asText")}>
          <section
            class="approval-text"
            dir="ltr"
            translate={false}
            aria-label={t("approbation.kiosk.textLabel")}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a long text that scrolls must be reachable by keyboard
            tabIndex={0}
          >
            {state.text}
          </section>
        </Why>
        {cancel}
      </div>
      {qr !== null && qr !== "absent" && (
        <div class="approval-qr">
          <Qr drawing={qr} label={t("approbation.kiosk.drawing")} />
        </div>
      )}
      {qr === "absent" && <p>{t("approbation.kiosk.noQr")}</p>}
    </>
  );
}

export function Approval({ deps, deployment, online, idleMs, onBack, onEnd }: ApprovalProps) {
  const t = useT();
  const { kiosk } = deps;
  const ready = useAreas("approbation", "opening", "papers-types");
  const asked = useAskOf(kiosk, "approval", (api) => api.approvalState(), ["approvals"]);
  const [cut, setCut] = useState(false);
  const place = placeOf(deployment);
  const name = useRef(place);
  name.current = place;

  const draw = useCallback(() => {
    setCut(false);
    void kiosk.api.approvalAsk(name.current ?? "").then((answer) => setCut(!answer.ok));
  }, [kiosk]);
  useEffect(() => draw(), [draw]);

  const state = asked.state === "ready" ? asked.value : null;
  const lost = cut || (!online && state?.type === "asking");
  const stage = lost ? "cut" : (state?.type ?? "none");
  useEffect(() => {
    if (ready) focusHeading();
  }, [stage, ready]);

  const end = useRef(onEnd);
  end.current = onEnd;
  const closedBy = state?.type === "ended" ? state.why : null;
  useEffect(() => {
    if (closedBy !== null) end.current(closedBy, async () => undefined);
  }, [closedBy]);

  const back = (): void => {
    void kiosk.api.approvalStop("asked");
    onBack();
  };
  if (ready && state?.type === "open")
    return (
      <OpenPapers
        deps={deps}
        deployment={deployment}
        state={state}
        idleMs={idleMs}
        onEnd={(why) => onEnd(why, () => kiosk.api.approvalStop(why))}
      />
    );
  const isAsking = ready && !lost && state?.type === "asking";
  const cancel = (
    <Button kind="second" icon="retour" onPress={back}>
      {t("approbation.kiosk.cancel")}
    </Button>
  );
  return (
    <Page
      kind="wide"
      top={<Bar place={place} left={null} />}
      human={deployment?.operator == null ? null : <HumanFooter contact={deployment.operator.contact} />}
    >
      <div class={isAsking ? "poste-end" : "poste-start stack-l"}>
        {isAsking ? (
          <Code state={state} cancel={cancel} />
        ) : stage === "met" && state?.type === "met" ? (
          <>
            <h1>{t("approbation.kiosk.met.title")}</h1>
            <p>{t("approbation.kiosk.met.text")}</p>
            <FourPictures pictures={state.pictures} label={t("approbation.kiosk.met.label")} />
            <p role="status">{t("approbation.kiosk.met.waiting")}</p>
            <Button kind="second" icon="fermer" onPress={back}>
              {t("approbation.kiosk.met.different")}
            </Button>
          </>
        ) : stage === "over" || stage === "refused" ? (
          <>
            <h1>{t(`approbation.kiosk.${stage}.title`)}</h1>
            <p>{t(`approbation.kiosk.${stage}.text`)}</p>
            <Button icon="synchroniser" onPress={draw}>
              {t("approbation.kiosk.newCode")}
            </Button>
            {cancel}
          </>
        ) : (
          <>
            <h1>{t("approbation.kiosk.title")}</h1>
            {lost ? (
              <>
                <Banner tone="soon" icon="hors-ligne">
                  {t("approbation.kiosk.noNetwork")}
                </Banner>
                <Button icon="synchroniser" onPress={draw}>
                  {t("approbation.kiosk.retry")}
                </Button>
              </>
            ) : (
              <Loading text={ready ? t("approbation.kiosk.making") : undefined} />
            )}
            {cancel}
          </>
        )}
      </div>
    </Page>
  );
}
