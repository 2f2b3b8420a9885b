/**
 * "Équipe": who holds the organisation's keys, inviting, confirming, roles, leaving, the organisation's card (decisions/0034,
 * 0039). In the page; loaded when it is opened.
 *
 * Surprising: what is drawn once (an invitation's groups, the card's) is kept in this screen only. Leaving the screen loses it;
 * another one is drawn at once.
 */

import { useState } from "preact/hooks";
import type { UnlockRefusal } from "../../../workers/satchel.contract.ts";
import type { TeamHelper, TeamInvitation, TeamRefusal, TeamView } from "../../../workers/team-desk.contract.ts";
import { formatDate, formatTime } from "../../i18n/format.ts";
import { useAreas, useT } from "../../i18n/useT.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkRow } from "../../ui/Button.tsx";
import { RadioGroup } from "../../ui/Choice.tsx";
import { CardGroups, CodeEntry } from "../../ui/Code.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { TextField } from "../../ui/Field.tsx";
import { Card, Item, List } from "../../ui/List.tsx";
import { PersonalForm } from "../../ui/personal.tsx";
import { FailedState, Loading } from "../../ui/States.tsx";
import { DeskFrame } from "../DeskFrame.tsx";
import {
  type DeskFailure,
  deskPaths,
  failureMark,
  failureText,
  isDeskFailure,
  useDesk,
  useDeskAsk,
  useDeskShell,
} from "../state.ts";
import { waitText } from "../wait.ts";
import { Compare } from "./Compare.tsx";
import { helperName } from "./names.ts";

type Refusal = DeskFailure | TeamRefusal | UnlockRefusal | { readonly type: "name" | "other-card" };

function useRefusal(): (refusal: Refusal) => string {
  const t = useT();
  return (refusal) => {
    if (isDeskFailure(refusal as DeskFailure)) return failureText(refusal as DeskFailure);
    switch (refusal.type) {
      case "not-allowed":
      case "changed":
      case "too-many":
      case "name":
      case "other-card":
        return t(`equipe.error.${refusal.type}`);
      case "wrong-code":
        return t("desk.lock.wrong", { count: refusal.triesLeft });
      case "wait":
        return t("desk.wait.title", { time: waitText(refusal.waitMs) });
      default:
        return t("equipe.error.code");
    }
  };
}

/** Ten groups that are shown once, large enough to be read aloud, and printed alone. */
function Groups({ groups, label }: { readonly groups: readonly string[]; readonly label: string }) {
  return (
    <p class="groups team__groups" dir="ltr" translate={false}>
      <span class="sr">{label} </span>
      {groups.map((group, at) => (
        <span key={at}>{group}</span>
      ))}
    </p>
  );
}

function Problem({ text }: { readonly text: string | undefined }) {
  return <div role="alert">{text !== undefined && <p class="err">{text}</p>}</div>;
}

/** A desk that opened with its one-time code: she gives her name and becomes the first manager. */
function FirstHelper() {
  const t = useT();
  const { api } = useDesk();
  const refusal = useRefusal();
  const [name, setName] = useState("");
  const [named, setNamed] = useState(false);
  const [typed, setTyped] = useState("");
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | undefined>();
  const goOn = (): void => {
    setError(name.trim() === "" ? t("equipe.error.name") : undefined);
    setNamed(name.trim() !== "");
  };
  const become = (code: string): void => {
    setTyped("");
    setBusy(true);
    setError(undefined);
    void api.becomeFirstHelper({ name: name.trim(), code }).then((answer) => {
      setBusy(false);
      if (answer.ok) return;
      if (answer.error.type === "name") setNamed(false);
      setError(refusal(answer.error));
    });
  };
  return (
    <section class="stack-s" aria-labelledby="premier">
      <h2 id="premier">{t("equipe.first.title")}</h2>
      <p class="wide-p">{t("equipe.first.text")}</p>
      {!named && (
        <PersonalForm class="stack" onSubmit={goOn}>
          <TextField
            label={t("equipe.nameLabel")}
            hint={t("equipe.nameHint")}
            value={name}
            onChange={setName}
            maxLength={60}
            error={error}
          />
          <Button type="submit">{t("common.action.continue")}</Button>
        </PersonalForm>
      )}
      {named && (
        <CodeEntry
          value={typed}
          onChange={setTyped}
          onConfirm={become}
          shown={shown}
          onShow={setShown}
          label={t("desk.code.label")}
          hint={busy ? t("equipe.busy") : t("equipe.first.code")}
          error={error}
          busy={busy}
        />
      )}
    </section>
  );
}

function Person({ helper, mayManage }: { readonly helper: TeamHelper; readonly mayManage: boolean }) {
  const t = useT();
  const { api } = useDesk();
  const { say } = useDeskShell();
  const refusal = useRefusal();
  const [asks, setAsks] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | undefined>();
  const name = helperName(helper);
  const done = (answer: Awaited<ReturnType<typeof api.removeHelper>>, words: string): void => {
    setBusy(false);
    setAsks(false);
    if (answer.ok) say(words);
    else setError(refusal(answer.error));
  };
  const change = (role: "helper" | "manager"): void => {
    setBusy(true);
    void api.changeRole(helper.id, role).then((answer) => done(answer, t("equipe.changed")));
  };
  const remove = (): void => {
    setBusy(true);
    void api.removeHelper(helper.id).then((answer) => done(answer, t("equipe.removed")));
  };
  const isPerson = helper.role === "helper" || helper.role === "manager";
  return (
    <>
      <Item
        icon={helper.role === "card" ? "cle-carte" : "parler"}
        title={helper.isMe ? t("equipe.me", { name }) : name}
        detail={t(`equipe.role.${helper.role}`)}
        end={
          mayManage && !helper.isMe ? (
            <span class="row row--tight">
              {isPerson && (
                <Button
                  kind="plain"
                  small
                  busy={busy ? t("equipe.busy") : undefined}
                  onPress={() => change(helper.role === "manager" ? "helper" : "manager")}
                >
                  {t(helper.role === "manager" ? "equipe.makeHelper" : "equipe.makeManager")}
                </Button>
              )}
              {isPerson && (
                <Button kind="redo" small onPress={() => setAsks(true)}>
                  {t("equipe.remove.action")}
                </Button>
              )}
            </span>
          ) : undefined
        }
      />
      {error !== undefined && (
        <li>
          <Problem text={error} />
        </li>
      )}
      <Dialog
        open={asks}
        title={t("equipe.remove.title", { name })}
        onKeep={() => setAsks(false)}
        actions={
          <>
            <Button kind="redo" busy={busy ? t("equipe.busy") : undefined} onPress={remove}>
              {t("equipe.remove.yes")}
            </Button>
            <Button kind="second" onPress={() => setAsks(false)}>
              {t("equipe.remove.no")}
            </Button>
          </>
        }
      >
        <p>{t("equipe.remove.text")}</p>
        <p>{t("equipe.remove.kept")}</p>
      </Dialog>
    </>
  );
}

function Invitation({ invitation }: { readonly invitation: TeamInvitation }) {
  const t = useT();
  const { api } = useDesk();
  const { say } = useDeskShell();
  const refusal = useRefusal();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | undefined>();
  const { asked, role, until } = invitation;
  const when = t("equipe.invitation.until", { date: formatDate(until, "short"), time: formatTime(until) });
  const confirm = (): void => {
    setBusy(true);
    setError(undefined);
    void api.confirmHelper(invitation.id).then((answer) => {
      setBusy(false);
      if (answer.ok) say(t("equipe.confirmed"));
      else setError(refusal(answer.error));
    });
  };
  return (
    <li>
      <Card>
        <p>
          <b>{asked === null ? t(`equipe.role.${role}`) : <bdi>{asked.name}</bdi>}</b>{" "}
          <span class="meta">
            {asked === null ? `${t("equipe.invitation.nobody")} ${when}` : t(`equipe.role.${role}`)}
          </span>
        </p>
        {asked !== null && (
          <>
            <p>{t("equipe.invitation.compare")}</p>
            <Compare check={asked} />
            <Problem text={error} />
            <Button busy={busy ? t("equipe.busy") : undefined} onPress={confirm}>
              {t("equipe.invitation.confirm")}
            </Button>
            <p class="meta">{t("equipe.invitation.differs")}</p>
          </>
        )}
      </Card>
    </li>
  );
}

function Invite({ invitations }: { readonly invitations: readonly TeamInvitation[] }) {
  const t = useT();
  const { api } = useDesk();
  const { print } = useDeskShell();
  const refusal = useRefusal();
  const [role, setRole] = useState<"helper" | "manager">("helper");
  const [drawn, setDrawn] = useState<{ readonly groups: readonly string[]; readonly until: number } | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | undefined>();
  const invite = (): void => {
    setBusy(true);
    setError(undefined);
    void api.invite(role).then((answer) => {
      setBusy(false);
      if (answer.ok) setDrawn(answer.value);
      else setError(refusal(answer.error));
    });
  };
  return (
    <section class="stack-s" aria-labelledby="inviter">
      <h2 id="inviter">{t("equipe.invite.title")}</h2>
      <p class="wide-p">{t("equipe.invite.text")}</p>
      <PersonalForm class="stack" onSubmit={invite}>
        <fieldset>
          <legend class="flabel">{t("equipe.invite.role")}</legend>
          <RadioGroup
            options={(["helper", "manager"] as const).map((value) => ({
              value,
              label: t(`equipe.role.${value}`),
              more: t(`equipe.roleHint.${value}`),
            }))}
            value={role}
            onChange={setRole}
          />
        </fieldset>
        <Problem text={error} />
        <Button type="submit" kind="second" busy={busy ? t("equipe.busy") : undefined}>
          {t("equipe.invite.action")}
        </Button>
      </PersonalForm>
      {drawn !== null && (
        <Card>
          <h3>{t("equipe.invite.code")}</h3>
          <Groups groups={drawn.groups} label={t("equipe.invite.code")} />
          <p>{t("equipe.invite.once", { date: formatDate(drawn.until, "short"), time: formatTime(drawn.until) })}</p>
          <div class="actions noprint">
            <Button kind="second" small icon="imprimer" onPress={print}>
              {t("equipe.print")}
            </Button>
            <Button kind="plain" small onPress={() => setDrawn(null)}>
              {t("equipe.hide")}
            </Button>
          </div>
        </Card>
      )}
      {invitations.length > 0 && (
        <ul class="stack-s" aria-label={t("equipe.invitation.title")}>
          {invitations.map((invitation) => (
            <Invitation key={invitation.id} invitation={invitation} />
          ))}
        </ul>
      )}
    </section>
  );
}

function OrganisationCard({ hasCard }: { readonly hasCard: boolean }) {
  const t = useT();
  const { api } = useDesk();
  const { print, say } = useDeskShell();
  const refusal = useRefusal();
  const [drawn, setDrawn] = useState<readonly string[] | null>(null);
  const [drills, setDrills] = useState(false);
  const [typed, setTyped] = useState<readonly string[]>([]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | undefined>();
  const make = (): void => {
    setBusy(true);
    setError(undefined);
    void api.makeOrganisationCard().then((answer) => {
      setBusy(false);
      if (answer.ok) setDrawn(answer.value.groups);
      else setError(refusal(answer.error));
    });
  };
  const drill = (): void => {
    setBusy(true);
    setError(undefined);
    void api.drillOrganisationCard(typed.join(" ")).then((answer) => {
      setBusy(false);
      if (!answer.ok) return setError(refusal(answer.error));
      setDrawn(null);
      setDrills(false);
      setTyped([]);
      say(t("equipe.card.done"));
    });
  };
  return (
    <section class="stack-s" aria-labelledby="carte">
      <h2 id="carte">{t("equipe.card.title")}</h2>
      <p class="wide-p">{t("equipe.card.text")}</p>
      {drawn === null && (
        <>
          <Problem text={error} />
          <Button kind="second" icon="cle-carte" busy={busy ? t("equipe.busy") : undefined} onPress={make}>
            {t(hasCard ? "equipe.card.again" : "equipe.card.make")}
          </Button>
        </>
      )}
      {drawn !== null && !drills && (
        <Card>
          <h3>{t("equipe.card.name")}</h3>
          <Groups groups={drawn} label={t("equipe.card.name")} />
          <p>{t("equipe.card.copy")}</p>
          <div class="actions noprint">
            <Button kind="second" small icon="imprimer" onPress={print}>
              {t("equipe.print")}
            </Button>
            <Button small onPress={() => setDrills(true)}>
              {t("equipe.card.next")}
            </Button>
          </div>
        </Card>
      )}
      {drawn !== null && drills && (
        <PersonalForm class="stack" onSubmit={drill}>
          <p>{t("equipe.card.drill")}</p>
          <CardGroups value={typed} onChange={setTyped} legend={t("equipe.card.name")} />
          <Problem text={error} />
          <div class="actions">
            <Button type="submit" busy={busy ? t("equipe.busy") : undefined}>
              {t("equipe.card.check")}
            </Button>
            <Button kind="plain" onPress={() => setDrills(false)}>
              {t("equipe.card.back")}
            </Button>
          </div>
        </PersonalForm>
      )}
    </section>
  );
}

function Team({ team }: { readonly team: TeamView }) {
  const t = useT();
  const { helpers, mayManage, receives, invitations } = team;
  return (
    <>
      {!receives && (
        <Banner tone="soon" icon="attention" title={t("equipe.note.alone")}>
          {t("equipe.note.aloneText")}
        </Banner>
      )}
      <section class="stack-s" aria-labelledby="qui">
        <h2 id="qui">{t("equipe.who")}</h2>
        <List>
          {helpers.map((helper) => (
            <Person key={helper.id} helper={helper} mayManage={mayManage} />
          ))}
        </List>
        {!mayManage && <p class="meta">{t("equipe.ask")}</p>}
      </section>
      {mayManage && <Invite invitations={invitations} />}
      {mayManage && <OrganisationCard hasCard={helpers.some(({ role }) => role === "card")} />}
    </>
  );
}

/** "/guichet/equipe" */
export function TeamScreen() {
  const t = useT();
  const isReady = useAreas("equipe");
  const asked = useDeskAsk("team", (api) => api.team(), ["team", "network"]);
  const title = t("desk.team.title");
  return (
    <DeskFrame title={title} arrival={asked.state} failing={asked.state === "failed"}>
      <h1>{title}</h1>
      {(asked.state === "loading" || !isReady) && <Loading />}
      {asked.state === "failed" && (
        <FailedState mark={failureMark(asked.error)} text={failureText(asked.error)} onRetry={asked.again} />
      )}
      {isReady && asked.state === "ready" && (
        <>
          <p class="wide-p">{t("equipe.lead")}</p>
          {asked.value.state === "old" ? <FirstHelper /> : <Team team={asked.value} />}
          <LinkRow icon="qr" href={deskPaths.sheet}>
            {t("desk.sheet.more")}
          </LinkRow>
        </>
      )}
    </DeskFrame>
  );
}
