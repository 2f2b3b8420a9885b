/** On a device that was put out by another one: what still works here, what is only here, and the ways on. In the page. */
import { paths } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { LinkButton, LinkRow } from "../../ui/Button.tsx";
import { Item, List } from "../../ui/List.tsx";

export function PutOutScreen() {
  const t = useT();
  return (
    <Frame title={t("devices.out.title")} back={paths.home}>
      <div class="stack-m">
        <h1>{t("devices.out.title")}</h1>
        <p>{t("devices.out.text")}</p>
      </div>
      <List>
        <Item icon="valider" tone="done" title={t("devices.out.here")} />
        <Item icon="attention" tone="soon" title={t("devices.out.unsent")} />
      </List>
      <div class="actions">
        <LinkButton wide icon="envoi" href={paths.outbox}>
          {t("devices.out.outbox")}
        </LinkButton>
        <LinkButton kind="second" wide icon="corbeille" href={paths.erase}>
          {t("devices.out.erase")}
        </LinkButton>
      </div>
      <p>{t("devices.out.mine")}</p>
      <p>{t("devices.out.notMe")}</p>
      <LinkRow icon="retour" href={paths.home}>
        {t("devices.out.home")}
      </LinkRow>
    </Frame>
  );
}
