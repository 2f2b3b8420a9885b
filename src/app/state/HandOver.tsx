/**
 * A text for another device: shown whole, copied, drawn as a QR code. In the page; needs the area "devices". A card's screens, a
 * second device's and a desk's show the same.
 */
import { useState } from "preact/hooks";
import { useT } from "../i18n/useT.ts";
import { Button } from "../ui/Button.tsx";
import { Qr, useQr } from "../ui/Qr.tsx";
import "./handover.css";

export interface HandOverProps {
  readonly value: string;
  readonly id: string;
  /** False: this browser refuses. */
  readonly copy: (text: string) => Promise<boolean>;
}

export function HandOver({ value, id, copy }: HandOverProps) {
  const t = useT();
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
