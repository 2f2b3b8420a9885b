/**
 * Drives the system's Firefox, headless, over WebDriver BiDi: a page, what it asks of the network, files for its fields.
 * Runs in Node on Linux.
 *
 * Surprising: no driver program stands between; Firefox itself listens on a port that it chooses and says on its error
 * stream. Playwright's own way to a stock Firefox needs commands that the extended support release does not have.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface FirefoxPage {
  readonly goto: (url: string) => Promise<void>;
  /** The value of an expression, awaited; it must be a text, a number or a boolean. Rejects when it throws. */
  readonly evaluate: (expression: string) => Promise<unknown>;
  /** Asks until the expression gives something true. */
  readonly until: (expression: string, timeoutMs?: number) => Promise<unknown>;
  readonly setFiles: (selector: string, files: readonly string[]) => Promise<void>;
  /** Every address asked for since the start. */
  readonly requests: readonly string[];
  /** Errors and warnings of the page's console. */
  readonly faults: readonly string[];
}

export interface Firefox {
  readonly page: FirefoxPage;
  readonly close: () => Promise<void>;
}

interface Message {
  readonly id?: number;
  readonly type?: string;
  readonly method?: string;
  readonly result?: Record<string, unknown>;
  readonly error?: string;
  readonly message?: string;
  readonly params?: Record<string, unknown>;
}

/** A cold start on a busy machine takes this long. */
const startMs = 240_000;

async function addressOf(browser: ChildProcess): Promise<string> {
  let said = "";
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`Firefox did not listen: ${said}`)), startMs);
    const hear = (bytes: Buffer): void => {
      said += bytes.toString();
      const found = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(said);
      if (found?.[1] === undefined) return;
      clearTimeout(timer);
      resolve(found[1]);
    };
    browser.stderr?.on("data", hear);
    browser.once("exit", (code) => reject(new Error(`Firefox ended with ${code}: ${said}`)));
  });
}

/** Starts Firefox on a profile of its own, which goes with it. FIREFOX names another program. */
export async function launchFirefox(program = process.env.FIREFOX ?? "firefox-esr"): Promise<Firefox> {
  const profile = mkdtempSync(join(tmpdir(), "besace-firefox-"));
  const args = ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port=0"];
  // Its own process group: content processes end with it.
  const browser = spawn(program, args, { env: { ...process.env, HOME: profile }, detached: true });
  const close = async (): Promise<void> => {
    if (browser.exitCode === null && browser.pid !== undefined) {
      const gone = once(browser, "exit");
      process.kill(-browser.pid, "SIGKILL");
      await gone;
    }
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    const socket = new WebSocket(`${await addressOf(browser)}/session`);
    await once(socket, "open");
    const waiting = new Map<number, (message: Message) => void>();
    const requests: string[] = [];
    const faults: string[] = [];
    socket.addEventListener("message", ({ data }) => {
      const message = JSON.parse(String(data)) as Message;
      if (message.id !== undefined) {
        waiting.get(message.id)?.(message);
        waiting.delete(message.id);
      } else if (message.method === "network.beforeRequestSent") {
        requests.push((message.params as { readonly request: { readonly url: string } }).request.url);
      } else if (message.method === "log.entryAdded") {
        const entry = message.params as { readonly level: string; readonly text: string };
        if (entry.level === "error" || entry.level === "warn") faults.push(entry.text);
      }
    });
    let last = 0;
    const send = async (method: string, params: object = {}): Promise<Record<string, unknown>> => {
      last += 1;
      const id = last;
      const answer = new Promise<Message>((resolve) => waiting.set(id, resolve));
      socket.send(JSON.stringify({ id, method, params }));
      const message = await answer;
      if (message.type === "error") throw new Error(`${method}: ${message.error} ${message.message}`);
      return message.result ?? {};
    };
    await send("session.new", { capabilities: {} });
    await send("session.subscribe", { events: ["network.beforeRequestSent", "log.entryAdded"] });
    const tree = (await send("browsingContext.getTree")) as {
      readonly contexts: readonly { readonly context: string }[];
    };
    const context = tree.contexts[0]?.context;
    const run = async (expression: string): Promise<{ readonly value?: unknown; readonly sharedId?: string }> => {
      const answer = await send("script.evaluate", { expression, target: { context }, awaitPromise: true });
      if (answer.type === "exception") throw new Error(JSON.stringify(answer.exceptionDetails));
      return answer.result as { readonly value?: unknown; readonly sharedId?: string };
    };
    const evaluate = async (expression: string): Promise<unknown> => (await run(expression)).value;
    return {
      close,
      page: {
        requests,
        faults,
        evaluate,
        goto: async (url) => void (await send("browsingContext.navigate", { context, url, wait: "complete" })),
        async until(expression, timeoutMs = 60_000) {
          const end = Date.now() + timeoutMs;
          for (;;) {
            const value = await evaluate(expression);
            if (value) return value;
            if (Date.now() > end) throw new Error(`it never became true: ${expression}`);
            await sleep(100);
          }
        },
        async setFiles(selector, files) {
          const { sharedId } = await run(`document.querySelector(${JSON.stringify(selector)})`);
          await send("input.setFiles", { context, element: { sharedId }, files });
        },
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
