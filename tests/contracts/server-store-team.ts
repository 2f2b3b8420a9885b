/**
 * What every database of the server must do about an organisation's helpers (SPEC P-H10 to P-H14); run on each
 * implementation by server-store.test.ts and server-store.postgres.test.ts.
 */

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { team as limits } from "../../src/protocol/limits.ts";
import { b64 } from "../../src/protocol/sign.ts";
import type { B64, ServerTime } from "../../src/protocol/wire.ts";
import type { Store } from "../../src/server/stores/ports.ts";
import type { NewTeam } from "../../src/server/stores/team-ports.ts";
import type { PrincipalId } from "../../src/shared/ids.ts";
import { createPerson, random, type TestPerson } from "../unit/server/people.ts";
import type { StoreCase } from "./server-store.ts";

const at = (value: number) => value as ServerTime;
const text = (): B64 => b64(random.bytes(32));
const helper = (): PrincipalId => b64(random.bytes(20)) as string as PrincipalId;

export function teamContract(name: string, open: () => Promise<StoreCase>): void {
  describe(`server store, helpers of an organisation: ${name}`, () => {
    let here: StoreCase;
    let store: Store;
    let desk: TestPerson;
    const boxOf = (who: PrincipalId) => ({ helper: who, enc: text(), sealed: text() });
    /** The store checks no signature: longer lists of statements stand for longer chains. */
    const made = (
      length: number,
      from: number,
      holders: readonly PrincipalId[],
      patch: Partial<NewTeam> = {},
    ): NewTeam => ({
      chain: {
        id: desk.id,
        kind: "organisation",
        sign: desk.principal.sign,
        devices: desk.principal.devices,
        statements: Array.from({ length }, () => desk.statements[0] ?? { body: text(), sig: text() }),
      },
      knownLength: length - 1,
      from,
      epochs: [{ sealed: text(), past: text() }],
      boxes: holders.map(boxOf),
      card: null,
      invitation: null,
      holders,
      ...patch,
    });
    beforeEach(async () => {
      here = await open();
      store = here.store;
      desk = await createPerson("organisation");
      await store.saveChain({ ...desk, sign: desk.principal.sign, devices: desk.principal.devices }, 0, at(1));
      await store.setDeskCode("ccas", text());
      await store.openDesk("ccas", desk.id, text(), at(1));
    });
    afterEach(() => here.close());

    test("P-H10 chain, epochs and what is sealed stand together; the code's copy goes; the new key signs", async () => {
      const [anne, bruno] = [helper(), helper()];
      const change = made(3, 0, [anne, bruno]);
      const sign = text();
      expect(await store.saveTeam({ ...change, chain: { ...change.chain, sign } }, at(2))).toBe("saved");
      expect((await store.principal(desk.id))?.statements).toHaveLength(3);
      expect((await store.signer(desk.id))?.sign).toBe(sign);
      expect((await store.desk("ccas"))?.opened?.sealedRoot).toBe("");
      const { enc, sealed } = change.boxes[0] ?? boxOf(anne);
      expect(await store.team(desk.id, anne)).toEqual({ epochs: change.epochs, box: { enc, sealed } });
      expect(await store.team(desk.id, helper())).toEqual({ epochs: change.epochs, box: null });
      expect(await store.team(desk.id, null)).toEqual({ epochs: change.epochs, box: null });
    });

    test("P-H10 who is slower, or leaves a holder without keys, changes nothing", async () => {
      const [anne, bruno] = [helper(), helper()];
      expect(await store.saveTeam(made(3, 0, [anne]), at(2))).toBe("saved");
      const before = await store.team(desk.id, anne);
      expect(await store.saveTeam(made(3, 0, [anne]), at(3))).toBe("stale");
      expect(await store.saveTeam(made(4, 0, [anne]), at(3))).toBe("stale");
      expect(await store.saveTeam(made(4, 1, [anne, bruno], { boxes: [boxOf(bruno)] }), at(3))).toBe("incomplete");
      expect(await store.team(desk.id, anne)).toEqual(before);
      expect((await store.principal(desk.id))?.statements).toHaveLength(3);
      // One more holder of the same keys needs only her own.
      const more = made(4, 1, [anne, bruno], { epochs: [], boxes: [boxOf(bruno)] });
      expect(await store.saveTeam(more, at(3))).toBe("saved");
      expect(await store.team(desk.id, anne)).toEqual(before);
    });

    test("P-H10 with new keys nothing stays that was sealed to who left, her card neither", async () => {
      const [anne, card] = [helper(), helper()];
      const copy = { auth: text(), helper: card, sealed: text() };
      expect(await store.saveTeam(made(3, 0, [anne, card], { card: copy }), at(2))).toBe("saved");
      expect(await store.teamCard(copy.auth)).toEqual({ organisation: desk.id, helper: card, sealed: copy.sealed });
      expect(await store.teamCard(text())).toBeUndefined();
      expect(await store.saveTeam(made(4, 1, [anne]), at(3))).toBe("saved");
      expect((await store.team(desk.id, card)).box).toBeNull();
      expect(await store.teamCard(copy.auth)).toBeUndefined();
      expect((await store.team(desk.id, anne)).epochs).toHaveLength(2);
    });

    test("P-H12 an invitation is answered once, ends, and there are so many", async () => {
      const [auth, ask, anne] = [text(), text(), helper()];
      const invitation = { organisation: desk.id, auth, role: "manager", until: at(100) } as const;
      expect(await store.answerInvitation(auth, ask, at(5))).toBeUndefined();
      expect(await store.invite(invitation, at(5))).toBe("saved");
      expect(await store.invite(invitation, at(5))).toBe("saved");
      const row = { ...invitation, ask: null, helper: null };
      expect(await store.invitations(desk.id, at(5))).toEqual([row]);
      expect(await store.answerInvitation(auth, ask, at(6))).toEqual({ ...row, ask });
      expect(await store.answerInvitation(auth, text(), at(7))).toEqual({ ...row, ask });
      expect(await store.saveTeam(made(3, 0, [anne], { invitation: { auth, helper: anne } }), at(8))).toBe("saved");
      expect(await store.invitations(desk.id, at(9))).toEqual([{ ...row, ask, helper: anne }]);
      expect(await store.invitations(desk.id, at(100))).toEqual([]);
      expect(await store.answerInvitation(auth, ask, at(100))).toBeUndefined();
      for (let count = 1; count < limits.invitations; count += 1)
        expect(await store.invite({ ...invitation, auth: text() }, at(10))).toBe("saved");
      expect(await store.invite({ ...invitation, auth: text() }, at(10))).toBe("full");
      expect(await store.invite({ ...invitation, auth: text(), until: at(200) }, at(100))).toBe("saved");
    });
  });
}
