/**
 * "Une structure peut m'aider à revenir": which organisation holds one half of a key, what it may do with it, taken back any day;
 * and somebody who asks for it now. In the page.
 *
 * Surprising: without a card or a code nothing is promised here. What a desk may do is agreed while everything still works.
 */
import { useState } from "preact/hooks";
import type { ReturnHelper, ReturnRefusal, ReturnsView } from "../../../workers/recovery.contract.ts";
import type { UnlockRefusal, WorkerError } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatDate, formatTime } from "../../i18n/format.ts";
import { language, t as text } from "../../i18n/i18n.ts";
import { isolated } from "../../i18n/rich.tsx";
import { useT } from "../../i18n/useT.ts";
import { errorText, isWorkerError } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { ReadAloud } from "../../state/ReadAloud.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useHold, useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkButton } from "../../ui/Button.tsx";
import { Checkbox } from "../../ui/Choice.tsx";
import { CodeEntry } from "../../ui/Code.tsx";
import { TextField } from "../../ui/Field.tsx";
import { Item, List } from "../../ui/List.tsx";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { PersonalForm } from "../../ui/personal.tsx";
import { EmptyState, Loading } from "../../ui/States.tsx";

type Refusal = WorkerError | UnlockRefusal | ReturnRefusal;

function refusalText(error: Refusal): string {
  if (isWorkerError(error)) return errorText(error);
  switch (error.type) {
    case "no-desk-key":
    case "changed-key":
    case "operator":
    case "no-card":
    case "name":
      return text(`returns.refused.${error.type}`);
    case "stretch-broken":
      return text("returns.refused.broken");
    default:
      return text("returns.refused.wrong");
  }
}

/** Somebody asks now: who, from when on, and the way to stop it. */
function AskedNow({ view }: { readonly view: ReturnsView }) {
  const t = useT();
  const { api } = useSatchel();
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const [isStopped, setStopped] = useState(false);
  const { asked } = view;
  if (isStopped)
    return (
      <Banner tone="done" icon="valider">
        {t("returns.asked.stopped")}
      </Banner>
    );
  if (asked === null) return null;
  const listed = view.helpers.find((helper) => helper.organisation === asked.organisation)?.name;
  const name = listed === undefined ? t("returns.asked.someone") : isolated(listed);
  const since = asked.asks[0] ?? 0;
  const stop = (): void => {
    setBusy(true);
    setError(undefined);
    void api.stopReturn().then((answer) => {
      setBusy(false);
      if (answer.ok) setStopped(true);
      else setError(answer.error.type === "no-network" ? t("returns.asked.offline") : errorText(answer.error));
    });
  };
  return (
    <section class="card stack-m" aria-labelledby="demande">
      <h2 id="demande" class="h3">
        {t("returns.asked.title")}
      </h2>
      <p>
        {asked.opensAt === null
          ? t("returns.asked.one", { name, date: formatDate(since, "long") })
          : t("returns.asked.until", {
              name,
              date: formatDate(asked.opensAt, "long"),
              time: formatTime(asked.opensAt),
            })}
      </p>
      <p>{t("returns.asked.me")}</p>
      <p>{t("returns.asked.notMe")}</p>
      <div role="alert">
        {error !== undefined && (
          <Banner tone="redo" icon="attention" link={{ href: paths.blockCard, text: t("returns.asked.block") }}>
            {error}{" "}
          </Banner>
        )}
      </div>
      <Button wide icon="fermer" onPress={stop} busy={busy ? t("common.loading") : undefined}>
        {t("returns.asked.stop")}
      </Button>
    </section>
  );
}

interface AgreeProps {
  readonly helper: ReturnHelper;
  readonly view: ReturnsView;
  readonly onDone: (said: string) => void;
}

/** What this organisation may do: two choices, the name that its desk compares, and the code that makes it. */
function Agree({ helper, view, onDone }: AgreeProps) {
  const t = useT();
  const { api } = useSatchel();
  const opening = useAsk("opening", (each) => each.opening(), ["opening"]);
  const kind = opening.state === "ready" && opening.value.type === "open" ? opening.value.profile.codeKind : "digits";
  const isNew = helper.pairs.length === 0;
  const [withCard, setWithCard] = useState(isNew ? view.hasCard : helper.pairs.includes("C+O"));
  const [withNothing, setWithNothing] = useState(helper.pairs.includes("S+O"));
  const [name, setName] = useState(view.name);
  const [birthdate, setBirthdate] = useState(view.birthdate);
  const [code, setCode] = useState("");
  const [shown, setShown] = useState(false);
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  useHold(true);
  const pairs = [...(withCard ? (["C+O"] as const) : []), ...(withNothing ? (["S+O"] as const) : [])];
  const give = (typed: string): void => {
    setBusy(true);
    setError(undefined);
    const input = { organisation: helper.organisation, pairs, name, birthdate, language: language(), code: typed };
    void api.agreeReturn(input).then((answer) => {
      setBusy(false);
      setCode("");
      if (answer.ok) onDone(t(pairs.length === 0 ? "returns.stopped" : "returns.saved"));
      else setError(refusalText(answer.error));
    });
  };
  return (
    <PersonalForm class="stack-m" onSubmit={() => undefined}>
      <h2>{isolated(helper.name)}</h2>
      <p>{t("returns.pairs")}</p>
      {helper.operates && (
        <Banner tone="soon" icon="information" quiet>
          {t("returns.operatorCard")} {t("returns.operator")}
        </Banner>
      )}
      <Checkbox
        id="avec-carte"
        label={t("returns.card")}
        more={t("returns.cardMore")}
        checked={withCard}
        onChange={setWithCard}
      />
      {!view.hasCard && (
        <Banner tone="quiet" icon="cle-carte" quiet link={{ href: paths.drill, text: t("returns.tryCard") }}>
          {t("returns.noCard")}{" "}
        </Banner>
      )}
      {!helper.operates && (
        <Checkbox
          id="sans-carte"
          label={t("returns.nothing")}
          more={t("returns.nothingMore")}
          checked={withNothing}
          onChange={setWithNothing}
        />
      )}
      {pairs.length > 0 && (
        <>
          <TextField label={t("returns.name")} hint={t("returns.nameHint")} value={name} onChange={setName} />
          <TextField label={t("returns.birth")} value={birthdate} onChange={setBirthdate} />
        </>
      )}
      <section class="stack-s" aria-labelledby="code">
        <h3 id="code">{t("returns.code")}</h3>
        <CodeEntry
          kind={kind}
          value={code}
          onChange={setCode}
          onComplete={give}
          shown={shown}
          onShow={setShown}
          hint={pairs.length === 0 ? t("returns.stop") : t("returns.save")}
          error={error}
          busy={busy}
        />
      </section>
    </PersonalForm>
  );
}

export function ReturnsScreen() {
  const t = useT();
  const { say } = useShell();
  const asked = useAsk("returns", (api) => api.returns(), ["opening", "deployment"]);
  const [chosen, setChosen] = useState<string | null>(null);
  const view = asked.state === "ready" ? asked.value : null;
  const helper = view?.helpers.find((each) => each.organisation === chosen);
  const done = (said: string): void => {
    setChosen(null);
    say(said);
    asked.again();
  };
  return (
    <Frame
      title={t("returns.title")}
      back={paths.card}
      onBack={helper === undefined ? undefined : () => setChosen(null)}
      arrival={chosen ?? asked.state}
      failing={asked.state === "failed"}
    >
      <h1>{t("returns.title")}</h1>
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
      {view !== null && helper === undefined && (
        <>
          <AskedNow view={view} />
          <p>{t("returns.lead")}</p>
          <p>{t("returns.how")}</p>
          <ReadAloud text={[t("returns.title"), t("returns.lead"), t("returns.how"), t("returns.nothingMore")]} />
          {view.helpers.length === 0 ? (
            <EmptyState title={t("returns.none")} text={t("returns.noneText")} />
          ) : (
            <section class="stack-s" aria-labelledby="structures">
              <h2 id="structures">{t("returns.choose")}</h2>
              <List>
                {view.helpers.map((each) => (
                  <Item
                    key={each.organisation}
                    icon={each.pairs.length === 0 ? "parler" : "valider"}
                    title={isolated(each.name)}
                    detail={
                      !each.receives && each.pairs.length === 0
                        ? t("returns.closed")
                        : each.state === "none"
                          ? undefined
                          : t(`returns.state.${each.state}`)
                    }
                    {...(each.receives ? { onPress: () => setChosen(each.organisation) } : {})}
                  />
                ))}
              </List>
            </section>
          )}
          <LinkButton kind="plain" wide href={paths.journal}>
            {t("returns.journal")}
          </LinkButton>
        </>
      )}
      {view !== null && helper !== undefined && (
        <Agree key={helper.organisation} helper={helper} view={view} onDone={done} />
      )}
    </Frame>
  );
}
