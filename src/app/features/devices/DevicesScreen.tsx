/** "Mes appareils": which, since when, putting one out, adding one; and whether somebody came in with the card. In the page. */
import { useState } from "preact/hooks";
import type { DeviceView, OpeningState } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatDate } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { errorText, failure } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkButton } from "../../ui/Button.tsx";
import { Item, List } from "../../ui/List.tsx";
import { FailedState, Loading, LockedState } from "../../ui/States.tsx";

/** What is known of one device, in one line. */
function useDetail(): (device: DeviceView) => string {
  const t = useT();
  return ({ addedAt, removedAt, lastSeen }) => {
    const parts: string[] = [];
    if (addedAt !== null) parts.push(t("devices.added", { date: formatDate(addedAt, "long") }));
    else if (removedAt === null) parts.push(t("devices.addedUnknown"));
    if (removedAt === 0) parts.push(t("devices.removed.unknown"));
    else if (removedAt !== null) parts.push(t("devices.removed.at", { date: formatDate(removedAt, "long") }));
    else if (lastSeen !== null) parts.push(t("devices.seen", { date: formatDate(lastSeen, "long") }));
    return parts.join(". ");
  };
}

/** `isOut`: this device was put out; nothing that it says about the others would be taken. */
function Devices({ devices, isOut }: { readonly devices: readonly DeviceView[]; readonly isOut: boolean }) {
  const t = useT();
  const detail = useDetail();
  const inside = devices.filter((device) => device.removedAt === null);
  const out = devices.filter((device) => device.removedAt !== null);
  return (
    <>
      <p class="meta">
        <b>{t("devices.count", { count: inside.length })}</b>
      </p>
      <List>
        {inside.map((device) => (
          <Item
            key={device.id}
            icon="telephone"
            tone={device.here ? "done" : undefined}
            title={t(device.here ? "devices.here" : "devices.remove.which", { n: device.number })}
            detail={detail(device)}
            end={
              device.removable && !isOut ? (
                <a
                  class="edit"
                  href={paths.removeDevice(device.id)}
                  aria-label={t("devices.remove.named", { n: device.number })}
                >
                  {t("devices.remove.action")}
                </a>
              ) : undefined
            }
          />
        ))}
      </List>
      {out.length > 0 && (
        <section class="stack-s" aria-labelledby="dehors">
          <h2 id="dehors">{t("devices.removed.title")}</h2>
          <List>
            {out.map((device) => (
              <Item
                key={device.id}
                icon="fermer"
                title={t("devices.remove.which", { n: device.number })}
                detail={detail(device)}
              />
            ))}
          </List>
        </section>
      )}
    </>
  );
}

/** A device came in that nobody added here. */
function Elsewhere({ opening }: { readonly opening: OpeningState }) {
  const t = useT();
  const { api } = useSatchel();
  const { say } = useShell();
  const [error, setError] = useState<string | undefined>();
  if (opening.type !== "open" || !opening.way.openedElsewhere) return null;
  const { openedAt } = opening.way;
  const mine = (): void =>
    void api.ownDevice().then((answer) => {
      if (answer.ok) say(t("devices.elsewhere.noted"));
      else setError(errorText(answer.error));
    });
  return (
    <section class="stack-s" aria-label={t("devices.elsewhere.title")}>
      <Banner tone="soon" icon="attention" title={t("devices.elsewhere.title")}>
        {openedAt !== null && `${t("devices.elsewhere.at", { date: formatDate(openedAt, "long") })} `}
        {t("devices.elsewhere.text")}
      </Banner>
      {error !== undefined && (
        <Banner tone="redo" icon="attention">
          {error}
        </Banner>
      )}
      <Button kind="second" wide icon="valider" onPress={mine}>
        {t("devices.elsewhere.me")}
      </Button>
      <LinkButton kind="plain" wide href={paths.newCard}>
        {t("devices.remove.newCard")}
      </LinkButton>
    </section>
  );
}

export function DevicesScreen() {
  const t = useT();
  const { go } = useShell();
  const asked = useAsk("devices", (api) => api.devices(), ["dossiers", "papers", "opening"]);
  const opening = useAsk("opening", (api) => api.opening(), ["opening"]);
  const isOut = opening.state === "ready" && opening.value.type === "open" && opening.value.putOut;
  return (
    <Frame title={t("devices.title")} back={paths.settings} failing={asked.state === "failed"}>
      <div class="stack-m">
        <h1>{t("devices.title")}</h1>
        <p>{t("devices.text")}</p>
      </div>
      {isOut && (
        <Banner
          tone="redo"
          icon="attention"
          title={`${t("devices.out.title")}.`}
          link={{ href: paths.putOut, text: t("devices.out.link") }}
        >
          {t("devices.out.text")}{" "}
        </Banner>
      )}
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
      {asked.state === "ready" && (
        <>
          {opening.state === "ready" && <Elsewhere opening={opening.value} />}
          <Devices devices={asked.value} isOut={isOut} />
          {!isOut && (
            <div class="actions">
              <LinkButton wide icon="plus" href={paths.addDevice}>
                {t("devices.add")}
              </LinkButton>
            </div>
          )}
          {!isOut && <p class="meta">{t(asked.value.length === 1 ? "devices.alone" : "devices.lost")}</p>}
        </>
      )}
    </Frame>
  );
}
