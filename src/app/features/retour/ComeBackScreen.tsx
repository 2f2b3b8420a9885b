/**
 * Coming back on a new phone (C+P+S): the card, then the code, then what to do next. In the page.
 *
 * Surprising: the screen lives on when the satchel opens under it: its last stage asks what to do about the old phone and
 * the card, which is the one moment when the person thinks of it. Only the code has to be remembered (WCAG 3.3.8).
 */
import { useEffect, useState } from "preact/hooks";
import type { CodeKind, ComeBackRefusal } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatList } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { CardEntry } from "../../state/CardEntry.tsx";
import { errorText, isWorkerError } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { freePicture } from "../../state/pictures.ts";
import { ReadAloud } from "../../state/ReadAloud.tsx";
import { useRoot } from "../../state/root.ts";
import { useSatchel } from "../../state/satchel.ts";
import { useHold, useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkButton, LinkRow } from "../../ui/Button.tsx";
import { CodeEntry } from "../../ui/Code.tsx";
import { CodeKinds } from "../../ui/CodeKinds.tsx";
import { Item, List } from "../../ui/List.tsx";

/** A refusal that is not about one field: it has a page of its own. */
type Refused = Exclude<ComeBackRefusal["type"], "wrong-groups" | "wrong-code">;

type Stage =
  | { readonly at: "card" }
  | { readonly at: "code"; readonly left: number }
  /** `left`: it was the code that was refused, and the card may stand. */
  | { readonly at: "refused"; readonly why: Refused; readonly home: string; readonly left: number | null }
  | { readonly at: "arrived" };

/** Nothing went wrong: it is only not now. */
const isOrdinary = (why: Refused): boolean => why === "no-network" || why === "expired";

interface RefusedProps {
  readonly why: Refused;
  readonly home: string;
  readonly onAgain: () => void;
}

/** What happened, that nothing is erased, and the one thing that helps. */
function RefusedStage({ why, home, onAgain }: RefusedProps) {
  const t = useT();
  return (
    <>
      <Banner tone={isOrdinary(why) ? "quiet" : "redo"} icon="attention" quiet>
        {t("retour.nothingLost")}
      </Banner>
      <p>
        {t(`retour.refused.${why}.text`)}{" "}
        {why === "other-home" && (
          <bdi class="nowrap" dir="ltr" translate={false}>
            {home}
          </bdi>
        )}
      </p>
      <div class="actions">
        {why === "already-here" ? (
          <LinkButton wide href={paths.start}>
            {t("retour.unlock")}
          </LinkButton>
        ) : (
          <Button wide icon="synchroniser" onPress={onAgain}>
            {t(why === "no-network" ? "retour.again" : "retour.code.card")}
          </Button>
        )}
      </div>
    </>
  );
}

function ArrivedStage() {
  const t = useT();
  const { shared } = useRoot();
  return (
    <>
      <Banner tone="done" icon="valider" quiet>
        {t("retour.arrived.text")}
      </Banner>
      <LinkButton wide iconEnd="fleche" href={paths.home}>
        {t("retour.arrived.home")}
      </LinkButton>
      {shared !== true && (
        <section class="stack-s" aria-labelledby="suite">
          <h2 id="suite">{t("retour.arrived.next")}</h2>
          <List>
            <Item
              icon="telephone"
              href={paths.devices}
              title={t("retour.arrived.out")}
              detail={t("retour.arrived.outMore")}
            />
            <Item
              icon="cle-carte"
              href={paths.newCard}
              title={t("retour.arrived.newCard")}
              detail={t("retour.arrived.newCardMore")}
            />
          </List>
          <p class="meta">{t("retour.arrived.keep")}</p>
        </section>
      )}
    </>
  );
}

export function ComeBackScreen() {
  const t = useT();
  const { api } = useSatchel();
  const { network, open: isOpen, go } = useShell();
  const { random, shared } = useRoot();
  const [stage, setStage] = useState<Stage>({ at: "card" });
  const [kind, setKind] = useState<CodeKind>("digits");
  const [code, setCode] = useState("");
  const [shown, setShown] = useState(false);
  const [wrong, setWrong] = useState<readonly number[]>([]);
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  useHold(stage.at === "code");
  // Typed or found in the history while a satchel is open: there is nothing to come back to.
  useEffect(() => {
    if (isOpen && stage.at !== "arrived" && !busy) go(paths.home, { replace: true });
  }, [isOpen, stage.at, busy, go]);
  // What was begun is forgotten when the person goes elsewhere.
  useEffect(() => () => void api.comeBackForget(), [api]);

  const restart = (): void => {
    setStage({ at: "card" });
    setError(undefined);
    setWrong([]);
    setCode("");
  };
  const refuse = (refusal: ComeBackRefusal, left: number | null): void => {
    if (refusal.type === "wrong-groups") {
      setWrong(refusal.groups);
      setError(t("card.groupsWrong", { groups: formatList(refusal.groups.map(String)) }));
      return;
    }
    if (refusal.type === "wrong-code") {
      if (refusal.left <= 0) {
        setStage({ at: "refused", why: "frozen", home: "", left: null });
        return;
      }
      setStage({ at: "code", left: refusal.left });
      setError(t("retour.wrongCode", { count: refusal.left }));
      return;
    }
    setStage({ at: "refused", why: refusal.type, home: refusal.type === "other-home" ? refusal.home : "", left });
  };
  const look = (card: string): void => {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    setWrong([]);
    void api.comeBack({ card }).then((answer) => {
      setBusy(false);
      if (answer.ok) setStage({ at: "code", left: answer.value.left });
      else if (isWorkerError(answer.error)) setError(errorText(answer.error));
      else refuse(answer.error, null);
    });
  };
  const open = (typed: string): void => {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    const begin = async (): Promise<void> => {
      const opening = await api.opening();
      const others = opening.ok && opening.value.type === "locked" ? opening.value.profiles : [];
      const pictogram = freePicture(
        others.map((profile) => profile.pictogram),
        random,
      );
      const answer = await api.comeBackOpen({ code: typed, pictogram });
      setBusy(false);
      setCode("");
      if (answer.ok) setStage({ at: "arrived" });
      else if (isWorkerError(answer.error)) setError(errorText(answer.error));
      else if (answer.error.type === "code-shape" || answer.error.type === "code-too-common")
        setError(t("retour.codeShape"));
      else refuse(answer.error, stage.at === "code" ? stage.left : null);
    };
    void begin();
  };
  const title =
    stage.at === "refused" ? t(`retour.refused.${stage.why}.title`) : t(`retour.${stage.at}.title` as const);
  return (
    <Frame
      title={title}
      back={stage.at === "arrived" ? undefined : paths.start}
      onBack={stage.at === "code" || stage.at === "refused" ? restart : undefined}
      arrival={stage.at === "refused" ? stage.why : stage.at}
      failing={error !== undefined || (stage.at === "refused" && !isOrdinary(stage.why))}
      needsNetwork={stage.at !== "arrived"}
    >
      <h1>{title}</h1>
      {stage.at === "card" && (
        <>
          <p>{t("retour.card.text")}</p>
          <ReadAloud
            text={[title, t("retour.card.text"), t("card.drill.text"), t("retour.card.none"), t("retour.card.neither")]}
          />
          {network !== "online" && (
            <Banner tone="quiet" icon="hors-ligne">
              {t("retour.offline")}
            </Banner>
          )}
          <CardEntry
            onCard={look}
            action={t("retour.card.next")}
            busy={busy ? t("retour.card.busy") : undefined}
            wrong={wrong}
            error={error}
          />
          <section class="stack-s">
            <p>{t("retour.card.none")}</p>
            {shared !== true && (
              <LinkRow icon="telephone" href={paths.join}>
                {t("retour.card.bring")}
              </LinkRow>
            )}
            {shared !== true && (
              <LinkRow icon="parler" href={paths.comeBackDesk}>
                {t("retour.card.desk")}
              </LinkRow>
            )}
            <p class="meta">{t("retour.card.neither")}</p>
          </section>
        </>
      )}
      {stage.at === "code" && (
        <>
          <p>
            {t("retour.code.text")} {error === undefined && t("retour.code.left", { count: stage.left })}
          </p>
          <CodeKinds
            kind={kind}
            onChoose={(one) => {
              setKind(one);
              setCode("");
            }}
          />
          <CodeEntry
            key={kind}
            kind={kind}
            value={code}
            onChange={setCode}
            onComplete={open}
            shown={shown}
            onShow={setShown}
            hint={busy ? t("retour.code.busy") : undefined}
            error={error}
            busy={busy}
          />
          <Button kind="plain" wide onPress={restart}>
            {t("retour.code.card")}
          </Button>
          {shared !== true && (
            <LinkRow icon="parler" href={paths.comeBackDesk}>
              {t("retour.card.desk")}
            </LinkRow>
          )}
        </>
      )}
      {stage.at === "refused" && (
        <RefusedStage
          why={stage.why}
          home={stage.home}
          onAgain={() => {
            if (stage.why === "no-network" && stage.left !== null) setStage({ at: "code", left: stage.left });
            else restart();
          }}
        />
      )}
      {stage.at === "arrived" && <ArrivedStage />}
    </Frame>
  );
}
