/**
 * The phone of an approval: reads what the shared computer shows, compares four pictures, chooses papers, opens them there
 * for twenty minutes. In the page.
 *
 * Surprising: no paper is chosen beforehand, and nothing at all has left this phone before the last button.
 */
import { useEffect, useState } from "preact/hooks";
import type { RecordId } from "../../../shared/ids.ts";
import type { ApprovalMet } from "../../../workers/approval.contract.ts";
import type { PaperView } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { ScanQr } from "../../state/ScanQr.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useHold, useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkRow } from "../../ui/Button.tsx";
import { CheckGroup } from "../../ui/Choice.tsx";
import { TextArea } from "../../ui/Field.tsx";
import { FourPictures } from "../../ui/FourPictures.tsx";
import { kindIcon, paperName } from "../../ui/papers/names.ts";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { PersonalForm } from "../../ui/personal.tsx";
import { Loading } from "../../ui/States.tsx";
import { refusalText } from "./words.ts";

type Stage =
  | { readonly at: "read" }
  | { readonly at: "compare" | "choose"; readonly met: ApprovalMet }
  | { readonly at: "stopped" };

/** The server has all of it. */
const isThere = ({ state }: PaperView): boolean => ["two-copies", "sealed-copy", "away", "not-here"].includes(state);

interface ChooseProps {
  readonly busy: boolean;
  readonly error: string | undefined;
  readonly onOpen: (papers: readonly RecordId[]) => void;
}

function Choose({ busy, error, onOpen }: ChooseProps) {
  const t = useT();
  const [chosen, setChosen] = useState<readonly RecordId[]>([]);
  const asked = useAsk("papers", (api) => api.papers(), ["papers"]);
  if (asked.state === "loading") return <Loading />;
  if (asked.state === "failed") return <Trouble error={asked.error} onRetry={asked.again} />;
  const kept = asked.value.filter(({ record }) => record.status === "kept");
  const there = kept.filter(isThere);
  // What is chosen may have gone meanwhile.
  const open = chosen.filter((id) => there.some((paper) => paper.id === id));
  return (
    <>
      <p>{t("approbation.phone.choose.text")}</p>
      {there.length === 0 ? (
        <p>{t("approbation.phone.choose.empty")}</p>
      ) : (
        <fieldset>
          <legend class="legend-row">
            <span class="h3">{t("approbation.phone.choose.legend")}</span>
          </legend>
          <CheckGroup<RecordId>
            options={there.map(({ id, record }) => ({
              value: id,
              label: paperName(record),
              icon: kindIcon(record.kind),
            }))}
            values={open}
            onChange={setChosen}
          />
        </fieldset>
      )}
      {kept.length > there.length && (
        <p class="meta">{t("approbation.phone.choose.notThere", { count: kept.length - there.length })}</p>
      )}
      {there.length > 0 && open.length === 0 && <p class="meta">{t("approbation.phone.choose.none")}</p>}
      <Banner tone="quiet" icon="information" quiet>
        {t("approbation.phone.choose.seen")}
      </Banner>
      <p class="meta">{t("approbation.phone.choose.limits")}</p>
      {error !== undefined && (
        <Banner tone="redo" icon="attention">
          {error}
        </Banner>
      )}
      <Button
        wide
        icon="ordinateur"
        onPress={() => onOpen(open)}
        busy={busy ? t("approbation.phone.choose.busy") : undefined}
      >
        {open.length === 0
          ? t("approbation.phone.choose.openNone")
          : t("approbation.phone.choose.open", { count: open.length })}
      </Button>
    </>
  );
}

export function ApproveScreen() {
  const t = useT();
  const { api } = useSatchel();
  const { go } = useShell();
  const [stage, setStage] = useState<Stage>({ at: "read" });
  const [text, setText] = useState("");
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  useHold(stage.at === "compare" || stage.at === "choose");
  // Whatever was read is forgotten when the person goes elsewhere.
  useEffect(() => () => void api.approvalForget(), [api]);

  const read = (given: string): void => {
    setText(given);
    setError(undefined);
    setBusy(true);
    void api.approvalRead(given).then((answer) => {
      setBusy(false);
      if (answer.ok) setStage({ at: "compare", met: answer.value });
      else setError(refusalText(answer.error));
    });
  };
  const give = (papers: readonly RecordId[]): void => {
    setError(undefined);
    setBusy(true);
    void api.approvalGive(papers).then((answer) => {
      setBusy(false);
      if (answer.ok) go(paths.approvals, { replace: true });
      else setError(refusalText(answer.error));
    });
  };
  const stop = (): void => {
    void api.approvalForget();
    setText("");
    setError(undefined);
    setStage({ at: "stopped" });
  };
  const titles: Readonly<Record<Stage["at"], string>> = {
    read: t("approbation.phone.title"),
    compare: t("approbation.phone.compare.title"),
    choose: t("approbation.phone.choose.title"),
    stopped: t("approbation.phone.stopped.title"),
  };
  return (
    <Frame
      title={titles[stage.at]}
      back={paths.settings}
      arrival={stage.at}
      failing={error !== undefined || stage.at === "stopped"}
      needsNetwork
    >
      <h1>{titles[stage.at]}</h1>
      {stage.at === "read" && (
        <>
          <p>{t("approbation.phone.text")}</p>
          <PersonalForm class="stack" onSubmit={() => read(text)}>
            {busy ? (
              <Loading text={t("approbation.phone.reading")} />
            ) : (
              <>
                <ScanQr onText={read} />
                <TextArea
                  label={t("approbation.phone.paste")}
                  hint={t("approbation.phone.pasteHint")}
                  rows={4}
                  value={text}
                  onChange={setText}
                  error={error}
                />
                <Button type="submit" wide iconEnd="fleche">
                  {t("common.action.continue")}
                </Button>
              </>
            )}
          </PersonalForm>
          <p class="meta">{t("approbation.phone.network")}</p>
          <LinkRow icon="journal" href={paths.approvals}>
            {t("approbation.phone.follow")}
          </LinkRow>
        </>
      )}
      {stage.at === "compare" && (
        <>
          <p>
            {stage.met.place === ""
              ? t("approbation.phone.compare.noPlace")
              : t("approbation.phone.compare.place", { place: stage.met.place })}
          </p>
          <section class="stack-s" aria-labelledby="images">
            <h2 id="images">{t("approbation.phone.compare.pictures")}</h2>
            <FourPictures pictures={stage.met.pictures} label={t("approbation.phone.compare.label")} />
          </section>
          <div class="actions">
            <Button wide icon="valider" onPress={() => setStage({ at: "choose", met: stage.met })}>
              {t("approbation.phone.compare.same")}
            </Button>
            <Button kind="second" wide icon="fermer" onPress={stop}>
              {t("approbation.phone.compare.different")}
            </Button>
          </div>
        </>
      )}
      {stage.at === "choose" && <Choose busy={busy} error={error} onOpen={give} />}
      {stage.at === "stopped" && (
        <>
          <Banner tone="redo" icon="attention">
            {t("approbation.phone.stopped.text")}
          </Banner>
          <Button wide onPress={() => setStage({ at: "read" })}>
            {t("approbation.phone.again")}
          </Button>
        </>
      )}
    </Frame>
  );
}
