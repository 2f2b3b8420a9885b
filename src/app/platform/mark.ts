/**
 * The mark that a satchel was made in this browser, kept twice outside the database: localStorage and a cookie. Without a
 * database it says that the browser erased it. Runs in the page.
 *
 * Surprising fact: what browsers erase together differs. Chromium spares both, Firefox takes localStorage along with the
 * database and spares cookies. The cookie says "1", for everybody the same (decisions/0014).
 */

import type { Keep } from "./world.ts";

/** Name of the mark in `Keep`; public/first.js reads it too. */
export const SATCHEL_MARK = "satchel";

const COOKIE = "besace";
/** The longest that browsers accept: 400 days, begun again at each opening. */
const LASTS_S = 400 * 24 * 60 * 60;

/** The part of `document` and `location` that is used. */
export interface CookieJar {
  cookie: string;
}

/** `keep` whose mark also stands in a cookie. */
export function markedKeep(keep: Keep, jar: CookieJar, secure: boolean): Keep {
  const set = (value: string, seconds: number): void => {
    jar.cookie = `${COOKIE}=${value}; Max-Age=${seconds}; Path=/; SameSite=Strict${secure ? "; Secure" : ""}`;
  };
  const has = (): boolean => jar.cookie.split("; ").includes(`${COOKIE}=1`);
  return {
    read: (name) => keep.read(name) ?? (name === SATCHEL_MARK && has() ? "1" : null),
    write(name, value) {
      keep.write(name, value);
      if (name === SATCHEL_MARK) set("1", LASTS_S);
    },
    remove(name) {
      keep.remove(name);
      if (name === SATCHEL_MARK) set("", 0);
    },
  };
}
