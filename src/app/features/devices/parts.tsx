/** What both sides of a transfer show: a text to hand over, four pictures, a refusal in words. Runs in the page. */
import { useState } from "preact/hooks";
import type { TransferRefusal, WorkerError } from "../../../workers/satchel.contract.ts";
import { t as text } from "../../i18n/i18n.ts";
import { useT } from "../../i18n/useT.ts";
import { errorText, isWorkerError } from "../../state/errors.ts";
import { useRoot } from "../../state/root.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { FourPictures as Pictures } from "../../ui/FourPictures.tsx";
import { Qr, useQr } from "../../ui/Qr.tsx";
import "./devices.css";

/** A refusal of the worker, in words. */
export const refusalText = (error: WorkerError | TransferRefusal): string =>
  isWorkerError(error) ? errorText(error) : text(`devices.refused.${error.type}`);

/** The text, a button that copies it, and the same as a QR code. */
export function HandOver({ value, id }: { readonly value: string; readonly id: string }) {
  const t = useT();
  const { copy } = useRoot();
  const [said, setSaid] = useState("");
  const qr = useQr(value, "L");
  return (
    <div class="stack-m">
      <section
        class="handover"
        id={id}
        dir="ltr"
        translate={false}
        aria-label={t("devices.textLabel")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a long text that scrolls must be reachable by keyboard
        tabIndex={0}
      >
        {value}
      </section>
      <Button
        kind="second"
        wide
        icon="deux-copies"
        onPress={() => void copy(value).then((done) => setSaid(t(done ? "devices.copied" : "devices.notCopied")))}
      >
        {t("devices.copy")}
      </Button>
      <p role="status">{said}</p>
      {qr === "absent" && <p class="meta">{t("devices.noQr")}</p>}
      {qr !== null && qr !== "absent" && (
        <div class="handover__qr center">
          <Qr drawing={qr} label={t("devices.qr")} />
        </div>
      )}
      <p class="meta">{t("devices.minutes")}</p>
    </div>
  );
}

/** The pictures of a transfer. */
export function FourPictures({ pictures }: { readonly pictures: readonly number[] }) {
  const t = useT();
  return <Pictures pictures={pictures} label={t("devices.pictures")} />;
}

/** Why nothing went on, said at once. */
export function Refused({ children }: { readonly children: string }) {
  return (
    <Banner tone="redo" icon="attention">
      {children}
    </Banner>
  );
}
