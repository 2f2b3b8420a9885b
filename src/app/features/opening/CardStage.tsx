/**
 * A forgotten code: the card and this phone open together (pair D+C). A new code is chosen right after. Runs in the page.
 *
 * Surprising: reading the card with the camera comes with its own files. Where they are not on this phone yet, the ten
 * groups are typed or pasted, which always works.
 */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ProfileView } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatList } from "../../i18n/format.ts";
import { loadAreas } from "../../i18n/i18n.ts";
import { useT } from "../../i18n/useT.ts";
import { errorText, isWorkerError } from "../../state/errors.ts";
import type { ScanQrProps } from "../../state/ScanQr.tsx";
import { useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Button } from "../../ui/Button.tsx";
import { CARD_GROUPS, CardGroups } from "../../ui/Code.tsx";
import { Icon } from "../../ui/icons/Icon.tsx";
import { PersonalForm } from "../../ui/personal.tsx";
import { waitText } from "./waiting.ts";

/** The camera's part, once it is here; null until then, or where it is not on this phone. */
function useScan(): ComponentType<ScanQrProps> | null {
  const [Scan, setScan] = useState<ComponentType<ScanQrProps> | null>(null);
  useEffect(() => {
    let isGone = false;
    Promise.all([import("../../state/ScanQr.tsx"), loadAreas("scan")]).then(
      ([{ ScanQr }]) => {
        if (!isGone) setScan(() => ScanQr);
      },
      () => setScan(null),
    );
    return () => {
      isGone = true;
    };
  }, []);
  return Scan;
}

export function CardStage({ profile }: { readonly profile: ProfileView }) {
  const t = useT();
  const { api } = useSatchel();
  const { go } = useShell();
  const [groups, setGroups] = useState<readonly string[]>([]);
  const [wrong, setWrong] = useState<readonly number[]>([]);
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);

  const Scan = useScan();

  const openTyped = (): void => {
    const short = Array.from({ length: CARD_GROUPS }, (_, at) => at).filter((at) => (groups[at] ?? "").length < 4);
    setWrong(short);
    if (short.length > 0) {
      setError(t("opening.card.short", { groups: formatList(short.map((at) => String(at + 1))) }));
      return;
    }
    open(groups.join(" "));
  };
  const open = (card: string): void => {
    setBusy(true);
    setError(undefined);
    void api.unlockWithCard({ database: profile.database, card }).then((answer) => {
      setBusy(false);
      if (answer.ok) {
        go(paths.newCode);
        return;
      }
      const refusal = answer.error;
      if (isWorkerError(refusal)) setError(errorText(refusal));
      else if (refusal.type === "wrong-groups") {
        // The worker counts groups from 1, as they are printed; the fields count from 0.
        setWrong(refusal.groups.map((n) => n - 1));
        setError(t("opening.card.wrong", { groups: formatList(refusal.groups.map(String)) }));
      } else if (refusal.type === "wait" || refusal.type === "wrong-code")
        setError(t("opening.wait.title", { time: waitText(refusal.waitMs) }));
      else setError(t(refusal.type === "stretch-broken" ? "opening.broken" : "opening.card.other"));
    });
  };
  return (
    <>
      <h1>{t("opening.card.title")}</h1>
      <p>{t("opening.card.text")}</p>
      {Scan !== null && (
        <Scan
          onText={(text) => {
            setWrong([]);
            open(text.trim());
          }}
        />
      )}
      <PersonalForm class="stack" onSubmit={openTyped}>
        {error !== undefined && (
          <p class="err" role="alert">
            <Icon name="attention" />
            <span>{error}</span>
          </p>
        )}
        <CardGroups value={groups} onChange={setGroups} wrong={wrong} />
        <Button type="submit" wide busy={busy ? t("opening.opening") : undefined}>
          {t("opening.card.open")}
        </Button>
      </PersonalForm>
      <p class="meta">{t("opening.card.none")}</p>
    </>
  );
}
