/**
 * Lines of the profile from FranceConnect, where the operator turned it on: she logs in there in a tab beside, and keeps or
 * leaves each line that it says, one by one. It opens nothing and writes nothing by itself (SPEC P-I8). Runs in the page.
 */
import { useEffect, useState } from "preact/hooks";
import { type Claim, claimOf } from "../../../forms/claims.ts";
import type { AnswerValue } from "../../../forms/model.ts";
import { countryName } from "../../../forms/places/countries.ts";
import { knownAnswer } from "../../../forms/profile.ts";
import type { ProfileRecord } from "../../../satchel/model.ts";
import type { WorkerError } from "../../../workers/satchel.contract.ts";
import { language } from "../../i18n/i18n.ts";
import { useT } from "../../i18n/useT.ts";
import {
  browserIdentity,
  type Identity,
  type IdentityClaims,
  type IdentityStep,
  type IdentityWay,
  identityClaims,
  identityOut,
} from "../../platform/identity.ts";
import { openTab } from "../../platform/tabs.ts";
import { usePlaces } from "../../state/places.ts";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { useWorld } from "../../ui/world.ts";
import { changeOf, heldIn } from "./held.ts";
import { claimName, claimText } from "./words.ts";

const LOOK_MS = 2000;

type Refusal = Extract<IdentityStep, { readonly type: "refused" }>["why"] | "lost";

/** @param identity handed in by tests. */
export function FromSite({ record, identity }: { readonly record: ProfileRecord; readonly identity?: Identity }) {
  const [way] = useState(() => identity ?? browserIdentity());
  const deployment = useAsk("deployment", (api) => api.deployment(), ["deployment"]);
  const site = deployment.state === "ready" ? deployment.value?.identity?.name : undefined;
  return site === undefined ? null : <Site site={site} identity={way} record={record} />;
}

interface SiteProps {
  readonly site: string;
  readonly identity: Identity;
  readonly record: ProfileRecord;
}

function Site({ site, identity, record }: SiteProps) {
  const t = useT();
  const { timers } = useWorld();
  const [busy, setBusy] = useState(false);
  const [under, setUnder] = useState<IdentityWay | null>(null);
  const [why, setWhy] = useState<Refusal | null>(null);
  const [claims, setClaims] = useState<IdentityClaims | null>(null);

  useEffect(() => {
    if (under === null) return;
    let isOver = false;
    let cancel = (): void => undefined;
    const look = async (): Promise<void> => {
      const step = await under.step();
      if (isOver) return;
      // Without network for a moment: the other tab has none either.
      if (!step.ok || step.value.type === "waiting") {
        cancel = timers.after(LOOK_MS, () => void look());
        return;
      }
      setUnder(null);
      if (step.value.type === "refused") setWhy(step.value.why);
      else setClaims(step.value.claims);
    };
    cancel = timers.after(LOOK_MS, () => void look());
    return () => {
      isOver = true;
      cancel();
    };
  }, [under, timers]);

  async function begin(): Promise<void> {
    setBusy(true);
    setWhy(null);
    const begun = await identity.begin(language());
    setBusy(false);
    if (!begun.ok) return setWhy("lost");
    setUnder(begun.value);
    openTab(begun.value.page);
  }

  return (
    <section class="stack-s" aria-labelledby="profil-site">
      <h2 id="profil-site">{t("profil.site.title", { site })}</h2>
      {claims === null ? (
        <>
          <p>{t("profil.site.what", { site })}</p>
          <p class="soft">{t("profil.site.learns", { site })}</p>
          {why !== null && (
            <Banner tone="redo" icon="attention">
              {t(`profil.site.refused.${why}`, { site })}
            </Banner>
          )}
          <p role="status">{under !== null && t("profil.site.beside", { site })}</p>
          {under === null ? (
            <Button kind="second" wide busy={busy ? t("profil.site.busy") : undefined} onPress={() => void begin()}>
              {t(why === null ? "profil.site.go" : "profil.site.again", { site })}
            </Button>
          ) : (
            <a class="btn btn--second btn--wide" href={under.page} target="_blank" rel="noopener noreferrer">
              {t("profil.site.open", { site })}
            </a>
          )}
        </>
      ) : (
        <Said site={site} claims={claims} record={record} onDone={() => setClaims(null)} />
      )}
    </section>
  );
}

interface SaidProps {
  readonly site: string;
  readonly claims: IdentityClaims;
  readonly record: ProfileRecord;
  readonly onDone: () => void;
}

interface Line {
  readonly claim: Claim;
  readonly answer: AnswerValue;
  readonly before: AnswerValue | null;
}

/** The pack of places in which a commune's code is found. */
const departementOf = (code: string): string => code.slice(0, code.startsWith("97") ? 3 : 2);

/** What was said, each line to keep or to leave; the tab beside is still logged in there until she leaves it. */
function Said({ site, claims, record, onDone }: SaidProps) {
  const t = useT();
  const { api } = useSatchel();
  const { say } = useShell();
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [busy, setBusy] = useState<string | null>(null);
  const [error, setError] = useState<{ readonly error: WorkerError; readonly again: () => void } | null>(null);
  const places = usePlaces(claims.birthplace === undefined ? null : departementOf(claims.birthplace));
  const held = heldIn(record);

  const withName = (answer: AnswerValue): AnswerValue => {
    if (answer.v !== "place" || answer.code === null) return answer;
    const name = answer.code.startsWith("99") ? countryName(answer.code, "fr") : places.byCode(answer.code)?.name;
    return name === undefined ? answer : { ...answer, name };
  };
  const lines = identityClaims.flatMap((id): readonly Line[] => {
    const claim = claimOf(id);
    const answer = claim === undefined ? null : knownAnswer(claim.field, { [id]: claims[id] });
    if (claim === undefined || answer === null || left.has(id)) return [];
    return [{ claim, answer: withName(answer), before: held.answers.get(claim.id) ?? null }];
  });
  const isSame = ({ answer, before }: Line): boolean => {
    if (answer.v === "place" && before?.v === "place") return answer.code === before.code;
    return JSON.stringify(answer) === JSON.stringify(before);
  };
  const open = lines.filter((line) => !isSame(line));

  const leave = (id: string): void => setLeft((before) => new Set(before).add(id));
  async function keep({ claim, answer }: Line): Promise<void> {
    if (busy !== null) return;
    setBusy(claim.id);
    setError(null);
    // Read anew: what another device taught the profile meanwhile is not taken away.
    const fresh = await api.profile();
    const change = fresh.ok ? changeOf(fresh.value, claim.id, answer) : null;
    const saved = change === null ? fresh : await api.saveProfile(change.patch, change.removed);
    setBusy(null);
    if (!saved.ok) return setError({ error: saved.error, again: () => void keep({ claim, answer, before: null }) });
    leave(claim.id);
    say(t("profil.said.kept"));
  }

  return (
    <>
      <p role="status">{open.length === 0 ? t("profil.site.nothing") : t("profil.site.choose", { site })}</p>
      {error !== null && <Trouble error={error.error} onRetry={error.again} />}
      <ul class="stack-s">
        {open.map((line) => {
          const { claim, answer, before } = line;
          const name = claimName(claim.id);
          return (
            <li key={claim.id} class="card stack-s">
              <p>
                <b>{name}</b>
                <br />
                <bdi>{claimText(claim.id, claim.field, answer)}</bdi>
              </p>
              {before !== null && (
                <p class="soft">
                  {t("profil.site.before")} <bdi>{claimText(claim.id, claim.field, before)}</bdi>
                </p>
              )}
              <div class="actions">
                <Button
                  kind="second"
                  small
                  icon="valider"
                  busy={busy === claim.id ? t("common.saved.now") : undefined}
                  onPress={() => void keep(line)}
                >
                  {t("profil.site.keep")} <span class="sr">{name}</span>
                </Button>
                <Button kind="plain" small onPress={() => leave(claim.id)}>
                  {t("profil.site.leave")} <span class="sr">{name}</span>
                </Button>
              </div>
            </li>
          );
        })}
      </ul>
      <p>{t("profil.site.still", { site })}</p>
      <a
        class="btn btn--second btn--wide"
        href={identityOut}
        target="_blank"
        rel="noopener noreferrer"
        onClick={onDone}
      >
        {t("profil.site.out", { site })}
      </a>
    </>
  );
}
