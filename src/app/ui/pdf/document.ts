/**
 * One opened PDF of a person, page by page as pictures. Runs in the page over the PDF worker; lazily loaded.
 *
 * Surprising: whatever takes longer than its limit is ended with the whole worker, and the next page gets a new one: a page
 * made to freeze costs that page and nothing else. The bytes stay here for that, and go with `close`.
 */
import type { Timers } from "../../../shared/ports.ts";
import { err, type Result } from "../../../shared/result.ts";
import type { Bridge } from "../../../workers/bridge.client.ts";
import type { DrawnPage, PdfApi, PdfTrouble } from "../../../workers/pdf.contract.ts";

/** Of opening a file, and of drawing one page of it. */
export const PDF_LIMIT_MS = 5000;
/** Of the tool itself to come and start: half a megabyte, maybe from the network. */
const LOAD_LIMIT_MS = 120_000;

export interface PdfDocument {
  /** How many pages there are; asks once. */
  readonly pages: () => Promise<Result<number, PdfTrouble>>;
  /** One after the other. @param page from 1. @param width wanted, in pixels. */
  readonly draw: (page: number, width: number) => Promise<Result<DrawnPage, PdfTrouble>>;
  readonly close: () => void;
}

export interface PdfDeps {
  readonly connect: () => Bridge<PdfApi>;
  readonly timers: Timers;
}

export function openPdf(bytes: ArrayBuffer, { connect, timers }: PdfDeps): PdfDocument {
  let running: { readonly bridge: Bridge<PdfApi>; readonly opened: Promise<Result<number, PdfTrouble>> } | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  function end(): void {
    running?.bridge.stop();
    running = undefined;
  }

  /** The answer, or the end of the worker. */
  function within<T>(asked: Promise<Result<T, PdfTrouble>>, limitMs: number): Promise<Result<T, PdfTrouble>> {
    return new Promise((resolve) => {
      const cancel = timers.after(limitMs, () => {
        // Before the worker goes: what it leaves unanswered is answered by its bridge.
        resolve(err({ type: "pdf-too-heavy" }));
        end();
      });
      void asked.then((answer) => {
        cancel();
        // What it took so far goes with it.
        if (!answer.ok && answer.error.type === "pdf-too-heavy") end();
        resolve(answer);
      });
    });
  }

  async function begin(bridge: Bridge<PdfApi>): Promise<Result<number, PdfTrouble>> {
    const ready = await within(bridge.api.ready(), LOAD_LIMIT_MS);
    if (!ready.ok) return ready.error.type === "pdf-too-heavy" ? err({ type: "unavailable", mark: "slow" }) : ready;
    const opened = await within(bridge.api.open(bytes), PDF_LIMIT_MS);
    return opened.ok ? { ok: true, value: opened.value.pages } : opened;
  }

  async function opening(): Promise<{ readonly bridge: Bridge<PdfApi>; readonly answer: Result<number, PdfTrouble> }> {
    if (running === undefined) {
      const bridge = connect();
      running = { bridge, opened: begin(bridge) };
    }
    const { bridge, opened } = running;
    const answer = await opened;
    // Another try is a new worker.
    if (!answer.ok && running?.bridge === bridge) end();
    return { bridge, answer };
  }

  function inTurn<T>(task: () => Promise<Result<T, PdfTrouble>>): Promise<Result<T, PdfTrouble>> {
    const done = turn.then(() => (isClosed ? err<PdfTrouble>({ type: "unavailable", mark: "closed" }) : task()));
    turn = done;
    return done;
  }

  return {
    pages: () => inTurn(async () => (await opening()).answer),
    draw: (page, width) =>
      inTurn(async () => {
        const { bridge, answer } = await opening();
        return answer.ok ? within(bridge.api.draw(page, width), PDF_LIMIT_MS) : answer;
      }),
    close() {
      isClosed = true;
      end();
    },
  };
}
