/**
 * One share: for whom, until when, what the organisation said that it did, and the button that ends it. In the page; works offline.
 */
import { useEffect, useState } from "preact/hooks";
import type { SaidAct } from "../../../satchel/model.ts";
import { isOver } from "../../../satchel/sharing.ts";
import type { RecordId } from "../../../shared/ids.ts";
import type { ShareView } from "../../../workers/satchel.contract.ts";
import { paths, type ScreenProps } from "../../feature.ts";
import { formatDate, formatTime } from "../../i18n/format.ts";
import { isolated } from "../../i18n/rich.tsx";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { Chip } from "../../ui/Chip.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Icon } from "../../ui/icons/Icon.tsx";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { Loading } from "../../ui/States.tsx";
import { CHIPS, deskName, sharedName, stageText } from "./words.ts";

function Acts({ share, desk }: { readonly share: ShareView; readonly desk: string }) {
  const t = useT();
  const acts: readonly SaidAct[] = Object.values(share.record.acts ?? {}).sort((a, b) => b.at - a.at);
  return (
    <section class="stack-s">
      <h2>{t("partages.one.acts")}</h2>
      {acts.length === 0 && <p>{t("partages.one.noActs")}</p>}
      <ul class="stack-s">
        {acts.map(({ paper, helper, at }) => {
          const held = share.record.papers[paper];
          const who =
            helper === ""
              ? t("partages.one.somebody", { desk: isolated(desk) })
              : t("partages.one.helper", { name: isolated(helper), desk: isolated(desk) });
          return (
            <li key={`${at} ${paper} ${helper}`} class="row row--tight row--nowrap">
              <Icon name="oeil" />
              <span>
                {t("partages.one.act", {
                  who,
                  paper: isolated(held === undefined ? "" : sharedName(held)),
                  date: formatDate(at, "long"),
                  time: formatTime(at),
                })}
              </span>
            </li>
          );
        })}
      </ul>
      {acts.length > 0 && <p class="meta">{t("partages.one.signed")}</p>}
    </section>
  );
}

function Shown({ share, desk }: { readonly share: ShareView; readonly desk: string }) {
  const t = useT();
  const { api } = useSatchel();
  const { say } = useShell();
  const [isAsking, setAsking] = useState(false);
  const [error, setError] = useState<string | undefined>();
  const { record, stage } = share;
  const end = (): void => {
    setAsking(false);
    setError(undefined);
    void api.endShare(share.id).then((answer) => {
      if (answer.ok) say(t("partages.one.said"));
      else setError(t("partages.one.notEnded", { mark: answer.error.type }));
    });
  };
  return (
    <>
      <div class="stack-s">
        <p>
          <b>{t("partages.one.with", { desk: isolated(desk) })}</b>
        </p>
        <p>{t("partages.for", { purpose: isolated(record.purpose) })}</p>
        <p>{t("partages.until", { date: `${formatDate(record.until, "full")} ${formatTime(record.until)}` })}</p>
        <p>
          <Chip state={CHIPS[stage].state} icon={CHIPS[stage].icon}>
            {t(`partages.stage.${stage}`)}
          </Chip>
        </p>
        <p>{stageText(share)}</p>
      </div>
      {error !== undefined && (
        <Banner tone="redo" icon="attention">
          {error}
        </Banner>
      )}
      {!isOver(stage) && (
        <Button wide icon="cadenas" onPress={() => setAsking(true)}>
          {t("partages.one.end")}
        </Button>
      )}
      <section class="stack-s">
        <h2>{t("partages.one.papers")}</h2>
        <ul class="stack-s">
          {record.papers.map((paper, n) => (
            <li key={n}>
              {t("partages.one.paper", {
                name: isolated(sharedName(paper)),
                pages: t("common.pages", { count: paper.pages }),
              })}
            </li>
          ))}
        </ul>
      </section>
      <Acts share={share} desk={desk} />
      <Banner tone="quiet" icon="information" quiet title={t("partages.choose.seen")}>
        {t("partages.choose.seenText")}
      </Banner>
      <Dialog
        open={isAsking}
        title={t("partages.one.ask")}
        onKeep={() => setAsking(false)}
        actions={
          <>
            <Button kind="redo" wide icon="cadenas" onPress={end}>
              {t("partages.one.end")}
            </Button>
            <Button kind="second" wide onPress={() => setAsking(false)}>
              {t("partages.one.keep")}
            </Button>
          </>
        }
      >
        <p>{t("partages.one.askText")}</p>
      </Dialog>
    </>
  );
}

export function OneScreen({ params }: ScreenProps) {
  const t = useT();
  const { go } = useShell();
  const id = (params.share ?? "") as RecordId;
  const asked = useAsk(id, (api) => api.share(id), ["shares"]);
  const deployment = useAsk("deployment", (api) => api.deployment(), ["deployment"]);
  const isMandate = asked.state === "ready" && asked.value.record.mandate !== undefined;
  useEffect(() => {
    if (isMandate) go(paths.mandate(id), { replace: true });
  }, [isMandate, id, go]);
  const known = deployment.state === "ready" ? deployment.value : null;
  const share = asked.state === "ready" ? asked.value : null;
  return (
    <Frame title={t("partages.one.title")} back={paths.shares} failing={asked.state === "failed"} arrival={asked.state}>
      <h1>{t("partages.one.title")}</h1>
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
      {share !== null && <Shown share={share} desk={deskName(known, share.record.organisation)} />}
    </Frame>
  );
}
