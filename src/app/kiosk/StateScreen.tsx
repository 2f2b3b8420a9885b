/**
 * `/poste/etat`, for whoever looks after the computer: how much waits and since when, never whose; what the browser shows of
 * the computer; and the postbox in a file for somebody who carries it to a network. In the page.
 *
 * Surprising: it asks for no secret. It shows a number and a date, and the file holds nothing that opens (decisions/0022).
 */
import { useEffect, useState } from "preact/hooks";
import type { PackedCarrier, TakenReceipt } from "../../workers/satchel.contract.ts";
import { HandOver } from "../features/porteur/hand.tsx";
import { CARRIER_FILE, carrierPageText } from "../features/porteur/words.ts";
import { formatBytes, formatDate, formatTime } from "../i18n/format.ts";
import { useT } from "../i18n/useT.ts";
import { useAskOf } from "../state/ask.ts";
import { errorText, isWorkerError } from "../state/errors.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button } from "../ui/Button.tsx";
import { Item, List } from "../ui/List.tsx";
import { FilePicker } from "../ui/Pick.tsx";
import { checkNames, type Seen } from "./checks.ts";
import type { KioskDeployment } from "./config.ts";
import type { KioskDeps } from "./deps.ts";
import { Sheet } from "./parts.tsx";

const seenText = (seen: Seen | undefined) => `poste.state.${seen ?? "unknown"}` as const;

type Packing =
  | { readonly at: "before" | "busy" }
  | { readonly at: "refused"; readonly text: string }
  | { readonly at: "ready"; readonly packed: PackedCarrier; readonly file: File; readonly given: boolean };

type Reading =
  | { readonly at: "before" | "busy" }
  | { readonly at: "refused"; readonly text: string }
  | { readonly at: "read"; readonly taken: TakenReceipt };

/** The file for a carrier. */
function Export({ deps }: { readonly deps: KioskDeps }) {
  const t = useT();
  const { api } = deps.kiosk;
  const deployment = useAskOf(deps.kiosk, "deployment", (each) => each.deployment(), ["deployment"]);
  const [packing, setPacking] = useState<Packing>({ at: "before" });

  async function pack(): Promise<void> {
    setPacking({ at: "busy" });
    const home = deployment.state === "ready" ? deployment.value?.urls.app : undefined;
    const packed = await api.packPostbox(carrierPageText(home ?? ""));
    if (packed.ok) {
      const file = new File([packed.value.file], CARRIER_FILE, { type: "application/pdf" });
      return setPacking({ at: "ready", packed: packed.value, file, given: false });
    }
    const { error } = packed;
    setPacking({
      at: "refused",
      text: isWorkerError(error) ? errorText(error) : t(`poste.carry.refused.${error.type}`),
    });
  }

  return (
    <section class="stack-s" aria-labelledby="porter">
      <h2 id="porter">{t("poste.carry.title")}</h2>
      <p>{t("poste.carry.text")}</p>
      <p class="hint">{t("poste.carry.stays")}</p>
      {packing.at !== "ready" && (
        <Button
          kind="second"
          icon="fichier"
          busy={packing.at === "busy" ? t("poste.carry.busy") : undefined}
          onPress={() => void pack()}
        >
          {t("poste.carry.make")}
        </Button>
      )}
      <div role="status">
        {packing.at === "refused" && (
          <Banner tone="soon" icon="attention" quiet>
            {packing.text}
          </Banner>
        )}
        {packing.at === "ready" && (
          <p>
            {t("porteur.count", { count: packing.packed.count })}{" "}
            {t("porteur.size", { size: formatBytes(packing.packed.bytes) })}
            {packing.packed.left > 0 && ` ${t("poste.carry.left", { count: packing.packed.left })}`}
            {packing.given && ` ${t("poste.carry.given")}`}
          </p>
        )}
      </div>
      {packing.at === "ready" && (
        <HandOver
          file={packing.file}
          action={t("poste.carry.give")}
          saving={t("porteur.hand.save")}
          again={packing.given}
          onGiven={() => setPacking({ ...packing, given: true })}
        />
      )}
    </section>
  );
}

/** What the carrier gave back. */
function Receipt({ deps }: { readonly deps: KioskDeps }) {
  const t = useT();
  const [reading, setReading] = useState<Reading>({ at: "before" });

  async function take(file: File): Promise<void> {
    setReading({ at: "busy" });
    const taken = await deps.kiosk.api.takePostboxReceipt(file);
    if (taken.ok) return setReading({ at: "read", taken: taken.value });
    const { error } = taken;
    setReading({
      at: "refused",
      text: isWorkerError(error) ? errorText(error) : t(`poste.carry.receipt.${error.type}`),
    });
  }

  return (
    <section class="stack-s" aria-labelledby="recepisse">
      <h2 id="recepisse">{t("poste.carry.receipt.title")}</h2>
      <FilePicker
        icon="recu"
        title={t("porteur.receipt.choose")}
        detail={t("porteur.receipt.chooseText")}
        accept=".txt,text/plain"
        busy={reading.at === "busy"}
        onFiles={([file]) => {
          if (file !== undefined) void take(file);
        }}
      />
      <div role="status">
        {reading.at === "refused" && (
          <Banner tone="redo" icon="attention" quiet>
            {reading.text}
          </Banner>
        )}
        {reading.at === "read" && (
          <Banner tone="done" icon="recu" quiet>
            {t("poste.carry.receipt.arrived", {
              count: reading.taken.arrived,
              date: formatDate(reading.taken.at),
              time: formatTime(reading.taken.at),
            })}{" "}
            {t("poste.carry.left", { count: reading.taken.left })}
          </Banner>
        )}
      </div>
    </section>
  );
}

export function StateScreen({
  deps,
  deployment,
}: {
  readonly deps: KioskDeps;
  readonly deployment: KioskDeployment | null;
}) {
  const t = useT();
  const box = useAskOf(deps.kiosk, "postbox", (api) => api.postbox(), ["outbox"]);
  const [seen, setSeen] = useState<Partial<Record<(typeof checkNames)[number], Seen>>>({});
  const look = (): void => void deps.checks().then(setSeen);
  useEffect(look, [deps]);
  const items = box.state === "ready" ? box.value.items : 0;
  const since = box.state === "ready" ? box.value.since : null;
  return (
    <Sheet deployment={deployment}>
      <div class="poste-start stack-l">
        <div class="stack-s">
          <h1>{t("poste.state.title")}</h1>
          <p class="hint">{t("poste.state.open")}</p>
        </div>
        <section class="stack-s" aria-labelledby="attend" aria-busy={box.state === "loading" ? "true" : undefined}>
          <h2 id="attend">{t("poste.state.waiting")}</h2>
          {box.state === "failed" && <p role="alert">{t("common.failed.title")}</p>}
          {box.state === "ready" && (
            <p>
              <b>{items === 0 ? t("poste.state.none") : t("poste.state.items", { count: items })}</b>
              {since !== null && <> {t("poste.state.since", { date: formatDate(since, "full") })}</>}
            </p>
          )}
        </section>
        {items > 0 && <Export deps={deps} />}
        <Receipt deps={deps} />
        <section class="stack-s" aria-labelledby="vu">
          <h2 id="vu">{t("poste.state.checks")}</h2>
          <List>
            {checkNames.map((name) => (
              <Item
                key={name}
                icon={seen[name] === "yes" ? "valider" : "attention"}
                title={t(`poste.state.${name}`)}
                detail={t(seenText(seen[name]))}
              />
            ))}
          </List>
          {seen.persisted === "no" && (
            <Button kind="second" onPress={() => void deps.askToKeep().then(look)}>
              {t("poste.state.keep")}
            </Button>
          )}
          <p class="hint">{t("poste.state.list")}</p>
        </section>
        <Button kind="second" onPress={deps.replacePage}>
          {t("poste.state.back")}
        </Button>
      </div>
    </Sheet>
  );
}
