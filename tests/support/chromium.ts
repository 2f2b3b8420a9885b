/**
 * Drives the system's Chromium, started as `real-browser.ts` says, over its debugging port. Runs in Node on Linux.
 *
 * Surprising: Playwright only joins a browser that already runs, so none of its own switches are set; pages are the
 * browser's own, with its ordinary profile, downloads and back/forward cache.
 */
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium, type Page } from "playwright-core";
import { QUIET_ARGS, requireChromium } from "./browser.ts";
import {
  endings,
  listeningAddress,
  type Machine,
  type RealBrowser,
  type RealOptions,
  type RealPage,
  startProgram,
} from "./real-browser.ts";

interface Target {
  readonly type: string;
  readonly webSocketDebuggerUrl: string;
}

/** What the page itself says; Playwright would make it say "visible". */
async function visibility({ webSocketDebuggerUrl }: Target): Promise<string> {
  const socket = new WebSocket(webSocketDebuggerUrl);
  await once(socket, "open");
  const answered = once(socket, "message");
  const params = { expression: "document.visibilityState" };
  socket.send(JSON.stringify({ id: 1, method: "Runtime.evaluate", params }));
  const [{ data }] = (await answered) as [MessageEvent<string>];
  socket.close();
  return (JSON.parse(data) as { result: { result: { value: string } } }).result.result.value;
}

const wraps = (page: Page): RealPage => ({
  goto: async (url) => void (await page.goto(url)),
  evaluate: (expression) => page.evaluate(expression),
  clickAt: (x, y) => page.mouse.click(x, y),
  type: (text) => page.keyboard.type(text),
  setFiles: (selector, files) => page.setInputFiles(selector, [...files]),
  print: () => page.pdf({ printBackground: true }),
  back: async () => void (await page.goBack()),
  reload: async () => void (await page.reload()),
  close: () => page.close(),
});

export async function launchRealChromium(machine: Machine, options: RealOptions = {}): Promise<RealBrowser> {
  for (const lock of ["SingletonLock", "SingletonCookie", "SingletonSocket"])
    rmSync(join(machine.profile, lock), { force: true });
  const args = [
    ...QUIET_ARGS,
    "--headless=new",
    "--window-size=1280,800",
    "--lang=fr-FR",
    "--accept-lang=fr-FR,fr",
    `--user-data-dir=${machine.profile}`,
    "--remote-debugging-port=0",
    ...(options.restore === true ? ["--restore-last-session"] : []),
    ...(options.args ?? []),
  ];
  // Debian's Chromium writes reports whatever policy and switches say: only their place can be chosen.
  const reports = options.crashReports === true ? machine.crash : machine.tmp;
  const env = { BREAKPAD_DUMP_LOCATION: reports, LANGUAGE: "fr" };
  const child = startProgram("chromium", requireChromium(), args, machine, options, env);
  const joined = listeningAddress(child, /DevTools listening on (ws:\/\/\S+)/).then((url) =>
    chromium.connectOverCDP(url, { timeout: 240_000 }),
  );
  const ways = endings(
    child,
    machine,
    (row) => row.args.some((arg) => arg.includes("--type=renderer")),
    async () => {
      const session = await (await joined).newBrowserCDPSession();
      await session.send("Browser.close");
    },
  );
  try {
    const browser = await joined;
    const [context] = browser.contexts();
    if (context === undefined) throw new Error("Chromium has no profile");
    const first = context.pages()[0] ?? (await context.newPage());
    return {
      ...ways,
      engine: "chromium",
      page: wraps(first),
      newPage: async () => wraps(await context.newPage()),
      tabs: async () => context.pages().map((page) => page.url()),
      pages: async () =>
        context
          .pages()
          .filter((page) => page.url().startsWith("http"))
          .map(wraps),
      async squeeze() {
        const session = await browser.newBrowserCDPSession();
        await session.send("Memory.simulatePressureNotification", { level: "critical" });
        await session.detach();
      },
      async hide() {
        await browser.close();
        const [port] = readFileSync(join(machine.profile, "DevToolsActivePort"), "utf8").split("\n");
        const list = `http://127.0.0.1:${port}/json`;
        const before = (await (await fetch(list)).json()) as readonly Target[];
        await fetch(`${list}/new?about:blank`, { method: "PUT" });
        await sleep(1000);
        const seen = await Promise.all(before.filter(({ type }) => type === "page").map(visibility));
        return seen.filter((state) => state === "hidden").length;
      },
    };
  } catch (error) {
    await ways.killGroup();
    throw error;
  }
}
