/** Where the text of the other device goes in: pasted, or photographed where this browser can read a QR code. In the page. */
import { useEffect, useState } from "preact/hooks";
import { useT } from "../../i18n/useT.ts";
import { TextArea } from "../../ui/Field.tsx";
import { Icon } from "../../ui/icons/Icon.tsx";
import { canReadQr, readQr } from "./photo-qr.ts";

export interface PasteTextProps {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly error: string | undefined;
}

export function PasteText({ label, hint, value, onChange, error }: PasteTextProps) {
  const t = useT();
  const [canRead, setCanRead] = useState(false);
  const [unread, setUnread] = useState(false);
  useEffect(() => {
    let isGone = false;
    canReadQr().then(
      (can) => {
        if (!isGone) setCanRead(can);
      },
      // A reader that cannot even say what it reads is none.
      () => setCanRead(false),
    );
    return () => {
      isGone = true;
    };
  }, []);
  return (
    <div class="stack-s">
      <TextArea label={label} hint={hint} rows={4} value={value} onChange={onChange} error={error} />
      {canRead && (
        <label class="btn btn--second btn--wide">
          <Icon name="appareil-photo" />
          {t("devices.old.photo")}
          <input
            class="sr"
            type="file"
            accept="image/*"
            capture="environment"
            onChange={(event) => {
              const photo = event.currentTarget.files?.[0];
              event.currentTarget.value = "";
              if (photo === undefined) return;
              void readQr(photo).then((read) => {
                setUnread(read === null);
                if (read !== null) onChange(read);
              });
            }}
          />
        </label>
      )}
      <p role="status">{unread && t("devices.old.photoNone")}</p>
    </div>
  );
}
