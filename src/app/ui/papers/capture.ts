/**
 * Adding pages to one paper: shots and picked files, one after the other, what was refused and why, room on the phone,
 * removal with undo. Runs in the page.
 *
 * Surprising: "Retirer" only hides the page; it is taken out ten seconds later, or when the person goes on. So undo
 * never has to bring sealed bytes back, and a killed browser loses no page (INV-1).
 */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { ShownPage } from "../../../satchel/model.ts";
import { pagesInOrder } from "../../../satchel/paper.ts";
import type { RecordId } from "../../../shared/ids.ts";
import type { Result } from "../../../shared/result.ts";
import type { Finish } from "../../../workers/imaging.contract.ts";
import type {
  AddedPage,
  AddOptions,
  Answer,
  ImportRefusal,
  PaperView,
  WorkerError,
} from "../../../workers/satchel.contract.ts";
import { t } from "../../i18n/i18n.ts";
import { useSatchel } from "../../state/satchel.ts";
import { useBeforeLock, useHold, useShell } from "../../state/shell.ts";
import { useWorld } from "../world.ts";

/** Under this many bytes the camera is not offered: one photo with its working copies would not fit. */
export const ROOM_FOR_ONE = 3_000_000;
/** Under this many bytes the person is told that room runs short. */
export const ROOM_IS_SHORT = 20_000_000;
/** What one page needs at most, to say how many still fit. */
export const BYTES_OF_A_PAGE = 1_000_000;

const UNDO_MS = 10_000;

type Kept = Result<AddedPage, ImportRefusal | WorkerError>;

export interface Refused {
  /** Order of arrival; a key for lists. */
  readonly n: number;
  readonly name: string;
  readonly error: ImportRefusal | WorkerError;
}

/** A picture whose corners are looked at (decisions/0027). */
export interface Shot {
  readonly file: File;
  /** Its page, sealed as it was shot; null where there was no room for it: then only this screen has it. */
  readonly page: Promise<string | null>;
  /** A page that was kept before and is cut anew: it goes, with undo, once the other one is kept. */
  readonly instead?: string;
}

export interface CapturedPage {
  readonly id: string;
  readonly page: ShownPage;
  /** It is about to go. */
  readonly hidden: boolean;
  /** A shot: sealed, and its corners are not confirmed, or its page is being made. */
  readonly open: boolean;
}

export interface Capture {
  readonly id: RecordId | null;
  /** Kept pages in order. */
  readonly pages: readonly CapturedPage[];
  /** Pages that stay. */
  readonly count: number;
  /** Files under way: the one that is prepared now, from 1, of how many. */
  readonly busy: { readonly n: number; readonly of: number } | null;
  readonly refused: readonly Refused[];
  /** Bytes that left this phone so that a page could be kept; 0: none had to. */
  readonly madeRoom: number;
  /** For the whole photo that was to be kept beside its page there was no room. */
  readonly withoutOriginal: boolean;
  readonly room: "enough" | "short" | "none";
  /** Free bytes; null when the browser does not say. */
  readonly roomBytes: number | null;
  readonly add: (files: readonly File[]) => void;
  /** Seals a shot at once, as it is. `instead`: the shot that was retaken, which goes when this one is sealed. */
  readonly shoot: (file: File, instead?: Shot) => Shot;
  /** The page of a shot, as the person confirmed it. Goes on in the queue; resolves when it is kept or refused. */
  readonly confirm: (shot: Shot, how: Finish, keepOriginal: boolean) => Promise<void>;
  /** A shot that is not wanted after all: its page goes, with undo. */
  readonly discard: (shot: Shot) => void;
  /** Call before the camera or the chooser opens: everything pending is kept first. */
  readonly prepare: () => void;
  readonly checkRoom: () => void;
  readonly turn: (page: string) => void;
  /** -1: one place earlier; 1: one place later. */
  readonly move: (page: string, step: -1 | 1) => void;
  readonly remove: (page: string) => void;
  readonly restore: (page: string) => void;
  /** Ends the undo of removed pages and waits for files under way. False: something could not be done; it is told. */
  readonly settle: () => Promise<boolean>;
}

/** The capture of `paper`; `null` while nothing was started: `start` is called before the first page. */
export function useCapture(paper: PaperView | null, start: () => Answer<PaperView>): Capture {
  const { api } = useSatchel();
  const { say } = useShell();
  const { timers } = useWorld();
  const [busy, setBusy] = useState<Capture["busy"]>(null);
  const [refused, setRefused] = useState<readonly Refused[]>([]);
  const [madeRoom, setMadeRoom] = useState(0);
  const [withoutOriginal, setWithoutOriginal] = useState(false);
  const [hidden, setHidden] = useState<readonly string[]>([]);
  const [roomBytes, setRoomBytes] = useState<number | null>(null);
  const [open, setOpen] = useState<readonly string[]>([]);
  const queue = useRef<{ readonly name: string; readonly keep: (paper: RecordId) => Promise<Kept> }[]>([]);
  const running = useRef<Promise<void> | null>(null);
  const total = useRef({ n: 0, of: 0, refused: 0 });
  const going = useRef(new Map<string, () => void>());
  const started = useRef<RecordId | null>(null);
  const starting = useRef<Promise<RecordId | null> | null>(null);
  const sealing = useRef<Promise<unknown>>(Promise.resolve());
  const id = paper?.id ?? started.current;

  const refuse = useCallback((name: string, error: Refused["error"]): void => {
    total.current.refused += 1;
    const n = total.current.refused;
    setRefused((before) => [...before, { n, name, error }]);
  }, []);

  const checkRoom = useCallback((): void => {
    void api.roomLeft().then((room) => {
      if (room.ok) setRoomBytes(room.value.bytes);
    });
  }, [api]);
  useEffect(checkRoom, [checkRoom]);

  const ensure = useRef(async (): Promise<RecordId | null> => null);
  ensure.current = async () => {
    if (paper !== null) return paper.id;
    if (started.current !== null) return started.current;
    // A shot is sealed while files are under way: both belong to one paper.
    starting.current ??= start().then((result) => {
      starting.current = null;
      if (result.ok) started.current = result.value.id;
      else refuse("", result.error);
      return result.ok ? result.value.id : null;
    });
    return starting.current;
  };

  async function run(): Promise<void> {
    const target = await ensure.current();
    for (let next = queue.current.shift(); next !== undefined; next = queue.current.shift()) {
      total.current.n += 1;
      setBusy({ n: total.current.n, of: total.current.of });
      if (target === null) continue;
      const result = await next.keep(target);
      if (!result.ok) {
        refuse(next.name, result.error);
        continue;
      }
      const { madeRoom: bytes = 0, withoutOriginal: isWithout = false } = result.value;
      setMadeRoom((before) => before + bytes);
      if (isWithout) setWithoutOriginal(true);
    }
    running.current = null;
    total.current = { ...total.current, n: 0, of: 0 };
    setBusy(null);
    checkRoom();
  }

  function enqueue(work: typeof queue.current): void {
    if (running.current === null) setRefused([]);
    queue.current.push(...work);
    total.current.of += work.length;
    setBusy({ n: Math.max(1, total.current.n), of: total.current.of });
    running.current ??= run();
  }

  function add(files: readonly File[]): void {
    enqueue(files.map((file) => ({ name: file.name, keep: (target) => api.addPage(target, file) })));
  }

  const close = (page: string): void => setOpen((before) => before.filter((other) => other !== page));

  async function seal(file: File, instead: Shot | undefined): Promise<string | null> {
    const target = await ensure.current();
    const before = (await instead?.page) ?? null;
    if (target === null) return before;
    const page: Pick<AddOptions, "page"> = before === null ? {} : { page: before };
    const result = await api.addPage(target, file, { shot: true, ...page });
    // No room, or no place: the page that is made of it is smaller, and what fails then is told.
    if (!result.ok) return before;
    setOpen((known) => (known.includes(result.value.page) ? known : [...known, result.value.page]));
    return result.value.page;
  }

  /** Makes the page of a shot and puts it where it belongs. */
  async function develop(target: RecordId, shot: Shot, options: AddOptions): Promise<Kept> {
    const page = await shot.page;
    const kept = await api.addPage(target, shot.file, page === null ? options : { ...options, page });
    if (page !== null) close(page);
    if (!kept.ok || shot.instead === undefined) return kept;
    const moved = await api.movePage(target, kept.value.page, shot.instead);
    if (!moved.ok) return moved;
    remove(shot.instead);
    return kept;
  }

  /** Takes a hidden page out for good. */
  const takeOut = useCallback(
    async (paperId: RecordId, page: string): Promise<boolean> => {
      going.current.get(page)?.();
      if (!going.current.delete(page)) return true;
      const result = await api.removePage(paperId, page);
      if (!result.ok) {
        setHidden((before) => before.filter((other) => other !== page));
        refuse("", result.error);
      }
      return result.ok;
    },
    [api, refuse],
  );

  const restore = useCallback((page: string): void => {
    going.current.get(page)?.();
    going.current.delete(page);
    setHidden((before) => before.filter((other) => other !== page));
  }, []);

  function remove(page: string): void {
    const target = paper?.id ?? started.current;
    if (target === null || going.current.has(page)) return;
    setHidden((before) => [...before, page]);
    going.current.set(
      page,
      timers.after(UNDO_MS, () => void takeOut(target, page)),
    );
    say(t("papers.page.removed"), () => restore(page));
  }

  const settle = useCallback(async (): Promise<boolean> => {
    await sealing.current;
    await running.current;
    if (id === null) return true;
    const done = await Promise.all([...going.current.keys()].map((page) => takeOut(id, page)));
    return done.every(Boolean);
  }, [id, takeOut]);

  // Leaving the screen is going on: what was removed is removed.
  const latest = useRef(settle);
  latest.current = settle;
  useEffect(() => () => void latest.current(), []);

  const ordered = paper === null ? [] : pagesInOrder(paper.record);
  const pages = ordered.map(([key, page]) => ({
    id: key,
    page,
    hidden: hidden.includes(key),
    open: open.includes(key) && page.state === "raw",
  }));

  async function tell(action: Answer<PaperView>): Promise<void> {
    const result = await action;
    if (!result.ok) refuse("", result.error);
  }

  function turn(page: string): void {
    const found = pages.find((each) => each.id === page);
    if (id === null || found === undefined) return;
    void tell(api.turnPage(id, page, ((found.page.turn + 90) % 360) as ShownPage["turn"]));
  }

  function move(page: string, step: -1 | 1): void {
    const rest = pages.filter((each) => each.id !== page);
    const at = pages.findIndex((each) => each.id === page) + step;
    if (id === null || at < 0 || at > rest.length) return;
    void tell(api.movePage(id, page, rest[at]?.id ?? null));
  }

  useHold(busy !== null || open.length > 0);
  useBeforeLock(settle);

  return {
    id,
    pages,
    count: pages.filter((each) => !each.hidden).length,
    busy,
    refused,
    madeRoom,
    withoutOriginal,
    room: roomBytes === null || roomBytes >= ROOM_IS_SHORT ? "enough" : roomBytes >= ROOM_FOR_ONE ? "short" : "none",
    roomBytes,
    add,
    shoot(file, instead) {
      const page = seal(file, instead);
      sealing.current = page;
      return { file, page };
    },
    confirm: (shot, how, keepOriginal) =>
      new Promise((done) => {
        const options = { how, ...(keepOriginal ? { keepOriginal } : {}) };
        enqueue([{ name: "", keep: (target) => develop(target, shot, options).finally(done) }]);
      }),
    discard: (shot) =>
      void shot.page.then((page) => {
        if (page === null) return;
        close(page);
        remove(page);
      }),
    prepare: () => void api.flush(),
    checkRoom,
    turn,
    move,
    remove,
    restore,
    settle,
  };
}
