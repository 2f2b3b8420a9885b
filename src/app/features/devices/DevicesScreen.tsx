/** "Mes appareils": how many, since when, and adding one. Runs in the page. */
import type { DeviceView } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatDate } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { failure } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { useAsk } from "../../state/satchel.ts";
import { LinkButton } from "../../ui/Button.tsx";
import { Item, List } from "../../ui/List.tsx";
import { FailedState, Loading } from "../../ui/States.tsx";

function Devices({ devices }: { readonly devices: readonly DeviceView[] }) {
  const t = useT();
  return (
    <>
      <p class="meta">
        <b>{t("devices.count", { count: devices.length })}</b>
      </p>
      <List>
        {devices.map(({ id, addedAt, here }) => (
          <Item
            key={id}
            icon="telephone"
            title={t(here ? "devices.here" : "devices.other")}
            detail={
              addedAt === null ? t("devices.addedUnknown") : t("devices.added", { date: formatDate(addedAt, "long") })
            }
          />
        ))}
      </List>
    </>
  );
}

export function DevicesScreen() {
  const t = useT();
  const asked = useAsk("devices", (api) => api.devices(), ["dossiers", "papers"]);
  return (
    <Frame title={t("devices.title")} back={paths.settings} failing={asked.state === "failed"}>
      <div class="stack-m">
        <h1>{t("devices.title")}</h1>
        <p>{t("devices.text")}</p>
      </div>
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && <FailedState {...failure(asked.error)} onRetry={asked.again} />}
      {asked.state === "ready" && (
        <>
          <Devices devices={asked.value} />
          <div class="actions">
            <LinkButton wide icon="plus" href={paths.addDevice}>
              {t("devices.add")}
            </LinkButton>
          </div>
          <p class="meta">{t("devices.lost")}</p>
        </>
      )}
    </Frame>
  );
}
