/** "Ce qui est gardé": where, how long, by whom; and what becomes of it when life changes. In the page, without network. */

import type { HowLong, KeptPlace, KeptRule } from "../../../satchel/kept.ts";
import { kept } from "../../../satchel/kept.ts";
import { paths } from "../../feature.ts";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { ReadAloud } from "../../state/ReadAloud.tsx";
import { useRoot } from "../../state/root.ts";
import { LinkRow } from "../../ui/Button.tsx";
import { Why } from "../../ui/Question.tsx";
import { type Row, Rows } from "../../ui/Rows.tsx";

const PLACES: readonly KeptPlace[] = ["phone", "server", "desk"];
/** Turns of life, each with its words under donnees.life. */
const LIVES = ["silence", "death", "child", "protected", "access", "breach"] as const;

function useHowLong(): (howLong: HowLong) => string {
  const t = useT();
  return (howLong) =>
    howLong.type === "days"
      ? howLong.days % 365 === 0
        ? t("donnees.long.years", { count: howLong.days / 365 })
        : t("donnees.long.days", { count: howLong.days })
      : t(`donnees.long.${howLong.type}`);
}

function Place({ place, rules }: { readonly place: KeptPlace; readonly rules: readonly KeptRule[] }) {
  const t = useT();
  const long = useHowLong();
  const row = ({ id, howLong }: KeptRule): Row => ({
    key: id,
    name: t(`donnees.what.${id}`),
    value: long(howLong),
    more: t(`donnees.more.${id}`),
  });
  return (
    <section class="stack-s" aria-labelledby={`garde-${place}`}>
      <h2 id={`garde-${place}`}>{t(`donnees.place.${place}`)}</h2>
      <p class="meta">{t(`donnees.keeper.${place}`)}</p>
      <Rows card rows={rules.map(row)} />
    </section>
  );
}

/** "/donnees" */
export function DataScreen() {
  const t = useT();
  const { operator } = useRoot();
  const title = t("donnees.title");
  const name = operator?.name;
  return (
    <Frame title={title} back={paths.settings}>
      <div class="stack-m">
        <h1>{title}</h1>
        <p class="lead">{t("donnees.lead")}</p>
        {name !== undefined && (
          <p>
            {t("donnees.operator")} <bdi>{name}</bdi>
          </p>
        )}
        <ReadAloud text={[title, t("donnees.lead")]} />
      </div>
      {PLACES.map((place) => (
        <Place key={place} place={place} rules={kept.filter((rule) => rule.place === place)} />
      ))}
      <section class="stack-s" aria-labelledby="vie">
        <h2 id="vie">{t("donnees.life.title")}</h2>
        {LIVES.map((life) => (
          <Why key={life} title={t(`donnees.life.${life}.title`)}>
            <p>{t(`donnees.life.${life}.text`)}</p>
          </Why>
        ))}
      </section>
      <div>
        <LinkRow icon="dossier" href={paths.out}>
          {t("donnees.out")}
        </LinkRow>
        <LinkRow icon="effacer" href={paths.erase}>
          {t("donnees.erase")}
        </LinkRow>
      </div>
    </Frame>
  );
}
