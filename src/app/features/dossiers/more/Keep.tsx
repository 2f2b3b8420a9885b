/**
 * What a form learned, offered to the profile after it was signed: each line is ticked or not, nothing is kept by itself.
 *
 * Surprising fact: what has no field of its own in the profile is kept as the text of an answer, one text each, so that two
 * devices never mix the halves of two answers.
 */
import { useState } from "preact/hooks";
import type { FormView } from "../../../../forms/engine.ts";
import { type Offer, offers, type Profile, taken } from "../../../../forms/profile.ts";
import { localDay } from "../../../../shared/day.ts";
import type { WorkerError } from "../../../../workers/satchel.contract.ts";
import { useT } from "../../../i18n/useT.ts";
import { useAsk, useSatchel } from "../../../state/satchel.ts";
import { useShell } from "../../../state/shell.ts";
import { Button } from "../../../ui/Button.tsx";
import { CheckGroup } from "../../../ui/Choice.tsx";
import { useWorld } from "../../../ui/world.ts";
import { knownProfile } from "../known.ts";
import { Trouble } from "../useDossier.tsx";
import { answerText, formText } from "../words.ts";

export interface KeepProps {
  readonly view: FormView;
  /** The person has decided: the offer goes. */
  readonly onDone: () => void;
}

export function Keep(props: KeepProps) {
  const asked = useAsk("profile", (api) => api.profile(), []);
  if (asked.state !== "ready") return null;
  return <Offered {...props} profile={knownProfile(asked.value)} />;
}

interface OfferedProps extends KeepProps {
  readonly profile: Profile;
}

function Offered({ view, onDone, profile }: OfferedProps) {
  const t = useT();
  const { api } = useSatchel();
  const { say } = useShell();
  const { clock } = useWorld();
  const [ticked, setTicked] = useState<readonly string[]>([]);
  const [error, setError] = useState<WorkerError | null>(null);
  const { form } = view;
  const all = offers(view, profile, localDay(clock.now()));
  if (all.length === 0) return null;

  async function keep(): Promise<void> {
    const { plain, known } = taken(all.filter(({ claim }) => ticked.includes(claim)));
    const texts = Object.fromEntries(Object.entries(known).map(([claim, answer]) => [claim, JSON.stringify(answer)]));
    // Read anew: what another device taught the profile while this stood here is not taken away.
    const held = await api.profile();
    if (!held.ok) return setError(held.error);
    const saved = await api.saveProfile({ ...plain, known: { ...held.value.known, ...texts } });
    if (!saved.ok) return setError(saved.error);
    say(t("journey.keep.done"));
    onDone();
  }
  const option = ({ claim, field, answer, before }: Offer) => {
    const now = before === null ? null : answerText(form, field, before);
    return {
      value: claim,
      label: formText(form.id, `${field.id}.label`) ?? claim,
      more: (
        <>
          <bdi>{answerText(form, field, answer)}</bdi>
          {now !== null && ` ${t("journey.keep.before", { before: now })}`}
        </>
      ),
    };
  };
  return (
    <fieldset class="card stack-m">
      <legend class="h2">{t("journey.keep.title")}</legend>
      <p>{t("journey.keep.lead")}</p>
      {error !== null && <Trouble error={error} />}
      <CheckGroup options={all.map(option)} values={ticked} onChange={setTicked} />
      <div class="actions">
        <Button
          kind="second"
          wide
          missing={ticked.length === 0 ? t("journey.keep.noneTicked") : undefined}
          onPress={() => void keep()}
        >
          {t("journey.keep.do")}
        </Button>
        <Button kind="plain" wide onPress={onDone}>
          {t("journey.keep.nothing")}
        </Button>
      </div>
    </fieldset>
  );
}
