/**
 * The first time in this browser: the one-time code of the organisation, then six digits for this computer. Runs in the
 * page. Surprising: the code is checked when everything is there, so a wrong group leads back to the groups, and the six
 * digits that were chosen are used again without asking.
 */

import { useState } from "preact/hooks";
import type { JoinRefusal, TeamRefusal } from "../../workers/team-desk.contract.ts";
import { formatList } from "../i18n/format.ts";
import { useT } from "../i18n/useT.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button } from "../ui/Button.tsx";
import { RadioGroup } from "../ui/Choice.tsx";
import { CARD_GROUPS, CardGroups, CodeEntry } from "../ui/Code.tsx";
import { TextField } from "../ui/Field.tsx";
import type { HumanContact } from "../ui/HumanFooter.tsx";
import { Icon } from "../ui/icons/Icon.tsx";
import type { NetworkState } from "../ui/NetworkLine.tsx";
import { PersonalForm } from "../ui/personal.tsx";
import { FailedState, Loading } from "../ui/States.tsx";
import { DemoBanner, DoorFrame } from "./DeskFrame.tsx";
import { type DeskFailure, failureMark, failureText, isDeskFailure, useDesk, useDeskAsk } from "./state.ts";
import { waitText } from "./wait.ts";

const GROUP_LENGTH = 4;

type Stage = "groups" | "first" | "again";
/** With which code: the server's one-time code, a manager's invitation, or the organisation's card. */
type Way = "setup" | "invitation" | "card";
const OTHER_WAYS: Readonly<Record<Way, readonly Way[]>> = {
  setup: ["invitation", "card"],
  invitation: ["setup", "card"],
  card: ["setup", "invitation"],
};

export interface EnrolProps {
  readonly network: NetworkState;
  readonly contact: HumanContact | null;
  /** Back to the lock screen, when this browser has a desk already. */
  readonly onBack?: (() => void) | undefined;
}

/** Opens the desk of an organisation in this browser. */
export function Enrol({ network, contact, onBack }: EnrolProps) {
  const t = useT();
  const { api } = useDesk();
  const deployment = useDeskAsk("deployment", (desk) => desk.deployment(), ["network"]);
  const organisations = deployment.state === "ready" ? (deployment.value?.organisations ?? []) : [];
  const [picked, setPicked] = useState<string | null>(null);
  const organisation = organisations.find((one) => one.slug === picked) ?? organisations[0];

  const [way, setWay] = useState<Way>("setup");
  const [name, setName] = useState("");
  const [stage, setStage] = useState<Stage>("groups");
  const [groups, setGroups] = useState<readonly string[]>([]);
  const [wrong, setWrong] = useState<readonly number[]>([]);
  const [first, setFirst] = useState("");
  const [chosen, setChosen] = useState<string | null>(null);
  const [typed, setTyped] = useState("");
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | undefined>();

  const toGroups = (why: string, which: readonly number[] = []): void => {
    setStage("groups");
    setWrong(which);
    setError(why);
  };
  const toCode = (why: string | undefined): void => {
    setStage("first");
    setFirst("");
    setTyped("");
    setChosen(null);
    setError(why);
  };
  const refuse = (given: JoinRefusal | TeamRefusal | DeskFailure): void => {
    if (isDeskFailure(given as DeskFailure)) {
      toGroups(failureText(given as DeskFailure));
      return;
    }
    const refusal = given as JoinRefusal | TeamRefusal;
    switch (refusal.type) {
      case "taken":
      case "name":
      case "not-allowed":
      case "changed":
      case "too-many":
        toGroups(t(`desk.door.${refusal.type}`));
        return;
      case "wrong-groups": {
        // The worker counts groups from 1, as they are printed; the fields count from 0.
        const names = formatList(refusal.groups.map(String));
        toGroups(
          t("desk.door.wrong", { groups: names }),
          refusal.groups.map((n) => n - 1),
        );
        return;
      }
      case "wrong-desk-code":
        toGroups(t("desk.door.other"));
        return;
      case "too-many-tries":
        toGroups(t("desk.wait.title", { time: waitText(refusal.waitMs) }));
        return;
      default:
        toCode(t(`desk.code.${refusal.type}`));
    }
  };
  const enrol = (code: string): void => {
    if (organisation === undefined) return;
    setChosen(code);
    setBusy(true);
    setError(undefined);
    const { slug } = organisation;
    const said = { slug, deskCode: groups.join(" "), code };
    const opened =
      way === "setup"
        ? api.enrol(said)
        : way === "card"
          ? api.openWithOrganisationCard({ ...said, name: name.trim() })
          : api.join({ ...said, name: name.trim() });
    void opened.then((answer) => {
      setBusy(false);
      // An answered invitation waits on a screen of its own (DeskApp.tsx).
      if (!answer.ok) refuse(answer.error);
    });
  };
  const checkGroups = (): void => {
    const short = Array.from({ length: CARD_GROUPS }, (_, at) => at).filter(
      (at) => (groups[at] ?? "").length < GROUP_LENGTH,
    );
    setWrong(short);
    if (short.length > 0) {
      setError(t("desk.door.short", { groups: formatList(short.map((at) => String(at + 1))) }));
      return;
    }
    if (way !== "setup" && name.trim() === "") {
      setError(t("desk.door.name"));
      return;
    }
    setError(undefined);
    if (chosen === null) setStage("first");
    else enrol(chosen);
  };
  const confirm = (code: string): void => {
    setTyped("");
    if (stage === "first") {
      setFirst(code);
      setStage("again");
      setError(undefined);
    } else if (code === first) enrol(code);
    else toCode(t("desk.code.differs"));
  };

  const title = t(stage === "groups" ? "desk.door.title" : stage === "first" ? "desk.code.choose" : "desk.code.again");
  const back = stage === "groups" ? onBack : () => (stage === "again" ? toCode(undefined) : setStage("groups"));
  return (
    <DoorFrame
      title={title}
      arrival={stage}
      network={network}
      contact={contact}
      onBack={back}
      failing={error !== undefined}
    >
      <h1>{title}</h1>
      {deployment.state === "loading" && <Loading />}
      {deployment.state === "failed" && (
        <FailedState
          mark={failureMark(deployment.error)}
          text={failureText(deployment.error)}
          onRetry={deployment.again}
        />
      )}
      {deployment.state === "ready" && organisation === undefined && (
        <FailedState
          title={t("desk.door.unknown")}
          text={t("desk.door.unknownText")}
          mark="D-1"
          onRetry={() => void api.refresh().then(deployment.again)}
        />
      )}
      {organisation !== undefined && stage === "groups" && (
        <>
          {organisation.demonstration && <DemoBanner />}
          <p>{t(way === "setup" ? "desk.door.text" : `desk.door.${way}Text`)}</p>
          <PersonalForm class="stack" onSubmit={checkGroups}>
            {organisations.length > 1 && (
              <fieldset>
                <legend class="flabel">{t("desk.door.which")}</legend>
                <RadioGroup
                  options={organisations.map((one) => ({ value: one.slug, label: one.name }))}
                  value={organisation.slug}
                  onChange={setPicked}
                />
              </fieldset>
            )}
            {organisations.length === 1 && (
              <p>
                <b>
                  <bdi translate={false}>{organisation.name}</bdi>
                </b>
              </p>
            )}
            {error !== undefined && (
              <p class="err" role="alert">
                <Icon name="attention" />
                <span>{error}</span>
              </p>
            )}
            {way !== "setup" && (
              <TextField
                label={t("desk.door.nameLabel")}
                hint={t("desk.door.nameHint")}
                value={name}
                onChange={setName}
                maxLength={60}
              />
            )}
            <CardGroups
              value={groups}
              onChange={setGroups}
              wrong={wrong}
              legend={t(way === "setup" ? "desk.door.groups" : `desk.door.${way}Groups`)}
            />
            <Button type="submit" wide iconEnd="fleche" busy={busy ? t("desk.door.busy") : undefined}>
              {t("common.action.continue")}
            </Button>
          </PersonalForm>
          {way === "setup" && <p class="meta">{t("desk.door.keep")}</p>}
          <div>
            {OTHER_WAYS[way].map((other) => (
              <Button
                key={other}
                kind="plain"
                wide
                icon={other === "card" ? "cle-carte" : other === "setup" ? "cadenas" : "parler"}
                onPress={() => {
                  setWay(other);
                  setGroups([]);
                  setWrong([]);
                  setError(undefined);
                }}
              >
                {t(`desk.door.way.${other}`)}
              </Button>
            ))}
          </div>
        </>
      )}
      {organisation !== undefined && stage !== "groups" && (
        <>
          <p>{t(stage === "first" ? "desk.code.text" : "desk.code.againText")}</p>
          <CodeEntry
            key={stage}
            value={typed}
            onChange={setTyped}
            onConfirm={confirm}
            shown={shown}
            onShow={setShown}
            label={title}
            hint={busy ? t("desk.door.busy") : t("desk.code.hint")}
            error={error}
            busy={busy}
          />
          {busy && (
            <Banner tone="quiet" icon="horloge" title={t("desk.door.busy")}>
              {t("desk.door.busyMore")}
            </Banner>
          )}
        </>
      )}
    </DoorFrame>
  );
}
