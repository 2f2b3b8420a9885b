/**
 * How an organisation's helpers reach its keys through the server (SPEC P-H10 to P-H14): changes of the team, invitations, the
 * organisation's card. Shapes and strict parsers. Runs in the desk worker and Node; a person's phone never loads it.
 *
 * Surprising: a change needs no session. The statements in it carry a manager's signature, and what is sealed opens for
 * whom the chain names; the server only holds one against the other.
 */

import * as v from "valibot";
import type { PrincipalId } from "../shared/ids.ts";
import { err, ok, type Result } from "../shared/result.ts";
import { allDifferent, anyB64, countField, fixedB64, principalIdField, serverTimeField } from "./fields.ts";
import { helperLimits } from "./helpers.ts";
import type { Sealed } from "./hpke.ts";
import { labels } from "./labels.ts";
import { team as limits, sizes } from "./limits.ts";
import { parseBody, readSigned, type SignKey, signBody } from "./sign.ts";
import { chainLimits, type Principal } from "./statements.ts";
import type { Answered, B64, KeyEpoch, ServerTime, Signed } from "./wire.ts";

/** The root of the newest epoch, sealed to one helper (SPEC C-O3). */
export interface HelperBox extends Sealed {
  readonly helper: PrincipalId;
}

/** What a card's 128 bits open: the card's own keys, as they lie at the server (SPEC P-H13). */
export interface CardCopy {
  /** SHA-256 of what proves the card. */
  readonly auth: B64;
  /** The card's principal. */
  readonly helper: PrincipalId;
  /** As P-O3. */
  readonly sealed: B64;
}

export interface TeamRequest {
  /** The whole chain, longer than the server's. */
  readonly statements: readonly Signed[];
  /** Epochs that the server has already. */
  readonly from: number;
  readonly epochs: readonly KeyEpoch[];
  readonly boxes: readonly HelperBox[];
  readonly card: CardCopy | null;
  /** Which invitation is fulfilled, and by whom. */
  readonly invitation: { readonly auth: B64; readonly helper: PrincipalId } | null;
}

/** Everything that one helper needs to open the organisation. */
export interface TeamKeys {
  readonly statements: readonly Signed[];
  readonly epochs: readonly KeyEpoch[];
  /** Null: this browser is no helper's (it was there before there were helpers), or has nothing sealed to it yet. */
  readonly box: Sealed | null;
}
export interface TeamAnswer extends Answered, TeamKeys {}

export interface Invitation {
  readonly t: "invitation";
  readonly v: 1;
  readonly organisation: PrincipalId;
  /** A manager, who signs it. */
  readonly by: PrincipalId;
  /** SHA-256 of what proves the code. */
  readonly auth: B64;
  readonly role: "helper" | "manager";
  readonly until: ServerTime;
}

export interface InviteRequest {
  readonly invitation: Signed;
}
/** For the managers: which invitations there are, and who has answered. */
export interface InvitationsAnswer extends Answered {
  readonly invitations: readonly {
    readonly auth: B64;
    readonly role: Invitation["role"];
    readonly until: ServerTime;
    /** Sealed under the code (SPEC C-O5). */
    readonly ask: B64 | null;
    readonly helper: PrincipalId | null;
  }[];
}

export interface JoinRequest {
  /** 32 bytes that prove the code. */
  readonly auth: B64;
  readonly ask: B64;
}
export interface JoinAnswer extends Answered {
  readonly role: Invitation["role"];
  readonly until: ServerTime;
  readonly statements: readonly Signed[];
  /** Null until a manager confirmed. */
  readonly keys: (Pick<TeamKeys, "epochs"> & { readonly helper: PrincipalId; readonly box: Sealed }) | null;
}

export interface CardRequest {
  readonly auth: B64;
}
export interface CardAnswer extends Answered {
  readonly statements: readonly Signed[];
  readonly helper: PrincipalId;
  readonly sealed: B64;
  readonly epochs: readonly KeyEpoch[];
  readonly box: Sealed;
}

const signed = v.strictObject({ body: anyB64(1, chainLimits.bodyLetters), sig: fixedB64(64) });
const statements = v.pipe(v.array(signed), v.maxLength(sizes.statements));
const sealedFields = { enc: fixedB64(65), sealed: fixedB64(48) };
const box = v.strictObject(sealedFields);
const epoch = v.strictObject({ sealed: anyB64(1, limits.keysBytes), past: anyB64(1, limits.pastBytes) });
const epochs = v.pipe(v.array(epoch), v.maxLength(limits.epochs));
const role = v.picklist(["helper", "manager"]);

function parser<T>(shape: v.GenericSchema<unknown, T>): (input: unknown) => Result<T, "bad-format"> {
  return (input) => {
    const read = v.safeParse(shape, input, { abortEarly: true });
    return read.success ? ok(read.output) : err("bad-format");
  };
}

export const parseTeamRequest = parser<TeamRequest>(
  v.strictObject({
    statements,
    from: countField,
    epochs,
    boxes: v.pipe(
      v.array(v.strictObject({ helper: principalIdField, ...sealedFields })),
      v.maxLength(helperLimits.standing),
      v.check((boxes) => allDifferent(boxes.map(({ helper }) => helper))),
    ),
    card: v.nullable(
      v.strictObject({ auth: fixedB64(32), helper: principalIdField, sealed: anyB64(1, limits.cardBytes) }),
    ),
    invitation: v.nullable(v.strictObject({ auth: fixedB64(32), helper: principalIdField })),
  }),
);
export const parseInviteRequest = parser<InviteRequest>(v.strictObject({ invitation: signed }));
export const parseJoinRequest = parser<JoinRequest>(
  v.strictObject({ auth: fixedB64(32), ask: anyB64(1, limits.askBytes) }),
);
export const parseCardRequest = parser<CardRequest>(v.strictObject({ auth: fixedB64(32) }));

const answered = { nonce: v.string(), time: serverTimeField };
/** An answer that says nothing but that it was done. */
export const parseDone = parser<Answered>(v.object(answered));
export const parseTeamAnswer = parser<TeamAnswer>(v.object({ ...answered, statements, epochs, box: v.nullable(box) }));
export const parseInvitationsAnswer = parser<InvitationsAnswer>(
  v.object({
    ...answered,
    invitations: v.array(
      v.object({
        auth: fixedB64(32),
        role,
        until: serverTimeField,
        ask: v.nullable(anyB64(1, limits.askBytes)),
        helper: v.nullable(principalIdField),
      }),
    ),
  }),
);
export const parseJoinAnswer = parser<JoinAnswer>(
  v.object({
    ...answered,
    role,
    until: serverTimeField,
    statements,
    keys: v.nullable(v.object({ helper: principalIdField, epochs, box })),
  }),
);
export const parseCardAnswer = parser<CardAnswer>(
  v.object({
    ...answered,
    statements,
    helper: principalIdField,
    sealed: anyB64(1, limits.cardBytes),
    epochs,
    box,
  }),
);

/* ---- invitations ---- */

const invitationShape = v.strictObject({
  t: v.literal("invitation"),
  v: v.literal(1),
  organisation: principalIdField,
  by: principalIdField,
  auth: fixedB64(32),
  role,
  until: serverTimeField,
});

export type InvitationError =
  | { readonly type: "bad-format" }
  | { readonly type: "bad-signature" }
  /** Another organisation's, or by somebody who is no manager of it. */
  | { readonly type: "not-allowed" };

export const signInvitation = (key: SignKey, facts: Omit<Invitation, "t" | "v">): Promise<Signed> =>
  signBody(key, labels.invitation, { t: "invitation", v: 1, ...facts });

/** The words of an invitation, unverified: only to find out whose it is. */
export function invitationClaim(invitation: Signed): Result<Invitation, "bad-format"> {
  const read = v.safeParse(invitationShape, parseBody(invitation.body)?.value);
  return read.success ? ok(read.output) : err("bad-format");
}

/** Verifies and reads: signed by a manager who stands in the organisation's chain. */
export async function readInvitation(
  invitation: Signed,
  organisation: Pick<Principal, "id" | "helpers">,
): Promise<Result<Invitation, InvitationError>> {
  const claim = invitationClaim(invitation);
  if (!claim.ok) return err({ type: "bad-format" });
  const by = organisation.helpers.get(claim.value.by);
  if (by?.role !== "manager" || claim.value.organisation !== organisation.id) return err({ type: "not-allowed" });
  const read = await readSigned(by.sign, labels.invitation, invitation);
  return read.ok ? ok(claim.value) : err({ type: read.error.type });
}
