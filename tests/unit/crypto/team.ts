/** An organisation with helpers, made by hand for tests: each has keys of her own, whoever acts is named. */

import { createIdentity, createNewKeys, type Identity, sealPast } from "../../../src/crypto/identity.ts";
import { openOrganisation, openRootFor, sealRootTo } from "../../../src/crypto/organisation.ts";
import type { RootKey } from "../../../src/crypto/secret.ts";
import { signHelperAdded, signKeysChanged } from "../../../src/protocol/helpers.ts";
import type { Sealed } from "../../../src/protocol/hpke.ts";
import { b64, generateSignPair, type KeyPair, rawPublicKey } from "../../../src/protocol/sign.ts";
import { type Principal, readChain } from "../../../src/protocol/statements.ts";
import type { HelperRole, KeyEpoch, Signed } from "../../../src/protocol/wire.ts";
import type { B64 } from "../../../src/shared/bytes.ts";
import { type DeviceId, type PrincipalId, randomId } from "../../../src/shared/ids.ts";
import { random } from "./support.ts";

export const now = Date.UTC(2026, 10, 22, 17);
export const day = 86_400_000;

export interface Person {
  readonly identity: Identity;
  readonly genesis: Signed;
  readonly device: DeviceId;
  readonly transport: B64;
  readonly transportKeys: KeyPair;
}

export async function aPerson(): Promise<Person> {
  const identity = await createIdentity("helper", random);
  const [genesis] = identity.statements;
  if (genesis === undefined) throw new Error("a genesis");
  const transportKeys = await generateSignPair(false);
  const transport = await rawPublicKey(transportKeys);
  return { identity, genesis, device: randomId<DeviceId>(random), transport, transportKeys };
}

export const must = <T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown },
): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};

/** What the server would hold, and the organisation as its holders have it open. */
export interface Team {
  readonly organisation: Identity;
  readonly epochs: readonly KeyEpoch[];
  readonly boxes: ReadonlyMap<PrincipalId, Sealed>;
}

export const principalOf = async (statements: readonly Signed[]): Promise<Principal> =>
  must(await readChain(statements));

const factsOf = ({ genesis, device, transport }: Person, role: HelperRole) =>
  role === "card" || role === "kiosk"
    ? { genesis, role, device: null, transport: null }
    : { genesis, role, device, transport };

export const addedBy = (
  organisation: Pick<Identity, "sign" | "principal">,
  by: Identity,
  person: Person,
  role: HelperRole,
): Promise<Signed> => signHelperAdded(organisation.sign, organisation.principal, by, factsOf(person, role));

async function boxFor(
  organisation: Pick<Identity, "id" | "root" | "epoch">,
  helper: PrincipalId,
  to: B64,
): Promise<Sealed> {
  const sealed = await sealRootTo(
    to,
    { organisation: organisation.id, epoch: organisation.epoch, helper },
    organisation.root,
  );
  if (sealed === undefined) throw new Error("a point");
  return sealed;
}

/** A fresh organisation whose first helper is a manager. */
export async function aTeam(first: Person, kind: "organisation" | "satchel" = "organisation"): Promise<Team> {
  const bare = await createIdentity(kind, random);
  const epochs = [{ sealed: b64(bare.sealed), past: b64(await sealPast(bare, random)) }];
  const statements = [...bare.statements, await addedBy(bare, first.identity, first, "manager")];
  const organisation = { ...bare, principal: await principalOf(statements), statements };
  const box = await boxFor(organisation, first.identity.id, first.identity.principal.box);
  return { organisation, epochs, boxes: new Map([[first.identity.id, box]]) };
}

export async function withHelper(team: Team, by: Person, person: Person, role: HelperRole): Promise<Team> {
  const { organisation } = team;
  const statements = [...organisation.statements, await addedBy(organisation, by.identity, person, role)];
  const next = { ...organisation, statements, principal: await principalOf(statements) };
  if (role === "kiosk") return { ...team, organisation: next };
  const box = await boxFor(next, person.identity.id, person.identity.principal.box);
  return { ...team, organisation: next, boxes: new Map(team.boxes).set(person.identity.id, box) };
}

/** New keys, sealed to those who stay. */
export async function rekeyed(team: Team, by: Person, without: readonly Person[], at: number = now): Promise<Team> {
  const { organisation } = team;
  const keys = await createNewKeys(organisation, random);
  const gone = without.map((person) => person.identity.id);
  const said = await signKeysChanged(organisation.sign, organisation.principal, by.identity, {
    sign: keys.sign,
    box: keys.box,
    without: gone,
    at,
  });
  const statements = [...organisation.statements, said];
  const epochs = [...team.epochs, { sealed: b64(keys.sealed), past: b64(keys.past) }];
  const next = must(await openOrganisation(keys.root, epochs, statements, now));
  const boxes = new Map<PrincipalId, Sealed>();
  for (const [id, { role, box }] of next.principal.helpers)
    if (role !== "kiosk") boxes.set(id, await boxFor(next, id, box));
  return { organisation: next, epochs, boxes };
}

/** The root as a helper gets it from what lies at the server; undefined when nothing there opens for her. */
export async function rootOf(team: Team, person: Person): Promise<RootKey | undefined> {
  const { identity } = person;
  const box = team.boxes.get(identity.id);
  const context = { organisation: team.organisation.id, epoch: team.organisation.epoch, helper: identity.id };
  return box && openRootFor({ privateKey: identity.box, box: identity.principal.box }, context, box);
}

/** The organisation as this helper opens it. */
export async function openedBy(team: Team, person: Person, at: number = now): Promise<Identity | undefined> {
  const root = await rootOf(team, person);
  if (root === undefined) return undefined;
  return must(await openOrganisation(root, team.epochs, team.organisation.statements, at));
}
