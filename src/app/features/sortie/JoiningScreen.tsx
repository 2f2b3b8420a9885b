/**
 * "Réunir 2 besaces": another satchel of this device is the same person's; the open one takes all that it holds. In the page;
 * needs no network.
 *
 * Surprising: nothing is ever guessed. The person names the other one by its picture and opens it with its own code.
 */
import { useState } from "preact/hooks";
import type { ProfileView, TakenIn, WorkerError } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatDate } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { isWorkerError } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { isPicture } from "../../state/pictures.ts";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useHold } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { LinkButton } from "../../ui/Button.tsx";
import { CodeEntry } from "../../ui/Code.tsx";
import { Icon } from "../../ui/icons/Icon.tsx";
import { PickRow } from "../../ui/Pick.tsx";
import { EmptyState, Loading } from "../../ui/States.tsx";
import { Came, NotNow } from "./parts.tsx";
import { codeRefusal } from "./SealedScreen.tsx";

type Stage =
  | { readonly at: "choose"; readonly refused: string | undefined }
  | { readonly at: "code" | "busy"; readonly profile: ProfileView; readonly error: string | undefined }
  | { readonly at: "done"; readonly taken: TakenIn }
  | { readonly at: "failed"; readonly error: WorkerError };

/** Satchels that were joined before and still receive. */
function Old() {
  const t = useT();
  const asked = useAsk("aliases", (api) => api.aliases(), ["opening", "outbox"]);
  if (asked.state !== "ready" || asked.value.length === 0) return null;
  return (
    <section class="stack-s" aria-labelledby="anciennes">
      <h2 id="anciennes">{t("sortie.joining.old")}</h2>
      <ul class="stack-s">
        {asked.value.map(({ pictogram, joinedAt, here, left }) => (
          <li class="line" key={`${pictogram} ${joinedAt}`}>
            {isPicture(pictogram) && <Icon name={pictogram} />}
            <span>
              {here
                ? t("sortie.joining.oldLine", { date: formatDate(joinedAt), n: left })
                : t("sortie.joining.elsewhere", { date: formatDate(joinedAt) })}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function JoiningScreen() {
  const t = useT();
  const { api } = useSatchel();
  const others = useAsk("joinable", (each) => each.joinable(), ["opening"]);
  const [stage, setStage] = useState<Stage>({ at: "choose", refused: undefined });
  const [code, setCode] = useState("");
  const [shown, setShown] = useState(false);
  useHold(stage.at === "code" || stage.at === "busy");

  async function join(profile: ProfileView, typed: string): Promise<void> {
    setStage({ at: "busy", profile, error: undefined });
    const joined = await api.joinSatchel({ database: profile.database, code: typed });
    setCode("");
    if (joined.ok) return setStage({ at: "done", taken: joined.value });
    const { error } = joined;
    if (isWorkerError(error)) setStage({ at: "failed", error });
    else if (error.type === "same") setStage({ at: "choose", refused: t("sortie.joining.same") });
    else setStage({ at: "code", profile, error: codeRefusal(error) });
  }

  const error = stage.at === "failed" ? stage.error : others.state === "failed" ? others.error : null;
  const title = t(stage.at === "done" ? "sortie.joining.done" : "sortie.joining.title");
  const nameOf = (pictogram: string): string => (isPicture(pictogram) ? t(`opening.pictures.${pictogram}`) : pictogram);
  const isWrong =
    (stage.at === "code" && stage.error !== undefined) || (stage.at === "choose" && stage.refused !== undefined);
  return (
    <Frame
      title={title}
      back={paths.out}
      arrival={stage.at === "busy" ? "code" : stage.at}
      failing={error !== null || isWrong}
    >
      <h1>{title}</h1>
      {error !== null && (
        <NotNow
          error={error}
          onRetry={() => {
            others.again();
            setStage({ at: "choose", refused: undefined });
          }}
        />
      )}
      {error === null && others.state === "loading" && <Loading />}
      {error === null && others.state === "ready" && stage.at === "choose" && (
        <>
          {others.value.length === 0 ? (
            <EmptyState
              title={t("sortie.joining.none")}
              text={t("sortie.joining.noneText")}
              action={
                <LinkButton kind="second" wide icon="fichier" href={paths.takeIn}>
                  {t("sortie.takeIn.title")}
                </LinkButton>
              }
            />
          ) : (
            <>
              <p>{t("sortie.joining.text")}</p>
              <p>{t("sortie.joining.receives")}</p>
              <Banner tone="soon" icon="attention">
                {t("sortie.joining.own")}
              </Banner>
              {stage.refused !== undefined && (
                <Banner tone="redo" icon="attention">
                  {stage.refused}
                </Banner>
              )}
              <section class="stack-s" aria-labelledby="laquelle">
                <h2 id="laquelle">{t("sortie.joining.choose")}</h2>
                {others.value.map((profile) => (
                  <PickRow
                    key={profile.database}
                    icon={isPicture(profile.pictogram) ? profile.pictogram : "besace"}
                    title={nameOf(profile.pictogram)}
                    onPress={() => setStage({ at: "code", profile, error: undefined })}
                  />
                ))}
              </section>
            </>
          )}
          <Old />
        </>
      )}
      {(stage.at === "code" || stage.at === "busy") && (
        <section class="stack-s" aria-labelledby="code">
          <h2 id="code">
            {t("sortie.joining.code")} {nameOf(stage.profile.pictogram)}
          </h2>
          <CodeEntry
            kind={stage.profile.codeKind}
            value={code}
            onChange={setCode}
            onComplete={(typed) => void join(stage.profile, typed)}
            shown={shown}
            onShow={setShown}
            hint={stage.at === "busy" ? t("sortie.joining.busy") : undefined}
            error={stage.error}
            busy={stage.at === "busy"}
          />
        </section>
      )}
      {stage.at === "done" && (
        <>
          <Came taken={stage.taken} />
          <p>{t("sortie.joining.receives")}</p>
          <p>{t("sortie.joining.others")}</p>
          <LinkButton wide icon="papier" href={paths.papers}>
            {t("sortie.out.papers")}
          </LinkButton>
          <LinkButton kind="second" wide href={paths.others}>
            {t("sortie.joining.seeOthers")}
          </LinkButton>
        </>
      )}
    </Frame>
  );
}
