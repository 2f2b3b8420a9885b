/** Light or dark: the phone's choice, or the person's own. Runs in the page. */

/** `auto` follows the phone. */
export type Theme = "auto" | "light" | "dark";

/** Where the choice is kept (it is not personal). */
export interface ThemeStore {
  readonly read: () => string | null;
  readonly write: (theme: Theme) => void;
}

export interface ThemeChoice {
  readonly get: () => Theme;
  readonly set: (theme: Theme) => void;
}

const isTheme = (text: string | null): text is Theme => text === "auto" || text === "light" || text === "dark";

/** Shows the remembered theme on `root` (`<html>`) at once; tokens.css does the rest through `data-theme`. */
export function createTheme(root: HTMLElement, store: ThemeStore): ThemeChoice {
  const show = (theme: Theme): void => {
    if (theme === "auto") root.removeAttribute("data-theme");
    else root.setAttribute("data-theme", theme);
  };
  const remembered = store.read();
  let current: Theme = isTheme(remembered) ? remembered : "auto";
  show(current);
  return {
    get: () => current,
    set(theme) {
      current = theme;
      show(theme);
      store.write(theme);
    },
  };
}
