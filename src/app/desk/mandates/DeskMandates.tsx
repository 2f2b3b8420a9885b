/**
 * Mandates that people gave this organisation: the list, and one of them with what may be done and what was done. In the page.
 *
 * Surprising: an action that is written here is told to the person in the same step; nobody writes one without a name.
 */

import { useId, useState } from "preact/hooks";
import { mandateLimits } from "../../../satchel/mandate.ts";
import type { MandateDomain } from "../../../satchel/model.ts";
import { isRandomId, type LetterId } from "../../../shared/ids.ts";
import type { DeskMandate, DeskMandateRow } from "../../../workers/mandates-desk.contract.ts";
import { formatDate, formatTime } from "../../i18n/format.ts";
import { isolated } from "../../i18n/rich.tsx";
import { useAreas, useT } from "../../i18n/useT.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkRow } from "../../ui/Button.tsx";
import { Chip } from "../../ui/Chip.tsx";
import { RadioGroup } from "../../ui/Choice.tsx";
import { TextArea, TextField } from "../../ui/Field.tsx";
import { Item, List } from "../../ui/List.tsx";
import { MandateSheet } from "../../ui/mandate/MandateSheet.tsx";
import { PersonalForm } from "../../ui/personal.tsx";
import { EmptyState, FailedState, Loading } from "../../ui/States.tsx";
import { DeskFrame } from "../DeskFrame.tsx";
import { deskPaths, failureMark, failureText, isDeskFailure, useDesk, useDeskAsk, useDeskShell } from "../state.ts";

const isOver = ({ state }: DeskMandateRow): boolean => state === "ended" || state === "over";

/** One that stands: who, what for, until when, in which domains. */
export function MandateItem({ row }: { readonly row: DeskMandateRow }) {
  const t = useT();
  const { router } = useDeskShell();
  const path = deskPaths.mandate(row.letter);
  const domains = row.domains.filter(({ ended }) => !ended).map(({ domain }) => t(`mandats.domain.${domain}`));
  return (
    <Item
      href={path}
      onPress={() => router.go(path)}
      icon="mandat"
      title={isolated(row.name)}
      detail={`${isolated(row.purpose)} · ${domains.join(", ")} · ${t("mandats.desk.until", { date: formatDate(row.until, "long") })}`}
      below={
        <span class="row row--tight">
          {row.state === "new" ? (
            <Chip state="wait" icon="boite">
              {t("mandats.desk.new")}
            </Chip>
          ) : (
            <Chip state="received" icon="oeil">
              {t("mandats.desk.opened")}
            </Chip>
          )}
          {row.soon && (
            <Chip state="soon" icon="calendrier">
              {t("mandats.desk.soon")}
            </Chip>
          )}
        </span>
      }
    />
  );
}

function MandatesList() {
  const t = useT();
  const asked = useDeskAsk("mandates", (api) => api.mandates(), ["inbox", "network"]);
  const rows = asked.state === "ready" ? asked.value : [];
  const standing = rows.filter((row) => !isOver(row));
  const past = rows.filter(isOver);
  return (
    <DeskFrame title={t("mandats.desk.title")} arrival={asked.state} failing={asked.state === "failed"}>
      <h1>{t("mandats.desk.title")}</h1>
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && (
        <FailedState mark={failureMark(asked.error)} text={failureText(asked.error)} onRetry={asked.again} />
      )}
      {asked.state === "ready" && <p class="wide-p">{t("mandats.desk.lead")}</p>}
      {asked.state === "ready" && standing.length === 0 && (
        <EmptyState title={t("mandats.desk.none")} text={t("mandats.desk.noneText")} />
      )}
      {standing.length > 0 && (
        <List>
          {standing.map((row) => (
            <MandateItem key={row.letter} row={row} />
          ))}
        </List>
      )}
      {past.length > 0 && (
        <section class="stack-s">
          <h2>{t("mandats.desk.past")}</h2>
          <ul class="stack-s">
            {past.map(({ letter, depositedAt, until, state }) => (
              <li key={letter} class="meta">
                {t("mandats.desk.received", { date: formatDate(depositedAt, "long") })}.{" "}
                {t(state === "over" ? "mandats.desk.over" : "mandats.desk.ended", { date: formatDate(until, "long") })}
              </li>
            ))}
          </ul>
        </section>
      )}
      {asked.state === "ready" && <p class="meta">{t("mandats.notAidants")}</p>}
    </DeskFrame>
  );
}

/** What somebody here did for the person, in a sentence and with a name. */
function Write({ mandate }: { readonly mandate: DeskMandate }) {
  const t = useT();
  const id = useId();
  const { api } = useDesk();
  const { say } = useDeskShell();
  const { row, me } = mandate;
  const open = row.domains.filter(({ ended }) => !ended).map((one) => one.domain);
  const [domain, setDomain] = useState<MandateDomain | undefined>(open.length === 1 ? open[0] : undefined);
  const [what, setWhat] = useState("");
  const [name, setName] = useState("");
  const [asked, setAsked] = useState(false);
  const [error, setError] = useState<string | undefined>();
  const chosen = domain !== undefined && open.includes(domain) ? domain : undefined;
  const missing = {
    domain: chosen === undefined ? t("mandats.desk.missingDomain") : undefined,
    what: what.trim() === "" ? t("mandats.desk.missingWhat") : undefined,
    name: me === "" && name.trim() === "" ? t("mandats.desk.missingName") : undefined,
  };
  const said = (field: keyof typeof missing): string | undefined => (asked ? missing[field] : undefined);

  async function save(): Promise<void> {
    setAsked(true);
    setError(undefined);
    if (chosen === undefined || missing.what !== undefined || missing.name !== undefined) return;
    const written = await api.recordDeed(row.letter, { domain: chosen, what: what.trim(), helper: name.trim() });
    if (!written.ok) {
      const { error: given } = written;
      if (given.type === "mandate-over") setError(t("mandats.desk.failOver"));
      else if (given.type === "domain-over") setError(t("mandats.desk.failDomain"));
      else if (isDeskFailure(given)) setError(failureText(given));
      return;
    }
    setWhat("");
    setAsked(false);
    say(t("mandats.desk.saved"));
  }
  return (
    <section class="pane noprint" aria-labelledby={id}>
      <div class="pane__h">
        <h2 id={id}>{t("mandats.desk.write")}</h2>
      </div>
      <PersonalForm class="pane__p stack" onSubmit={() => void save()}>
        <p>{t("mandats.desk.writeText")}</p>
        {error !== undefined && (
          <Banner tone="redo" icon="attention">
            {error}
          </Banner>
        )}
        <fieldset class="stack-s">
          <legend class="h3">{t("mandats.desk.domain")}</legend>
          {said("domain") !== undefined && (
            <p class="err" role="alert">
              {said("domain")}
            </p>
          )}
          <RadioGroup<MandateDomain>
            columns={2}
            options={open.map((value) => ({ value, label: t(`mandats.domain.${value}`) }))}
            value={chosen}
            onChange={setDomain}
            invalid={said("domain") !== undefined}
          />
        </fieldset>
        <TextArea
          label={t("mandats.desk.what")}
          hint={t("mandats.desk.whatHint")}
          error={said("what")}
          value={what}
          onChange={setWhat}
          maxLength={mandateLimits.what}
        />
        {me === "" ? (
          <TextField
            label={t("mandats.desk.name")}
            hint={t("mandats.desk.nameHint")}
            error={said("name")}
            value={name}
            onChange={setName}
            maxLength={mandateLimits.helper}
          />
        ) : (
          <p class="meta">{t("mandats.desk.me", { name: isolated(me) })}</p>
        )}
        <Button type="submit" icon="modifier">
          {t("mandats.desk.save")}
        </Button>
      </PersonalForm>
    </section>
  );
}

function Done({ mandate }: { readonly mandate: DeskMandate }) {
  const t = useT();
  const id = useId();
  return (
    <section class="pane noprint" aria-labelledby={id}>
      <div class="pane__h">
        <h2 id={id}>{t("mandats.desk.deeds")}</h2>
      </div>
      <div class="pane__p stack-s">
        {mandate.deeds.length === 0 && <p>{t("mandats.desk.noDeeds")}</p>}
        <ul class="stack-s">
          {mandate.deeds.map(({ domain, what, helper, at }) => (
            <li key={`${at} ${what}`}>
              <b dir="auto" translate={false}>
                {what}
              </b>
              <span class="meta block">
                {isolated(helper)} · {t(`mandats.domain.${domain}`)} ·{" "}
                {t("desk.when.on", { date: formatDate(at, "long"), time: formatTime(at) })}
              </span>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

function Shown({ mandate }: { readonly mandate: DeskMandate }) {
  const t = useT();
  const { print } = useDeskShell();
  const { row, acts, text, hash, signature } = mandate;
  return (
    <>
      <div class="stack-s noprint">
        <p>
          <b>{t("mandats.desk.for", { purpose: isolated(row.purpose) })}</b>
        </p>
        <p>
          {t("mandats.desk.received", { date: formatDate(row.depositedAt, "long") })},{" "}
          {t("mandats.desk.until", { date: `${formatDate(row.until, "long")} ${formatTime(row.until)}` })}.
        </p>
        <p class="meta">
          {t("mandats.desk.told")} {t("mandats.notAidants")}
        </p>
      </div>
      <div class="dgrid">
        <div class="stack">
          <section class="pane noprint">
            <div class="pane__h">
              <h2>{t("mandats.desk.may")}</h2>
            </div>
            <div class="pane__p stack-s">
              <ul class="stack-s">
                {acts.map((act) => (
                  <li key={act}>{t(`mandats.act.${act}`)}</li>
                ))}
              </ul>
              <h3>{t("mandats.desk.domains")}</h3>
              <ul class="stack-s">
                {row.domains.map(({ domain, ended }) => (
                  <li key={domain}>
                    {t(`mandats.domain.${domain}`)}{" "}
                    {ended && (
                      <Chip state="locked" icon="cadenas">
                        {t("mandats.desk.domainEnded")}
                      </Chip>
                    )}
                  </li>
                ))}
              </ul>
              <p class="meta">{t("mandats.why.limit")}</p>
            </div>
          </section>
          <Write key={row.letter} mandate={mandate} />
          <Done mandate={mandate} />
        </div>
        <div class="stack">
          <Button kind="second" icon="imprimer" onPress={print}>
            {t("mandats.desk.print")}
          </Button>
          <MandateSheet text={text} hash={hash} signature={signature} name={row.name} />
        </div>
      </div>
    </>
  );
}

function OneMandate({ letter }: { readonly letter: LetterId }) {
  const t = useT();
  const { router } = useDeskShell();
  const asked = useDeskAsk(letter, (api) => api.openMandate(letter), ["inbox"]);
  const isGone = asked.state === "failed" && asked.error.type === "not-found";
  return (
    <DeskFrame title={t("mandats.desk.one")} arrival={asked.state} failing={asked.state === "failed" && !isGone}>
      <div class="noprint">
        <LinkRow icon="retour" href={deskPaths.mandates} onPress={() => router.back(deskPaths.mandates)}>
          {t("mandats.desk.title")}
        </LinkRow>
        <h1>{asked.state === "ready" ? isolated(asked.value.row.name) : t("mandats.desk.one")}</h1>
      </div>
      {asked.state === "loading" && <Loading />}
      {isGone && (
        <Banner tone="quiet" icon="calendrier" title={t("mandats.desk.gone")}>
          {t("mandats.desk.goneText")}
        </Banner>
      )}
      {asked.state === "failed" && !isGone && (
        <FailedState mark={failureMark(asked.error)} text={failureText(asked.error)} onRetry={asked.again} />
      )}
      {asked.state === "ready" && <Shown mandate={asked.value} />}
    </DeskFrame>
  );
}

/** @param letter of the path; absent: the list. What is no letter leads to the list. */
export function DeskMandates({ letter }: { readonly letter: string | undefined }) {
  const t = useT();
  if (!useAreas("mandats"))
    return (
      <DeskFrame title={t("desk.title")} arrival="words">
        <h1 class="sr">{t("desk.title")}</h1>
        <Loading />
      </DeskFrame>
    );
  return letter !== undefined && isRandomId(letter) ? (
    <OneMandate key={letter} letter={letter as LetterId} />
  ) : (
    <MandatesList />
  );
}
