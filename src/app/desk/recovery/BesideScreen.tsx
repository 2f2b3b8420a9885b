/**
 * Beside the person: her satchel opened here as a visit, and her coming back with this organisation's help (DESIGN 3: C+O, S+O;
 * decisions/0044). Runs in the page.
 *
 * Surprising: nothing of a visit happens on this page. It is another page with a worker of its own, so that a desk's keys and a
 * person's never stand in one place.
 */

import { useEffect, useState } from "preact/hooks";
import type { SeenPaper } from "../../../satchel/model.ts";
import { seenPapers } from "../../../satchel/model.ts";
import type {
  DeskReturnCheck,
  DeskReturnPerson,
  DeskReturnRefusal,
  DeskReturns,
} from "../../../workers/recovery-desk.contract.ts";
import { formatDate, formatTime } from "../../i18n/format.ts";
import { t as text } from "../../i18n/i18n.ts";
import { isolated } from "../../i18n/rich.tsx";
import { useT } from "../../i18n/useT.ts";
import { HandOver } from "../../state/HandOver.tsx";
import { PasteText } from "../../state/PasteText.tsx";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { Checkbox, RadioGroup } from "../../ui/Choice.tsx";
import { FourPictures } from "../../ui/FourPictures.tsx";
import { Item, List } from "../../ui/List.tsx";
import { PersonalForm } from "../../ui/personal.tsx";
import { SearchField } from "../../ui/Search.tsx";
import { EmptyState, FailedState, Loading } from "../../ui/States.tsx";
import { useWorld } from "../../ui/world.ts";
import { DeskFrame } from "../DeskFrame.tsx";
import {
  type DeskFailure,
  failureMark,
  failureText,
  isDeskFailure,
  useDesk,
  useDeskAsk,
  useDeskShell,
} from "../state.ts";

type Stage =
  | { readonly at: "home" }
  | { readonly at: "read"; readonly person: DeskReturnPerson | null }
  | {
      readonly at: "check";
      readonly person: DeskReturnPerson;
      readonly pair: "C+O" | "S+O";
      readonly question: string | null;
    }
  | { readonly at: "compare"; readonly number: string; readonly pictures: readonly number[] }
  | { readonly at: "give"; readonly text: string }
  | { readonly at: "people" };

type Refusal = DeskFailure | DeskReturnRefusal;

function refusalText(error: Refusal): string {
  if (error.type === "no-network") return text("desk.beside.refused.no-network");
  return isDeskFailure(error) ? failureText(error) : text(`desk.beside.refused.${error.type}`);
}

/** Whether the wait of an S+O is over, and if not, until when. */
function AskedLine({ person, now }: { readonly person: DeskReturnPerson; readonly now: number }) {
  const t = useT();
  const { asked } = person;
  if (asked === null || asked.asks.length === 0) return <p class="meta">{t("desk.beside.asked.none")}</p>;
  if (asked.opensAt === null) return <p class="meta">{t("desk.beside.asked.one")}</p>;
  const { opensAt } = asked;
  return (
    <p class="meta">
      {now >= opensAt
        ? t("desk.beside.asked.ready")
        : t("desk.beside.asked.wait", { date: formatDate(opensAt, "long"), time: formatTime(opensAt) })}
    </p>
  );
}

function Checks({ checks }: { readonly checks: readonly DeskReturnCheck[] }) {
  const t = useT();
  if (checks.length === 0) return null;
  return (
    <section class="stack-s" aria-labelledby="regards">
      <h2 id="regards" class="h3">
        {t("desk.beside.checks")}
      </h2>
      <ul class="stack-s">
        {checks.map(({ helper, paper, at }, n) => (
          <li key={`${at} ${n}`} class="meta">
            {t("desk.beside.checkLine", {
              name: helper === "" ? t("desk.beside.noName") : isolated(helper),
              paper: t(`desk.beside.papers.${paper}`),
              date: formatDate(at, "long"),
            })}
          </li>
        ))}
      </ul>
    </section>
  );
}

interface CheckProps {
  readonly person: DeskReturnPerson;
  readonly action: string;
  readonly busy: boolean;
  readonly error: string | undefined;
  readonly onChecked: (paper: SeenPaper) => void;
}

/** The person, and what the helper says that she saw: without it nothing goes on. */
function Check({ person, action, busy, error, onChecked }: CheckProps) {
  const t = useT();
  const [paper, setPaper] = useState<SeenPaper | undefined>();
  const [isSame, setSame] = useState(false);
  const [missing, setMissing] = useState(false);
  const check = (): void => {
    const isReady = paper !== undefined && isSame;
    setMissing(!isReady);
    if (isReady) onChecked(paper);
  };
  return (
    <PersonalForm class="stack" onSubmit={check}>
      <div class="card stack-s">
        <p class="h2">
          <bdi translate={false}>{person.name}</bdi>
        </p>
        {person.birthdate !== "" && <p>{t("desk.beside.check.born", { date: isolated(person.birthdate) })}</p>}
        <p class="meta">{t("desk.beside.check.said", { date: formatDate(person.agreedAt, "long") })}</p>
      </div>
      <fieldset class="stack-s">
        <legend>{t("desk.beside.check.paper")}</legend>
        <RadioGroup
          columns={2}
          value={paper}
          onChange={setPaper}
          options={seenPapers.map((value) => ({ value, label: t(`desk.beside.papers.${value}`) }))}
        />
      </fieldset>
      <Checkbox label={t("desk.beside.check.same")} checked={isSame} onChange={setSame} />
      <p>{t("desk.beside.check.told")}</p>
      <div role="alert">
        {(missing || error !== undefined) && <p class="err">{error ?? t("desk.beside.check.choose")}</p>}
      </div>
      <Button type="submit" icon="valider" busy={busy ? t("common.loading") : undefined}>
        {action}
      </Button>
      <Checks checks={person.checks} />
    </PersonalForm>
  );
}

interface PeopleProps {
  readonly view: DeskReturns;
  readonly onChoose: (person: DeskReturnPerson) => void;
}

function People({ view, onChoose }: PeopleProps) {
  const t = useT();
  const { clock } = useWorld();
  const [typed, setTyped] = useState("");
  const all = view.people.filter((person) => person.pairs.includes("S+O"));
  const fold = (name: string): string => name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const found = all.filter(({ name }) => fold(name).includes(fold(typed.trim())));
  if (all.length === 0) return <EmptyState title={t("desk.beside.noPeople")} text={t("desk.beside.noPeopleText")} />;
  return (
    <>
      <SearchField label={t("desk.beside.search")} hint="" value={typed} onType={setTyped} />
      {found.length === 0 && <p>{t("desk.beside.noMatch")}</p>}
      <List>
        {found.map((person) => (
          <Item
            key={person.id}
            icon="personne"
            title={isolated(person.name)}
            detail={isolated(person.birthdate)}
            below={<AskedLine person={person} now={clock.now()} />}
            onPress={() => onChoose(person)}
          />
        ))}
      </List>
    </>
  );
}

/** The three ways to help; what this desk cannot do is said in its place. */
function Ways({
  view,
  onCard,
  onNothing,
}: {
  readonly view: DeskReturns;
  readonly onCard: () => void;
  readonly onNothing: () => void;
}) {
  const t = useT();
  return (
    <>
      <p class="wide-p">{t("desk.beside.lead")}</p>
      <section class="card stack-s" aria-labelledby="visite">
        <h2 id="visite">{t("desk.beside.visit.title")}</h2>
        <p>{t("desk.beside.visit.text")}</p>
        <p>{t("desk.beside.visit.more")}</p>
        <p>
          <a class="btn btn--second" href="/poste" target="_blank" rel="noopener noreferrer">
            {t("desk.beside.visit.open")}
          </a>
        </p>
      </section>
      {!view.mayHelp && (
        <Banner tone="soon" icon="information" quiet>
          {t("desk.beside.oldDesk")}
        </Banner>
      )}
      <section class="card stack-s" aria-labelledby="carte">
        <h2 id="carte">{t("desk.beside.card.title")}</h2>
        <p>{t("desk.beside.card.text")}</p>
        {view.mayHelp && (
          <Button icon="cle-carte" onPress={onCard}>
            {t("desk.beside.card.start")}
          </Button>
        )}
      </section>
      <section class="card stack-s" aria-labelledby="rien">
        <h2 id="rien">{t("desk.beside.nothing.title")}</h2>
        <p>{view.operates ? t("desk.beside.operates") : t("desk.beside.nothing.text")}</p>
        {view.mayHelp && !view.operates && (
          <Button kind="second" icon="recherche" onPress={onNothing}>
            {t("desk.beside.nothing.start")}
          </Button>
        )}
      </section>
    </>
  );
}

export function BesideScreen() {
  const t = useT();
  const { api } = useDesk();
  const { clock } = useWorld();
  const { copy, say } = useDeskShell();
  const asked = useDeskAsk("returns", (desk) => desk.returns(), ["inbox", "team"]);
  const [stage, setStage] = useState<Stage>({ at: "home" });
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const view = asked.state === "ready" ? asked.value : null;
  // Who agreed a minute ago is looked for; what was read and not given is forgotten when the helper goes elsewhere.
  useEffect(() => {
    void api.refresh();
    return () => void api.returnDrop();
  }, [api]);

  const restart = (): void => {
    void api.returnDrop();
    setStage({ at: "home" });
    setTyped("");
    setError(undefined);
  };
  function work<T>(
    answer: Promise<{ readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Refusal }>,
    next: (value: T) => void,
  ): void {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    void answer.then((heard) => {
      setBusy(false);
      if (heard.ok) next(heard.value);
      else setError(refusalText(heard.error));
    });
  }
  const read = (person: DeskReturnPerson | null): void => {
    if (person !== null) setStage({ at: "check", person, pair: "S+O", question: typed });
    else work(api.returnRead(typed), (found) => setStage({ at: "check", person: found, pair: "C+O", question: null }));
  };
  const choose = (person: DeskReturnPerson): void => {
    const opensAt = person.asked?.opensAt ?? null;
    const isOver = opensAt !== null && clock.now() >= opensAt;
    setStage(isOver ? { at: "read", person } : { at: "check", person, pair: "S+O", question: null });
  };
  const checked = ({ person, pair, question }: Extract<Stage, { at: "check" }>, paper: SeenPaper): void => {
    if (pair === "S+O" && question === null) {
      work(api.returnAsk({ person: person.id, paper }), () => {
        say(t("desk.beside.asked.done"));
        asked.again();
        setStage({ at: "people" });
      });
      return;
    }
    const input = { person: person.id, paper, pair, ...(question === null ? {} : { text: question }) };
    work(api.returnChecked(input), (shown) => setStage({ at: "compare", ...shown }));
  };
  const titles: Readonly<Record<Stage["at"], string>> = {
    home: t("desk.beside.title"),
    read: t("desk.beside.read.title"),
    check: t("desk.beside.check.title"),
    compare: t("desk.beside.compare.title"),
    give: t("desk.beside.give.title"),
    people: t("desk.beside.people"),
  };
  const title = titles[stage.at];
  return (
    <DeskFrame title={t("desk.beside.title")} arrival={`${asked.state} ${stage.at}`} failing={error !== undefined}>
      <h1>{title}</h1>
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && (
        <FailedState mark={failureMark(asked.error)} text={failureText(asked.error)} onRetry={asked.again} />
      )}
      {view !== null && stage.at === "home" && (
        <Ways
          view={view}
          onCard={() => setStage({ at: "read", person: null })}
          onNothing={() => setStage({ at: "people" })}
        />
      )}
      {view !== null && stage.at === "people" && <People view={view} onChoose={choose} />}
      {stage.at === "read" && (
        <PersonalForm
          class="stack"
          onSubmit={() => {
            read(stage.person);
            void api.refresh();
          }}
        >
          <p class="wide-p">{t("desk.beside.read.text")}</p>
          <PasteText
            label={t("desk.beside.read.label")}
            hint={t("desk.beside.read.hint")}
            value={typed}
            onChange={setTyped}
            error={error}
          />
          <Button type="submit" iconEnd="fleche" busy={busy ? t("common.loading") : undefined}>
            {t("desk.beside.read.next")}
          </Button>
        </PersonalForm>
      )}
      {stage.at === "check" && (
        <Check
          person={stage.person}
          action={t(
            stage.pair === "S+O" && stage.question === null ? "desk.beside.check.ask" : "desk.beside.check.next",
          )}
          busy={busy}
          error={error}
          onChecked={(paper) => checked(stage, paper)}
        />
      )}
      {stage.at === "compare" && (
        <>
          <section class="stack-s" aria-labelledby="nombre">
            <h2 id="nombre">{t("desk.beside.compare.number")}</h2>
            <p class="sixdigits" dir="ltr" translate={false}>
              {stage.number}
            </p>
          </section>
          <section class="stack-s" aria-labelledby="images">
            <h2 id="images">{t("desk.beside.compare.pictures")}</h2>
            <FourPictures pictures={stage.pictures} label={t("devices.pictures")} />
          </section>
          <div role="alert">{error !== undefined && <p class="err">{error}</p>}</div>
          <div class="actions">
            <Button
              icon="valider"
              busy={busy ? t("common.loading") : undefined}
              onPress={() => work(api.returnGive(), (given) => setStage({ at: "give", text: given.text }))}
            >
              {t("desk.beside.compare.same")}
            </Button>
            <Button
              kind="second"
              icon="fermer"
              onPress={() => {
                restart();
                say(t("desk.beside.compare.stopped"));
              }}
            >
              {t("desk.beside.compare.different")}
            </Button>
          </div>
        </>
      )}
      {stage.at === "give" && (
        <>
          <p class="wide-p">{t("desk.beside.give.text")}</p>
          <HandOver id="reponse" value={stage.text} copy={copy} />
          <Button icon="valider" onPress={restart}>
            {t("desk.beside.give.done")}
          </Button>
        </>
      )}
      {stage.at !== "home" && stage.at !== "give" && (
        <Button kind="plain" onPress={restart}>
          {t("desk.beside.restart")}
        </Button>
      )}
    </DeskFrame>
  );
}
