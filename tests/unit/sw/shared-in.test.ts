/** "Partager vers Besace": what another app hands over waits in memory, is taken once, and never lies about. */
import { describe, expect, test } from "vitest";
import { createSharedIn } from "../../../src/sw/shared-in.ts";

function bench() {
  const due = new Set<() => void>();
  const shared = createSharedIn({
    after: (_delay, task) => {
      due.add(task);
      return () => void due.delete(task);
    },
  });
  return { shared, due };
}

function post(files: readonly (readonly [string, string])[], field = "files"): Request {
  const form = new FormData();
  for (const [name, type] of files) form.append(field, new File(["x"], name, { type }));
  form.append("title", "Un titre");
  return new Request("http://localhost/partage", { method: "POST", body: form });
}
const names = (files: readonly File[]) => files.map(({ name, type }) => `${name} ${type}`);

describe("files from another app", () => {
  test("D9: wait for the page that asks, once; the event is held as long", async () => {
    const { shared, due } = bench();
    const { response, held } = shared.receive(
      post([
        ["a.pdf", "application/pdf"],
        ["b.jpg", "image/jpeg"],
      ]),
    );
    expect([response.status, response.headers.get("location")]).toEqual([303, "http://localhost/partage"]);
    let isOver = false;
    void held.then(() => {
      isOver = true;
    });
    await new Promise((done) => setTimeout(done, 20));
    expect(isOver).toBe(false);
    expect(names(await shared.take())).toEqual(["a.pdf application/pdf", "b.jpg image/jpeg"]);
    await held;
    expect(due.size).toBe(0);
    expect(await shared.take()).toEqual([]);
  });

  test("a second share before the first was taken loses nothing", async () => {
    const { shared } = bench();
    const first = shared.receive(post([["a.jpg", "image/jpeg"]]));
    shared.receive(post([["b.jpg", "image/jpeg"]]));
    await first.held;
    expect(names(await shared.take())).toEqual(["a.jpg image/jpeg", "b.jpg image/jpeg"]);
  });

  test("nobody comes: after two minutes nothing is held", async () => {
    const { shared, due } = bench();
    const { held } = shared.receive(post([["a.jpg", "image/jpeg"]]));
    for (const task of [...due]) task();
    await held;
    expect(await shared.take()).toEqual([]);
  });

  test("D8: no form, another field, a thousand files", async () => {
    const { shared } = bench();
    shared.receive(new Request("http://localhost/partage", { method: "POST", body: "nothing of a form" }));
    shared.receive(post([["a.jpg", "image/jpeg"]], "other"));
    expect(await shared.take()).toEqual([]);
    shared.receive(post(Array.from({ length: 1000 }, (_, n) => [`${n}.jpg`, "image/jpeg"] as const)));
    expect(await shared.take()).toHaveLength(50);
  });
});
