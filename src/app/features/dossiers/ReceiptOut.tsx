/** The receipt so that others can check it: as a code to show and to print, and as a file. In the page; loaded with the slip. */
import type { RecordId } from "../../../shared/ids.ts";
import { paths } from "../../feature.ts";
import { useAreas, useT } from "../../i18n/useT.ts";
import { useAsk } from "../../state/satchel.ts";
import { useSaveFile } from "../../state/useSaveFile.ts";
import { Button, LinkRow } from "../../ui/Button.tsx";
import { Qr, useQr } from "../../ui/Qr.tsx";

export function ReceiptOut({ id, number }: { readonly id: RecordId; readonly number: string }) {
  const t = useT();
  const isReady = useAreas("verifier");
  const save = useSaveFile();
  const asked = useAsk(`receipt ${id}`, (api) => api.ownReceipt(id), ["dossiers"]);
  const receipt = asked.state === "ready" ? asked.value : null;
  const drawing = useQr(receipt?.code ?? null, "L");
  if (!isReady || receipt === null) return null;
  const words = [t("verifier.fileWords"), t("verifier.where", { place: `${window.location.origin}${paths.verifier}` })];
  return (
    <section class="stack-m" aria-labelledby="verifiable">
      <h2 id="verifiable">{t("verifier.out.title")}</h2>
      <p>{words[1]}</p>
      {drawing !== null && drawing !== "absent" && <Qr drawing={drawing} label={t("verifier.out.code")} />}
      {receipt.code === null && <p class="meta">{t("verifier.out.long")}</p>}
      <div class="actions noprint">
        <Button
          kind="second"
          wide
          icon="fichier"
          onPress={() =>
            save(
              new Blob([`${words.join("\n")}\n\n${receipt.line}\n`], { type: "text/plain" }),
              `recepisse-${number}.txt`,
            )
          }
        >
          {t("verifier.out.file")}
        </Button>
        <LinkRow icon="valider" href={paths.verifier}>
          {t("verifier.out.link")}
        </LinkRow>
      </div>
    </section>
  );
}
