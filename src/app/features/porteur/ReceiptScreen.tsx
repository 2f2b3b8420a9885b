/**
 * "Lire un récépissé de porteur": the file that the carrier gave back says what arrived; the phone believes what verifies and
 * nothing else. Runs in the page; needs no network.
 */
import { useState } from "preact/hooks";
import type { TakenReceipt } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatDate, formatTime } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { errorText, failure, isWorkerError } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { LinkButton } from "../../ui/Button.tsx";
import { FilePicker } from "../../ui/Pick.tsx";
import { FailedState, Loading, LockedState } from "../../ui/States.tsx";

type Stage =
  | { readonly at: "before" | "busy" }
  | { readonly at: "refused"; readonly text: string }
  | { readonly at: "read"; readonly taken: TakenReceipt };

function Read({ taken }: { readonly taken: TakenReceipt }) {
  const t = useT();
  const { arrived, left, at } = taken;
  const when = { date: formatDate(at), time: formatTime(at) };
  if (arrived === 0)
    return (
      <Banner tone="quiet" icon="information" title={t("porteur.receipt.known")}>
        {t("porteur.receipt.knownText", when)}
      </Banner>
    );
  return (
    <Banner tone="done" icon="recu" title={t(left === 0 ? "porteur.receipt.all" : "porteur.receipt.some")}>
      {t("porteur.receipt.arrived", { count: arrived, ...when })}
      {left > 0 && ` ${t("porteur.receipt.left", { count: left })}`}
    </Banner>
  );
}

export function ReceiptScreen() {
  const t = useT();
  const { api } = useSatchel();
  const { go } = useShell();
  const outbox = useAsk("outbox", (each) => each.outbox(), ["outbox"]);
  const [stage, setStage] = useState<Stage>({ at: "before" });
  const title = t("porteur.receipt.title");

  async function take(file: File): Promise<void> {
    setStage({ at: "busy" });
    const taken = await api.takeReceipt(file);
    if (taken.ok) return setStage({ at: "read", taken: taken.value });
    const { error } = taken;
    const text = isWorkerError(error) ? errorText(error) : t(`porteur.receipt.refused.${error.type}`);
    setStage({ at: "refused", text });
  }

  return (
    <Frame title={title} back={paths.outbox} failing={stage.at === "refused"}>
      <h1>{title}</h1>
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
      {outbox.state === "ready" && (
        <>
          <p>{t("porteur.receipt.text")}</p>
          <div role="status">{stage.at === "busy" && <p>{t("porteur.receipt.busy")}</p>}</div>
          {stage.at === "refused" && (
            <Banner tone="redo" icon="attention">
              {stage.text}
            </Banner>
          )}
          {stage.at === "read" && <Read taken={stage.taken} />}
          <FilePicker
            icon="recu"
            title={t("porteur.receipt.choose")}
            detail={t("porteur.receipt.chooseText")}
            accept=".txt,text/plain"
            busy={stage.at === "busy"}
            onFiles={([file]) => {
              if (file !== undefined) void take(file);
            }}
          />
          {stage.at === "read" && (
            <LinkButton wide icon="envoi" href={paths.outbox}>
              {t("porteur.pack.toOutbox")}
            </LinkButton>
          )}
        </>
      )}
    </Frame>
  );
}
