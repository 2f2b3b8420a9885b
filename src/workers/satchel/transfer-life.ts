/**
 * The same satchel on a second device, without network (SPEC C-T, decisions/0013). Runs in the satchel worker of both.
 *
 * Surprising fact: what was begun lives in this worker's memory only, on either side. A page that is reloaded in the middle
 * begins again; nothing half-made is ever on a disk.
 */

import { readCardText } from "../../crypto/card.ts";
import { wipeIdentity } from "../../crypto/identity.ts";
import {
  createTransferRequest,
  drawTransferNumber,
  isTransferNumber,
  type OpenedTransfer,
  type OwnTransferRequest,
  openTransferAnswer,
  readTransferRequest,
  sealTransferAnswer,
  type TransferRequest,
  transferCheck,
} from "../../crypto/transfer.ts";
import { writeGroups } from "../../protocol/groups.ts";
import { labels } from "../../protocol/labels.ts";
import type { DeviceId, RecordId } from "../../shared/ids.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { Profile } from "../../storage/ports.ts";
import { storageErr } from "../common/errors.ts";
import type {
  CodeRefusal,
  ProfileView,
  SatchelApi,
  TransferRefusal,
  UnlockRefusal,
  WorkerError,
} from "../satchel.contract.ts";
import type { SatchelDeps } from "./deps.ts";
import type { CardToKeep, Opening } from "./opening.ts";
import { findProfile, type PinnedProfile, type Pins, pinsOf, saveProfile } from "./pins.ts";

/** SPEC C-T6. */
export const transferMs = 15 * 60_000;

export type Transfer = Pick<
  SatchelApi,
  | "transferRequest"
  | "transferOffer"
  | "transferNumber"
  | "transferConfirm"
  | "transferAccept"
  | "transferFinish"
  | "transferForget"
>;

/** What the new device has begun. */
interface Asking {
  readonly own: OwnTransferRequest;
  readonly at: number;
  number: string | null;
  opened: OpenedTransfer | null;
}

/** What the old device has read and not answered yet. */
interface Offering {
  readonly request: TransferRequest;
  readonly number: string;
  readonly at: number;
  readonly database: string;
}

interface OfferFacts {
  readonly pins: Pins;
  readonly own: Profile;
}

/** The card of the satchel with its secret; null where it does not read: the satchel opens with the code all the same. */
async function cardFrom(qr: string | null): Promise<CardToKeep | null> {
  const read = qr === null ? undefined : await readCardText(qr);
  if (qr === null || read?.ok !== true) return null;
  const { version, set, secret } = read.value;
  return { qr, set, secret, groups: await writeGroups(labels.cardChecksum, { version, set, secret: secret.reveal() }) };
}

export function createTransferLife(deps: SatchelDeps, opening: Opening): Transfer {
  let asking: Asking | undefined;
  let offering: Offering | undefined;

  const forget = (): void => {
    if (asking?.opened) wipeIdentity(asking.opened.identity);
    asking = undefined;
    offering = undefined;
  };

  /** Still valid by this device's own clock; a clock that was set back ends it too. */
  function fresh<T extends { readonly at: number }>(begun: T | undefined): T | undefined {
    if (begun === undefined) return undefined;
    const age = deps.clock.now() - begun.at;
    return age >= 0 && age <= transferMs ? begun : undefined;
  }

  async function hasSatchel(principal: string): Promise<Result<boolean, WorkerError>> {
    const listed = await deps.registry.list();
    return listed.ok ? ok(listed.value.some((profile) => profile.principal === principal)) : storageErr(listed.error);
  }

  async function offer({
    code,
    request: text,
  }: {
    readonly code: string;
    readonly request: string;
  }): Promise<
    Result<
      { readonly number: string; readonly pictures: readonly number[]; readonly expiresAt: number },
      WorkerError | TransferRefusal | UnlockRefusal
    >
  > {
    offering = undefined;
    const request = await readTransferRequest(text);
    if (!request.ok) return err({ type: request.error.type });
    const right = await opening.verifyCode(code);
    if (!right.ok) return right;
    return opening.within(async ({ profile, identity }) => {
      if (identity.principal.devices.has(request.value.device)) return err({ type: "already-added" } as const);
      // Drawn only now: who changed the request on its way could not know it (SPEC C-T3).
      const number = drawTransferNumber(deps.random);
      const at = deps.clock.now();
      offering = { request: request.value, number, at, database: profile.database };
      return ok({ number, pictures: await transferCheck(request.value, number), expiresAt: at + transferMs });
    });
  }

  async function confirm(): Promise<Result<{ readonly text: string }, WorkerError | TransferRefusal>> {
    const begun = fresh(offering);
    // Once: a second press is a second transfer.
    offering = undefined;
    if (begun === undefined) return err({ type: "expired" });
    const { request, number, database } = begun;
    const card = await opening.card();
    const facts = await opening.within(async (session): Promise<Result<OfferFacts, WorkerError | TransferRefusal>> => {
      if (session.profile.database !== database) return err({ type: "expired" });
      const pins = await pinsOf(session);
      return pins.ok ? ok({ pins: pins.value, own: session.profile }) : pins;
    });
    if (!facts.ok) return facts;
    const longer = await opening.certify(request.device, request.transport);
    if (!longer.ok) {
      if (longer.error === "device-twice") return err({ type: "already-added" });
      return longer.error === "too-many" ? err({ type: "too-many-devices" }) : err(longer.error);
    }
    const { own, pins } = facts.value;
    const at = deps.clock.now();
    const noted = await opening.within((session) =>
      saveProfile(session, deps, (profile) => ({
        ...profile,
        devices: {
          [own.device as DeviceId]: { addedAt: own.joinedAt ?? own.createdAt },
          ...profile.devices,
          [request.device]: { addedAt: at },
        },
      })),
    );
    if (!noted.ok) return noted;
    const profile = await opening.within(findProfile);
    if (!profile.ok) return profile;
    // The server hears of the new device from the new device itself.
    const settings = {
      at,
      pictogram: own.pictogram,
      profile: profile.value?.id ?? null,
      card: card.ok ? card.value.qr : null,
      serverKeys: pins.serverKeys,
    };
    const text = await sealTransferAnswer(longer.value, request, number, settings, deps.random);
    return ok({ text });
  }

  async function accept(text: string): Promise<Result<{ readonly pictogram: string }, WorkerError | TransferRefusal>> {
    const begun = fresh(asking);
    if (begun === undefined || begun.number === null) return err({ type: "expired" });
    const opened = await openTransferAnswer(begun.own, begun.number, text);
    if (!opened.ok) return err({ type: opened.error.type });
    const here = await hasSatchel(opened.value.identity.id);
    if (!here.ok || here.value) {
      wipeIdentity(opened.value.identity);
      return here.ok ? err({ type: "already-here" }) : here;
    }
    if (begun.opened) wipeIdentity(begun.opened.identity);
    begun.opened = opened.value;
    return ok({ pictogram: opened.value.settings.pictogram });
  }

  /** The one profile record of the satchel, with what this device cannot know before its first pull. */
  async function firstRecord(
    id: RecordId | null,
    serverKeys: OpenedTransfer["settings"]["serverKeys"],
  ): Promise<Result<unknown, WorkerError>> {
    if (id === null) return ok(null);
    const record: PinnedProfile = { t: "profile", pinned: { serverKeys, organisations: {} } };
    return opening.within((session) => session.records.save<never>(id, () => ok({ next: record })));
  }

  async function finish(code: string): Promise<Result<ProfileView, WorkerError | TransferRefusal | CodeRefusal>> {
    const begun = asking;
    const opened = begun?.opened;
    // The answer was opened in time; choosing a code may take as long as it takes.
    if (begun === undefined || !opened) return err({ type: "expired" });
    const here = await hasSatchel(opened.identity.id);
    if (!here.ok) return here;
    if (here.value) return err({ type: "already-here" });
    const { settings, identity } = opened;
    const joined = await opening.join({
      identity,
      device: begun.own.device,
      transportKey: begun.own.transportPair.privateKey,
      code,
      pictogram: settings.pictogram,
      card: await cardFrom(settings.card),
    });
    if (!joined.ok) return joined;
    // The keys are the session's now: forgetting the request must not wipe them.
    asking = undefined;
    const first = await firstRecord(settings.profile, settings.serverKeys);
    return first.ok ? joined : first;
  }

  return {
    async transferRequest() {
      forget();
      const own = await createTransferRequest(deps.random);
      const at = deps.clock.now();
      asking = { own, at, number: null, opened: null };
      return ok({ text: own.text, expiresAt: at + transferMs });
    },
    transferOffer: offer,
    async transferNumber(number) {
      const begun = fresh(asking);
      if (begun === undefined) return err({ type: "expired" });
      if (!isTransferNumber(number)) return err({ type: "number-shape" });
      begun.number = number;
      return ok({ pictures: await transferCheck(begun.own, number) });
    },
    transferConfirm: confirm,
    transferAccept: accept,
    transferFinish: finish,
    async transferForget() {
      forget();
      return ok(undefined);
    },
  };
}
