/**
 * "Une copie fermée": one file that opens with card and code, and the reader that opens it. In the page; needs no network once
 * the reader is on this phone.
 *
 * Surprising: the code is asked although the satchel is open. It becomes part of what opens the file, and a code that is only
 * believed to be right would close it for good.
 */
import { useState } from "preact/hooks";
import type { SealedOut, SealRefusal, UnlockRefusal, WorkerError } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { t as say } from "../../i18n/i18n.ts";
import { useT } from "../../i18n/useT.ts";
import { readerFile } from "../../platform/reader-file.ts";
import { saveFile } from "../../platform/save-file.ts";
import { errorText, isWorkerError } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkButton } from "../../ui/Button.tsx";
import { CodeEntry } from "../../ui/Code.tsx";
import { EmptyState, Loading } from "../../ui/States.tsx";
import { useWorld } from "../../ui/world.ts";
import { Inside, NotNow, useExportWords } from "./parts.tsx";

const COPY_NAME = "besace-copie.bsx";
const READER_NAME = "besace-lecteur.html";

type Stage =
  | { readonly at: "code"; readonly error: string | undefined }
  | { readonly at: "busy" }
  | { readonly at: "ready"; readonly copy: SealedOut; readonly saved: boolean }
  | { readonly at: "refused"; readonly refusal: SealRefusal }
  | { readonly at: "failed"; readonly error: WorkerError };

/** What the code's field says. */
export function codeRefusal(refusal: UnlockRefusal): string {
  if (refusal.type === "wrong-code" && refusal.triesLeft > 0) return say("sortie.code.left", { n: refusal.triesLeft });
  if (refusal.type === "wait") return say("sortie.joining.wait", { time: minutes(refusal.waitMs) });
  if (refusal.type === "code-dropped") return say("sortie.joining.dropped");
  return say(refusal.type === "stretch-broken" ? "sortie.refused.stretch-broken" : "sortie.code.wrong");
}

/** "1:05", said as digits in every language. */
function minutes(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function Reader() {
  const t = useT();
  const { timers } = useWorld();
  const [state, setState] = useState<"before" | "busy" | "saved" | "absent">("before");
  async function take(): Promise<void> {
    setState("busy");
    const file = await readerFile();
    if (file !== null) saveFile(timers, file, READER_NAME);
    setState(file === null ? "absent" : "saved");
  }
  return (
    <section class="stack-s" aria-labelledby="lecteur">
      <h2 id="lecteur">{t("sortie.sealed.reader")}</h2>
      <p>{t("sortie.sealed.readerText")}</p>
      <Button
        kind="second"
        wide
        icon="fichier"
        busy={state === "busy" ? t("sortie.sealed.readerBusy") : undefined}
        onPress={() => void take()}
      >
        {t("sortie.sealed.reader")}
      </Button>
      <p role="status">
        {state === "saved" && t("sortie.copy.saved")}
        {state === "absent" && t("sortie.sealed.readerAbsent")}
      </p>
    </section>
  );
}

export function SealedScreen() {
  const t = useT();
  const { api } = useSatchel();
  const { timers } = useWorld();
  const { open } = useShell();
  const words = useExportWords();
  const opening = useAsk("opening", (each) => each.opening(), ["opening"]);
  const card = useAsk("card", (each) => each.card(), ["opening"]);
  const kind = opening.state === "ready" && opening.value.type === "open" ? opening.value.profile.codeKind : "digits";
  const [stage, setStage] = useState<Stage>({ at: "code", error: undefined });
  const [code, setCode] = useState("");
  const [shown, setShown] = useState(false);

  async function seal(typed: string): Promise<void> {
    setStage({ at: "busy" });
    const said = await words();
    if (!said.ok) return setStage({ at: "failed", error: said.error });
    const made = await api.exportSealed({ code: typed, words: said.value });
    setCode("");
    if (made.ok) return setStage({ at: "ready", copy: made.value, saved: false });
    const { error } = made;
    if (isWorkerError(error)) setStage({ at: "failed", error });
    else if (error.type === "nothing" || error.type === "no-card") setStage({ at: "refused", refusal: error });
    else setStage({ at: "code", error: codeRefusal(error) });
  }

  const title = t(stage.at === "ready" ? "sortie.sealed.ready" : "sortie.sealed.title");
  const locked: WorkerError | null = open ? null : { type: "locked" };
  const failed = stage.at === "failed" ? stage.error : locked;
  const noCard =
    (stage.at === "refused" && stage.refusal.type === "no-card") ||
    (card.state === "failed" && card.error.type === "not-found");
  return (
    <Frame
      title={title}
      back={paths.out}
      arrival={stage.at === "ready" ? "ready" : "code"}
      failing={stage.at === "failed" || (stage.at === "code" && stage.error !== undefined)}
    >
      <h1>{title}</h1>
      {failed !== null ? (
        <NotNow error={failed} onRetry={() => setStage({ at: "code", error: undefined })} />
      ) : noCard ? (
        <Banner tone="soon" icon="attention">
          {t("sortie.sealed.noCard")}
        </Banner>
      ) : stage.at === "refused" ? (
        <EmptyState title={t("sortie.copy.empty")} text={t("sortie.text")} />
      ) : stage.at === "ready" ? (
        <>
          <Inside copy={stage.copy} />
          <p>{t("sortie.sealed.need", { n: stage.copy.set + 1 })}</p>
          <p>{t("sortie.sealed.guess")}</p>
          <Button
            wide
            kind={stage.saved ? "second" : "main"}
            icon="fichier"
            onPress={() => {
              saveFile(timers, stage.copy.file, COPY_NAME);
              setStage({ ...stage, saved: true });
            }}
          >
            {t("sortie.sealed.save")}
          </Button>
          <p role="status">{stage.saved && t("sortie.copy.saved")}</p>
          <Reader />
        </>
      ) : card.state === "loading" ? (
        <Loading />
      ) : (
        <>
          <p>{t("sortie.sealed.text")}</p>
          <p>{t("sortie.sealed.guess")}</p>
          {card.state === "ready" && !card.value.drilled && (
            <Banner tone="soon" icon="attention">
              {t("sortie.sealed.notDrilled")}
            </Banner>
          )}
          {card.state === "ready" && !card.value.drilled && (
            <LinkButton kind="second" wide icon="qr" href={paths.drill}>
              {t("sortie.sealed.drill")}
            </LinkButton>
          )}
          <section class="stack-s" aria-labelledby="code">
            <h2 id="code">{t("sortie.sealed.code")}</h2>
            <CodeEntry
              kind={kind}
              value={code}
              onChange={setCode}
              onComplete={(typed) => void seal(typed)}
              shown={shown}
              onShow={setShown}
              hint={stage.at === "busy" ? t("sortie.sealed.busy") : undefined}
              error={stage.at === "code" ? stage.error : undefined}
              busy={stage.at === "busy"}
            />
          </section>
        </>
      )}
      {card.state === "failed" && card.error.type !== "not-found" && card.error.type !== "locked" && (
        <p class="err">{errorText(card.error)}</p>
      )}
    </Frame>
  );
}
