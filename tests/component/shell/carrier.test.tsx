/** The carrier beside the rest of the app: reached from anywhere, and going on by itself only where something is carried. */
import { act, cleanup, render, screen } from "@testing-library/preact";
import { afterEach, describe, expect, test } from "vitest";
import { App } from "../../../src/app/shell/App.tsx";
import { FAKE_CARRIED } from "../../support/fake-carrier.ts";
import { createFakeSatchel, FAKE_PROFILE } from "../../support/fake-satchel.ts";
import { createFakeDeps } from "./fake-deps.ts";

afterEach(cleanup);

const LOCKED = { opening: { type: "locked", profiles: [FAKE_PROFILE] } } as const;
const NONE = { opening: { type: "none" } } as const;
const title = () => screen.findByRole("heading", { level: 1, name: "Porter un envoi" });

describe("the carrier", () => {
  test.each([
    ["without a satchel", NONE, false],
    ["while the satchel is closed", LOCKED, true],
    ["while it is open", {}, true],
  ] as const)("is there %s", async (_when, start, marked) => {
    const fake = createFakeDeps(createFakeSatchel(start), "/porteur", marked);
    render(<App deps={fake.deps} />);
    expect(await title()).toBeTruthy();
    expect(fake.router.place().path).toBe("/porteur");
  });

  test("giving to a carrier needs the satchel open: the code stands in front", async () => {
    const fake = createFakeDeps(createFakeSatchel(LOCKED), "/porteur/donner");
    render(<App deps={fake.deps} />);
    expect(await screen.findByRole("heading", { level: 1, name: "Écrivez votre code" })).toBeTruthy();
  });

  test("nothing is carried: its worker is not started; something is: deliveries go on from any screen", async () => {
    const idle = createFakeDeps(createFakeSatchel(), "/accueil");
    render(<App deps={idle.deps} />);
    await act(async () => idle.pass(5000));
    expect(idle.carrier.calls).toEqual([]);
    cleanup();

    const fake = createFakeDeps(createFakeSatchel(), "/accueil");
    fake.deps.keep.write("carried", "1");
    render(<App deps={fake.deps} />);
    await act(async () => fake.pass(5000));
    expect(fake.carrier.calls).toEqual(["hint"]);
  });

  test("the mark comes with a file that waits and goes with the last one", async () => {
    const fake = createFakeDeps(createFakeSatchel(), "/accueil");
    render(<App deps={fake.deps} />);
    const told = async (files: typeof fake.carrier.data.files): Promise<string | null> => {
      fake.carrier.data.files = files;
      await act(async () => fake.carrier.change());
      return fake.deps.keep.read("carried");
    };
    expect(await told([FAKE_CARRIED])).toBe("1");
    expect(await told([{ ...FAKE_CARRIED, state: "delivered" }])).toBeNull();
    expect(await told([{ ...FAKE_CARRIED, kept: "page" }])).toBeNull();
  });
});
