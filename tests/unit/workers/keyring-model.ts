/**
 * The cryptography of keyrings as plain words, so that thousands of lives of several devices run in seconds: who has which
 * root is a name, a seal is a record of what it was sealed under. Same functions, same refusals, no strength.
 *
 * Surprising fact: only crypto and signatures are replaced (vi.mock in keyring-simulation.test.ts); the state machine that
 * runs, with its compare-and-set and its order of awaits, is the product's own.
 */
import { err, ok } from "../../../src/shared/result.ts";

export interface Statement {
  readonly body: string;
  readonly sig: string;
}
export interface Root {
  readonly id: string;
  readonly reveal: () => Uint8Array;
  readonly wipe: () => void;
}
export interface Device {
  readonly transport: string;
  readonly box: string | null;
}
export interface Principal {
  readonly id: string;
  readonly devices: ReadonlyMap<string, Device>;
  readonly removed: ReadonlySet<string>;
  readonly head: { readonly n: number; readonly hash: string };
}
export interface Identity {
  readonly id: string;
  readonly epoch: number;
  readonly root: Root;
  readonly roots: ReadonlyMap<number, Root>;
  readonly statements: readonly Statement[];
  readonly principal: Principal;
  readonly sealed: { readonly under: string };
}
export interface Body {
  readonly epoch: number;
  readonly root: number;
  readonly rootId: string;
  readonly past: readonly string[];
  readonly chain: number;
  readonly card: { readonly locator: string; readonly code: string; readonly rootId: string } | null;
  readonly desks: readonly never[];
  readonly devices: readonly { readonly device: string; readonly box: string }[];
  /** Root and epoch of the keyring whose lock it opens. */
  readonly opens: string | null;
}

let serial = 0;
const fresh = (what: string): string => {
  serial += 1;
  return `${what}${serial}`;
};

export const rootNamed = (id: string): Root => ({
  id,
  reveal: () => new TextEncoder().encode(id),
  wipe: () => undefined,
});
export const lockOf = ({ rootId, epoch }: Body): string => `${rootId}@${epoch}`;
export const bodyOf = (signed: Statement): Body => JSON.parse(signed.body) as Body;

type Link = {
  readonly t: "genesis" | "device" | "device-removed";
  readonly v?: number;
  readonly device: string;
} & Device;

/** Every body has a name of its own, which stands for its hash. */
const nameOf = (statement: Statement | undefined): string | null =>
  statement === undefined ? null : (JSON.parse(statement.body) as { readonly name: string }).name;

const sign = (value: object): Statement => ({ body: JSON.stringify(value), sig: fresh("s") });

export function principalOf(statements: readonly Statement[]): Principal | undefined {
  const devices = new Map<string, Device>();
  const removed = new Set<string>();
  for (const [n, { body }] of statements.entries()) {
    const link = JSON.parse(body) as Link & { readonly prev: string | null };
    if (link.prev !== nameOf(statements[n - 1])) return undefined;
    if (link.t === "device-removed") {
      if (!devices.delete(link.device)) return undefined;
      removed.add(link.device);
    } else if (link.t === "device") {
      const known = devices.get(link.device);
      if (removed.has(link.device) || (known !== undefined && (known.box !== null || link.box === null)))
        return undefined;
      devices.set(link.device, { transport: link.transport, box: link.box });
    }
  }
  const last = statements.at(-1);
  return last && { id: "p", devices, removed, head: { n: statements.length - 1, hash: last.body } };
}

export const genesis = (): readonly Statement[] => [sign({ t: "genesis", device: "", prev: null, name: "g" })];

const behind = (statements: readonly Statement[], link: object): readonly Statement[] => [
  ...statements,
  sign({ ...link, prev: nameOf(statements.at(-1)), name: fresh("n") }),
];

export function identityFrom(ids: readonly string[], statements: readonly Statement[]): Identity {
  const roots = new Map(ids.map((id, epoch) => [epoch, rootNamed(id)]));
  const epoch = ids.length - 1;
  const root = roots.get(epoch);
  const principal = principalOf(statements);
  if (root === undefined || principal === undefined) throw new Error("model: an identity has roots and a chain");
  return { id: "p", epoch, root, roots, statements, principal, sealed: { under: root.id } };
}

const idsOf = ({ roots }: Identity): readonly string[] =>
  [...roots.entries()].sort((a, b) => a[0] - b[0]).map(([, r]) => r.id);

/* ---- what replaces the product's modules ---- */

export const identityModule = {
  certifyDevice: async (
    _: Identity,
    statements: readonly Statement[],
    device: string,
    transport: string,
    box: string | null = null,
  ) => {
    const known = principalOf(statements)?.devices.get(device);
    if (known !== undefined && (box === null || known.box === box)) return statements;
    return behind(statements, { t: "device", v: box === null ? 1 : 2, device, transport, box });
  },
  removeDevice: async (_: Identity, statements: readonly Statement[], device: string) =>
    principalOf(statements)?.removed.has(device) === true
      ? statements
      : behind(statements, { t: "device-removed", device }),
  rotateRoot: async (identity: Identity) => identityFrom([...idsOf(identity), fresh("r")], identity.statements),
  sealPast: async (identity: Identity) => ({ under: identity.root.id, roots: idsOf(identity).slice(0, -1) }),
  withStatements: async (identity: Identity, statements: readonly Statement[]) => {
    const principal = principalOf(statements);
    return principal === undefined ? err({ type: "bad-chain" }) : ok({ ...identity, principal, statements });
  },
};

interface SealedBox {
  readonly under: string;
  readonly box: string;
}
export const boxModule = {
  createDeviceBox: async (root: Root, _: string, device: string) => {
    const box = fresh(`box-${device}-`);
    return { box, sealed: { under: root.id, box } };
  },
  openDeviceBox: async (root: Root, _: string, __: string, sealed: SealedBox, box: string) =>
    sealed.under === root.id && sealed.box === box ? { privateKey: box, box } : undefined,
  moveDeviceBox: async ({ from, to }: { from: Root; to: Root }, _: string, __: string, sealed: SealedBox) =>
    sealed.under === from.id ? { under: to.id, box: sealed.box } : undefined,
};

const textOf = (secret: { readonly reveal: () => Uint8Array }): string => new TextDecoder().decode(secret.reveal());

interface WrapMeta {
  readonly epoch: number;
  readonly order: number;
}
export const wrapModule = {
  cardFactor: async (secret: { readonly locator: string }) => secret,
  newSalt: () => new Uint8Array(16),
  openDeviceFactor: async () => ok({}),
  unwrapRoot: async () => err({ type: "wrong-factors" }),
  wrapHead: (wrap: { readonly order: number; readonly epoch: number }) =>
    ok({ ...wrap, params: {}, salt: "AAAAAAAAAAAAAAAAAAAAAA" }),
  wrapRoot: async (root: Root, pair: string, factors: Record<string, never>, { epoch, order }: WrapMeta) => ({
    rootId: root.id,
    epoch,
    order,
    opens: pair === "D+P" ? textOf(factors.code as never) : (factors.card as { locator: string } | undefined)?.locator,
  }),
};

interface Pinned {
  readonly epoch: number;
  readonly hash: string;
  readonly root: number;
}
export const keyringModule = {
  readKeyring: async (signed: Statement, principal: Principal, pinned?: Pinned) => {
    const body = bodyOf(signed);
    if (pinned !== undefined) {
      if (body.epoch < pinned.epoch || body.root < pinned.root) return err({ type: "rolled-back" });
      if (body.epoch === pinned.epoch && signed.body !== pinned.hash) return err({ type: "forked" });
    }
    return principal.head.n < body.chain ? err({ type: "chain-behind" }) : ok({ body, hash: signed.body, signed });
  },
};

interface Keyring {
  readonly body: Body;
}
export const waysModule = {
  cardProofs: async (secret: { readonly locator: string }) => ({ locator: secret.locator }),
  createCardWay: async (
    identity: Identity,
    facts: { card: { secret: { locator: string } }; code: { reveal: () => Uint8Array } },
  ) => ({
    locator: facts.card.secret.locator,
    code: textOf(facts.code),
    rootId: identity.root.id,
  }),
  createDeskWay: async () => undefined,
  createKeyring: async (identity: Identity, facts: { before: Keyring | null; after?: number; card: Body["card"] }) => {
    const { before, after = 0, card } = facts;
    const ids = idsOf(identity);
    if (before !== null && identity.roots.get(before.body.root)?.id !== before.body.rootId)
      throw new Error("SPEC C-Y4: who follows a keyring knows its root");
    const body: Body = {
      epoch: Math.max(before?.body.epoch ?? 0, after) + 1,
      root: identity.epoch,
      rootId: identity.root.id,
      past: ids.slice(0, -1),
      chain: identity.principal.head.n,
      card,
      desks: [],
      devices: [...identity.principal.devices].flatMap(([device, { box }]) => (box === null ? [] : [{ device, box }])),
      opens: before === null ? null : lockOf(before.body),
    };
    return sign(body);
  },
  openKeyring: async ({ body }: Keyring, root: Root, statements: readonly Statement[]) =>
    body.rootId === root.id ? ok(identityFrom([...body.past, body.rootId], statements)) : err({ type: "not-by-root" }),
  followKeyring: async (
    identity: Identity,
    { body }: Keyring,
    own: { device: string; key: { box: string } },
    statements: readonly Statement[],
  ) => {
    const entry = body.devices.find(({ device }) => device === own.device);
    if (entry === undefined) return err({ type: "no-way" });
    if (entry.box !== own.key.box) return err({ type: "other-device" });
    const next = identityFrom([...body.past, body.rootId], statements);
    const continues = idsOf(identity).every((id, epoch) => next.roots.get(epoch)?.id === id);
    return continues ? ok(next) : err({ type: "other-roots" });
  },
};

export const statementsModule = {
  readChain: async (statements: readonly Statement[]) => {
    const principal = principalOf(statements);
    return principal === undefined ? err({ type: "broken-chain" }) : ok(principal);
  },
  readExtendedChain: async (known: Principal, statements: readonly Statement[]) => {
    const principal = principalOf(statements);
    if (principal === undefined) return err({ type: "broken-chain" });
    const same = statements[known.head.n];
    if (same === undefined) return err({ type: "rollback" });
    return same.body === known.head.hash ? ok(principal) : err({ type: "fork" });
  },
};

export const signModule = { parseBody: (body: string) => ({ value: JSON.parse(body) as unknown }) };
/** A sealed card is its locator. */
export const cardModule = { openCard: async (_: Identity, sealed: { readonly card: string }) => ({ qr: sealed.card }) };
export const cardTextModule = { readCardText: async (qr: string) => ok({ secret: { locator: qr }, set: 0 }) };
