/**
 * Erasing: this satchel from this device, all of Besace from this device, or this satchel everywhere. What is lost is said
 * first, with numbers; the confirmation is a word that stands on the screen (nothing to remember), and everywhere needs
 * the code. Runs in the page.
 */
import { useState } from "preact/hooks";
import { paths } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { errorText, failure, isWorkerError } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { useRoot } from "../../state/root.ts";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Button, LinkRow } from "../../ui/Button.tsx";
import { RadioGroup } from "../../ui/Choice.tsx";
import { CodeEntry } from "../../ui/Code.tsx";
import { TextField } from "../../ui/Field.tsx";
import { Icon } from "../../ui/icons/Icon.tsx";
import { PersonalForm } from "../../ui/personal.tsx";
import { FailedState, Loading } from "../../ui/States.tsx";

const SCOPES = ["here", "device", "everywhere"] as const;
type Scope = (typeof SCOPES)[number];
type Stage = "where" | "lost" | "code";

/** Capitals and accents do not matter. */
const plain = (word: string): string => word.normalize("NFD").replace(/\p{M}/gu, "").trim().toLocaleUpperCase();

/** What goes for good with each choice, in numbers where there are some. */
function Losses({ scope }: { readonly scope: Scope }) {
  const t = useT();
  const papers = useAsk("papers", (api) => api.papers(), ["papers"]);
  const outbox = useAsk("outbox", (api) => api.outbox(), ["outbox"]);
  const dossiers = useAsk("dossiers", (api) => api.dossiers(), ["dossiers"]);
  const card = useAsk("card-state", (api) => api.cardState(), ["opening"]);
  const failed = [papers, outbox, dossiers].find((asked) => asked.state === "failed");
  if (failed?.state === "failed")
    return (
      <>
        <p>{t("erase.unknown")}</p>
        <FailedState {...failure(failed.error)} onRetry={failed.again} />
      </>
    );
  if (papers.state !== "ready" || outbox.state !== "ready" || dossiers.state !== "ready") return <Loading />;
  const wholeElsewhere = ["two-copies", "sealed-copy", "away", "not-here"];
  const onlyHere = papers.value.filter((paper) => !wholeElsewhere.includes(paper.state)).length;
  const drafts = dossiers.value.filter((dossier) => dossier.stage === "draft").length;
  const opensAgain = card.state === "ready" && card.value.atServer === "yes" && card.value.drilledAt !== null;
  const isEverywhere = scope === "everywhere";
  return (
    <ul class="stack-s">
      {onlyHere > 0 && <li>{t("erase.papers", { count: onlyHere })}</li>}
      {outbox.value.waiting > 0 && <li>{t("erase.unsent", { count: outbox.value.waiting })}</li>}
      {drafts > 0 && <li>{t("erase.drafts", { count: drafts })}</li>}
      {scope === "device" && <li>{t("erase.others")}</li>}
      {scope === "device" && <li>{t("erase.carried")}</li>}
      {isEverywhere && <li>{t("erase.server")}</li>}
      {isEverywhere && <li>{t("erase.devices")}</li>}
      {isEverywhere && <li>{t("erase.backups")}</li>}
      {!isEverywhere && <li>{t(opensAgain ? "erase.back" : "erase.noBack")}</li>}
      <li>{t("erase.stays")}</li>
      <li>
        <b>{t("erase.forever")}</b>
      </li>
    </ul>
  );
}

export function EraseScreen() {
  const t = useT();
  const { api } = useSatchel();
  const { say } = useShell();
  const { forget, wipe } = useRoot();
  const opening = useAsk("opening", (ask) => ask.opening(), []);
  const open = opening.state === "ready" && opening.value.type === "open" ? opening.value : null;
  const [scope, setScope] = useState<Scope>("here");
  const [stage, setStage] = useState<Stage>("where");
  const [word, setWord] = useState("");
  const [code, setCode] = useState("");
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | undefined>();

  const go = (next: Stage): void => {
    setError(undefined);
    setStage(next);
  };
  const eraseHere = async (): Promise<void> => {
    if (open === null) return;
    // Before erasing: afterwards nothing here may look like an eviction by the browser.
    forget();
    const erased = await api.erase(open.profile.database);
    if (!erased.ok) setError(errorText(erased.error));
  };
  const eraseDevice = async (): Promise<void> => {
    const wiped = await wipe();
    if (!wiped.ok) setError(errorText(wiped.error));
  };
  const confirm = (): void => {
    if (plain(word) !== plain(t("erase.word"))) return;
    if (scope === "everywhere") {
      go("code");
      return;
    }
    setBusy(true);
    setError(undefined);
    void (scope === "here" ? eraseHere() : eraseDevice()).then(() => setBusy(false));
  };
  const eraseEverywhere = async (typed: string): Promise<void> => {
    setBusy(true);
    setError(undefined);
    const erased = await api.eraseEverywhere({ code: typed });
    setBusy(false);
    setCode("");
    if (erased.ok) {
      forget();
      say(t("erase.done"));
      return;
    }
    const refusal = erased.error;
    if (isWorkerError(refusal)) setError(errorText(refusal));
    else if (refusal.type === "no-network") setError(t("erase.noNetwork"));
    else if (refusal.type === "wrong-code") setError(t("erase.wrong", { count: refusal.triesLeft }));
    else setError(t("erase.refused"));
  };

  const titles: Readonly<Record<Stage, string>> = {
    where: t("erase.where"),
    lost: t("erase.lost"),
    code: t("erase.code"),
  };
  const wrong = error !== undefined && (
    <p class="err" role="alert">
      <Icon name="attention" />
      <span>{error}</span>
    </p>
  );
  const isWritten = plain(word) === plain(t("erase.word"));
  return (
    <Frame
      title={titles[stage]}
      back={paths.settings}
      onBack={stage === "where" ? undefined : () => go(stage === "code" ? "lost" : "where")}
      arrival={stage}
    >
      {stage === "where" && <h1>{titles.where}</h1>}
      {stage === "where" && (
        <fieldset>
          <legend class="sr">{titles.where}</legend>
          <RadioGroup
            options={SCOPES.map((value) => ({
              value,
              label: t(`erase.scope.${value}`),
              more: t(`erase.scope.${value}More`),
            }))}
            value={scope}
            onChange={setScope}
          />
        </fieldset>
      )}
      {stage === "where" && (
        <div class="actions">
          <Button wide iconEnd="fleche" onPress={() => go("lost")}>
            {t("erase.next")}
          </Button>
        </div>
      )}
      {stage === "lost" && (
        <>
          <div class="stack-s">
            <h1>{titles.lost}</h1>
            <p>
              <b>{t(`erase.scope.${scope}`)}</b>
            </p>
          </div>
          <Losses scope={scope} />
          <LinkRow icon="boite" href={paths.out}>
            {t("erase.before")}
          </LinkRow>
          {wrong}
          <PersonalForm class="stack" onSubmit={confirm}>
            <TextField label={t("erase.type", { word: t("erase.word") })} value={word} onChange={setWord} />
            <Button
              kind="redo"
              type="submit"
              wide
              busy={busy ? t("erase.busy") : undefined}
              missing={isWritten ? undefined : t("erase.missing", { word: t("erase.word") })}
            >
              {t("erase.confirm")}
            </Button>
          </PersonalForm>
        </>
      )}
      {stage === "code" && open !== null && (
        <>
          <h1>{titles.code}</h1>
          <CodeEntry
            kind={open.profile.codeKind}
            value={code}
            onChange={setCode}
            onComplete={(typed) => void eraseEverywhere(typed)}
            shown={shown}
            onShow={setShown}
            hint={t(busy ? "erase.busy" : "erase.forever")}
            error={error}
            busy={busy}
          />
        </>
      )}
      {opening.state === "failed" && <FailedState {...failure(opening.error)} onRetry={opening.again} />}
      <LinkRow href={paths.settings}>{t("erase.keep")}</LinkRow>
    </Frame>
  );
}
