/**
 * The server's log: one JSON line per request with method, route pattern, status and milliseconds, and bare facts about
 * faults. Runs in Node.
 *
 * It can be shown to anybody (INV-3): no address, no URL (ids stand in it), no header, no body, no message of an error
 * (it may quote what came in), only the error's name and code and the places in our own code.
 */

import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import { type DestinationStream, pino } from "pino";
import type { Log } from "../shared/ports.ts";

const nothing = () => undefined;

/** Nothing that Fastify or a library might pass in by itself (request, answer, error) gets through the serializers. */
export function createLogger(stream: DestinationStream, level: string): FastifyBaseLogger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { req: nothing, res: nothing, err: describeError, reqId: nothing },
    },
    stream,
  );
}

/** Name, code and places of an error; never its message. */
export function describeError(error: unknown): { readonly name: string; readonly code: string; readonly at: string } {
  if (!(error instanceof Error)) return { name: typeof error, code: "", at: "" };
  const code = (error as { readonly code?: unknown }).code;
  // The stack repeats the message, which may look like a place: cut it off first. A place keeps two names of its path.
  const { stack = "", message } = error;
  const at = stack
    .slice(stack.indexOf(message) + message.length)
    .split("\n")
    .map((line) => /(?:[^\s()/\\]+\/)?[^\s()/\\]+:\d+:\d+/.exec(line)?.[0] ?? "")
    .filter((place) => place !== "")
    .slice(0, 6)
    .join(" < ");
  return { name: error.name, code: typeof code === "string" ? code : "", at };
}

/** One line per answered request. */
export function logRequests(app: FastifyInstance): void {
  app.addHook("onResponse", (request, reply, done) => {
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url ?? "(none)",
        status: reply.raw.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      "request",
    );
    done();
  });
}

/** The narrow log that the rest of the server is handed. */
export const toLog = (logger: FastifyBaseLogger): Log => ({
  note: (event, fields = {}) => logger.info({ ...fields }, event),
});
