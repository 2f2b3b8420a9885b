/**
 * Putting an old device out: what it stops, what it leaves behind, then the code. In the page.
 *
 * Surprising: a thief who opened that device has read its copy of the card. Putting it out is whole only with a new card
 * or a new code, and the last page says so.
 */
import { useState } from "preact/hooks";
import type { UnlockRefusal } from "../../../workers/satchel.contract.ts";
import { paths, type ScreenProps } from "../../feature.ts";
import { formatDate } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { errorText, failure, isWorkerError } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { LinkButton } from "../../ui/Button.tsx";
import { CodeEntry } from "../../ui/Code.tsx";
import { Item, List } from "../../ui/List.tsx";
import { EmptyState, FailedState, Loading, LockedState } from "../../ui/States.tsx";

function Done({ waits }: { readonly waits: boolean }) {
  const t = useT();
  return (
    <>
      <Banner tone={waits ? "quiet" : "done"} icon={waits ? "en-attente" : "valider"} quiet>
        {t(waits ? "devices.remove.waits" : "devices.remove.done")}
      </Banner>
      <LinkButton wide href={paths.devices}>
        {t("devices.remove.back")}
      </LinkButton>
      <section class="stack-s" aria-labelledby="vol">
        <h2 id="vol">{t("devices.remove.stolenTitle")}</h2>
        <p>{t("devices.remove.stolen")}</p>
        <LinkButton kind="second" wide icon="cle-carte" href={paths.newCard}>
          {t("devices.remove.newCard")}
        </LinkButton>
        <LinkButton kind="second" wide icon="cadenas" href={paths.newCode}>
          {t("devices.remove.newCode")}
        </LinkButton>
      </section>
    </>
  );
}

/** What is lost there and what is not, before anything is asked. */
function Consequences() {
  const t = useT();
  return (
    <>
      <section class="stack-s" aria-labelledby="fait">
        <h2 id="fait">{t("devices.remove.does")}</h2>
        <List>
          <Item icon="fermer" title={t("devices.remove.stops")} />
          <Item icon="attention" tone="soon" title={t("devices.remove.lost")} />
          <Item icon="telephone" title={t("devices.remove.stays")} />
        </List>
      </section>
      <section class="stack-s" aria-labelledby="vol">
        <h2 id="vol">{t("devices.remove.stolenTitle")}</h2>
        <p>{t("devices.remove.stolen")}</p>
      </section>
    </>
  );
}

export function RemoveScreen({ params }: ScreenProps) {
  const t = useT();
  const { api } = useSatchel();
  const { go } = useShell();
  const id = params.device ?? "";
  const asked = useAsk("devices", (each) => each.devices(), []);
  const opening = useAsk("opening", (each) => each.opening(), ["opening"]);
  const [code, setCode] = useState("");
  const [shown, setShown] = useState(false);
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState<{ readonly waits: boolean } | null>(null);
  const device = asked.state === "ready" ? asked.value.find((each) => each.id === id && each.removable) : undefined;
  const kind = opening.state === "ready" && opening.value.type === "open" ? opening.value.profile.codeKind : "digits";

  const words = (refusal: UnlockRefusal): string => {
    if (refusal.type === "wrong-code")
      return refusal.triesLeft === 0 ? t("opening.wrongMany") : t("opening.wrong", { count: refusal.triesLeft });
    if (refusal.type === "wait") return t("opening.wait.text");
    if (refusal.type === "code-dropped") return t("opening.dropped");
    return t(refusal.type === "stretch-broken" ? "opening.broken" : "devices.remove.wrong");
  };
  const remove = (typed: string): void => {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    void api.removeDevice({ id, code: typed }).then((answer) => {
      setBusy(false);
      setCode("");
      if (answer.ok) setDone(answer.value);
      else setError(isWorkerError(answer.error) ? errorText(answer.error) : words(answer.error));
    });
  };
  const title = t(
    done === null ? "devices.remove.title" : done.waits ? "devices.remove.waitsTitle" : "devices.remove.doneTitle",
  );
  return (
    <Frame
      title={title}
      back={paths.devices}
      arrival={done === null ? "before" : "done"}
      failing={error !== undefined || asked.state === "failed"}
    >
      <h1>{title}</h1>
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" &&
        (asked.error.type === "locked" ? (
          <LockedState
            title={t("devices.locked.title")}
            detail={t("devices.locked.text")}
            action={t("devices.locked.open")}
            onOpen={() => go(paths.start)}
          />
        ) : (
          <FailedState title={t("devices.failed")} {...failure(asked.error)} onRetry={asked.again} />
        ))}
      {asked.state === "ready" && done === null && device === undefined && (
        <EmptyState
          title={t("devices.remove.gone")}
          text={t("devices.removed.unknown")}
          action={
            <LinkButton kind="second" wide href={paths.devices}>
              {t("devices.remove.back")}
            </LinkButton>
          }
        />
      )}
      {done === null && device !== undefined && (
        <>
          <p class="meta">
            <b>{t("devices.remove.which", { n: device.number })}</b>{" "}
            {device.addedAt === null
              ? t("devices.addedUnknown")
              : t("devices.added", { date: formatDate(device.addedAt, "long") })}
          </p>
          <Consequences />
          <section class="stack-s" aria-labelledby="code">
            <h2 id="code">{t("devices.remove.code")}</h2>
            <CodeEntry
              kind={kind}
              value={code}
              onChange={setCode}
              onComplete={remove}
              shown={shown}
              onShow={setShown}
              hint={busy ? t("devices.remove.busy") : undefined}
              error={error}
              busy={busy}
            />
          </section>
        </>
      )}
      {done !== null && <Done waits={done.waits} />}
    </Frame>
  );
}
