/** A date that the person enters: what it is, when, how long before to say so. Kept when "Garder" is pressed. */
import { useState } from "preact/hooks";
import { datePartsOf, readDate } from "../../../forms/dates.ts";
import { noticeChoices } from "../../../satchel/deadlines/rules.ts";
import type { OwnDateRecord } from "../../../satchel/model.ts";
import type { WorkerError } from "../../../workers/satchel.contract.ts";
import { paths, type ScreenProps } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useHold, useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { RadioGroup } from "../../ui/Choice.tsx";
import { ErrorSummary, type ReviewItem } from "../../ui/ErrorSummary.tsx";
import { DateField, type DateParts, TextField } from "../../ui/Field.tsx";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { PersonalForm } from "../../ui/personal.tsx";
import { Loading } from "../../ui/States.tsx";

/** Stands in the path in the place of an id. */
const NEW = "nouvelle";
const USUAL_NOTICE = 30;
const rule = { partial: true, past: false } as const;

interface FormProps {
  readonly id: string | null;
  readonly held: OwnDateRecord | null;
  readonly onFailing: (failing: boolean) => void;
}

function Form({ id, held, onFailing }: FormProps) {
  const t = useT();
  const { api } = useSatchel();
  const { say, router } = useShell();
  const [title, setTitle] = useState(held?.title ?? "");
  const [date, setDate] = useState<DateParts>(() =>
    datePartsOf(held === null ? undefined : { v: "date", date: held.date }),
  );
  const [notice, setNotice] = useState(held?.notice ?? USUAL_NOTICE);
  const [dirty, setDirty] = useState(false);
  const [review, setReview] = useState<readonly ReviewItem[]>([]);
  const [attempt, setAttempt] = useState(0);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<WorkerError | null>(null);
  useHold(dirty);

  function check(): readonly ReviewItem[] {
    const items: ReviewItem[] = [];
    if (title.trim() === "") items.push({ field: "own-title", text: t("ahead.date.titleMissing") });
    const fault = readDate(date, rule).faults[0];
    if (fault !== undefined)
      items.push({
        field: `own-date-${fault.part}`,
        text: t(fault.code === "year-missing" ? "ahead.date.whenMissing" : "ahead.date.wrong"),
      });
    return items;
  }
  async function keep(): Promise<void> {
    if (busy) return;
    const items = check();
    setReview(items);
    onFailing(items.length > 0);
    if (items.length > 0) return setAttempt(attempt + 1);
    setBusy(true);
    const kept = await api.changeAhead({ type: "date", id, date: readDate(date, rule).date, title, notice });
    setBusy(false);
    if (!kept.ok) return setError(kept.error);
    setDirty(false);
    say(t("ahead.said.kept"));
    router.back(paths.ahead);
  }
  async function drop(): Promise<void> {
    if (id === null || held === null) return;
    const dropped = await api.changeAhead({ type: "drop-date", id });
    if (!dropped.ok) return setError(dropped.error);
    setDirty(false);
    const { date: before, title: words, notice: days } = held;
    say(
      t("ahead.said.dropped"),
      () => void api.changeAhead({ type: "date", id, date: before, title: words, notice: days ?? null }),
    );
    router.back(paths.ahead);
  }
  const errorOf = (start: string): string | undefined => review.find((item) => item.field.startsWith(start))?.text;
  return (
    <>
      <ErrorSummary items={review} attempt={attempt} />
      <h1>{t(id === null ? "ahead.date.new" : "ahead.date.edit")}</h1>
      <PersonalForm class="stack-l" onSubmit={() => void keep()}>
        <TextField
          id="own-title"
          label={t("ahead.date.title")}
          hint={t("ahead.date.titleHint")}
          error={errorOf("own-title")}
          value={title}
          onChange={(typed) => {
            setTitle(typed);
            setDirty(true);
          }}
          maxLength={120}
        />
        <DateField
          id="own-date"
          legend={t("ahead.date.when")}
          hint={t("ahead.date.whenHint")}
          error={errorOf("own-date")}
          value={date}
          onChange={(typed) => {
            setDate(typed);
            setDirty(true);
          }}
        />
        <fieldset>
          <legend class="flabel q-gap">{t("ahead.date.notice")}</legend>
          <RadioGroup
            value={String(notice)}
            onChange={(days) => {
              setNotice(Number(days));
              setDirty(true);
            }}
            options={[...new Set([...noticeChoices, notice])]
              .sort((a, b) => a - b)
              .map((days) => ({ value: String(days), label: t("ahead.date.days", { count: days }) }))}
          />
        </fieldset>
        {error !== null && <Trouble error={error} onRetry={() => void keep()} />}
        <Button type="submit" wide icon="calendrier" busy={busy ? t("ahead.date.busy") : undefined}>
          {t("ahead.date.save")}
        </Button>
        {id !== null && (
          <Button kind="plain" wide icon="corbeille" onPress={() => void drop()}>
            {t("ahead.date.drop")}
          </Button>
        )}
      </PersonalForm>
    </>
  );
}

export function DateScreen({ params }: ScreenProps) {
  const t = useT();
  const id = params.date === undefined || params.date === NEW ? null : params.date;
  const asked = useAsk(`ahead ${id}`, (api) => api.ahead(), []);
  const [failing, setFailing] = useState(false);
  const title = t(id === null ? "ahead.date.new" : "ahead.date.edit");
  const held = id === null || asked.state !== "ready" ? null : (asked.value.dates[id] ?? null);
  const isGone = id !== null && asked.state === "ready" && held === null;
  const isReady = asked.state === "ready" && !isGone;
  return (
    <Frame title={title} back={paths.ahead} failing={failing}>
      {isReady ? <Form id={id} held={held} onFailing={setFailing} /> : <h1>{title}</h1>}
      {isGone && (
        <Banner tone="quiet" icon="information" link={{ href: paths.ahead, text: t("reminders.title") }}>
          {t("ahead.date.gone")}{" "}
        </Banner>
      )}
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
    </Frame>
  );
}
