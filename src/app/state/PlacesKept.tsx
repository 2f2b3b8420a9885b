/**
 * Which départements' communes are on this device, one more kept, one taken away: the visible state of these packs
 * (DESIGN 1). A chunk of its own with the packs; needs the area "places". Runs in the page.
 */
import { useEffect, useId, useState } from "preact/hooks";
import { departements } from "../../forms/places/divisions.ts";
import { BIRTHS } from "../../forms/places/pack.ts";
import { formatBytes } from "../i18n/format.ts";
import { useT } from "../i18n/useT.ts";
import { browserPlacePacks, type PlacePacks } from "../platform/place-packs.ts";
import { Button } from "../ui/Button.tsx";
import { Icon } from "../ui/icons/Icon.tsx";
import { useRoot } from "./root.ts";

/** What the pack of a département weighs on the line, about (`npm run size`: median 2.8 KB, largest 7). */
const PACK_BYTES = 3000;

/** What came of the last act, kept without its words: the language may change. */
interface Told {
  readonly what: "done" | "absent" | "dropped";
  readonly of: string;
}

export function PlacesKept({ packs: given }: { readonly packs?: PlacePacks }) {
  const t = useT();
  const { shared } = useRoot();
  const id = useId();
  const packs = given ?? browserPlacePacks(shared === true);
  const [here, setHere] = useState<readonly string[] | null>(null);
  const [chosen, setChosen] = useState("");
  const [busy, setBusy] = useState(false);
  const [told, setTold] = useState<Told | null>(null);
  useEffect(() => {
    let gone = false;
    void packs.here().then((now) => {
      if (!gone) setHere(now);
    });
    return () => {
      gone = true;
    };
  }, [packs]);
  const nameOf = (of: string): string =>
    of === BIRTHS ? t("places.births") : (departements.find(({ code }) => code === of)?.name ?? of);
  const keep = async (): Promise<void> => {
    setBusy(true);
    const opened = await packs.open(chosen);
    const now = await packs.here();
    setHere(now);
    setBusy(false);
    setTold({ what: opened.ok && now.includes(chosen) ? "done" : "absent", of: chosen });
  };
  const drop = async (of: string): Promise<void> => {
    await packs.drop(of);
    setHere(await packs.here());
    setTold({ what: "dropped", of });
  };
  return (
    <section class="stack-s" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{t("places.title")}</h2>
      {shared === true ? (
        <p>{t("places.shared")}</p>
      ) : (
        <>
          <p>{t("places.lead")}</p>
          {here !== null && here.length === 0 && <p class="meta">{t("places.none")}</p>}
          {here !== null && here.length > 0 && (
            <ul class="stack-s">
              {here.map((of) => (
                <li key={of} class="stack-s">
                  <p class="line">
                    <Icon name="valider" size="s" />
                    <span>{t("places.kept", { name: nameOf(of) })}</span>
                  </p>
                  <Button kind="plain" small onPress={() => void drop(of)}>
                    {t("places.drop", { name: nameOf(of) })}
                  </Button>
                </li>
              ))}
            </ul>
          )}
          <div class="field">
            <label for={`${id}-choose`}>{t("places.choose")}</label>
            <p class="hint" id={`${id}-hint`}>
              {t("places.chooseHint", { size: formatBytes(PACK_BYTES) })}
            </p>
            <select
              class="input"
              id={`${id}-choose`}
              autocomplete="off"
              aria-describedby={`${id}-hint`}
              value={chosen}
              onChange={(event) => setChosen(event.currentTarget.value)}
            >
              <option value="">{t("places.pick")}</option>
              {departements.map(({ code, name }) => (
                <option key={code} value={code}>
                  {`${code} ${name}`}
                </option>
              ))}
            </select>
          </div>
          <Button
            kind="second"
            wide
            busy={busy ? t("places.keeping") : undefined}
            missing={chosen === "" ? t("places.missing") : undefined}
            onPress={() => void keep()}
          >
            {t("places.keep")}
          </Button>
          <p role="status">{told !== null && t(`places.${told.what}`, { name: nameOf(told.of) })}</p>
        </>
      )}
    </section>
  );
}
