/** "Ce que Besace suit pour moi": a simple list to tick, and the one date that each of them counts from. Kept when "Garder" is pressed. */
import { useState } from "preact/hooks";
import { datePartsOf, readDate } from "../../../forms/dates.ts";
import { type RightId, rights } from "../../../satchel/deadlines/rights.ts";
import type { AheadChange, AheadView, WorkerError } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useHold, useShell } from "../../state/shell.ts";
import { Button } from "../../ui/Button.tsx";
import { Checkbox } from "../../ui/Choice.tsx";
import { ErrorSummary, type ReviewItem } from "../../ui/ErrorSummary.tsx";
import { DateField, type DateParts } from "../../ui/Field.tsx";
import type { IconName } from "../../ui/icons/names.ts";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { PersonalForm } from "../../ui/personal.tsx";
import { Loading } from "../../ui/States.tsx";

interface Typed {
  readonly follows: boolean;
  readonly since: DateParts;
}
type AllTyped = Readonly<Record<RightId, Typed>>;

const rule = { partial: true, past: false } as const;
const isBlank = ({ day, month, year }: DateParts): boolean => `${day}${month}${year}`.trim() === "";

const typedOf = ({ followed }: AheadView): AllTyped =>
  Object.fromEntries(
    rights.map(({ id }) => {
      const since = followed[id]?.since;
      const parts = datePartsOf(since === undefined ? undefined : { v: "date", date: since });
      return [id, { follows: followed[id] !== undefined, since: parts }];
    }),
  ) as AllTyped;

/** What differs from what is held, as acts. */
function changesOf(typed: AllTyped, { followed }: AheadView): readonly AheadChange[] {
  return rights.flatMap(({ id, asks }): readonly AheadChange[] => {
    const held = followed[id];
    const { follows, since } = typed[id];
    if (!follows) return held === undefined ? [] : [{ type: "unfollow", right: id }];
    const date = asks === null || isBlank(since) ? null : readDate(since, rule).date;
    return held !== undefined && (held.since ?? null) === date ? [] : [{ type: "follow", right: id, since: date }];
  });
}

function Form({ view, onFailing }: { readonly view: AheadView; readonly onFailing: (failing: boolean) => void }) {
  const t = useT();
  const { api } = useSatchel();
  const { say, router } = useShell();
  const [typed, setTyped] = useState<AllTyped>(() => typedOf(view));
  const [dirty, setDirty] = useState(false);
  const [review, setReview] = useState<readonly ReviewItem[]>([]);
  const [attempt, setAttempt] = useState(0);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<WorkerError | null>(null);
  useHold(dirty);

  function change(id: RightId, patch: Partial<Typed>): void {
    setTyped({ ...typed, [id]: { ...typed[id], ...patch } });
    setDirty(true);
  }
  async function keep(): Promise<void> {
    if (busy) return;
    const items = rights.flatMap(({ id, asks }): readonly ReviewItem[] => {
      const { follows, since } = typed[id];
      const fault = !follows || asks === null || isBlank(since) ? undefined : readDate(since, rule).faults[0];
      if (fault === undefined) return [];
      const missing = fault.code === "year-missing";
      return [{ field: `${id}-${fault.part}`, text: t(missing ? "ahead.date.whenMissing" : "ahead.date.wrong") }];
    });
    setReview(items);
    onFailing(items.length > 0);
    if (items.length > 0) return setAttempt(attempt + 1);
    setBusy(true);
    for (const each of changesOf(typed, view)) {
      const kept = await api.changeAhead(each);
      if (!kept.ok) {
        setBusy(false);
        return setError(kept.error);
      }
    }
    setBusy(false);
    setDirty(false);
    say(t("ahead.said.kept"));
    router.back(paths.ahead);
  }
  return (
    <>
      <ErrorSummary items={review} attempt={attempt} />
      <h1>{t("ahead.rights.title")}</h1>
      <p class="lead">{t("ahead.rights.lead")}</p>
      <PersonalForm class="stack-l" onSubmit={() => void keep()}>
        {rights.map(({ id, asks, icon }) => (
          <div key={id} class="stack-m">
            <Checkbox
              checked={typed[id].follows}
              onChange={(follows) => change(id, { follows })}
              label={t(`ahead.rights.name.${id}`)}
              more={t(`ahead.rights.more.${id}`)}
              icon={icon as IconName}
            />
            {typed[id].follows && asks !== null && (
              <DateField
                id={id}
                legend={t(`ahead.rights.asks.${asks}`)}
                hint={t("ahead.rights.asksHint")}
                error={review.find(({ field }) => field.startsWith(`${id}-`))?.text}
                value={typed[id].since}
                onChange={(since) => change(id, { since })}
              />
            )}
          </div>
        ))}
        {error !== null && <Trouble error={error} onRetry={() => void keep()} />}
        <Button type="submit" wide icon="valider" busy={busy ? t("ahead.rights.busy") : undefined}>
          {t("ahead.rights.save")}
        </Button>
      </PersonalForm>
    </>
  );
}

export function RightsScreen() {
  const t = useT();
  const asked = useAsk("ahead rights", (api) => api.ahead(), []);
  const [failing, setFailing] = useState(false);
  return (
    <Frame title={t("ahead.rights.title")} back={paths.ahead} failing={failing}>
      {asked.state === "ready" ? (
        <Form view={asked.value} onFailing={setFailing} />
      ) : (
        <h1>{t("ahead.rights.title")}</h1>
      )}
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
    </Frame>
  );
}
