/**
 * What an open desk says while the server hands out nothing without a login (SPEC P-I): why, a button to the other site, how it
 * goes, and what came of it. What arrived before stays usable below. Runs in the page.
 *
 * Surprising: the site opens in a tab beside. This page would have to close the desk to leave (decisions/0043).
 */

import { useEffect, useState } from "preact/hooks";
import type { LoginStep } from "../../../workers/login-desk.contract.ts";
import { language } from "../../i18n/i18n.ts";
import { useT } from "../../i18n/useT.ts";
import { openTab } from "../../platform/tabs.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { useWorld } from "../../ui/world.ts";
import { failureText, useDesk, useDeskAsk, useDeskShell } from "../state.ts";

/** Between two looks whether she is back from the other site. */
const LOOK_MS = 2000;
/** Page of the server that leads to the logout there. */
const OUT = "/connexion/guichet/sortir";

type Refusal = Extract<LoginStep, { readonly type: "refused" }>["why"];

export function LoginNotice() {
  const asked = useDeskAsk("login", (api) => api.login(), ["opening", "network"]);
  const login = asked.state === "ready" ? asked.value : null;
  // Not heard yet, or without network: nothing would be handed out anyway.
  if (login === null || login.site === null || login.isIn) return null;
  return <Door site={login.site} helper={login.helper} />;
}

function Door({ site, helper }: { readonly site: string; readonly helper: boolean }) {
  const t = useT();
  const { api } = useDesk();
  const { timers } = useWorld();
  const { say } = useDeskShell();
  const [busy, setBusy] = useState(false);
  /** Page of the login that is under way. */
  const [page, setPage] = useState<string | null>(null);
  const [why, setWhy] = useState<Refusal | null>(null);
  const [failure, setFailure] = useState<string | null>(null);

  useEffect(() => {
    if (page === null) return;
    let isOver = false;
    let cancel = (): void => undefined;
    const look = async (): Promise<void> => {
      const step = await api.loginStep();
      if (isOver) return;
      // No network for a moment: she may still be at the other site.
      const isWaiting = step.ok ? step.value.type === "waiting" : step.error.type === "no-network";
      if (isWaiting) {
        cancel = timers.after(LOOK_MS, () => void look());
        return;
      }
      setPage(null);
      if (!step.ok) setFailure(failureText(step.error));
      else if (step.value.type === "refused") setWhy(step.value.why);
      else say(t("desk.login.done", { site }));
    };
    cancel = timers.after(LOOK_MS, () => void look());
    return () => {
      isOver = true;
      cancel();
    };
  }, [page, api, timers, say, site, t]);

  async function begin(): Promise<void> {
    setBusy(true);
    setWhy(null);
    setFailure(null);
    const begun = await api.beginLogin(language());
    setBusy(false);
    if (!begun.ok) return setFailure(failureText(begun.error));
    setPage(begun.value.page);
    openTab(begun.value.page);
  }

  if (!helper)
    return (
      <Banner tone="soon" icon="cadenas" title={t("desk.login.title", { site })}>
        {t("desk.login.noHelper")}
      </Banner>
    );
  const problem = failure ?? (why === null ? null : t(`desk.login.refused.${why}`, { site }));
  return (
    <section class="card stack-s" aria-label={t("desk.login.title", { site })}>
      <p>
        <b>{t("desk.login.title", { site })}</b>
      </p>
      {problem !== null && (
        <Banner tone="redo" icon="attention">
          {problem}
        </Banner>
      )}
      <p role="status">{page === null ? t("desk.login.why") : t("desk.login.beside", { site })}</p>
      {page === null ? (
        <Button
          kind="second"
          icon="cadenas"
          busy={busy ? t("desk.login.busy") : undefined}
          onPress={() => void begin()}
        >
          {t(problem === null ? "desk.login.go" : "desk.login.again", { site })}
        </Button>
      ) : (
        <a class="btn btn--second" href={page} target="_blank" rel="noopener noreferrer">
          {t("desk.login.open", { site })}
        </a>
      )}
      {(why === "other-siret" || why === "other-person") && (
        <p>
          <a href={OUT} target="_blank" rel="noopener noreferrer">
            {t("desk.login.out", { site })}
          </a>
        </p>
      )}
    </section>
  );
}

/** In the rail of a desk that is in: the way out of the other site's session. */
export function LogoutLink() {
  const t = useT();
  const asked = useDeskAsk("login", (api) => api.login(), ["opening", "network"]);
  if (asked.state !== "ready" || asked.value.site === null || !asked.value.isIn) return null;
  return (
    <a class="rail__out" href={OUT} target="_blank" rel="noopener noreferrer">
      {t("desk.login.out", { site: asked.value.site })}
    </a>
  );
}
