/**
 * What the server needs to know again of a browser in a few minutes, handed to that browser under lock: a cookie that only
 * this server opens, and that its page cannot read. Runs in Node.
 *
 * Surprising: this is why a login needs no row, no memory, and no luck with several processes; and why what another site says
 * of a person never lies here.
 */

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { type Bytes, concat, fromBase64Url, toBase64Url, utf8, utf8ToText } from "../shared/bytes.ts";

export interface SealedCookies {
  /** Value of a Set-Cookie header. */
  readonly put: (name: string, value: object, lifetimeMs: number) => string;
  readonly drop: (name: string) => string;
  /** What was put under that name; undefined: nothing, another server's, or changed on the way. */
  readonly read: (name: string, header: string | undefined) => unknown;
}

/** Browsers keep no larger cookie. */
const most = 4096;
const ivBytes = 12;
const tagBytes = 16;

/** @param https then the cookie is Secure and bound to this host (`__Host-`); without, it is for this machine's own trials. */
export function createSealedCookies(secret: Bytes, https: boolean): SealedCookies {
  const key = new Uint8Array(hkdfSync("sha256", secret, new Uint8Array(0), "besace-login-cookie", 32));
  const nameOf = (name: string): string => `${https ? "__Host-" : ""}besace-${name}`;
  const flags = `Path=/; HttpOnly; SameSite=Lax${https ? "; Secure" : ""}`;
  return {
    put: (name, value, lifetimeMs) => {
      const iv = new Uint8Array(randomBytes(ivBytes));
      const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(utf8(name));
      const sealed = concat(iv, cipher.update(utf8(JSON.stringify(value))), cipher.final(), cipher.getAuthTag());
      const cookie = `${nameOf(name)}=${toBase64Url(sealed)}; ${flags}; Max-Age=${Math.floor(lifetimeMs / 1000)}`;
      if (cookie.length > most) throw new Error("a sealed cookie is larger than browsers keep");
      return cookie;
    },
    drop: (name) => `${nameOf(name)}=; ${flags}; Max-Age=0`,
    read: (name, header) => {
      const found = (header ?? "")
        .split(/; */)
        .map((part) => part.split("="))
        .find(([key_]) => key_ === nameOf(name));
      const bytes = fromBase64Url(found?.[1] ?? "");
      if (bytes === undefined || bytes.length < ivBytes + tagBytes) return undefined;
      const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, ivBytes)).setAAD(utf8(name));
      decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
      try {
        const plain = concat(decipher.update(bytes.subarray(ivBytes, bytes.length - tagBytes)), decipher.final());
        return JSON.parse(utf8ToText(plain) ?? "null");
      } catch (error) {
        // Of another key, or changed: as if there were none.
        if (error instanceof Error) return undefined;
        throw error;
      }
    },
  };
}
