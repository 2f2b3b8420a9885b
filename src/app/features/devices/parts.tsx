/** What both sides of a transfer show: a text to hand over, four pictures, a refusal in words. Runs in the page. */
import type { TransferRefusal, WorkerError } from "../../../workers/satchel.contract.ts";
import { t as text } from "../../i18n/i18n.ts";
import { useT } from "../../i18n/useT.ts";
import { errorText, isWorkerError } from "../../state/errors.ts";
import { HandOver as HandOverText } from "../../state/HandOver.tsx";
import { useRoot } from "../../state/root.ts";
import { Banner } from "../../ui/Banner.tsx";
import { FourPictures as Pictures } from "../../ui/FourPictures.tsx";

/** A refusal of the worker, in words. */
export const refusalText = (error: WorkerError | TransferRefusal): string =>
  isWorkerError(error) ? errorText(error) : text(`devices.refused.${error.type}`);

/** The text, a button that copies it, and the same as a QR code. */
export function HandOver({ value, id }: { readonly value: string; readonly id: string }) {
  const { copy } = useRoot();
  return <HandOverText value={value} id={id} copy={copy} />;
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
