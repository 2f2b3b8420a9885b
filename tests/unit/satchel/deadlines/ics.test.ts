/**
 * D6: the calendar file opens in a strict validator of RFC 5545 (written here, from the text of the standard), in both wordings;
 * the neutral one says nothing. Runs in Node.
 */
import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isCivilDate } from "../../../../src/satchel/deadlines/civil.ts";
import {
  type CalendarWords,
  escapeText,
  foldLine,
  hasEvents,
  writeCalendar,
} from "../../../../src/satchel/deadlines/ics.ts";
import { foresee, type PaperFacts } from "../../../../src/satchel/deadlines/plan.ts";

interface Component {
  readonly name: string;
  readonly properties: {
    readonly name: string;
    readonly params: Readonly<Record<string, string>>;
    readonly value: string;
  }[];
  readonly inner: Component[];
}

/** Reads a calendar as RFC 5545 has it, or throws with what is wrong. */
function parseCalendar(text: string): Component {
  if (!text.endsWith("\r\n")) throw new Error("the last line has no end");
  if (/[^\r]\n|\r[^\n]/.test(text)) throw new Error("a line ends with half of CRLF");
  for (const line of text.split("\r\n"))
    if (Buffer.byteLength(line) > 75) throw new Error(`a line of ${Buffer.byteLength(line)} octets`);
  if (new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(text)) !== text) throw new Error("not UTF-8");
  const lines = text
    .replace(/\r\n[ \t]/g, "")
    .split("\r\n")
    .slice(0, -1);
  const open: Component[] = [];
  let whole: Component | undefined;
  for (const line of lines) {
    if (/[^\P{Cc}\t]/u.test(line)) throw new Error("a control character");
    const [, name, rest, value] = /^([A-Z][A-Z0-9-]*)((?:;[A-Z-]+=[^;:"]+)*):(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error(`no content line: ${line}`);
    if (whole !== undefined) throw new Error("something after the calendar");
    if (name === "BEGIN") {
      const component: Component = { name: value, properties: [], inner: [] };
      open.at(-1)?.inner.push(component);
      open.push(component);
    } else if (name === "END") {
      const closed = open.pop();
      if (closed?.name !== value) throw new Error(`END:${value} closes ${closed?.name}`);
      if (open.length === 0) whole = closed;
    } else {
      const params = Object.fromEntries(
        (rest ?? "")
          .split(";")
          .filter(Boolean)
          .map((each) => each.split("=")),
      );
      open.at(-1)?.properties.push({ name, params, value });
    }
  }
  if (whole === undefined) throw new Error("not closed");
  return whole;
}

const allOf = (component: Component, name: string) => component.properties.filter((each) => each.name === name);
function only(component: Component, name: string): string {
  const [found, ...more] = allOf(component, name);
  if (found === undefined || more.length > 0) throw new Error(`${component.name} has ${more.length + 1} ${name}`);
  return found.value;
}

const TEXT = /^(?:[^\\;,]|\\[\\;,nN])*$/;
const isDate = (value: string): boolean =>
  /^\d{8}$/.test(value) && isCivilDate(`${value.slice(0, 4)}-${value.slice(4, 6)}-${value.slice(6)}`);

/** What RFC 5545 asks of the components that we write (3.4, 3.6.1, 3.6.6, 3.8). @throws Error with the first fault. */
function validate(text: string): readonly Component[] {
  const calendar = parseCalendar(text);
  const need = (holds: boolean, what: string): void => {
    if (!holds) throw new Error(what);
  };
  need(calendar.name === "VCALENDAR", "not a calendar");
  need(only(calendar, "VERSION") === "2.0", "VERSION");
  need(only(calendar, "PRODID") !== "", "PRODID");
  need(only(calendar, "CALSCALE") === "GREGORIAN", "CALSCALE");
  need(only(calendar, "METHOD") === "PUBLISH", "METHOD");
  need(calendar.inner.length > 0, "a calendar has at least one component");
  const uids = new Set<string>();
  for (const event of calendar.inner) {
    need(event.name === "VEVENT", "only events");
    const uid = only(event, "UID");
    need(TEXT.test(uid) && uid !== "" && !uids.has(uid), "UID is there, and once");
    uids.add(uid);
    need(/^\d{8}T\d{6}Z$/.test(only(event, "DTSTAMP")) && isDate(only(event, "DTSTAMP").slice(0, 8)), "DTSTAMP in UTC");
    for (const name of ["DTSTART", "DTEND"]) {
      need(allOf(event, name)[0]?.params.VALUE === "DATE", `${name} is a DATE`);
      need(isDate(only(event, name)), `${name} exists`);
    }
    need(only(event, "DTEND") > only(event, "DTSTART"), "DTEND comes after DTSTART");
    for (const name of ["SUMMARY", "DESCRIPTION"]) need(TEXT.test(only(event, name)), `${name} is TEXT`);
    need(/^\d+$/.test(only(event, "SEQUENCE")), "SEQUENCE");
    need(["PUBLIC", "PRIVATE", "CONFIDENTIAL"].includes(only(event, "CLASS")), "CLASS");
    need(["OPAQUE", "TRANSPARENT"].includes(only(event, "TRANSP")), "TRANSP");
    need(event.inner.length > 0, "an alarm");
    for (const alarm of event.inner) {
      need(alarm.name === "VALARM" && alarm.inner.length === 0, "only alarms within an event");
      need(only(alarm, "ACTION") === "DISPLAY", "ACTION");
      need(TEXT.test(only(alarm, "DESCRIPTION")), "DESCRIPTION of an alarm");
      need(/^-?P(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?(?:\d+S)?)?$/.test(only(alarm, "TRIGGER")), "TRIGGER");
    }
  }
  return calendar.inner;
}

const paper = (id: string, kind: string, expiry: string): PaperFacts => ({
  ...{ id, kind, expiry, holder: "me", issued: null, born: null, notice: null, remind: true },
});
const today = "2026-11-22";
const items = foresee(
  {
    papers: [
      paper("permit", "residence-permit", "2027-06-01"),
      paper("cover", "c2s-attestation", "2027-02-28"),
      paper("late", "residence-permit-late", "2026-11-30"),
    ],
    followed: [{ id: "job", rule: "month", since: null, done: null }],
    own: [{ id: "own", date: "2028-02-29", notice: 500 }],
  },
  today,
);
const words: CalendarWords = {
  full: (item, moment) => ({
    summary: `${item.rule}, ${moment}; C:\\papiers`,
    description: `Déposez la demande à la préfecture, avec vos papiers ; gardez la preuve.\nBon courage à tous ${"é".repeat(60)}`,
  }),
  neutral: { summary: "Rappel", description: "Un rappel que vous avez demandé." },
};
const options = {
  wording: "full",
  today,
  now: Date.parse("2026-11-22T07:40:09.123Z"),
  uid: (key: string) => createHmac("sha256", "secret of one satchel").update(key).digest("hex").slice(0, 32),
} as const;

/** What a file format may trip over. */
const hostileSigns = [
  "a",
  "\\",
  ";",
  ",",
  ":",
  '"',
  "\n",
  "\r",
  "\t",
  "\u0000",
  "\u007f",
  "\u0085",
  "\u2028",
  "é",
  "😀",
  "ا",
];

const value = (event: Component | undefined, name: string): string | undefined =>
  event?.properties.find((each) => each.name === name)?.value;

describe("D6: the calendar file", () => {
  test.each(["full", "neutral"] as const)("is valid with the %s wording", (wording) => {
    const events = validate(writeCalendar(items, words, { ...options, wording }));
    expect(events.map((event) => value(event, "DTSTART"))).toEqual([
      ...["20261130", "20261228", "20280229", "20261128", "20261215", "20270201", "20270402"],
    ]);
    expect(new Set(events.map((event) => value(event, "DTSTAMP")))).toEqual(new Set(["20261122T074009Z"]));
  });

  test("says in the full wording what it is, every sign as it was", () => {
    const [event] = validate(writeCalendar(items.slice(0, 1), words, options));
    const read = (text: string | undefined) => text?.replace(/\\n/g, "\n").replace(/\\([\\;,])/g, "$1");
    expect(read(value(event, "SUMMARY"))).toBe("end-date, last; C:\\papiers");
    expect(read(value(event, "DESCRIPTION"))).toContain("papiers ; gardez la preuve.\nBon courage");
  });

  test("says nothing in the neutral wording: no rule, no paper, no id, not even whose program it is", () => {
    const text = writeCalendar(items, words, { ...options, wording: "neutral" }).replace(/\r\n /g, "");
    for (const { rule, about, kind } of items)
      for (const told of [rule, about.id, kind ?? rule]) expect(text.toLowerCase()).not.toContain(told.toLowerCase());
    expect(text).not.toMatch(/besace|préfecture/i);
    expect(new Set(text.match(/^SUMMARY:.*$/gm))).toEqual(new Set(["SUMMARY:Rappel"]));
  });

  test("has the same ids in both wordings and the next day, so that a calendar replaces and does not double", () => {
    const uids = (text: string) => validate(text).map((event) => value(event, "UID"));
    const full = uids(writeCalendar(items, words, options));
    expect(uids(writeCalendar(items, words, { ...options, wording: "neutral" }))).toEqual(full);
    expect(
      uids(writeCalendar(items, words, { ...options, today: "2026-11-23", now: options.now + 86_400_000 })),
    ).toEqual(full);
  });

  test("rings at nine on the day, and a week before a last day when that is not past", () => {
    const events = validate(writeCalendar(items, words, options));
    const triggers = (start: string) =>
      events.find((event) => value(event, "DTSTART") === start)?.inner.map((alarm) => value(alarm, "TRIGGER"));
    expect(triggers("20261128")).toEqual(["PT9H"]);
    expect(triggers("20261130")).toEqual(["-P6DT15H", "PT9H"]);
    const soon = validate(writeCalendar(items, words, { ...options, today: "2026-11-25" }));
    expect(soon.find((event) => value(event, "DTSTART") === "20261130")?.inner).toHaveLength(1);
  });

  test("is not made where no day is ahead", () => {
    const over = foresee({ papers: [paper("p", "passport", "2026-11-01")], followed: [], own: [] }, today);
    expect(over).toHaveLength(1);
    expect(hasEvents(over, today)).toBe(false);
    expect(hasEvents(items, today)).toBe(true);
  });

  test("stays valid whatever the words are", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...hostileSigns) }),
        fc.string({ unit: "grapheme", maxLength: 120 }),
        (summary, description) => {
          const hostile: CalendarWords = { full: () => ({ summary, description }), neutral: words.neutral };
          expect(validate(writeCalendar(items.slice(0, 2), hostile, options)).length).toBeGreaterThan(0);
        },
      ),
      { seed: 13, numRuns: 20 },
    );
  });
});

describe("the validator itself sees", () => {
  const good = writeCalendar(items.slice(0, 1), words, options);
  test.each<[string, (text: string) => string]>([
    ["a line end of one sign", (text) => text.replace("\r\n", "\n")],
    ["a line that is too long", (text) => text.replace(/\r\n /g, "")],
    ["a comma that is not escaped", (text) => text.replace("\\,", ",")],
    ["a day that does not exist", (text) => text.replace("DATE:20261130", "DATE:20261131")],
    ["a missing id", (text) => text.replace(/UID:.*\r\n/, "")],
    ["a missing stamp", (text) => text.replace(/DTSTAMP:.*\r\n/, "")],
    ["an event that is not closed", (text) => text.replace("END:VEVENT\r\n", "")],
    ["a wrong duration", (text) => text.replace("TRIGGER:PT9H", "TRIGGER:9 hours")],
  ])("%s", (_case, spoil) => {
    expect(() => validate(good)).not.toThrow();
    expect(() => validate(spoil(good))).toThrow();
  });
});

test("folding never cuts a character, and unfolding gives the line back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 400 }), (line) => {
      const folded = foldLine(line.replace(/[\r\n]/g, ""));
      expect(folded.split("\r\n").filter((each) => Buffer.byteLength(each) > 75)).toEqual([]);
      expect(folded.replace(/\r\n /g, "")).toBe(line.replace(/[\r\n]/g, ""));
    }),
    { seed: 14, numRuns: 100 },
  );
  expect(escapeText("a\\b;c,d\r\ne\rf\u0000g")).toBe("a\\\\b\\;c\\,d\\ne\\nf g");
});
