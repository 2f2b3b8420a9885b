/*
 * Before the first paint: the remembered theme and language, and whether the page written into index.html (first use,
 * in French) is the one to show. A classic script of its own because the content security policy allows no inline one.
 */
(() => {
  const root = document.documentElement;
  let read = () => null;
  try {
    const store = window.localStorage;
    read = (name) => store.getItem(`besace.${name}`);
  } catch {
    // Storage is blocked: everything is as on the first day.
    read = () => null;
  }
  const theme = read("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  const language = read("language") ?? (navigator.languages ?? ["fr"])[0];
  const isFirst = window.location.pathname === "/" && read("satchel") === null && /^fr\b/.test(language);
  if (!isFirst) root.dataset.written = "hidden";
})();
