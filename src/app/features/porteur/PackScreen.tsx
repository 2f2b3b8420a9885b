/**
 * "Donner à un porteur": everything that waits goes into one sealed file, without network; somebody who goes where there is
 * one brings it. Runs in the page.
 *
 * Surprising: the share sheet opens only right after a press, so preparing and handing over are two presses.
 */
import { useState } from "preact/hooks";
import type { OutboxLine, PackedCarrier } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatBytes } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { errorText, failure, isWorkerError } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkButton } from "../../ui/Button.tsx";
import { EmptyState, FailedState, Loading, LockedState } from "../../ui/States.tsx";
import { Thread } from "../../ui/Thread.tsx";
import { HandOver } from "./hand.tsx";
import { CARRIER_FILE, carrierPageText } from "./words.ts";

type Stage =
  | { readonly at: "before" | "busy" }
  | { readonly at: "refused"; readonly text: string }
  | { readonly at: "ready"; readonly packed: PackedCarrier; readonly file: File }
  | {
      readonly at: "given";
      readonly how: "shared" | "saved";
      readonly packed: PackedCarrier;
      readonly file: File;
    };

/** What happens to the file, step by step. */
function Way({ given }: { readonly given: boolean }) {
  const t = useT();
  return (
    <section class="stack-s" aria-labelledby="ensuite">
      <h2 id="ensuite">{t("porteur.pack.next")}</h2>
      <Thread
        card
        steps={[
          {
            key: "give",
            icon: "partager",
            title: t("porteur.pack.steps.give"),
            detail: t("porteur.pack.steps.giveText"),
            state: given ? "done" : "now",
          },
          {
            key: "bring",
            icon: "reseau",
            title: t("porteur.pack.steps.bring"),
            detail: t("porteur.pack.steps.bringText"),
            state: given ? "now" : "waiting",
          },
          {
            key: "receipt",
            icon: "recu",
            title: t("porteur.pack.steps.receipt"),
            detail: t("porteur.pack.steps.receiptText"),
            state: "waiting",
          },
        ]}
      />
    </section>
  );
}

/** What waits and cannot be carried: a dossier without a desk to seal it to, and what needs the person. */
function NotInIt({ lines }: { readonly lines: readonly OutboxLine[] }) {
  const t = useT();
  const desk = lines.filter((line) => line.state === "awaiting-desk").length;
  const fix = lines.filter((line) => line.state === "needs-you").length;
  return (
    <>
      {desk > 0 && (
        <Banner tone="soon" icon="guichet" quiet>
          {t("porteur.pack.desk", { count: desk })}
        </Banner>
      )}
      {fix > 0 && (
        <Banner tone="soon" icon="attention" quiet>
          {t("porteur.pack.fix", { count: fix })}
        </Banner>
      )}
    </>
  );
}

export function PackScreen() {
  const t = useT();
  const { api } = useSatchel();
  const { go } = useShell();
  const outbox = useAsk("outbox", (each) => each.outbox(), ["outbox"]);
  const deployment = useAsk("deployment", (each) => each.deployment(), ["deployment"]);
  const [stage, setStage] = useState<Stage>({ at: "before" });
  const title = t("porteur.pack.title");

  async function prepare(): Promise<void> {
    setStage({ at: "busy" });
    const home = deployment.state === "ready" ? deployment.value?.urls.app : undefined;
    const packed = await api.packCarrier(carrierPageText(home ?? ""));
    if (packed.ok) {
      const file = new File([packed.value.file], CARRIER_FILE, { type: "application/pdf" });
      setStage({ at: "ready", packed: packed.value, file });
      return;
    }
    const { error } = packed;
    setStage({
      at: "refused",
      text: isWorkerError(error) ? errorText(error) : t(`porteur.pack.refused.${error.type}`),
    });
  }

  const waiting = outbox.state === "ready" ? outbox.value.waiting : 0;
  const bytes = outbox.state === "ready" ? outbox.value.bytesLeft : 0;
  const lines = outbox.state === "ready" ? outbox.value.lines : [];
  const isPacked = stage.at === "ready" || stage.at === "given";
  return (
    <Frame title={title} back={paths.outbox} arrival={isPacked ? "ready" : "before"}>
      <h1>{isPacked ? t("porteur.pack.ready") : title}</h1>
      {outbox.state === "loading" && <Loading />}
      {outbox.state === "failed" &&
        (outbox.error.type === "locked" ? (
          <LockedState
            title={t("porteur.locked.title")}
            detail={t("porteur.locked.text")}
            action={t("porteur.locked.open")}
            onOpen={() => go(paths.start)}
          />
        ) : (
          <FailedState title={t("porteur.failed")} {...failure(outbox.error)} onRetry={outbox.again} />
        ))}
      {outbox.state === "ready" && !isPacked && waiting === 0 && stage.at === "before" && (
        <EmptyState
          title={t("porteur.pack.empty")}
          text={t("porteur.pack.emptyText")}
          action={
            <LinkButton kind="second" wide href={paths.outbox}>
              {t("porteur.pack.toOutbox")}
            </LinkButton>
          }
        />
      )}
      {outbox.state === "ready" && !isPacked && (waiting > 0 || stage.at !== "before") && (
        <>
          <div class="stack-m">
            <p>{t("porteur.pack.text")}</p>
            <p>{t("porteur.pack.sealed")}</p>
            <p class="meta">
              {t("porteur.pack.waiting", { count: waiting })}
              {bytes > 0 && ` ${t("porteur.pack.about", { size: formatBytes(bytes) })}`}
            </p>
          </div>
          <NotInIt lines={lines} />
          {stage.at === "refused" && (
            <Banner tone="redo" icon="attention">
              {stage.text}
            </Banner>
          )}
          <div class="actions">
            <Button
              wide
              icon="boite"
              busy={stage.at === "busy" ? t("porteur.pack.busy") : undefined}
              onPress={() => void prepare()}
            >
              {t("porteur.pack.prepare")}
            </Button>
          </div>
          <Way given={false} />
        </>
      )}
      {isPacked && (
        <>
          <div class="stack-m">
            <p>
              {t("porteur.count", { count: stage.packed.count })}{" "}
              {t("porteur.size", { size: formatBytes(stage.packed.bytes) })}
            </p>
            <p>{t("porteur.pack.whom")}</p>
          </div>
          <NotInIt lines={lines} />
          {stage.packed.left > 0 && (
            <Banner tone="soon" icon="information" quiet>
              {t("porteur.pack.left", { count: stage.packed.left })}
            </Banner>
          )}
          <HandOver
            file={stage.file}
            action={t("porteur.pack.give")}
            saving={t("porteur.hand.save")}
            onGiven={(how) => setStage({ ...stage, at: "given", how })}
          />
          <div role="status">
            {stage.at === "given" && (
              <Banner
                tone="done"
                icon="valider"
                quiet
                title={t(stage.how === "saved" ? "porteur.pack.saved" : "porteur.pack.given")}
              >
                {stage.how === "saved" && `${t("porteur.pack.savedText")} `}
                {t("porteur.pack.givenText")}
              </Banner>
            )}
          </div>
          <Way given={stage.at === "given" && stage.how === "shared"} />
          {stage.at === "given" && (
            <LinkButton kind="second" wide icon="recu" href={paths.carrierReceipt}>
              {t("porteur.receipt.title")}
            </LinkButton>
          )}
        </>
      )}
    </Frame>
  );
}
