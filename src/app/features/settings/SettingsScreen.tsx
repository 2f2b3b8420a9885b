/** Settings: language, look, code, card, what is ready offline, room, leaving for good, and what Besace is. In the page. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { paths } from "../../feature.ts";
import { formatBytes } from "../../i18n/format.ts";
import { loadAreas } from "../../i18n/i18n.ts";
import { useT } from "../../i18n/useT.ts";
import type { Room } from "../../platform/storage.ts";
import type { Theme } from "../../platform/theme.ts";
import { Frame } from "../../state/Frame.tsx";
import { ReadyOffline } from "../../state/ReadyOffline.tsx";
import { useRoot } from "../../state/root.ts";
import { useAsk } from "../../state/satchel.ts";
import { WifiChoice } from "../../state/WifiChoice.tsx";
import { Button, LinkRow } from "../../ui/Button.tsx";
import { RadioGroup } from "../../ui/Choice.tsx";
import { Icon } from "../../ui/icons/Icon.tsx";
import { LanguageChoice } from "../../ui/LanguageChoice.tsx";
import { Item, List } from "../../ui/List.tsx";
import { Why } from "../../ui/Question.tsx";
import { Rows } from "../../ui/Rows.tsx";

function LanguageSetting() {
  const t = useT();
  return (
    <fieldset>
      <legend class="legend-row">
        <span class="h3">
          <Icon name="langue" />
          {t("settings.language")}
        </span>
      </legend>
      <LanguageChoice />
    </fieldset>
  );
}

function ThemeSetting() {
  const t = useT();
  const { theme } = useRoot();
  const [chosen, setChosen] = useState<Theme>(theme.get());
  const choose = (next: Theme): void => {
    theme.set(next);
    setChosen(next);
  };
  return (
    <fieldset>
      <legend class="legend-row">
        <span class="h3">{t("settings.theme.title")}</span>
      </legend>
      <RadioGroup
        columns={2}
        options={(["auto", "light", "dark"] as const).map((value) => ({ value, label: t(`settings.theme.${value}`) }))}
        value={chosen}
        onChange={choose}
      />
    </fieldset>
  );
}

function RoomSetting() {
  const t = useT();
  const { room, askToKeep } = useRoot();
  const [known, setKnown] = useState<Room | null>(null);
  const [promised, setPromised] = useState<boolean | null>(null);
  const ask = (): void =>
    void askToKeep().then((answer) => {
      setPromised(answer);
      if (answer) setKnown((before) => (before === null ? null : { ...before, persisted: true }));
    });
  useEffect(() => {
    let isGone = false;
    void room().then((value) => {
      if (!isGone) setKnown(value);
    });
    return () => {
      isGone = true;
    };
  }, [room]);
  if (known === null) return null;
  const { used, quota, persisted } = known;
  return (
    <>
      <p>
        {used === null || quota === null
          ? t("settings.room.unknown")
          : t("settings.room.used", { used: formatBytes(used), left: formatBytes(Math.max(0, quota - used)) })}
      </p>
      <p class="meta">{t(persisted ? "settings.room.kept" : "settings.room.notKept")}</p>
      {!persisted && (
        <Button kind="second" wide icon="cadenas" onPress={ask}>
          {t("settings.room.ask")}
        </Button>
      )}
      <p class="meta" role="status">
        {promised === false && t("settings.room.refused")}
      </p>
      <LinkRow icon="telephone" href={paths.space}>
        {t("settings.room.free")}
      </LinkRow>
    </>
  );
}

function DataSetting() {
  const t = useT();
  const asked = useAsk("outbox", (api) => api.outbox(), ["outbox"]);
  if (asked.state !== "ready") return null;
  return (
    <section class="stack-s" aria-labelledby="forfait">
      <h2 id="forfait">{t("settings.data")}</h2>
      <WifiChoice data={asked.value.data} />
    </section>
  );
}

function About() {
  const t = useT();
  const { version, operator } = useRoot();
  return (
    <section class="stack-s" aria-labelledby="besace">
      <h2 id="besace">{t("settings.about.title")}</h2>
      <p>{t("settings.about.text")}</p>
      <Why title={t("settings.threats.title")}>
        <p>{t("settings.threats.reads")}</p>
        <p>{t("settings.threats.server")}</p>
        <p>{t("settings.threats.phone")}</p>
        <p>{t("settings.threats.card")}</p>
        <p>{t("settings.threats.app")}</p>
      </Why>
      <Why title={t("settings.legal.title")}>
        {operator === null ? (
          <p>{t("settings.legal.absent")}</p>
        ) : (
          <Rows
            rows={[
              { key: "operator", name: t("settings.legal.operator"), value: <bdi>{operator.name}</bdi> },
              { key: "publisher", name: t("settings.legal.publisher"), value: <bdi>{operator.legal.publisher}</bdi> },
              { key: "privacy", name: t("settings.legal.privacy"), value: <bdi>{operator.legal.privacy}</bdi> },
            ]}
          />
        )}
      </Why>
      <p class="meta">
        {t("settings.version")} <bdi dir="ltr">{version}</bdi>
      </p>
    </section>
  );
}

/** Nothing is shown where its chunk is not on this device yet. */
function PlacesDoor() {
  const [Places, setPlaces] = useState<ComponentType | null>(null);
  useEffect(() => {
    Promise.all([import("../../state/PlacesKept.tsx"), loadAreas("places")]).then(
      ([{ PlacesKept }]) => setPlaces(() => PlacesKept),
      () => undefined,
    );
  }, []);
  return Places === null ? null : <Places />;
}

export function SettingsScreen() {
  const t = useT();
  const { lock } = useRoot();
  return (
    <Frame title={t("settings.title")} back={paths.home}>
      <h1>{t("settings.title")}</h1>
      <LanguageSetting />
      <ThemeSetting />
      <List>
        <Item icon="personne" href={paths.profile} title={t("settings.profile")} detail={t("settings.profileMore")} />
      </List>
      <section class="stack-s" aria-labelledby="fermer">
        <h2 id="fermer">{t("settings.code.title")}</h2>
        <List>
          <Item icon="cadenas" href={paths.newCode} title={t("settings.code.change")} />
          <Item icon="cle-carte" href={paths.card} title={t("settings.code.card")} />
          <Item icon="telephone" href={paths.devices} title={t("settings.code.devices")} />
          <Item
            icon="ordinateur"
            href={paths.approve}
            title={t("settings.code.approve")}
            detail={t("settings.code.approveMore")}
          />
          <Item
            icon="oeil-barre"
            href={paths.discreet}
            title={t("settings.discreet")}
            detail={t("settings.discreetMore")}
          />
        </List>
        <p class="meta">{t("settings.code.auto")}</p>
        <Button kind="second" wide icon="cadenas" onPress={lock}>
          {t("settings.code.lock")}
        </Button>
      </section>
      <section class="stack-s" aria-labelledby="pret">
        <h2 id="pret">{t("settings.ready.title")}</h2>
        <ReadyOffline />
      </section>
      <PlacesDoor />
      <DataSetting />
      <section class="stack-s" aria-labelledby="partages">
        <h2 id="partages">{t("settings.given.title")}</h2>
        <List>
          <Item
            icon="partager"
            href={paths.shares}
            title={t("settings.given.shares")}
            detail={t("settings.given.sharesMore")}
          />
          <Item
            icon="mandat"
            href={paths.mandates}
            title={t("settings.given.mandates")}
            detail={t("settings.given.mandatesMore")}
          />
          <Item
            icon="journal"
            href={paths.journal}
            title={t("settings.given.journal")}
            detail={t("settings.given.journalMore")}
          />
          <Item icon="qr" href={paths.desks} title={t("settings.given.desks")} detail={t("settings.given.desksMore")} />
          <Item
            icon="cadenas"
            href={paths.data}
            title={t("settings.given.data")}
            detail={t("settings.given.dataMore")}
          />
          <Item icon="valider" href={paths.verifier} title={t("settings.given.verifier")} />
        </List>
      </section>
      <section class="stack-s" aria-labelledby="emporter">
        <h2 id="emporter">{t("settings.out.title")}</h2>
        <List>
          <Item icon="boite" href={paths.out} title={t("settings.out.all")} detail={t("settings.out.allMore")} />
          <Item icon="retour" href={paths.takeIn} title={t("settings.out.takeIn")} />
          <Item icon="deux-copies" href={paths.joinSatchels} title={t("settings.out.join")} />
        </List>
      </section>
      <section class="stack-s" aria-labelledby="porteur">
        <h2 id="porteur">{t("porteur-entry.title")}</h2>
        <List>
          <Item
            icon="envoi"
            href={paths.carrier}
            title={t("porteur-entry.carry")}
            detail={t("porteur-entry.carryText")}
          />
        </List>
      </section>
      <section class="stack-s" aria-labelledby="place">
        <h2 id="place">{t("settings.room.title")}</h2>
        <RoomSetting />
      </section>
      <section class="stack-s" aria-labelledby="famille">
        <h2 id="famille">{t("settings.family.title")}</h2>
        <p>{t("settings.family.text")}</p>
      </section>
      <About />
      <section class="stack-s" aria-labelledby="effacer">
        <h2 id="effacer">{t("settings.erase.title")}</h2>
        <List>
          <Item icon="corbeille" href={paths.erase} title={t("settings.erase.link")} />
        </List>
      </section>
    </Frame>
  );
}
