/**
 * What shared computers opened with this satchel's agreement and did there; what is open can be closed at once. In the page.
 *
 * Surprising: only what the computer signed is shown, and names come from this phone. It lives at the server, so without
 * network there is nothing to show.
 */
import { useState } from "preact/hooks";
import type { ApprovalEvent, ApprovalView, ApprovedPaper } from "../../../workers/approval.contract.ts";
import { paths } from "../../feature.ts";
import { formatDate, formatTime } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { useAskOf } from "../../state/ask.ts";
import { isWorkerError } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkButton } from "../../ui/Button.tsx";
import { Icon } from "../../ui/icons/Icon.tsx";
import type { IconName } from "../../ui/icons/names.ts";
import { Card } from "../../ui/List.tsx";
import { kindName } from "../../ui/papers/names.ts";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { EmptyState, FailedState, Loading } from "../../ui/States.tsx";
import { refusalText } from "./words.ts";

function useNames(): (paper: ApprovedPaper | null) => string {
  const t = useT();
  return (paper) => {
    if (paper === null) return t("approbation.phone.list.gone");
    if (paper.title !== "") return paper.title;
    return paper.kind === null ? t("papers.unnamed") : kindName(paper.kind);
  };
}

const icons: Readonly<Record<ApprovalEvent["what"], IconName>> = { seen: "oeil", added: "papier", ended: "valider" };

function Event({ event }: { readonly event: ApprovalEvent }) {
  const t = useT();
  const nameOf = useNames();
  const words = (): string => {
    if (event.what === "seen") return t("approbation.phone.list.seen", { paper: nameOf(event.paper) });
    if (event.what === "ended")
      return t(event.why === "asked" ? "approbation.phone.list.endedAsked" : "approbation.phone.list.endedIdle");
    return event.paper === null
      ? t("approbation.phone.list.addedWaits")
      : t("approbation.phone.list.added", { paper: nameOf(event.paper) });
  };
  return (
    <li class="row row--tight row--nowrap">
      <Icon name={icons[event.what]} />
      <span>
        <b class="num">{formatTime(event.at)}</b> <bdi>{words()}</bdi>
      </span>
    </li>
  );
}

interface OneProps {
  readonly view: ApprovalView;
  readonly onClose: (id: string) => Promise<void>;
}

function One({ view, onClose }: OneProps) {
  const t = useT();
  const nameOf = useNames();
  const [closing, setClosing] = useState(false);
  const { id, place, isOpen, from, until, endedAt, papers, events, isWhole } = view;
  const state = isOpen
    ? t("approbation.phone.list.openUntil", { time: formatTime(until) })
    : t("approbation.phone.list.closedAt", { time: formatTime(endedAt ?? until) });
  return (
    <li>
      <Card>
        <div class="stack-s">
          <h2>
            <bdi>{place === "" ? t("approbation.phone.list.noPlace") : place}</bdi>
          </h2>
          <p class="meta">{t("approbation.phone.list.from", { date: formatDate(from, "full") })}</p>
          <p>
            <b>{state}</b>
          </p>
        </div>
        {isOpen && (
          <Button
            wide
            icon="cadenas"
            busy={closing ? t("approbation.phone.list.closing") : undefined}
            onPress={() => {
              setClosing(true);
              void onClose(id).then(() => setClosing(false));
            }}
          >
            {t("approbation.phone.list.close")}
          </Button>
        )}
        <section class="stack-s">
          <h3>{t("approbation.phone.list.papers")}</h3>
          {papers.length === 0 ? (
            <p>{t("approbation.phone.list.noPapers")}</p>
          ) : (
            <ul class="stack-s">
              {papers.map((paper, at) => (
                <li key={paper?.id ?? at}>
                  <bdi>{nameOf(paper)}</bdi>
                </li>
              ))}
            </ul>
          )}
        </section>
        <section class="stack-s">
          <h3>{t("approbation.phone.list.done")}</h3>
          {events.length === 0 && <p>{t("approbation.phone.list.nothing")}</p>}
          <ul class="stack-s">
            {events.map((event, at) => (
              <Event key={at} event={event} />
            ))}
          </ul>
          {!isWhole && (
            <Banner tone="redo" icon="attention">
              {t("approbation.phone.list.broken")}
            </Banner>
          )}
        </section>
      </Card>
    </li>
  );
}

export function FollowScreen() {
  const t = useT();
  const satchel = useSatchel();
  const { api } = satchel;
  const { say } = useShell();
  const asked = useAskOf(satchel, "approvals", (each) => each.approvals(), ["approvals"]);
  const close = async (id: string): Promise<void> => {
    const answer = await api.approvalEnd(id);
    say(answer.ok ? t("approbation.phone.list.closedSaid") : refusalText(answer.error));
  };
  const open = (
    <LinkButton wide icon="ordinateur" href={paths.approve}>
      {t("approbation.phone.entry")}
    </LinkButton>
  );
  return (
    <Frame
      title={t("approbation.phone.list.title")}
      back={paths.settings}
      failing={asked.state === "failed"}
      needsNetwork
    >
      <h1>{t("approbation.phone.list.title")}</h1>
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" &&
        (isWorkerError(asked.error) ? (
          <Trouble error={asked.error} onRetry={asked.again} />
        ) : (
          <FailedState
            text={asked.error.type === "no-network" ? t("approbation.phone.list.network") : refusalText(asked.error)}
            mark={asked.error.type}
            onRetry={asked.again}
          />
        ))}
      {asked.state === "ready" && asked.value.length === 0 && (
        <EmptyState
          title={t("approbation.phone.list.empty")}
          text={t("approbation.phone.list.emptyText")}
          action={open}
        />
      )}
      {asked.state === "ready" && asked.value.length > 0 && (
        <>
          <p>{t("approbation.phone.list.text")}</p>
          <ul class="stack-l">
            {asked.value.map((view) => (
              <One key={view.id} view={view} onClose={close} />
            ))}
          </ul>
          {open}
        </>
      )}
    </Frame>
  );
}
