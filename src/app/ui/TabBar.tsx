/** The four places of the app. Absent inside a question. */
import { useT } from "../i18n/useT.ts";
import { Icon } from "./icons/Icon.tsx";
import type { IconName } from "./icons/names.ts";
import { memo } from "./memo.tsx";

export type TabName = "home" | "papers" | "dossiers" | "outbox";

const TABS: readonly { readonly name: TabName; readonly icon: IconName }[] = [
  { name: "home", icon: "besace" },
  { name: "papers", icon: "papier" },
  { name: "dossiers", icon: "modifier" },
  { name: "outbox", icon: "envoi" },
];

export interface TabBarProps {
  readonly current?: TabName | null | undefined;
  readonly paths: Readonly<Record<TabName, string>>;
  /** Items that wait for a network; shown on the last tab, spoken after its word. */
  readonly waiting: number;
}

/** The tab bar. */
export const TabBar = memo(function TabBar({ current, paths, waiting }: TabBarProps) {
  const t = useT();
  return (
    <nav class="tabs" aria-label={t("common.nav.label")}>
      <ul>
        {TABS.map(({ name, icon }) => (
          <li key={name}>
            <a href={paths[name]} aria-current={name === current ? "page" : undefined}>
              <span class="dot">
                <Icon name={icon} />
                {name === "outbox" && waiting > 0 && (
                  <span class="count" aria-hidden="true">
                    {waiting}
                  </span>
                )}
              </span>
              {t(`common.nav.${name}`)}
              {name === "outbox" && waiting > 0 && (
                <span class="sr">{t("common.nav.waiting", { count: waiting })}</span>
              )}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
});
