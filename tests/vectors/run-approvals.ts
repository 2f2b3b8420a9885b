/** Runs the frozen vectors of opening by the phone (make-approvals.ts) against the code as it is now. No Node import. */

import { addedIds, approvalCheck, type Met, openAdded, openGrant, readAskText } from "../../src/crypto/approval.ts";
import { importPrivate } from "../../src/crypto/primitives.ts";
import { type ApprovalAsk, type ApprovalId, readActs } from "../../src/protocol/approval.ts";
import type { Signed } from "../../src/protocol/wire.ts";
import { type B64, toHex } from "../../src/shared/bytes.ts";
import type { PrincipalId } from "../../src/shared/ids.ts";
import approvals from "./approvals.json" with { type: "json" };
import { bytesOf, family, type Seen, seen } from "./family.ts";

interface MetInput {
  readonly ask: string;
  readonly number: B64;
  readonly secret: B64;
}

async function askOf(text: string): Promise<ApprovalAsk> {
  const ask = await readAskText(text);
  if (!ask.ok) throw new Error(`the question of a vector does not read: ${ask.error.type}`);
  return ask.value;
}

const metOf = async ({ ask, number, secret }: MetInput): Promise<Met> => ({ ask: await askOf(ask), number, secret });

async function boxKey(pkcs8: string): Promise<CryptoKey> {
  const key = await importPrivate("box", bytesOf(pkcs8));
  if (key === undefined) throw new Error("the box key of a vector reads");
  return key;
}

interface GrantInput extends MetInput {
  readonly key: string;
  readonly now: number;
  readonly enc: B64;
  readonly sealed: B64;
}

interface PageInput {
  readonly session: ApprovalId;
  readonly principal: PrincipalId;
  readonly n: number;
  readonly key: string;
  readonly box: B64;
  readonly enc: B64;
  readonly sealed: B64;
}

export const approvalRuns = [
  () =>
    family<string>("approval questions", approvals.questions, async (text) =>
      seen(await readAskText(text), ({ id, sign, box, commitment, server, name }) => ({
        id,
        sign,
        box,
        commitment,
        server,
        name,
      })),
    ),
  () =>
    family<MetInput>("approval pictures", approvals.pictures, async (input) => ({
      result: "ok",
      value: await approvalCheck(await metOf(input)),
    })),
  () =>
    family<GrantInput>("approval grants", approvals.grants, async (input) => {
      const privateKey = await boxKey(input.key);
      // The public half is not asked for: the point stands in the question.
      const own = { boxPair: { privateKey, publicKey: privateKey } };
      const opened = await openGrant(own, await metOf(input), input, input.now);
      return seen(opened, ({ certificate, papers }) => ({ certificate, papers }));
    }),
  () =>
    family<{ readonly ask: string; readonly certificate: Signed; readonly acts: readonly Signed[] }>(
      "approval acts",
      approvals.acts,
      async ({ ask, certificate, acts }): Promise<Seen> => {
        const read = await readActs(certificate, await askOf(ask), acts);
        return { result: "ok", value: { whole: read.whole, deeds: read.acts.map(({ deed }) => deed) } };
      },
    ),
  () =>
    family<PageInput>("approval pages", approvals.pages, async (input): Promise<Seen> => {
      const key = { privateKey: await boxKey(input.key), box: input.box };
      const opened = await openAdded(key, input, input);
      if (!opened.ok) return { result: opened.error };
      const { content, previewContent, ...facts } = opened.value;
      const ids = await addedIds(input, facts.first);
      return { result: "ok", value: { ...facts, content: toHex(content), previewContent: toHex(previewContent), ids } };
    }),
];
