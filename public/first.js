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
  // Discreet mode (platform/discreet.ts): the name of the tab, the icon and the manifest, before anybody sees others.
  if (read("discreet") !== null) {
    root.dataset.discreet = "";
    document.title = "Carnet";
    for (const link of document.querySelectorAll("link")) {
      if (link.rel === "manifest") link.href = "/carnet.webmanifest";
      else if (link.rel === "icon") link.href = "/icons/carnet-icon.svg";
      else if (link.rel === "apple-touch-icon") link.href = "/icons/carnet-192.png";
    }
    for (const meta of document.querySelectorAll("meta[name=theme-color]")) meta.content = "#4a5a66";
  }
  const language = read("language") ?? (navigator.languages ?? ["fr"])[0];
  const isFirst = window.location.pathname === "/" && read("satchel") === null && /^fr\b/.test(language);
  if (!isFirst) root.dataset.written = "hidden";
  // On a slow line the first press comes before the script: noted here, done by src/app/shell/early.ts. A second press
  // goes its ordinary way.
  document.addEventListener("click", (event) => {
    if (root.dataset.started !== undefined || root.dataset.pressed !== undefined) return;
    const all = [...document.querySelectorAll("#app :is(a[href^='/'], button)")];
    const at = all.findIndex((one) => one.contains(event.target));
    if (at < 0) return;
    event.preventDefault();
    root.dataset.pressed = String(at);
    all[at].setAttribute("aria-busy", "true");
  });
})();
