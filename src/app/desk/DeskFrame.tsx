/**
 * The frames of the desk: the green rail beside every screen of an open desk, and the closed flap before it is open.
 * Children hold exactly one h1. Runs in the page.
 */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { language, setLanguage } from "../i18n/i18n.ts";
import { LANGUAGES } from "../i18n/languages.ts";
import { useT } from "../i18n/useT.ts";
import { useScreen } from "../platform/useScreen.ts";
import { Banner } from "../ui/Banner.tsx";
import { Brand } from "../ui/Brand.tsx";
import { Button } from "../ui/Button.tsx";
import { type HumanContact, HumanFooter } from "../ui/HumanFooter.tsx";
import { Icon } from "../ui/icons/Icon.tsx";
import { NetworkLine, type NetworkState } from "../ui/NetworkLine.tsx";
import { Page } from "../ui/Page.tsx";
import { CONTENT_ID, HUMAN_ID, moveTo } from "../ui/places.ts";
import { Toasts } from "../ui/Toast.tsx";
import { Flap } from "../ui/TopBar.tsx";
import { LoginNotice, LogoutLink } from "./login/LoginNotice.tsx";
import { deskPaths, useDeskAsk, useDeskShell } from "./state.ts";

/** Whom to call; without deployment.json on this computer, at least what kind of person helps. */
export function Human({ contact }: { readonly contact: HumanContact | null }) {
  const t = useT();
  if (contact !== null) return <HumanFooter contact={contact} />;
  return (
    <footer class="human" id={HUMAN_ID} tabIndex={-1}>
      <div class="human__in">
        <h2>
          <span class="human__badge">
            <Icon name="parler" />
          </span>
          {t("common.human.title")}
        </h2>
        <p>{t("desk.anyHelp")}</p>
      </div>
    </footer>
  );
}

/** The languages of the interface, each in its own words. */
function Languages() {
  const t = useT();
  const [isMissing, setMissing] = useState(false);
  return (
    // biome-ignore lint/a11y/useSemanticElements: toggles outside any form are a group, not a fieldset
    <div class="rail__lang" role="group" aria-label={t("desk.language")}>
      {LANGUAGES.map((info) => (
        <button
          key={info.code}
          type="button"
          lang={info.code}
          dir={info.dir}
          aria-pressed={language() === info.code}
          onClick={() => void setLanguage(info.code).then((result) => setMissing(!result.ok))}
        >
          {info.name}
        </button>
      ))}
      <p role="status">{isMissing && t("desk.languageMissing")}</p>
    </div>
  );
}

function Rail() {
  const t = useT();
  const { organisation, demonstration, inbox, place, lock, keys } = useDeskShell();
  const unread =
    inbox.state === "ready" ? inbox.value.rows.filter((row) => row.status === "new" && row.trouble === null).length : 0;
  const isInbox = place.path === deskPaths.inbox;
  const shares = useDeskAsk("shares", (api) => api.shares(), ["inbox", "network"]);
  const mandates = useDeskAsk("mandates", (api) => api.mandates(), ["inbox", "network"]);
  const fresh = {
    shares: shares.state === "ready" ? shares.value.filter((row) => row.state === "new").length : 0,
    mandates: mandates.state === "ready" ? mandates.value.filter((row) => row.state === "new").length : 0,
  };
  return (
    <div class="rail">
      <div class="rail__in">
        <header>
          <Brand name={t("common.app")} href={deskPaths.inbox} />
          <p class="rail__place">
            {t("desk.place")} <bdi translate={false}>{organisation}</bdi>
          </p>
          {demonstration && (
            <p class="rail__demo">
              <b>{t("desk.demo.title")}</b> {t("desk.demo.text")}
            </p>
          )}
        </header>
        <nav aria-label={t("desk.title")}>
          <ul class="stack-s">
            <li>
              <a href={deskPaths.inbox} aria-current={isInbox ? "page" : undefined}>
                <Icon name="boite" />
                {t("desk.inbox.title")}
                {unread > 0 && (
                  <>
                    <span class="n" aria-hidden="true">
                      {unread}
                    </span>
                    <span class="sr">{t("desk.inbox.unread", { count: unread })}</span>
                  </>
                )}
              </a>
            </li>
            <li>
              <a href={deskPaths.shares} aria-current={place.path === deskPaths.shares ? "page" : undefined}>
                <Icon name="partager" />
                {t("desk.shares.title")}
                {fresh.shares > 0 && (
                  <>
                    <span class="n" aria-hidden="true">
                      {fresh.shares}
                    </span>
                    <span class="sr">{t("desk.shares.unread", { count: fresh.shares })}</span>
                  </>
                )}
              </a>
            </li>
            <li>
              <a href={deskPaths.mandates} aria-current={place.path === deskPaths.mandates ? "page" : undefined}>
                <Icon name="mandat" />
                {t("desk.mandates.title")}
                {fresh.mandates > 0 && (
                  <>
                    <span class="n" aria-hidden="true">
                      {fresh.mandates}
                    </span>
                    <span class="sr">{t("desk.mandates.unread", { count: fresh.mandates })}</span>
                  </>
                )}
              </a>
            </li>
            <li>
              <a href={deskPaths.beside} aria-current={place.path === deskPaths.beside ? "page" : undefined}>
                <Icon name="parler" />
                {t("desk.beside.title")}
              </a>
            </li>
            <li>
              <a href={deskPaths.forms} aria-current={place.path === deskPaths.forms ? "page" : undefined}>
                <Icon name="modifier" />
                {t("desk.forms.title")}
              </a>
            </li>
            <li>
              <a href={deskPaths.figures} aria-current={place.path === deskPaths.figures ? "page" : undefined}>
                <Icon name="journal" />
                {t("desk.figures.title")}
              </a>
            </li>
            <li>
              <a href={deskPaths.team} aria-current={place.path === deskPaths.team ? "page" : undefined}>
                <Icon name="parler" />
                {t("desk.team.title")}
              </a>
            </li>
          </ul>
        </nav>
        <section class="rail__me" aria-label={t("desk.computer.label")}>
          <Languages />
          <b>{t("desk.computer.title")}</b>
          {t("desk.computer.text")}
          <div class="rail__close stack-s">
            <Button kind="flap-line" small wide icon="information" onPress={() => keys.show(true)}>
              {t("desk.keys.title")}
            </Button>
            <Button kind="flap-line" small wide icon="cadenas" onPress={lock}>
              {t("desk.close")}
            </Button>
            <LogoutLink />
          </div>
        </section>
      </div>
    </div>
  );
}

export interface DeskFrameProps {
  /** Words for the tab of the browser: never anything about a person (INV-3). */
  readonly title: string;
  readonly rhythm?: "stack" | "stack-m" | undefined;
  readonly arrival?: string | number | undefined;
  readonly failing?: boolean | undefined;
  readonly children: ComponentChildren;
}

/** One screen of an open desk. */
export function DeskFrame({ title, rhythm = "stack", arrival, failing, children }: DeskFrameProps) {
  const t = useT();
  const { place, network, inbox, toasts, dropToast, contact, notice } = useDeskShell();
  useScreen({ title, arrival: `${place.visit} ${arrival ?? ""}`, failing });
  const leaving = inbox.state === "ready" ? inbox.value.waiting : 0;
  const skip = (event: Event): void => {
    event.preventDefault();
    moveTo(CONTENT_ID);
  };
  return (
    <div class="page desk">
      <a class="skip" href={`#${CONTENT_ID}`} onClick={skip}>
        {t("common.skip")}
      </a>
      <Rail />
      <div class="desk__col">
        <DeskNetwork state={network} leaving={leaving} />
        <main id={CONTENT_ID} tabIndex={-1} class={rhythm}>
          {notice}
          <LoginNotice />
          {children}
        </main>
        <Toasts messages={toasts} onGone={dropToast} />
        <Human contact={contact} />
      </div>
    </div>
  );
}

/** Offline at a desk: what is here can be read, answers wait. */
function DeskNetwork({ state, leaving }: { readonly state: NetworkState; readonly leaving: number }) {
  const t = useT();
  return (
    <>
      <NetworkLine state={state} leaving={leaving} />
      <div role="status">
        {state !== "online" && (
          <p class="net__more">
            {t("desk.offline")} {leaving > 0 && t("desk.waiting", { count: leaving })}
          </p>
        )}
      </div>
    </>
  );
}

export interface DoorFrameProps {
  readonly title: string;
  readonly arrival?: string | number | undefined;
  readonly network: NetworkState;
  readonly contact: HumanContact | null;
  /** "Retour" when there is somewhere to go back to. */
  readonly onBack?: (() => void) | undefined;
  readonly failing?: boolean | undefined;
  readonly children: ComponentChildren;
}

/** A screen before the desk is open: the closed flap, one column. */
export function DoorFrame({ title, arrival = "", network, contact, onBack, failing, children }: DoorFrameProps) {
  useScreen({ title, arrival, failing });
  return (
    <Page
      kind="lock"
      rhythm="stack"
      top={<Flap state="closed" back={onBack === undefined ? undefined : deskPaths.inbox} onBack={onBack} />}
      net={<NetworkLine state={network} />}
      human={<Human contact={contact} />}
    >
      {children}
    </Page>
  );
}

/** Said on the way in to an invented organisation. */
export function DemoBanner() {
  const t = useT();
  return (
    <Banner tone="quiet" icon="information" quiet title={t("desk.demo.title")}>
      {t("desk.demo.text")}
    </Banner>
  );
}
