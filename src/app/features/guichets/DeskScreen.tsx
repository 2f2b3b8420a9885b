/**
 * "/guichets/<slug>": the sheet on a desk is read and held against what this phone believes. The same keys: verified, with the date.
 * Other keys: a loud stop, both codes side by side, and a person who decides. In the page; needs no network.
 */
import { useState } from "preact/hooks";
import type { DeskKeys, SheetVerdict } from "../../../workers/in-person.contract.ts";
import { paths, type ScreenProps } from "../../feature.ts";
import { isolated } from "../../i18n/rich.tsx";
import { useT } from "../../i18n/useT.ts";
import { errorText } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { ScanQr } from "../../state/ScanQr.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { SheetCode } from "../../ui/SheetCode.tsx";
import { EmptyState, Loading } from "../../ui/States.tsx";
import { deskWords } from "./DesksScreen.tsx";

function Stopped({
  desk,
  onSettle,
  busy,
}: {
  readonly desk: DeskKeys;
  readonly onSettle: () => void;
  readonly busy: boolean;
}) {
  const t = useT();
  const [sure, setSure] = useState(false);
  if (desk.said?.type !== "stopped") return null;
  return (
    <section class="stack-m" aria-labelledby="arret">
      <Banner tone="redo" icon="attention" title={t("guichets.stop.title")}>
        {t("guichets.stop.text", { name: isolated(desk.name) })}
      </Banner>
      <h2 id="arret">{t("guichets.stop.compare")}</h2>
      {desk.known !== null && (
        <div class="stack-s">
          <h3>{t("guichets.stop.known")}</h3>
          <SheetCode check={desk.known} label={t("guichets.stop.known")} />
        </div>
      )}
      <div class="stack-s">
        <h3>{t("guichets.stop.sheet")}</h3>
        <SheetCode check={desk.said.sheet} label={t("guichets.stop.sheet")} />
      </div>
      <p>{t("guichets.stop.old")}</p>
      <p>
        {t("guichets.stop.call")}{" "}
        <a href={`tel:${desk.human.phone}`}>
          <bdi dir="ltr">{desk.human.phoneShown}</bdi>
        </a>
      </p>
      <p class="meta">{t("guichets.stop.left")}</p>
      {sure ? (
        <div class="stack-s">
          <p>{t("guichets.stop.sure")}</p>
          <Button kind="second" wide busy={busy ? t("guichets.busy") : undefined} onPress={onSettle}>
            {t("guichets.stop.goOn")}
          </Button>
          <Button kind="plain" wide onPress={() => setSure(false)}>
            {t("guichets.stop.stay")}
          </Button>
        </div>
      ) : (
        <Button kind="plain" wide onPress={() => setSure(true)}>
          {t("guichets.stop.decide")}
        </Button>
      )}
    </section>
  );
}

export function DeskScreen({ params }: ScreenProps) {
  const t = useT();
  const { api } = useSatchel();
  const asked = useAsk("deskKeys", (satchel) => satchel.deskKeys(), ["dossiers", "deployment"]);
  const [verdict, setVerdict] = useState<SheetVerdict | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const slug = params.desk ?? "";
  const desk = asked.state === "ready" ? asked.value.find((each) => each.slug === slug) : undefined;

  async function check(text: string): Promise<void> {
    setTrouble(null);
    const checked = await api.checkDesk({ organisation: slug, text });
    setVerdict(checked.ok ? checked.value : null);
    if (!checked.ok) setTrouble(errorText(checked.error));
  }
  async function settle(): Promise<void> {
    setBusy(true);
    const settled = await api.settleDesk(slug);
    setBusy(false);
    setVerdict(null);
    setTrouble(settled.ok ? null : errorText(settled.error));
  }
  const title = desk === undefined ? t("guichets.title") : desk.name;
  const isStopped = desk?.said?.type === "stopped";
  const other = verdict === null || verdict.type === "verified" || verdict.type === "stopped" ? null : verdict;
  return (
    <Frame title={title} back={paths.desks} failing={asked.state === "failed" || isStopped} arrival={asked.state}>
      <h1>
        <bdi>{title}</bdi>
      </h1>
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
      {asked.state === "ready" && desk === undefined && (
        <EmptyState title={t("guichets.unknown")} text={t("guichets.noneText")} />
      )}
      {desk !== undefined && (
        <>
          <div role="status">
            {desk.said?.type === "verified" ? (
              <Banner tone="done" icon="valider" title={deskWords(desk)}>
                {t(verdict?.type === "verified" && verdict.older ? "guichets.older" : "guichets.means")}
              </Banner>
            ) : (
              !isStopped && <p>{deskWords(desk)}</p>
            )}
          </div>
          <Stopped desk={desk} busy={busy} onSettle={() => void settle()} />
          {other !== null && (
            <Banner tone="redo" icon="attention" title={t(`guichets.wrong.${other.type}.title`)}>
              {other.type === "other-desk"
                ? t("guichets.wrong.other-desk.text", { name: isolated(other.name) })
                : t(`guichets.wrong.${other.type}.text`)}
            </Banner>
          )}
          {trouble !== null && (
            <p class="err" role="alert">
              {trouble}
            </p>
          )}
          {desk.known !== null && (
            <section class="stack-m" aria-labelledby="lire">
              <h2 id="lire">{t(desk.said === null ? "guichets.scan" : "guichets.scanAgain")}</h2>
              <p>{t("guichets.where")}</p>
              <ScanQr onText={(text) => void check(text)} />
            </section>
          )}
          {desk.known !== null && !isStopped && (
            <section class="stack-s" aria-labelledby="code">
              <h2 id="code">{t("guichets.byEye")}</h2>
              <p>{t("guichets.byEyeText")}</p>
              <SheetCode check={desk.known} label={t("guichets.stop.known")} />
            </section>
          )}
        </>
      )}
    </Frame>
  );
}
