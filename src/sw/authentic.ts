/** Tells an answer of ours from what a captive portal or a proxy puts in its place. Runs in the service worker. */

const types: readonly (readonly [RegExp, RegExp])[] = [
  [/\.js$/, /javascript/],
  [/\.css$/, /^text\/css/],
  [/\.html$/, /^text\/html/],
  [/\.svg$/, /^image\/svg/],
  [/\.wasm$/, /^application\/wasm/],
  [/\.(json|webmanifest)$/, /json/],
];

/** True when `response` may be kept as the file of `path`: whole, not redirected, of its own type. */
export function isAuthentic(path: string, response: Response): boolean {
  if (response.status !== 200 || response.redirected) return false;
  const wanted = types.find(([name]) => name.test(path))?.[1] ?? /^(?!text\/html)/;
  return wanted.test(response.headers.get("content-type") ?? "");
}
