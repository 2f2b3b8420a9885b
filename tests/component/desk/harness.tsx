/** Draws the whole desk as its root would, over a fake worker and a clock that stands still. */

import { act, render } from "@testing-library/preact";
import { DESK_IDLE_LIMITS, DeskApp, type DeskDeps } from "../../../src/app/desk/DeskApp.tsx";
import { deskPaths } from "../../../src/app/desk/state.ts";
import { loadAreas } from "../../../src/app/i18n/i18n.ts";
import type { IdleWatch } from "../../../src/app/platform/idle.ts";
import type { Place, Router } from "../../../src/app/platform/router.ts";
import { FAKE_NOW, type FakeDesk } from "../../support/fake-desk.ts";
import { FAKE_DEPLOYMENT } from "../../support/fake-satchel.ts";

export interface ShownDesk {
  readonly view: ReturnType<typeof render>;
  readonly go: (path: string) => void;
  readonly path: () => string;
  /** Texts copied so far. */
  readonly copied: readonly string[];
  readonly saved: readonly { readonly mime: string; readonly name: string }[];
  readonly printed: () => number;
  /** Lets `ms` pass: what was just drawn sets its timers first, then due timers run in order. */
  readonly pass: (ms: number) => Promise<void>;
  readonly gesture: () => void;
  readonly setOnline: (online: boolean) => void;
}

export interface ShowDeskOptions {
  readonly path?: string;
  readonly online?: boolean;
  readonly copies?: boolean;
}

/** A router without a window. */
function memoryRouter(start: string): Router {
  const listeners = new Set<(place: Place) => void>();
  let place: Place = { path: start, arrival: "start", visit: 0 };
  const go = (path: string): void => {
    place = { path, arrival: "go", visit: place.visit + 1 };
    for (const listener of [...listeners]) listener(place);
  };
  return {
    place: () => place,
    onMove(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    go,
    back: go,
    begin: go,
    takeLinks: () => () => undefined,
    stop: () => undefined,
  };
}

/** Effects of a drawing that came out of a promise run a frame later. */
const settled = (): Promise<void> => act(() => new Promise<void>((resolve) => setTimeout(resolve, 60)));

export async function showDesk(desk: FakeDesk, options: ShowDeskOptions = {}): Promise<ShownDesk> {
  await loadAreas(
    "desk",
    "errors",
    "papers-types",
    "form-domiciliation",
    "form-demande-libre",
    "form-lettre-incomprise",
  );
  const router = memoryRouter(options.path ?? deskPaths.inbox);
  const copied: string[] = [];
  const saved: { mime: string; name: string }[] = [];
  let printed = 0;
  let now = FAKE_NOW;
  let isOnline = options.online ?? true;
  let due: { readonly at: number; readonly task: () => void }[] = [];
  let watch: IdleWatch | undefined;
  let tell: (online: boolean) => void = () => undefined;
  const human = FAKE_DEPLOYMENT.human;
  const deps: DeskDeps = {
    clock: { now: () => now },
    timers: {
      after(delayMs, task) {
        const entry = { at: now + delayMs, task };
        due.push(entry);
        return () => {
          due = due.filter((other) => other !== entry);
        };
      },
    },
    router,
    desk: desk.handle,
    idleLimits: DESK_IDLE_LIMITS,
    feedIdle(given) {
      watch = given;
      return () => given.stop();
    },
    watchPage(on) {
      tell = on.network;
      return () => undefined;
    },
    online: () => isOnline,
    loadOperator: async () => ({
      name: FAKE_DEPLOYMENT.operator,
      contact: {
        organisation: human.name,
        phone: human.phone,
        phoneDisplay: human.phoneShown,
        hours: human.hours,
        address: human.address,
        timeZone: human.timeZone,
      },
      legal: FAKE_DEPLOYMENT.legal,
      mayEnd: false,
    }),
    linkServiceWorker: async () => null,
    async copyText(text) {
      copied.push(text);
      return options.copies ?? true;
    },
    print: () => {
      printed += 1;
    },
    saveFile: (_bytes, mime, name) => void saved.push({ mime, name }),
  };
  const view = render(<DeskApp deps={deps} />);
  return {
    view,
    go: (path) => act(() => router.go(path)),
    path: () => router.place().path,
    copied,
    saved,
    printed: () => printed,
    gesture: () => act(() => watch?.gesture()),
    setOnline: (online) =>
      act(() => {
        isOnline = online;
        tell(online);
      }),
    async pass(ms) {
      await settled();
      const end = now + ms;
      for (;;) {
        const next = due.filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        due = due.filter((entry) => entry !== next);
        now = next.at;
        act(next.task);
      }
      now = end;
      await settled();
    },
  };
}
