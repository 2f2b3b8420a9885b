/** The kiosk's own screens: what to do, what was left, already open elsewhere. In the page. */
import { paths } from "../feature.ts";
import { formatDate, formatList } from "../i18n/format.ts";
import { language, setLanguage } from "../i18n/i18n.ts";
import { LANGUAGES } from "../i18n/languages.ts";
import { useT } from "../i18n/useT.ts";
import { Banner } from "../ui/Banner.tsx";
import { Brand } from "../ui/Brand.tsx";
import { Button } from "../ui/Button.tsx";
import { Icon } from "../ui/icons/Icon.tsx";
import type { IconName } from "../ui/icons/names.ts";
import { Card } from "../ui/List.tsx";
import { OpenBag } from "../ui/States.tsx";
import type { KioskDeployment } from "./config.ts";
import { placeOf, Sheet, Tile } from "./parts.tsx";
import { kioskPhone } from "./places.ts";

function Languages() {
  const t = useT();
  return (
    <ul class="poste-languages" aria-label={t("poste.start.language")}>
      {LANGUAGES.map(({ code, name }) => (
        <li key={code}>
          <button
            type="button"
            class="btn btn--flap-line btn--s"
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

const how: readonly (readonly [IconName, "how1" | "how2" | "how3"])[] = [
  ["cadenas", "how1"],
  ["sortie-rapide", "how2"],
  ["horloge", "how3"],
];

export function KioskStart({ deployment, online, go }: StartProps) {
  const t = useT();
  return (
    <Sheet deployment={deployment}>
      <div class="kgrid">
        <section class="flap kside stack-l" aria-labelledby="comment">
          <Brand name={t("common.app")} />
          <h2 id="comment">{t("poste.start.how")}</h2>
          <ul class="stack-m">
            {how.map(([icon, text]) => (
              <li key={text} class="line">
                <Icon name={icon} />
                <span>{t(`poste.start.${text}`)}</span>
              </li>
            ))}
          </ul>
          <Languages />
        </section>
        <div class="poste-main stack-l">
          <h1>{t("poste.start.title")}</h1>
          <ul class="tiles">
            <Tile
              icon="cle-carte"
              title={t("poste.start.card")}
              detail={t(online ? "poste.start.cardDetail" : "poste.start.cardOffline")}
              onPress={() => go(paths.comeBack)}
            />
            <Tile
              icon="besace"
              title={t("poste.start.new")}
              detail={t("poste.start.newDetail")}
              onPress={() => go(paths.code)}
            />
            <Tile
              icon="telephone"
              title={t("poste.start.phone")}
              detail={t(online ? "poste.start.phoneDetail" : "poste.start.cardOffline")}
              onPress={() => go(kioskPhone)}
            />
          </ul>
          <p role="status" class="line">
            <Icon name={online ? "reseau" : "hors-ligne"} />
            <span>{t(online ? "poste.start.online" : "poste.start.offline")}</span>
          </p>
        </div>
      </div>
    </Sheet>
  );
}

/** What is told of a session that has ended. */
export interface Ended {
  readonly why: "asked" | "idle" | "time" | "phone";
  /** What waits here. Null: the end could not be checked. */
  readonly left: { readonly items: number; readonly papers: number; readonly dossiers: number } | null;
  /** A satchel was made here and its card was never tried. */
  readonly untried: boolean;
  readonly at: number;
}

const takeAlong: readonly (readonly [IconName, "printer" | "scanner" | "things"])[] = [
  ["imprimer", "printer"],
  ["papier", "scanner"],
  ["cle-carte", "things"],
];

interface SlipProps {
  readonly left: NonNullable<Ended["left"]>;
  readonly at: number;
  readonly deployment: KioskDeployment | null;
  readonly print: () => void;
}

/** To be photographed or printed: what waits, in the person's words, and how to see later whether it arrived. */
function Slip({ left: { papers, dossiers }, at, deployment, print }: SlipProps) {
  const t = useT();
  const what = [
    ...(papers > 0 ? [t("poste.slip.papers", { count: papers })] : []),
    ...(dossiers > 0 ? [t("poste.slip.dossiers", { count: dossiers })] : []),
  ];
  return (
    <section class="card stack-s poste-slip" aria-labelledby="billet">
      <h2 id="billet">{t("poste.slip.title")}</h2>
      <p class="no-print">{t("poste.slip.photo")}</p>
      <p>
        <b>{what.length === 0 ? t("poste.slip.other") : t("poste.slip.count", { what: formatList(what) })}</b>
      </p>
      <p>{t("poste.slip.when", { date: formatDate(at, "full"), place: placeOf(deployment) ?? t("poste.shared") })}</p>
      <p>{t("poste.slip.later")}</p>
      <p>{t("poste.slip.see")}</p>
      <p>{t("poste.slip.promise")}</p>
      {deployment?.config.printing === true && (
        <Button kind="second" icon="imprimer" onPress={print}>
          {t("poste.slip.print")}
        </Button>
      )}
    </section>
  );
}

/** What is not here any more. */
function Gone({ arrived }: { readonly arrived: boolean }) {
  const t = useT();
  return (
    <ul class="stack-s">
      {(["papers", "keys", ...(arrived ? (["arrived"] as const) : [])] as const).map((fact) => (
        <li key={fact} class="line">
          <Icon name="valider" />
          <span>{t(`poste.end.${fact}`)}</span>
        </li>
      ))}
    </ul>
  );
}

export function Farewell({
  ended,
  closesIn,
  deployment,
  print,
  leave,
}: {
  readonly ended: Ended;
  /** Ms until the next person's page. */
  readonly closesIn: number;
  readonly deployment: KioskDeployment | null;
  readonly print: () => void;
  readonly leave: () => void;
}) {
  const t = useT();
  const { left, why, untried, at } = ended;
  const slip = left !== null && left.items > 0 ? left : null;
  return (
    <Sheet deployment={deployment} left={closesIn}>
      <div class="poste-end">
        <div class="stack-l">
          <div class={slip === null ? "poste-bag" : "poste-bag poste-bag--slip"}>
            <OpenBag />
            <div class="stack-s">
              <h1>{t(why === "asked" ? "poste.end.title" : "poste.end.idleTitle")}</h1>
              {why === "phone" && <p>{t("approbation.kiosk.closedPhone")}</p>}
              {why === "time" && <p>{t("approbation.kiosk.closedTime")}</p>}
              <p class="lead">{t("poste.end.text")}</p>
            </div>
          </div>
          {left === null && (
            <Banner tone="soon" icon="attention" quiet>
              {t("poste.end.lost")}
            </Banner>
          )}
          {untried && (
            <Banner tone="redo" icon="attention" quiet>
              {t("poste.end.noCard")}
            </Banner>
          )}
          {slip === null ? (
            <Gone arrived={left !== null} />
          ) : (
            <Slip left={slip} at={at} deployment={deployment} print={print} />
          )}
        </div>
        <Card>
          <h2>{t("poste.end.take")}</h2>
          <p class="hint">{t("poste.end.takeText")}</p>
          <div class="choices">
            {takeAlong.map(([icon, what]) => (
              <div key={what} class="choice choice--check">
                <input type="checkbox" id={`prendre-${what}`} autocomplete="off" />
                <label for={`prendre-${what}`}>
                  <Icon name={icon} />
                  <span class="choice__t">{t(`poste.end.${what}`)}</span>
                </label>
              </div>
            ))}
          </div>
          <Button wide icon="valider" onPress={leave}>
            {t("poste.end.leave")}
          </Button>
          {slip !== null && <Gone arrived={false} />}
        </Card>
      </div>
    </Sheet>
  );
}

export function SecondTab({ deployment }: { readonly deployment: KioskDeployment | null }) {
  const t = useT();
  return (
    <Sheet deployment={deployment}>
      <div class="poste-start stack-l">
        <h1>{t("poste.second.title")}</h1>
        <p>{t("poste.second.text")}</p>
      </div>
    </Sheet>
  );
}
