/**
 * Opening by the person's phone, the shared computer's side (decisions/0023): draws a question, meets the phone, holds what
 * was given for twenty minutes, signs each thing that it does. Runs in the kiosk's worker.
 *
 * Surprising fact: nothing of it touches a disk. Keys, grant and opened pages are in this closure; ending forgets them
 * first and says so afterwards, and the page ends the worker.
 */

import {
  approvalCheck,
  createAsk,
  type GrantedPaper,
  type Met,
  type OpenedGrant,
  type OwnAsk,
  openGrant,
  sealAdded,
} from "../../crypto/approval.ts";
import { contentHash, openStream, splitBlob, streamKeyFrom } from "../../crypto/stream.ts";
import {
  type ApprovalDeed,
  approvalBodyHash,
  approvalServerOf,
  depositHash,
  signAct,
} from "../../protocol/approval.ts";
import type { ApprovalAnswer, SealedText } from "../../protocol/approval-wire.ts";
import type { B64, Bytes } from "../../shared/bytes.ts";
import type { Clock, Random, Timers } from "../../shared/ports.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { AddedPaper, AddRefusal, KioskApproval, KioskApprovalApi } from "../approval.contract.ts";
import type { ApprovalTransport } from "../common/approval-transport.ts";
import type { Deployments } from "../common/deployments.ts";
import type { Heard } from "../common/json-calls.ts";
import type { PageMaker } from "../imaging.contract.ts";

export interface KioskApprovalDeps {
  readonly transport: ApprovalTransport;
  readonly deployments: Deployments;
  readonly imaging: PageMaker;
  readonly clock: Clock;
  readonly random: Random;
  readonly timers: Timers;
  readonly onChange: () => void;
}

/** Between two looks: while a phone is waited for, and while papers are open. */
const lookMs = { waiting: 1500, open: 4000 } as const;
/** A line that is cut for a moment; after that the person is told. */
const actTries = 3;
const againMs = 1000;

interface Deed {
  readonly deed: ApprovalDeed;
  readonly deposit: SealedText | null;
}

interface Asking {
  readonly own: OwnAsk;
  readonly until: number;
  /** The first number that was heard: no other one is answered. */
  number: B64 | null;
}

interface Opened {
  readonly own: OwnAsk;
  readonly grant: OpenedGrant;
  readonly until: number;
  n: number;
  prev: B64;
  /** By the number of the act with which a paper began. */
  readonly added: Map<number, { title: string; pages: number }>;
  pages: number;
}

type Inside =
  | { readonly at: "none" | "over" | "refused" }
  | { readonly at: "asking"; readonly asking: Asking }
  | { readonly at: "met"; readonly asking: Asking; readonly pictures: readonly number[] }
  | { readonly at: "open"; readonly opened: Opened }
  | { readonly at: "ended"; readonly why: "time" | "phone" };

export function createKioskApproval(deps: KioskApprovalDeps): KioskApprovalApi {
  const { transport, clock, random, timers } = deps;
  let inside: Inside = { at: "none" };
  let cancel = (): void => undefined;
  /** Each new question, and each end, makes what is still under way nobody's. */
  let turn = 0;
  let line: Promise<unknown> = Promise.resolve();

  const become = (next: Inside): void => {
    inside = next;
    deps.onChange();
  };
  const later = (mine: number, ms: number): void => {
    cancel();
    cancel = timers.after(ms, () => void look(mine));
  };
  /** A server time, as this computer's clock will show it. */
  const here = (at: number, serverNow: number): number => clock.now() + at - serverNow;

  function finishAs(why: "time" | "phone"): void {
    cancel();
    turn += 1;
    become({ at: "ended", why });
  }

  function stopAsking(at: "over" | "refused"): void {
    cancel();
    turn += 1;
    become({ at });
  }

  async function look(mine: number): Promise<void> {
    const now = inside;
    if (mine !== turn || (now.at !== "asking" && now.at !== "met" && now.at !== "open")) return;
    const until = now.at === "open" ? now.opened.until : now.asking.until;
    if (clock.now() >= until) {
      return now.at === "open" ? finishAs("time") : stopAsking("over");
    }
    const own = now.at === "open" ? now.opened.own : now.asking.own;
    const heard = await transport.status(own.id);
    if (mine !== turn) return;
    if (heard.type === "refused" || (heard.type === "answer" && heard.value.state === "ended")) {
      if (now.at === "open") return finishAs(clock.now() >= until ? "time" : "phone");
      return stopAsking("over");
    }
    if (heard.type === "answer" && now.at !== "open") await meet(mine, now.asking, heard.value);
    // Only now: two looks at once would open the same grant twice.
    if (mine === turn) later(mine, inside.at === "open" ? lookMs.open : lookMs.waiting);
  }

  async function meet(mine: number, asking: Asking, heard: ApprovalAnswer): Promise<void> {
    const { number, grant, until, time } = heard;
    if (number === null) return;
    // Shown for the first number only: whoever could give another one afterwards would choose the pictures.
    if (asking.number !== null && asking.number !== number) return stopAsking("refused");
    asking.number = number;
    const met: Met = { ask: asking.own, number, secret: asking.own.secret };
    if (inside.at === "asking") {
      const pictures = await approvalCheck(met);
      const said = await transport.secret(asking.own.id, asking.own.secret);
      if (mine === turn && said.type === "answer") become({ at: "met", asking, pictures });
      return;
    }
    if (grant === null) return;
    const opened = await openGrant(asking.own, met, grant, time);
    if (mine !== turn) return;
    if (!opened.ok) return stopAsking("refused");
    const prev = await approvalBodyHash(opened.value.signed);
    become({
      at: "open",
      opened: {
        own: asking.own,
        grant: opened.value,
        until: here(until, time),
        n: 0,
        prev,
        added: new Map(),
        pages: 0,
      },
    });
  }

  /** One act after the other: each names the one before it, and a page is sealed for its own place. */
  function act(
    opened: Opened,
    make: (n: number) => Promise<Result<Deed, "too-large">>,
  ): Promise<Heard<Bytes> | { readonly type: "nobody" | "too-large" }> {
    const mine = turn;
    const done = line.then(async () => {
      if (mine !== turn) return { type: "nobody" } as const;
      const { own, n, prev } = opened;
      const made = await make(n);
      if (!made.ok) return { type: made.error } as const;
      const { deed, deposit } = made.value;
      const signed = await signAct(own.signPair.privateKey, { session: own.id, n, prev }, deed);
      for (let tries = 1; ; tries += 1) {
        const heard = await transport.act(own.id, { act: signed, deposit });
        if (heard.type === "answer") {
          opened.n = n + 1;
          opened.prev = await approvalBodyHash(signed);
        }
        if (heard.type !== "lost" || tries >= actTries) return heard;
        await new Promise<void>((resolve) => void timers.after(againMs, resolve));
      }
    });
    line = done.catch(() => undefined);
    return done;
  }

  /** What a refused act means. */
  function refusedAct(error: string): "ended" | "other" {
    if (!["ended", "device-removed", "blocked", "gone", "not-found", "offset"].includes(error)) return "other";
    if (inside.at === "open") finishAs(clock.now() >= inside.opened.until ? "time" : "phone");
    return "ended";
  }

  const shown = ({ record, title, kind, pages }: GrantedPaper) => ({
    record,
    title,
    kind,
    pages: pages.map(({ turn: turned, stream }) => ({ turn: turned, mime: stream.mime })),
  });
  const addedOf = ({ added }: Opened): readonly AddedPaper[] =>
    [...added].map(([paper, { title, pages }]) => ({ paper, title, pages }));

  function view(): KioskApproval {
    switch (inside.at) {
      case "asking":
        return { type: "asking", text: inside.asking.own.text, until: inside.asking.until };
      case "met":
        return { type: "met", pictures: inside.pictures, until: inside.asking.until };
      case "open": {
        const { opened } = inside;
        const { papers, certificate } = opened.grant;
        return {
          type: "open",
          until: opened.until,
          papers: papers.map(shown),
          added: addedOf(opened),
          pagesLeft: certificate.deposits - opened.pages,
        };
      }
      case "ended":
        return { type: "ended", why: inside.why };
      default:
        return { type: inside.at };
    }
  }

  async function add(
    opened: Opened,
    input: { readonly paper: number | null; readonly title: string; readonly file: File },
  ): Promise<Result<{ readonly paper: number }, AddRefusal>> {
    if (opened.pages >= opened.grant.certificate.deposits) return err({ type: "no-room" });
    const reduced = await deps.imaging.reduce(input.file);
    if (!reduced.ok) return reduced;
    const { value } = reduced;
    const isPicture = value.type === "picture";
    const content = isPicture ? value.readable.bytes : await input.file.arrayBuffer();
    const facts = ({ mime, width, height }: { mime: string; width: number; height: number }) => ({
      mime,
      width,
      height,
    });
    const page = {
      title: input.title.trim().replace(/\s+/g, " ").slice(0, 200),
      at: clock.now(),
      ...(input.file.name === "" ? {} : { fileName: input.file.name.slice(0, 200) }),
      readable: isPicture ? facts(value.readable) : { mime: value.mime },
      preview: isPicture ? facts(value.preview) : null,
      content: new Uint8Array(content),
      previewContent: new Uint8Array(isPicture ? value.preview.bytes : new ArrayBuffer(0)),
    };
    const { principal, certificate } = opened.grant;
    let first = input.paper ?? 0;
    const heard = await act(opened, async (n) => {
      first = input.paper ?? n;
      const place = { session: opened.own.id, principal: certificate.principal, n };
      const sealed = await sealAdded(principal.box, place, { ...page, first });
      if (!sealed.ok) return sealed;
      return ok({ deed: { do: "deposit", hash: await depositHash(sealed.value) }, deposit: sealed.value });
    });
    if (heard.type === "lost") return err({ type: "no-network" });
    if (heard.type === "nobody") return err({ type: "ended" });
    if (heard.type === "too-large") return err({ type: "too-large" });
    if (heard.type === "refused") return err({ type: refusedAct(heard.error) === "ended" ? "ended" : "no-room" });
    opened.pages += 1;
    const before = opened.added.get(first);
    opened.added.set(first, { title: before?.title ?? page.title, pages: (before?.pages ?? 0) + 1 });
    deps.onChange();
    return ok({ paper: first });
  }

  /** Pages are added one by one. */
  let adding: Promise<unknown> = Promise.resolve();

  return {
    async approvalAsk(place) {
      turn += 1;
      const mine = turn;
      cancel();
      // The first copy of all may take longer than a screen waits for it.
      if ((await deps.deployments.current()) === null) await deps.deployments.refresh();
      const [key] = (await deps.deployments.current())?.serverKeys ?? [];
      if (key === undefined) return err({ type: "no-network" });
      const own = await createAsk(random, { server: await approvalServerOf(key.sign), name: place });
      const heard = await transport.ask(own.bytes);
      if (mine !== turn) return ok(undefined);
      if (heard.type !== "answer") {
        become({ at: "none" });
        return err({ type: "no-network" });
      }
      const until = here(heard.value.until, heard.value.time);
      become({ at: "asking", asking: { own, until, number: null } });
      later(mine, lookMs.waiting);
      return ok(undefined);
    },

    approvalState: async () => ok(view()),

    async approvalPage(record, at) {
      if (inside.at !== "open") return err({ type: "ended" });
      const { opened } = inside;
      const stream = opened.grant.papers.find((paper) => paper.record === record)?.pages[at]?.stream;
      const key = stream && streamKeyFrom(stream.blob, stream.key);
      if (stream === undefined || key === undefined) return err({ type: "not-found" });
      const heard = await act(opened, async () => ok({ deed: { do: "read", blob: stream.blob }, deposit: null }));
      if (heard.type === "lost") return err({ type: "no-network" });
      if (heard.type === "refused" && refusedAct(heard.error) === "other")
        return err({ type: "unavailable", mark: heard.error });
      if (heard.type !== "answer") return err({ type: "ended" });
      const parts = splitBlob(heard.value);
      if (parts === undefined) return err({ type: "unavailable", mark: "blob" });
      const { header, segments } = parts;
      const content = await openStream(key, header, async (n) => segments[n], segments.length);
      if (!content.ok) return err({ type: "unavailable", mark: content.error.type });
      if ((await contentHash(content.value)) !== stream.hash)
        return err({ type: "unavailable", mark: "other-content" });
      return ok({ bytes: content.value.buffer, mime: stream.mime });
    },

    approvalAdd(input) {
      const done = adding.then(async () =>
        inside.at === "open" ? add(inside.opened, input) : err({ type: "ended" as const }),
      );
      adding = done.catch(() => undefined);
      return done;
    },

    async approvalStop(why) {
      const before = inside;
      cancel();
      turn += 1;
      inside = { at: "none" };
      deps.onChange();
      // Said once, and not waited for longer than a moment: the certificate ends by itself.
      if (before.at === "open") await act(before.opened, async () => ok({ deed: { do: "end", why }, deposit: null }));
      return ok(undefined);
    },
  };
}
