/**
 * The frame that every screen of the person's app puts around itself: head, network line, content, messages, brass
 * footer, tab bar, title of the tab, focus on the h1. `<Frame title={t("papers.title")} tab="papers">…</Frame>`.
 */

import type { ComponentChildren } from "preact";
import { useCallback } from "preact/hooks";
import { paths } from "../feature.ts";
import { useT } from "../i18n/useT.ts";
import { isDiscreet, NEUTRAL_NAME } from "../platform/discreet.ts";
import { useScreen } from "../platform/useScreen.ts";
import { HumanFooter } from "../ui/HumanFooter.tsx";
import { Icon } from "../ui/icons/Icon.tsx";
import { NetworkLine } from "../ui/NetworkLine.tsx";
import { Page } from "../ui/Page.tsx";
import { HUMAN_ID } from "../ui/places.ts";
import { TabBar, type TabName } from "../ui/TabBar.tsx";
import { Toasts } from "../ui/Toast.tsx";
import { Flap, TopBar } from "../ui/TopBar.tsx";
import { useShell } from "./shell.ts";

const TAB_PATHS: Readonly<Record<TabName, string>> = {
  home: paths.home,
  papers: paths.papers,
  dossiers: paths.procedures,
  outbox: paths.outbox,
};

export interface FrameProps {
  /** Words for the tab of the browser: the h1 or the question, never anything that a person typed (INV-3). */
  readonly title: string;
  /** The tab bar with this tab current; null or absent: no tab bar (inside a question, a choice). */
  readonly tab?: TabName | null | undefined;
  /** Where "Retour" leads when there is no history; absent: the brand is shown. */
  readonly back?: string | undefined;
  /** In place of going back. */
  readonly onBack?: (() => void) | undefined;
  readonly kind?: "phone" | "lock" | undefined;
  /** The green flap instead of the ordinary head: first use and lock only. */
  readonly flap?: "open" | "closed" | undefined;
  readonly rhythm?: "stack" | "stack-l" | "stack-m" | undefined;
  /** A new value gives the h1 the focus again (another question on the same path). Default: each arrival. */
  readonly arrival?: string | number | undefined;
  readonly failing?: boolean | undefined;
  /** Nothing to show yet: the title of the tab and the focus wait for the screen itself. */
  readonly pending?: boolean | undefined;
  /** Nothing on this screen works without the network. */
  readonly needsNetwork?: boolean | undefined;
  readonly children: ComponentChildren;
}

/** Nobody is known yet (first load without deployment.json): say at least what kind of place helps. */
function AnyHelp() {
  const t = useT();
  return (
    <footer class="human" id={HUMAN_ID} tabIndex={-1}>
      <div class="human__in">
        <h2>
          <span class="human__badge">
            <Icon name="parler" />
          </span>
          {t("common.human.title")}
        </h2>
        <p>{t("start.human.any")}</p>
      </div>
    </footer>
  );
}

/** One screen in its frame. Children hold exactly one h1. */
export function Frame(props: FrameProps) {
  const {
    title,
    tab = null,
    back,
    onBack,
    kind,
    flap,
    rhythm = "stack-l",
    arrival,
    failing,
    pending,
    needsNetwork,
    children,
  } = props;
  const t = useT();
  const shell = useShell();
  const { router, place, open } = shell;
  useScreen({
    title,
    arrival: `${place.visit} ${arrival ?? ""}`,
    failing,
    pending,
    // Only the very first screen leaves the focus where the browser put it.
    first: place.visit === 0 && flap === "open",
  });
  // Locked in discreet mode, whoever looks sees neither the name nor which office helps; the help is one tap away.
  const isNeutral = isDiscreet() && !open;
  const human = shell.contact === null ? <AnyHelp /> : <HumanFooter contact={shell.contact} />;
  const goBack = useCallback(() => router.back(back ?? paths.home), [router, back]);
  const bar = {
    name: isNeutral ? NEUTRAL_NAME : undefined,
    back,
    onBack: back === undefined ? undefined : (onBack ?? goBack),
    home: open && back === undefined ? paths.home : undefined,
    onQuit: (open || flap === "closed") && shell.endsElsewhere !== true ? shell.quit : undefined,
    locked: !open,
  };
  return (
    <Page
      kind={kind}
      rhythm={rhythm}
      top={flap === undefined ? <TopBar {...bar} /> : <Flap state={flap} {...bar} />}
      net={
        <>
          <NetworkLine state={shell.network} leaving={shell.leaving} needed={needsNetwork} />
          <Toasts arrived messages={shell.toasts} onGone={shell.dropToast} />
        </>
      }
      toasts={<Toasts messages={shell.toasts} onGone={shell.dropToast} />}
      human={
        isNeutral ? (
          <details class="fold">
            <summary>{t("common.help.label")}</summary>
            {human}
          </details>
        ) : (
          human
        )
      }
      tabs={tab !== null && open ? <TabBar current={tab} paths={TAB_PATHS} waiting={shell.waiting} /> : undefined}
    >
      {shell.notice}
      {children}
    </Page>
  );
}
