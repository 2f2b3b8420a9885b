/**
 * The closed satchel (mock-up 14): whose it is, the code, and what to do when it is forgotten. Runs in the page.
 * Stands in front of any address; after the code the person is where they were.
 */
import { useEffect, useState } from "preact/hooks";
import type { ProfileView } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { isDiscreet } from "../../platform/discreet.ts";
import { failure } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { isPicture, PICTURES } from "../../state/pictures.ts";
import { useRoot } from "../../state/root.ts";
import { useAsk } from "../../state/satchel.ts";
import { useShared } from "../../state/shared.ts";
import { useShell } from "../../state/shell.ts";
import { Button, LinkButton, LinkRow } from "../../ui/Button.tsx";
import { Icon } from "../../ui/icons/Icon.tsx";
import { LanguageChoice } from "../../ui/LanguageChoice.tsx";
import { FailedState, Loading } from "../../ui/States.tsx";
import { CardStage } from "./CardStage.tsx";
import { CodeStage } from "./CodeStage.tsx";

type Stage = "who" | "code" | "card" | "language";

/** The persons of this phone, by their pictures. */
function Who({
  profiles,
  onPick,
}: {
  readonly profiles: readonly ProfileView[];
  readonly onPick: (one: ProfileView) => void;
}) {
  const t = useT();
  return (
    <>
      <h1 class="center">{t("opening.who.title")}</h1>
      {/* biome-ignore lint/a11y/useSemanticElements: a list of doors, not a form group */}
      <div class="pics" role="group" aria-label={t("opening.who.title")}>
        {profiles.map((profile) => (
          <button key={profile.database} type="button" class="pic" onClick={() => onPick(profile)}>
            {isPicture(profile.pictogram) && <Icon name={profile.pictogram} />}
            {isPicture(profile.pictogram) ? t(`opening.pictures.${profile.pictogram}`) : t("common.loading")}
          </button>
        ))}
      </div>
      <p class="meta">{t("opening.who.alone")}</p>
      {PICTURES.every((picture) => profiles.some(({ pictogram }) => pictogram === picture)) ? (
        <p>{t("opening.who.full")}</p>
      ) : (
        <LinkButton kind="second" wide icon="plus" href={paths.code}>
          {t("opening.who.another")}
        </LinkButton>
      )}
      <LinkRow icon="telephone" href={paths.join}>
        {t("opening.who.bring")}
      </LinkRow>
      <LinkRow icon="cle-carte" href={paths.comeBack}>
        {t("opening.who.card")}
      </LinkRow>
    </>
  );
}

function LanguageStage({ onDone }: { readonly onDone: () => void }) {
  const t = useT();
  return (
    <>
      <h1 class="center">{t("opening.language")}</h1>
      <fieldset>
        <legend class="sr">{t("opening.language")}</legend>
        <LanguageChoice />
      </fieldset>
      <Button wide onPress={onDone}>
        {t("common.action.continue")}
      </Button>
    </>
  );
}

export function LockScreen() {
  const t = useT();
  const { lockReason } = useRoot();
  const here = useShell().place.path;
  const asked = useAsk("opening", (api) => api.opening(), ["opening"]);
  const profiles = asked.state === "ready" && asked.value.type === "locked" ? asked.value.profiles : [];
  const [picked, setPicked] = useState<ProfileView | null>(null);
  const [stage, setStage] = useState<Stage>("code");
  const shared = useShared();
  const waiting = shared.state === "here" ? shared.files.length : 0;
  const profile = picked ?? (profiles.length === 1 ? (profiles[0] ?? null) : null);
  const shownStage: Stage = stage === "code" && profile === null ? "who" : stage;
  useEffect(() => {
    if (picked !== null && !profiles.some((one) => one.database === picked.database)) setPicked(null);
  }, [picked, profiles]);

  const titles: Readonly<Record<Stage, string>> = {
    who: t("opening.who.title"),
    code: t(profile?.codeKind === "pictures" ? "opening.images.enter" : "opening.enter"),
    card: t("opening.card.title"),
    language: t("opening.language"),
  };
  return (
    <Frame
      title={asked.state === "ready" ? titles[shownStage] : t("common.loading")}
      kind="lock"
      flap="closed"
      rhythm="stack"
      arrival={`${asked.state} ${shownStage}`}
      back={shownStage === "card" || shownStage === "language" ? here : undefined}
      onBack={() => setStage("code")}
    >
      {asked.state === "loading" && (
        <>
          <h1 class="sr">{t("common.app")}</h1>
          <Loading />
        </>
      )}
      {asked.state === "failed" && (
        <>
          <h1 class="sr">{t("common.failed.title")}</h1>
          <FailedState {...failure(asked.error)} onRetry={asked.again} />
        </>
      )}
      {asked.state === "ready" && shownStage === "who" && (
        <Who
          profiles={profiles}
          onPick={(one) => {
            setPicked(one);
            setStage("code");
          }}
        />
      )}
      {shownStage === "code" && profile !== null && (
        <CodeStage
          key={profile.database}
          profile={profile}
          hint={
            waiting > 0
              ? t("opening.shared", { count: waiting })
              : isDiscreet()
                ? undefined
                : t(`opening.kept.${lockReason}`)
          }
          onCard={() => setStage("card")}
        />
      )}
      {shownStage === "card" && profile !== null && <CardStage profile={profile} />}
      {shownStage === "language" && <LanguageStage onDone={() => setStage("code")} />}
      {(shownStage === "code" || shownStage === "who") && (
        <div class="row row--tight row--between">
          {shownStage === "code" && (
            <LinkRow
              small
              icon="personne"
              href={here}
              onPress={() => {
                setPicked(null);
                setStage("who");
              }}
            >
              {t("opening.who.other")}
            </LinkRow>
          )}
          {!isDiscreet() && (
            <LinkRow small icon="envoi" href={paths.carrier}>
              {t("opening.carry")}
            </LinkRow>
          )}
          <LinkRow small icon="langue" href={here} onPress={() => setStage("language")}>
            {t("opening.language")}
          </LinkRow>
        </div>
      )}
    </Frame>
  );
}
