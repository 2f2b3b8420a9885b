/**
 * What of a carrier's file is durably here, signed by the server (SPEC P-C8). Verifiable alone: no session is asked. Runs
 * in Node.
 *
 * Surprising: this stores nothing. The items came by the ordinary routes; the statement is only about what they left.
 */

import type { FastifyInstance } from "fastify";
import { type CarriedAnswer, type LetterProofs, signCarried, signPostboxCarried } from "../../protocol/carried.ts";
import {
  type CarrierKind,
  type CarrierManifest,
  carrierClaim,
  manifestHash,
  parseCarriedRequest,
  readManifest,
} from "../../protocol/carrier.ts";
import { bodies } from "../../protocol/limits.ts";
import { proofClaim } from "../../protocol/proofs.ts";
import { type BlobRef, routes, type Signed } from "../../protocol/wire.ts";
import type { BlobId, LetterId, OpId, PrincipalId } from "../../shared/ids.ts";
import type { RouteDeps } from "./deps.ts";

const idsOf = <Id extends string>(manifest: CarrierManifest, kind: CarrierKind): readonly Id[] =>
  manifest.items.flatMap(([each, id]) => (each === kind ? [id as Id] : []));

const refsOf = (manifest: CarrierManifest): readonly BlobRef[] =>
  manifest.items.flatMap(([kind, id, length, root]) => (kind === "blob" ? [{ blob: id as BlobId, length, root }] : []));

const isBy = (proof: Signed, from: PrincipalId): boolean => {
  const claim = proofClaim(proof);
  return claim.ok && "by" in claim.value && claim.value.by === from;
};

export function carriedRoutes(app: FastifyInstance, deps: RouteDeps): void {
  const { answers, store, rates, keys } = deps;

  app.post(routes.carried, { bodyLimit: bodies.carried }, async (request, reply) => {
    const read = parseCarriedRequest(request.body);
    const claim = read.ok ? carrierClaim(read.value.manifest) : read;
    if (!read.ok || !claim.ok) return answers.refuse(request, reply, "bad-format");
    const signed = read.value.manifest;
    const sender = await store.principal(claim.value.from);
    if (sender === undefined) return answers.refuse(request, reply, "unknown-principal");
    const manifest = await readManifest(signed, sender.sign);
    if (!manifest.ok) return answers.refuse(request, reply, manifest.error);
    // Whoever holds a postbox's items may ask about them: that must not use up what the sender may ask (P-C11).
    const wait = manifest.value.v === 2 ? undefined : await rates.principal(request, sender.id);
    if (wait !== undefined) return answers.refuse(request, reply, "too-many", wait);

    const from = sender.id;
    const stored = await store.letters(from, idsOf<LetterId>(manifest.value, "letter"));
    const proofs: LetterProofs[] = [];
    for (const { letter } of stored) proofs.push({ letter, proofs: await store.proofs(from, letter) });
    const told: LetterId[] = [];
    for (const letter of idsOf<LetterId>(manifest.value, "proof"))
      if ((await store.proofs(from, letter)).some((proof) => isBy(proof, from))) told.push(letter);
    const said = {
      file: manifest.value.file,
      manifest: await manifestHash(signed),
      from,
      at: answers.now(),
      ops: await store.applied(from, idsOf<OpId>(manifest.value, "op")),
      letters: stored.map(({ letter }) => letter),
      proofs: told,
      blobs: await store.verifiedOf(from, refsOf(manifest.value)),
    };
    const statement =
      manifest.value.v === 1
        ? await signCarried(keys.sign, said)
        : await signPostboxCarried(keys.sign, {
            ...said,
            chain: sender.statements.length,
            keyring: (await store.keyring(from))?.epoch ?? 0,
          });
    const answer: CarriedAnswer = { ...answers.answered(request), statement, proofs };
    return reply.send(answer);
  });
}
