/**
 * "Porter un envoi": takes sealed files of others, delivers them when there is a network, gives the receipt back. Works on any
 * device, with or without a satchel, open or closed. Runs in the page.
 *
 * Surprising: only count and size can be shown, because nothing else is known here.
 */
import { useEffect, useState } from "preact/hooks";
import type { CarriedView, TakeRefusal } from "../../../workers/carrier.contract.ts";
import { paths } from "../../feature.ts";
import { formatBytes, formatDate, formatTime } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { useCarried, useCarrier } from "../../state/carrier.ts";
import { errorText, failure, isWorkerError } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { Chip } from "../../ui/Chip.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { FilePicker } from "../../ui/Pick.tsx";
import { EmptyState, FailedState, Loading } from "../../ui/States.tsx";
import { Bar, Thread } from "../../ui/Thread.tsx";
import { HandOver } from "./hand.tsx";
import { RECEIPT_FILE, receiptWords } from "./words.ts";

type Picked =
  | { readonly at: "before" | "busy" | "taken" }
  | { readonly at: "known"; readonly delivered: boolean }
  | { readonly at: "refused"; readonly title: string; readonly text: string };

/** The receipt, asked for and handed back. */
function GiveBack({ view }: { readonly view: CarriedView }) {
  const t = useT();
  const { api } = useCarrier();
  const [file, setFile] = useState<File | null>(null);
  const { file: name, saidAt, missing } = view;
  useEffect(() => {
    let isGone = false;
    void api.receipt(name, receiptWords()).then((text) => {
      if (!isGone && text.ok) setFile(new File([text.value], RECEIPT_FILE, { type: "text/plain" }));
    });
    return () => {
      isGone = true;
    };
    // A later statement, or one about another pack of the file, is another receipt.
  }, [api, name, saidAt, missing]);
  if (file === null) return <Loading />;
  return (
    <HandOver
      file={file}
      action={t("porteur.carry.giveBack")}
      saving={t("porteur.carry.saveBack")}
      again={view.given}
      onGiven={() => void api.given(name)}
    />
  );
}

function Forget({ view }: { readonly view: CarriedView }) {
  const t = useT();
  const { api } = useCarrier();
  const [asking, setAsking] = useState(false);
  const safe = view.state === "delivered" && view.given;
  return (
    <>
      <Button kind="plain" small icon="corbeille" onPress={() => (safe ? void api.forget(view.file) : setAsking(true))}>
        {t("porteur.carry.forget")}
      </Button>
      <Dialog
        open={asking}
        title={t("porteur.carry.forgetAsk")}
        onKeep={() => setAsking(false)}
        actions={
          <>
            <Button kind="redo" wide onPress={() => void api.forget(view.file)}>
              {t("porteur.carry.forget")}
            </Button>
            <Button kind="second" wide onPress={() => setAsking(false)}>
              {t("porteur.carry.keep")}
            </Button>
          </>
        }
      >
        <p>{t(view.state === "delivered" ? "porteur.carry.forgetReceipt" : "porteur.carry.forgetText")}</p>
      </Dialog>
    </>
  );
}

function StateOf({ view }: { readonly view: CarriedView }) {
  const t = useT();
  const { network } = useShell();
  if (view.state === "delivered") return <Chip state="received">{t("porteur.carry.delivered")}</Chip>;
  if (view.state === "moving" && view.trouble === "none")
    return (
      <Chip state="wait" icon="envoi">
        {t("common.state.leaving")}
      </Chip>
    );
  if (view.trouble === "not-let-through" || view.trouble === "server-busy")
    return <Chip state="wait">{t(`porteur.carry.trouble.${view.trouble}`)}</Chip>;
  if (view.state === "partly") return <Chip state="soon">{t("porteur.carry.partly")}</Chip>;
  return <Chip state="wait">{t(network === "online" ? "porteur.carry.soon" : "common.state.wait")}</Chip>;
}

function CarriedFile({ view, n }: { readonly view: CarriedView; readonly n: number }) {
  const t = useT();
  const { api } = useCarrier();
  const { count, bytes, done, state, missing, saidAt, given } = view;
  const isDelivered = state === "delivered";
  const isDone = isDelivered && given;
  const title = t("porteur.carry.file", { n });
  return (
    <li class="card stack-m">
      <div class="stack-s">
        <h3>{title}</h3>
        <p class="meta">
          {t("porteur.count", { count })} {t("porteur.size", { size: formatBytes(bytes) })}
        </p>
        <div>
          <StateOf view={view} />
        </div>
      </div>
      {!isDelivered && (
        <div
          role="progressbar"
          aria-label={t("porteur.carry.progress", { n })}
          aria-valuemin={0}
          aria-valuemax={bytes}
          aria-valuenow={done}
        >
          <Bar part={bytes === 0 ? 0 : done / bytes} />
        </div>
      )}
      {view.kept === "page" && !isDone && (
        <Banner tone="soon" icon="attention" quiet>
          {t("porteur.carry.page")}
        </Banner>
      )}
      <Thread
        steps={[
          { key: "taken", icon: "valider", title: t("porteur.carry.steps.taken"), state: "done" },
          {
            key: "there",
            icon: "envoi",
            title: isDelivered
              ? t("porteur.carry.steps.there")
              : saidAt !== null && missing > 0
                ? t("porteur.carry.steps.partly", { count: missing })
                : t("porteur.carry.steps.bring"),
            detail:
              saidAt === null
                ? t("porteur.carry.steps.bringText")
                : t("porteur.carry.steps.thereText", { date: formatDate(saidAt), time: formatTime(saidAt) }),
            state: isDelivered ? "done" : "now",
          },
          {
            key: "receipt",
            icon: "recu",
            title: t(given ? "porteur.carry.steps.given" : "porteur.carry.steps.receipt"),
            detail: t(given ? "porteur.carry.steps.givenText" : "porteur.carry.steps.receiptText"),
            state: given ? "done" : isDelivered ? "now" : "waiting",
          },
        ]}
      />
      {saidAt !== null && <GiveBack view={view} />}
      <div class="row row--tight">
        {!isDelivered && (
          <Button kind="second" small icon="synchroniser" onPress={() => void api.deliver(view.file)}>
            {t("common.action.sendNow")}
            <span class="sr"> {title}</span>
          </Button>
        )}
        <Forget view={view} />
      </div>
    </li>
  );
}

export function CarrierScreen() {
  const t = useT();
  const { api } = useCarrier();
  const { network, open } = useShell();
  const carried = useCarried();
  const [picked, setPicked] = useState<Picked>({ at: "before" });
  const title = t("porteur.carry.title");
  useEffect(() => {
    if (network === "online") void api.hint();
  }, [api, network]);

  function refusal(error: TakeRefusal): Picked {
    const values = {
      home: error.type === "foreign" ? error.home : "",
      date: error.type === "old" ? formatDate(error.madeAt) : "",
    };
    return {
      at: "refused",
      title: t(`porteur.refused.${error.type}.title`),
      text: t(`porteur.refused.${error.type}.text`, values),
    };
  }

  async function take(file: File): Promise<void> {
    setPicked({ at: "busy" });
    const taken = await api.take(file);
    if (taken.ok) {
      const { view, known } = taken.value;
      setPicked(known ? { at: "known", delivered: view.state === "delivered" } : { at: "taken" });
    } else if (isWorkerError(taken.error))
      setPicked({ at: "refused", title: t("porteur.failed"), text: errorText(taken.error) });
    else setPicked(refusal(taken.error));
    carried.again();
  }

  const files = carried.state === "ready" ? carried.value : [];
  return (
    <Frame title={title} back={open ? paths.outbox : paths.start} failing={picked.at === "refused"}>
      <div class="stack-m">
        <h1>{title}</h1>
        <p>{t("porteur.carry.text")}</p>
        <p>{t("porteur.carry.sealed")}</p>
      </div>
      <div role="status">{picked.at === "busy" && <p>{t("porteur.carry.checking")}</p>}</div>
      {picked.at === "refused" && (
        <Banner tone="redo" icon="attention" title={picked.title}>
          {picked.text}
        </Banner>
      )}
      {picked.at === "known" && (
        <Banner tone="quiet" icon="information" title={t("porteur.known.title")}>
          {t(picked.delivered ? "porteur.known.delivered" : "porteur.known.waits")}
        </Banner>
      )}
      {picked.at === "taken" && !(files.length > 0 && files.every((view) => view.state === "delivered")) && (
        <Banner tone="done" icon="valider" title={t("porteur.taken.title")}>
          {t("porteur.taken.text")}
        </Banner>
      )}
      <FilePicker
        icon="fichier"
        title={t("porteur.carry.choose")}
        detail={t("porteur.carry.chooseText")}
        accept=".pdf,application/pdf"
        busy={picked.at === "busy"}
        onFiles={([file]) => {
          if (file !== undefined) void take(file);
        }}
      />
      {carried.state === "loading" && <Loading />}
      {carried.state === "failed" && (
        <FailedState title={t("porteur.failed")} {...failure(carried.error)} onRetry={carried.again} />
      )}
      {carried.state === "ready" && files.length === 0 && (
        <EmptyState title={t("porteur.carry.empty")} text={t("porteur.carry.emptyText")} />
      )}
      {files.length > 0 && (
        <section class="stack-s" aria-labelledby="portes">
          <h2 id="portes">{t("porteur.carry.list")}</h2>
          <ul class="stack-m" aria-labelledby="portes">
            {files.map((view, at) => (
              <CarriedFile key={view.file} view={view} n={at + 1} />
            ))}
          </ul>
        </section>
      )}
    </Frame>
  );
}
