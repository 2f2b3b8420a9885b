/** Packs of places on a device: fetched, kept, found without network, taken away, never kept on a shared computer. */
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/preact";
import { afterEach, describe, expect, test, vi } from "vitest";
import { loadAreas } from "../../../src/app/i18n/i18n.ts";
import { createPlacePacks, type PlacePacks, type PlacePacksDeps } from "../../../src/app/platform/place-packs.ts";
import { PlacesKept } from "../../../src/app/state/PlacesKept.tsx";
import { usePlaces } from "../../../src/app/state/places.ts";
import { RootContext, type RootHandle } from "../../../src/app/state/root.ts";
import { UiWorld } from "../../../src/app/ui/world.ts";
import { writePack } from "../../../src/forms/places/pack.ts";
import { axeProblems } from "../../support/axe-dom.ts";
import { createFakeRoot } from "../../support/fake-root.ts";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const ain = writePack("01", "01", [
  { name: "Bourg-en-Bresse", code: "01053", departement: "01", postals: ["01000"], kind: "commune", large: true },
]);
const hashes = { "01": "aaaaaaaa", "02": "bbbbbbbb" };
const path = "/assets/places-01-aaaaaaaa.json";

/** A cache in memory, with what a browser's may refuse. */
function fakeCaches(full = false) {
  const files = new Map<string, string>();
  const cache = {
    match: async (name: string) => {
      const text = files.get(name);
      return text === undefined ? undefined : new Response(text);
    },
    put: async (name: string, answer: Response) => {
      if (full) throw new DOMException("full", "QuotaExceededError");
      files.set(name, await answer.text());
    },
    keys: async () => [...files.keys()].map((name) => ({ url: `https://besace.test${name}` })),
    delete: async (name: string) => files.delete(name),
  };
  return { files, caches: { open: async () => cache } as unknown as NonNullable<PlacePacksDeps["caches"]> };
}

/** A line that can be cut; what it answers by path. */
function fakeLine(answers: Readonly<Record<string, () => Response>>) {
  const asked: string[] = [];
  const line = { up: true };
  const fetch: PlacePacksDeps["fetch"] = async (name) => {
    asked.push(name);
    if (!line.up) throw new TypeError("Failed to fetch");
    return answers[name]?.() ?? new Response("not found", { status: 404 });
  };
  return { asked, line, fetch };
}

const served = { [path]: () => Response.json(ain) };

describe("packs", () => {
  test("come once, are kept, and answer without network", async () => {
    const { files, caches } = fakeCaches();
    const { asked, line, fetch } = fakeLine(served);
    const first = createPlacePacks({ fetch, caches, hashes });
    const [one, two] = await Promise.all([first.open("01"), first.open("01")]);
    expect(one.ok && one.value.find("bourg")[0]?.code).toBe("01053");
    expect(two).toBe(one);
    expect(asked).toEqual([path]);
    expect([...files.keys()]).toEqual([path]);
    line.up = false;
    const later = createPlacePacks({ fetch, caches, hashes });
    expect((await later.open("01")).ok).toBe(true);
    expect(await later.here()).toEqual(["01"]);
    expect(asked).toHaveLength(1);
    await later.drop("01");
    expect(await later.here()).toEqual([]);
    expect(await later.open("01")).toEqual({ ok: false, error: "offline" });
  });

  test("of the version before are used until the new one comes, and go then", async () => {
    const { files, caches } = fakeCaches();
    const old = "/assets/places-01-00000000.json";
    files.set(old, JSON.stringify(ain));
    const { line, fetch } = fakeLine(served);
    line.up = false;
    const packs = createPlacePacks({ fetch, caches, hashes });
    expect((await packs.open("01")).ok).toBe(true);
    expect([...files.keys()]).toEqual([old]);
    line.up = true;
    await createPlacePacks({ fetch, caches, hashes }).open("01");
    expect([...files.keys()]).toEqual([path]);
  });

  test("what is no pack is neither used nor kept: a portal, half a file, another pack, an error", async () => {
    const pages = [
      () => new Response("<html>Log in</html>", { headers: { "content-type": "text/html" } }),
      () => new Response(JSON.stringify(ain).slice(0, 40)),
      () => Response.json({ ...ain, of: "02" }),
      () => new Response("", { status: 503 }),
    ];
    for (const page of pages) {
      const { files, caches } = fakeCaches();
      const { fetch } = fakeLine({ [path]: page });
      expect(await createPlacePacks({ fetch, caches, hashes }).open("01")).toEqual({ ok: false, error: "offline" });
      expect(files.size).toBe(0);
    }
  });

  test("a full disk: used, not kept, and not said to be here", async () => {
    const { caches } = fakeCaches(true);
    const packs = createPlacePacks({ ...fakeLine(served), caches, hashes });
    expect((await packs.open("01")).ok).toBe(true);
    expect(await packs.here()).toEqual([]);
  });

  test("a shared computer keeps nothing, and no other pack exists", async () => {
    const { asked, fetch } = fakeLine(served);
    const packs = createPlacePacks({ fetch, caches: undefined, hashes });
    expect((await packs.open("01")).ok).toBe(true);
    expect(await packs.here()).toEqual([]);
    await packs.drop("01");
    for (const name of ["99", "", "constructor", "__proto__", "../01"])
      expect(await packs.open(name)).toEqual({ ok: false, error: "unknown" });
    expect(asked).toEqual([path]);
  });
});

async function show(packs: PlacePacks, root: Partial<RootHandle> = {}): Promise<void> {
  await loadAreas("common", "places");
  render(
    <RootContext.Provider value={createFakeRoot([], root)}>
      <PlacesKept packs={packs} />
    </RootContext.Provider>,
  );
}

describe("what is kept is said", () => {
  test("none, then one more, then none", async () => {
    await show(createPlacePacks({ ...fakeLine(served), caches: fakeCaches().caches, hashes }));
    expect(await screen.findByText("Aucun département n’est gardé sur cet appareil.")).toBeTruthy();
    expect(await axeProblems()).toEqual([]);
    fireEvent.change(screen.getByLabelText("Votre département"), { target: { value: "01" } });
    fireEvent.click(screen.getByRole("button", { name: /Garder ce département/ }));
    expect(await screen.findByText("Gardé sur cet appareil : Ain")).toBeTruthy();
    expect(screen.getByRole("status").textContent).toBe("Ain est gardé. Cela marche sans réseau.");
    expect(await axeProblems()).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Ne plus garder Ain" }));
    expect(await screen.findByText("Ain n’est plus gardé.")).toBeTruthy();
    expect(screen.queryByText("Gardé sur cet appareil : Ain")).toBeNull();
  });

  test("without network it says what to do instead", async () => {
    const { line, fetch } = fakeLine(served);
    line.up = false;
    await show(createPlacePacks({ fetch, caches: fakeCaches().caches, hashes }));
    fireEvent.change(await screen.findByLabelText("Votre département"), { target: { value: "01" } });
    fireEvent.click(screen.getByRole("button", { name: /Garder ce département/ }));
    expect(await screen.findByText(/Pas de réseau pour l’instant/)).toBeTruthy();
  });

  test("on a shared computer nothing is offered", async () => {
    await show(createPlacePacks({ ...fakeLine(served), caches: undefined, hashes }), { shared: true });
    expect(await screen.findByText(/Sur un poste partagé, rien n’est gardé/)).toBeTruthy();
    expect(screen.queryByRole("button")).toBeNull();
  });
});

function Typing({ of }: { readonly of: string | null }) {
  const places = usePlaces(of);
  return (
    <div>
      <output>{places.state}</output>
      <ul>
        {places.find("sucy").map(({ code, name }) => (
          <li key={code}>{name}</li>
        ))}
      </ul>
      <button type="button" onClick={places.again}>
        again
      </button>
    </div>
  );
}

test("a screen has communes when their pack comes, and goes on without", async () => {
  const commune = {
    name: "Sucy-en-Brie",
    code: "94071",
    departement: "94",
    postals: ["94370"],
    kind: "commune",
    large: true,
  } as const;
  const line = { up: false };
  vi.stubGlobal("caches", undefined);
  vi.stubGlobal("fetch", async () => {
    if (!line.up) throw new TypeError("Failed to fetch");
    return Response.json(writePack("94", "94", [commune]));
  });
  const world = { clock: { now: () => 0 }, timers: { after: () => () => undefined } } as never;
  const draw = (of: string | null) => (
    <UiWorld value={world}>
      <RootContext.Provider value={createFakeRoot([], { shared: true })}>
        <Typing of={of} />
      </RootContext.Provider>
    </UiWorld>
  );
  const view = render(draw(null));
  expect(screen.getByRole("status").textContent).toBe("absent");
  view.rerender(draw("94"));
  expect(screen.getByRole("status").textContent).toBe("coming");
  await waitFor(() => expect(screen.getByRole("status").textContent).toBe("absent"));
  line.up = true;
  fireEvent.click(screen.getByRole("button"));
  expect(await screen.findByText("Sucy-en-Brie")).toBeTruthy();
  expect(screen.getByRole("status").textContent).toBe("here");
});
