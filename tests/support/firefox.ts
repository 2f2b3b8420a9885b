/**
 * Drives the system's Firefox, headless, over WebDriver BiDi: a page, what it asks of the network, files for its fields.
 * Runs in Node on Linux.
 *
 * Surprising: no driver program stands between; Firefox itself listens on a port that it chooses and says on its error
 * stream. Playwright's own way to a stock Firefox needs commands that the extended support release does not have. And the
 * port alone makes Firefox switch off what a person's browser does (session files, among others): it is told not to.
 */
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  createMachine,
  endings,
  listeningAddress,
  type Machine,
  type RealBrowser,
  type RealOptions,
  type RealPage,
  startProgram,
} from "./real-browser.ts";

export interface FirefoxPage extends RealPage {
  /** Asks until the expression gives something true. */
  readonly until: (expression: string, timeoutMs?: number) => Promise<unknown>;
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

type Send = (method: string, params?: object) => Promise<Record<string, unknown>>;

const preferences = {
  "remote.prefs.recommended": false,
  // Without it no test may hand a file to a page.
  "dom.file.createInChild": true,
  "browser.shell.checkDefaultBrowser": false,
  "browser.aboutwelcome.enabled": false,
  "browser.startup.homepage": "about:blank",
  "browser.newtabpage.enabled": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "app.update.auto": false,
  "app.normandy.enabled": false,
  "browser.safebrowsing.downloads.remote.enabled": false,
  "extensions.systemAddon.update.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "",
  "intl.locale.requested": "fr",
  "intl.accept_languages": "fr-FR, fr",
  // Every second instead of every fifteen: what would be written is written while the test looks.
  "browser.sessionstore.interval": 1000,
} as const;

const silentPrinting = (file: string): Readonly<Record<string, string | boolean>> => ({
  "print.always_print_silent": true,
  print_printer: "Mozilla Save to PDF",
  "print.printer_Mozilla_Save_to_PDF.print_to_file": true,
  "print.printer_Mozilla_Save_to_PDF.print_to_filename": file,
});

/** What the browser says of itself while it runs. */
interface Heard {
  readonly requests: string[];
  readonly faults: string[];
}

async function openSession(address: string): Promise<{ readonly send: Send; readonly heard: Heard }> {
  const socket = new WebSocket(`${address}/session`);
  await once(socket, "open");
  const waiting = new Map<number, { readonly done: (message: Message) => void; readonly lost: (why: Error) => void }>();
  const heard: Heard = { requests: [], faults: [] };
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    if (message.id !== undefined) {
      waiting.get(message.id)?.done(message);
      waiting.delete(message.id);
    } else if (message.method === "network.beforeRequestSent") {
      heard.requests.push((message.params as { readonly request: { readonly url: string } }).request.url);
    } else if (message.method === "log.entryAdded") {
      const entry = message.params as { readonly level: string; readonly text: string };
      if (entry.level === "error" || entry.level === "warn") heard.faults.push(entry.text);
    }
  });
  socket.addEventListener("close", () => {
    for (const { lost } of waiting.values()) lost(new Error("Firefox is gone"));
    waiting.clear();
  });
  let last = 0;
  const send: Send = async (method, params = {}) => {
    if (socket.readyState !== WebSocket.OPEN) throw new Error("Firefox is gone");
    last += 1;
    const id = last;
    const answer = new Promise<Message>((done, lost) => waiting.set(id, { done, lost }));
    socket.send(JSON.stringify({ id, method, params }));
    const message = await answer;
    if (message.type === "error") throw new Error(`${method}: ${message.error} ${message.message}`);
    return message.result ?? {};
  };
  await send("session.new", { capabilities: {} });
  await send("session.subscribe", { events: ["network.beforeRequestSent", "log.entryAdded"] });
  return { send, heard };
}

function pageOf(send: Send, context: string, { requests, faults }: Heard): FirefoxPage {
  const run = async (expression: string): Promise<{ readonly value?: unknown; readonly sharedId?: string }> => {
    const answer = await send("script.evaluate", { expression, target: { context }, awaitPromise: true });
    if (answer.type === "exception") throw new Error(JSON.stringify(answer.exceptionDetails));
    return answer.result as { readonly value?: unknown; readonly sharedId?: string };
  };
  const evaluate = async (expression: string): Promise<unknown> => (await run(expression)).value;
  return {
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
    async clickAt(x, y) {
      const actions = [
        { type: "pointerMove", x: Math.round(x), y: Math.round(y) },
        { type: "pointerDown", button: 0 },
        { type: "pointerUp", button: 0 },
      ];
      await send("input.performActions", { context, actions: [{ type: "pointer", id: "mouse", actions }] });
    },
    async type(text) {
      const actions = [...text].flatMap((value) => [
        { type: "keyDown", value },
        { type: "keyUp", value },
      ]);
      await send("input.performActions", { context, actions: [{ type: "key", id: "keys", actions }] });
    },
    async setFiles(selector, files) {
      const { sharedId } = await run(`document.querySelector(${JSON.stringify(selector)})`);
      await send("input.setFiles", { context, element: { sharedId }, files });
    },
    async print() {
      const { data } = (await send("browsingContext.print", { context, background: true })) as {
        readonly data: string;
      };
      return Buffer.from(data, "base64");
    },
    back: async () => void (await send("browsingContext.traverseHistory", { context, delta: -1 })),
    reload: async () => void (await send("browsingContext.reload", { context, wait: "complete" })),
    close: async () => void (await send("browsingContext.close", { context })),
  };
}

interface Tree {
  readonly contexts: readonly { readonly context: string; readonly url: string }[];
}

/** FIREFOX names another program. */
const programOf = (): string => process.env.FIREFOX ?? "firefox-esr";

export async function launchRealFirefox(
  machine: Machine,
  options: RealOptions = {},
): Promise<RealBrowser & { readonly page: FirefoxPage }> {
  const chosen: Readonly<Record<string, string | number | boolean>> = {
    ...preferences,
    ...(options.restore === true ? { "browser.startup.page": 3 } : {}),
    ...(options.silentPrint === true ? silentPrinting(join(machine.spool, "job.pdf")) : {}),
  };
  const lines = Object.entries(chosen).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`);
  writeFileSync(join(machine.profile, "user.js"), `${lines.join("\n")}\n`);
  const own = options.args ?? [];
  const args = ["--headless", "--no-remote", "--profile", machine.profile, "--remote-debugging-port=0", ...own];
  const reports = options.crashReports === true;
  const env = {
    LANGUAGE: "fr",
    MOZ_HEADLESS_WIDTH: "1280",
    MOZ_HEADLESS_HEIGHT: "800",
    ...(reports ? { MOZ_CRASHREPORTER: "1", MOZ_CRASHREPORTER_NO_REPORT: "1" } : { MOZ_CRASHREPORTER_DISABLE: "1" }),
  };
  const child = startProgram("firefox", programOf(), args, machine, options, env);
  const joined = listeningAddress(child, /WebDriver BiDi listening on (ws:\/\/\S+)/).then(openSession);
  const ways = endings(
    child,
    machine,
    (row) => row.args.some((arg) => arg.includes("-isForBrowser")),
    async () => (await joined).send("browser.close"),
  );
  try {
    const { send, heard } = await joined;
    const contexts = async (): Promise<Tree["contexts"]> =>
      ((await send("browsingContext.getTree")) as unknown as Tree).contexts;
    const [first] = await contexts();
    if (first === undefined) throw new Error("Firefox has no tab");
    return {
      ...ways,
      engine: "firefox",
      page: pageOf(send, first.context, heard),
      async newPage() {
        const { context } = (await send("browsingContext.create", { type: "tab" })) as { readonly context: string };
        return pageOf(send, context, heard);
      },
      tabs: async () => (await contexts()).map(({ url }) => url),
      pages: async () =>
        (await contexts())
          .filter(({ url }) => url.startsWith("http"))
          .map(({ context }) => pageOf(send, context, heard)),
    };
  } catch (error) {
    await ways.killGroup();
    throw error;
  }
}

/** Starts Firefox on a profile of its own, which goes with it. */
export async function launchFirefox(): Promise<Firefox> {
  const machine = createMachine(mkdtempSync(join(tmpdir(), "besace-firefox-")));
  const clean = (): void => rmSync(machine.root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  try {
    const { page, killGroup } = await launchRealFirefox(machine);
    return {
      page,
      async close() {
        await killGroup();
        clean();
      },
    };
  } catch (error) {
    clean();
    throw error;
  }
}
