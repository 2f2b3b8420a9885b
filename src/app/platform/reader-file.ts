/**
 * The offline reader of sealed copies, as the app has it: one HTML file (src/reader). Runs in the page; the service worker
 * answers from its cache once the group "reader" is on this device.
 */

/** Null when it is not here and there is no network, or when something else answered (a captive portal). */
export async function readerFile(): Promise<Blob | null> {
  try {
    const answer = await fetch("/lecteur.html", { redirect: "error" });
    const text = await answer.text();
    // The policy that every reader carries: a portal's page has none.
    const isReader = answer.ok && text.includes("script-src 'sha256-") && text.includes("'wasm-unsafe-eval'");
    return isReader ? new Blob([text], { type: "text/html" }) : null;
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}
