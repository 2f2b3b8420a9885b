/**
 * The headers that stand on every answer: what a browser may do with it, and where it may load from. Runs in Node.
 *
 * Surprising: helmet writes the same policy anew for every request, which costs as much as storing a record. What it
 * says depends on nothing of the request, so it is asked once.
 */

import helmet from "@fastify/helmet";
import fastify from "fastify";

const same = ["'self'"];
const none = ["'none'"];

/** @param https whether the public address is https: then browsers are told to stay with it (HSTS). */
export async function securityHeaders(https: boolean): Promise<Readonly<Record<string, string>>> {
  const probe = fastify();
  await probe.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: none,
        scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
        styleSrc: same,
        // No "blob:": a person's picture is drawn, never an <img> (decisions/0025).
        imgSrc: ["'self'", "data:"],
        connectSrc: same,
        workerSrc: same,
        manifestSrc: same,
        fontSrc: same,
        formAction: none,
        frameAncestors: none,
        baseUri: none,
        objectSrc: none,
      },
    },
    crossOriginOpenerPolicy: { policy: "same-origin" },
    crossOriginResourcePolicy: { policy: "same-origin" },
    crossOriginEmbedderPolicy: false,
    referrerPolicy: { policy: "no-referrer" },
    strictTransportSecurity: https ? { maxAge: 31_536_000 } : false,
    xFrameOptions: { action: "deny" },
  });
  const own = new Set(["content-length", "content-type", "date", "connection"]);
  probe.get("/", async (_request, reply) => reply.send(""));
  const { headers } = await probe.inject("/");
  await probe.close();
  return {
    ...Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) => (own.has(name) ? [] : [[name, String(value)] as const])),
    ),
    "permissions-policy": "camera=(self), microphone=(self), geolocation=(), payment=(), usb=()",
  };
}
