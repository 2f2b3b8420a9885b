/** The kiosk's own screens: what to do, what was left, already open elsewhere, the state for the administrator. In the page. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { paths } from "../feature.ts";
import { formatDate } from "../i18n/format.ts";
import { language, setLanguage } from "../i18n/i18n.ts";
import { LANGUAGES } from "../i18n/languages.ts";
import { useT } from "../i18n/useT.ts";
import { focusHeading } from "../platform/useScreen.ts";
import { useAskOf } from "../state/ask.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button } from "../ui/Button.tsx";
import { HumanFooter } from "../ui/HumanFooter.tsx";
import { Icon } from "../ui/icons/Icon.tsx";
import type { IconName } from "../ui/icons/names.ts";
import { Card, Item, List } from "../ui/List.tsx";
import { Page } from "../ui/Page.tsx";
import { checkNames, type Seen } from "./checks.ts";
import type { KioskDeployment } from "./config.ts";
import type { KioskDeps } from "./deps.ts";
import { Bar } from "./parts.tsx";

interface SheetProps {
  readonly deployment: KioskDeployment | null;
  readonly left?: number | null;
  readonly children: ComponentChildren;
}

const placeOf = (deployment: KioskDeployment | null): string | null =>
  deployment === null ? null : (deployment.config.name ?? deployment.operator?.contact.organisation ?? null);

/** A page of the kiosk outside any session. */
function Sheet({ deployment, left = null, children }: SheetProps) {
  useEffect(() => focusHeading(), []);
  return (
    <Page
      kind="wide"
      top={<Bar place={placeOf(deployment)} left={left} />}
      human={deployment?.operator == null ? null : <HumanFooter contact={deployment.operator.contact} />}
    >
      {children}
    </Page>
  );
}

function Languages() {
  return (
    <ul class="poste-languages">
      {LANGUAGES.map(({ code, name }) => (
        <li key={code}>
          <button
            type="button"
            class="btn btn--second btn--s"
            lang={code}
            aria-pressed={language() === code}
            onClick={() => void setLanguage(code)}
          >
            {name}
          </button>
        </li>
      ))}
    </ul>
  );
}

export interface StartProps {
  readonly deployment: KioskDeployment | null;
  readonly online: boolean;
  readonly go: (path: string) => void;
}

export function KioskStart({ deployment, online, go }: StartProps) {
  const t = useT();
  return (
    <Sheet deployment={deployment}>
      <div class="poste-start stack-l">
        <h1>{t("poste.start.title")}</h1>
        <Languages />
        <p role="status">{t(online ? "poste.start.online" : "poste.start.offline")}</p>
        <List>
          <Item
            icon="cle-carte"
            title={t("poste.start.card")}
            detail={t(online ? "poste.start.cardDetail" : "poste.start.cardOffline")}
            onPress={() => go(paths.comeBack)}
          />
          <Item
            icon="besace"
            title={t("poste.start.new")}
            detail={t("poste.start.newDetail")}
            onPress={() => go(paths.code)}
          />
        </List>
        <section class="stack-s" aria-labelledby="comment">
          <h2 id="comment">{t("poste.start.how")}</h2>
          <ul class="stack-s">
            <li>{t("poste.start.how1")}</li>
            <li>{t("poste.start.how2")}</li>
            <li>{t("poste.start.how3")}</li>
          </ul>
          <p class="meta">{t("poste.start.phone")}</p>
        </section>
      </div>
    </Sheet>
  );
}

/** What is told of a session that has ended. */
export interface Ended {
  readonly why: "asked" | "idle";
  /** Null: the end could not be checked. */
  readonly items: number | null;
  /** A satchel was made here and its card was never tried. */
  readonly untried: boolean;
  readonly at: number;
}

const takeAlong: readonly (readonly [IconName, "printer" | "scanner" | "things"])[] = [
  ["imprimer", "printer"],
  ["papier", "scanner"],
  ["cle-carte", "things"],
];

export function Farewell({
  ended,
  left,
  deployment,
  print,
  leave,
}: {
  readonly ended: Ended;
  readonly left: number;
  readonly deployment: KioskDeployment | null;
  readonly print: () => void;
  readonly leave: () => void;
}) {
  const t = useT();
  const { items, why, untried, at } = ended;
  const facts = ["papers", "keys", ...(items === 0 ? (["arrived"] as const) : [])] as const;
  return (
    <Sheet deployment={deployment} left={left}>
      <div class="poste-end">
        <div class="stack-l">
          <h1>{t(why === "idle" ? "poste.end.idleTitle" : "poste.end.title")}</h1>
          <p>{t("poste.end.text")}</p>
          {items === null && (
            <Banner tone="soon" icon="attention" quiet>
              {t("poste.end.lost")}
            </Banner>
          )}
          {untried && (
            <Banner tone="redo" icon="attention" quiet>
              {t("poste.end.noCard")}
            </Banner>
          )}
          <ul class="stack-s">
            {facts.map((fact) => (
              <li key={fact} class="row row--tight row--nowrap">
                <Icon name="valider" />
                <span>{t(`poste.end.${fact}`)}</span>
              </li>
            ))}
          </ul>
          {items !== null && items > 0 && (
            <section class="card stack-s poste-slip" aria-labelledby="billet">
              <h2 id="billet">{t("poste.slip.title")}</h2>
              <p>
                <b>{t("poste.slip.count", { count: items })}</b>
              </p>
              <p>
                {t("poste.slip.when", {
                  date: formatDate(at, "full"),
                  place: placeOf(deployment) ?? t("poste.shared"),
                })}
              </p>
              <p>{t("poste.slip.later")}</p>
              <p>{t("poste.slip.see")}</p>
              <p>{t("poste.slip.promise")}</p>
              <p class="no-print">{t("poste.slip.photo")}</p>
              {deployment?.config.printing === true && (
                <Button kind="second" icon="imprimer" onPress={print}>
                  {t("poste.slip.print")}
                </Button>
              )}
            </section>
          )}
        </div>
        <Card>
          <h2>{t("poste.end.take")}</h2>
          <p class="hint">{t("poste.end.takeText")}</p>
          <ul class="stack-s">
            {takeAlong.map(([icon, what]) => (
              <li key={what} class="row row--tight row--nowrap">
                <Icon name={icon} />
                <span>{t(`poste.end.${what}`)}</span>
              </li>
            ))}
          </ul>
          <Button wide icon="valider" onPress={leave}>
            {t("poste.end.leave")}
          </Button>
        </Card>
      </div>
    </Sheet>
  );
}

export function SecondTab() {
  const t = useT();
  return (
    <Sheet deployment={null}>
      <h1>{t("poste.second.title")}</h1>
      <p>{t("poste.second.text")}</p>
    </Sheet>
  );
}

const seenText = (seen: Seen | undefined) => `poste.state.${seen ?? "unknown"}` as const;

/** For whoever looks after the computer: how much waits and since when, never whose. */
export function StateScreen({
  deps,
  deployment,
}: {
  readonly deps: KioskDeps;
  readonly deployment: KioskDeployment | null;
}) {
  const t = useT();
  const box = useAskOf(deps.kiosk, "postbox", (api) => api.postbox(), ["outbox"]);
  const [seen, setSeen] = useState<Partial<Record<(typeof checkNames)[number], Seen>>>({});
  const look = (): void => void deps.checks().then(setSeen);
  useEffect(look, [deps]);
  const items = box.state === "ready" ? box.value.items : 0;
  const since = box.state === "ready" ? box.value.since : null;
  return (
    <Sheet deployment={deployment}>
      <div class="poste-start stack-l">
        <h1>{t("poste.state.title")}</h1>
        <section class="stack-s" aria-labelledby="attend" aria-busy={box.state === "loading" ? "true" : undefined}>
          <h2 id="attend">{t("poste.state.waiting")}</h2>
          {box.state === "failed" && <p role="alert">{t("common.failed.title")}</p>}
          {box.state === "ready" && (
            <p>
              <b>{items === 0 ? t("poste.state.none") : items}</b>
              {since !== null && <> {t("poste.state.since", { date: formatDate(since, "full") })}</>}
            </p>
          )}
        </section>
        <section class="stack-s" aria-labelledby="vu">
          <h2 id="vu">{t("poste.state.checks")}</h2>
          <List>
            {checkNames.map((name) => (
              <Item
                key={name}
                icon={seen[name] === "yes" ? "valider" : "attention"}
                title={t(`poste.state.${name}`)}
                detail={t(seenText(seen[name]))}
              />
            ))}
          </List>
          {seen.persisted === "no" && (
            <Button kind="second" onPress={() => void deps.askToKeep().then(look)}>
              {t("poste.state.keep")}
            </Button>
          )}
          <p class="hint">{t("poste.state.list")}</p>
        </section>
        <Button onPress={deps.replacePage}>{t("poste.state.back")}</Button>
      </div>
    </Sheet>
  );
}
