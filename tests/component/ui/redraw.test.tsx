/** What a change draws again, and what it leaves alone (QUALITY: the page is never blocked by what sync says). */
import { act, cleanup, render } from "@testing-library/preact";
import { afterEach, describe, expect, test } from "vitest";
import { remembered } from "../../../src/app/i18n/remembered.ts";
import { type AskHandle, useAskOf } from "../../../src/app/state/ask.ts";
import { kept } from "../../../src/app/state/kept.ts";
import { memo } from "../../../src/app/ui/memo.tsx";
import { ok, type Result } from "../../../src/shared/result.ts";

afterEach(cleanup);

describe("kept", () => {
  const before = {
    rows: [
      { id: "a", tags: ["x"] },
      { id: "b", tags: ["y"] },
    ] as const,
    at: 1,
    note: null,
  };

  test("an equal answer is the answer before", () => {
    expect(kept(before, structuredClone(before))).toBe(before);
  });

  test("rows are found again behind a new one; what differs is new, all the way up", () => {
    const [a, b] = before.rows;
    const after = kept(before, {
      ...structuredClone(before),
      rows: [{ id: "c", tags: ["z"] }, a, { id: "b", tags: [] }],
    });
    expect(after).not.toBe(before);
    expect(after.rows[1]).toBe(a);
    expect(after.rows[2]).not.toBe(b);
    expect(after.rows).toEqual([{ id: "c", tags: ["z"] }, a, { id: "b", tags: [] }]);
  });

  test.each([
    ["a shorter list", [1, 2], [1]],
    ["another order", [{ id: "a" }, { id: "b" }], [{ id: "b" }, { id: "a" }]],
    ["a field less", { a: 1, b: undefined }, { a: 1 }],
    ["a field more, without a value", { a: 1 }, { a: 1, b: undefined }],
    ["bytes", { a: new Uint8Array([1]) }, { a: new Uint8Array([2]) }],
    ["nothing any more", { a: { b: 1 } }, { a: null }],
    ["a list in place of an object", { a: {} }, { a: [] }],
  ])("%s is seen", (_, first, second) => {
    const after = kept(first, second);
    expect(after).not.toBe(first);
    expect(after).toStrictEqual(second);
  });
});

test("remembered builds once for the same arguments", () => {
  let built = 0;
  const made = remembered((a: string, b: number | undefined) => {
    built += 1;
    return { a, b };
  });
  expect(made("x", undefined)).toBe(made("x", undefined));
  expect(made("x", 0)).toEqual({ a: "x", b: 0 });
  expect(built).toBe(2);
});

test("memo draws a part again for other properties only", () => {
  const drawn: string[] = [];
  const Part = memo(({ word }: { readonly word: string; readonly more?: string | undefined }) => {
    drawn.push(word);
    return <p>{word}</p>;
  });
  const { rerender, container } = render(<Part word="un" />);
  rerender(<Part word="un" />);
  rerender(<Part word="deux" />);
  rerender(<Part word="deux" more="!" />);
  expect(drawn).toEqual(["un", "deux", "deux"]);
  expect(container.textContent).toBe("deux");
});

describe("a question that stays up to date", () => {
  type Change = { readonly type: "papers" | "outbox" };
  type Api = { readonly papers: () => Promise<Result<readonly { readonly id: string }[], never>> };

  function world() {
    const listeners = new Set<(change: Change) => void>();
    const asked: ((ids: readonly string[]) => Promise<void>)[] = [];
    const handle: AskHandle<Api, Change> = {
      api: {
        papers: () =>
          new Promise((resolve) => {
            asked.push((ids) => act(async () => resolve(ok(ids.map((id) => ({ id }))))));
          }),
      },
      listen(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    };
    const seen: unknown[] = [];
    function Screen() {
      const answer = useAskOf(handle, "papers", (api) => api.papers(), ["papers"]);
      seen.push(answer.state === "ready" ? answer.value : answer.state);
      return (
        <button type="button" onClick={answer.again}>
          {answer.state}
        </button>
      );
    }
    const view = render(<Screen />);
    const change = (type: Change["type"]): Promise<void> =>
      act(() => {
        for (const listener of listeners) listener({ type });
      });
    return { asked, seen, change, view };
  }

  test("changes while it is asked are asked for once, after it", async () => {
    const { asked, change } = world();
    expect(asked).toHaveLength(1);
    for (let n = 0; n < 5; n += 1) await change("papers");
    await change("outbox");
    expect(asked).toHaveLength(1);
    await asked[0]?.(["a"]);
    expect(asked).toHaveLength(2);
    await asked[1]?.(["a", "b"]);
    expect(asked).toHaveLength(2);
  });

  test("an answer that says the same draws nothing again", async () => {
    const { asked, seen, change } = world();
    await asked[0]?.(["a"]);
    const drawn = seen.length;
    await change("papers");
    await asked[1]?.(["a"]);
    expect(seen).toHaveLength(drawn);
    await change("papers");
    await asked[2]?.(["b", "a"]);
    expect((seen.at(-1) as readonly unknown[])[1]).toBe((seen[drawn - 1] as readonly unknown[])[0]);
  });

  test("who asks again does not wait for an answer that never comes, and an older one never replaces a newer", async () => {
    const { asked, seen, view } = world();
    await act(() => view.getByRole("button").click());
    expect(asked).toHaveLength(2);
    await asked[1]?.(["new"]);
    await asked[0]?.(["old"]);
    expect(seen.at(-1)).toEqual([{ id: "new" }]);
  });
});
