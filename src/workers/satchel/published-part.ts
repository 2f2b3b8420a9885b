/**
 * Forms that organisations published, on a phone (SPEC P-Q): looks for news, verifies them against the pinned chains, keeps
 * them, gives them. Runs in the satchel worker, loaded when it is needed.
 *
 * Surprising facts: a phone asks for everything that is published, so that asking tells nothing. What cannot be verified yet
 * (an organisation that is not known here) waits, and is judged at the next look.
 */

import * as v from "valibot";
import type { FormFile } from "../../forms/model.ts";
import { asProcedure, type PublishedForm, publishedProcedure, readPublishedProcedure } from "../../forms/published.ts";
import { wordAt } from "../../forms/words.ts";
import {
  type Publication,
  parseOwnPublishedAnswer,
  parsePublishedAnswer,
  publicationClaim,
  rankOf,
  readPublication,
} from "../../protocol/published.ts";
import type { Principal } from "../../protocol/statements.ts";
import { type B64, routes, type Signed } from "../../protocol/wire.ts";
import type { Timers } from "../../shared/ports.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { AskDeps } from "../common/blob-reader.ts";
import { createJsonCalls } from "../common/json-calls.ts";
import { fileOf, readPublished } from "../common/published.ts";
import { cacheShelf } from "../common/shelf.ts";
import type { PublishedEntry, PublishedFault, PublishedList } from "../published.contract.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { SatchelDeps, Session } from "./deps.ts";
import { judge, pinsOf } from "./pins.ts";

export interface PublishedDeps extends SatchelDeps {
  readonly fetch: AskDeps["fetch"];
  readonly timers: Timers;
}

export type FormRefusal = WorkerError | { readonly type: "refused"; readonly why: PublishedFault };

export interface PublishedPart {
  readonly list: (session: Session) => Promise<Result<PublishedList, WorkerError>>;
  readonly form: (
    session: Session,
    procedure: string,
    version: number | null,
  ) => Promise<Result<PublishedForm, FormRefusal>>;
  /** Asks for what is new, unless that was done within a day; `now` asks in any case. @returns whether anything changed. */
  readonly look: (session: Session, now: boolean) => Promise<Result<boolean, WorkerError>>;
}

const dayMs = 86_400_000;
/** Versions of a form that stay on this device without being asked for. */
const keptVersions = 4;
/** Statements of organisations that are not known here, and pages of one look. */
const mostWaiting = 500;
const mostPages = 200;
/** Refusals that are remembered, to be told. */
const mostRefused = 50;

const signedShape = v.object({ body: v.string(), sig: v.string() });
const faultShape = v.picklist(["forged", "downgrade", "changed", "unreadable"]);
const textsShape = v.record(v.string(), v.string());
const knownShape = v.object({
  v: v.literal(1),
  cursor: v.string(),
  checkedAt: v.nullable(v.number()),
  waiting: v.array(signedShape),
  /** By procedure. `rank`: the highest that was verified; it never goes down. */
  forms: v.record(
    v.string(),
    v.object({
      rank: v.number(),
      /** Statements whose files were read, newest first. */
      versions: v.array(signedShape),
      about: v.nullable(
        v.object({
          version: v.number(),
          at: v.number(),
          icon: v.string(),
          minutes: v.number(),
          receiver: v.picklist(["besace", "paper", "portal"]),
          titles: textsShape,
          intros: textsShape,
        }),
      ),
    }),
  ),
  refused: v.array(v.object({ by: v.string(), why: faultShape })),
});
type Known = v.InferOutput<typeof knownShape>;
type KnownForm = Known["forms"][string];

const nothing: Known = { v: 1, cursor: "0.0", checkedAt: null, waiting: [], forms: {}, refused: [] };

const textsOf = (words: FormFile["words"], key: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(words).flatMap(([language, inner]) => {
      const text = wordAt(inner, key);
      return text === undefined ? [] : [[language, text] as const];
    }),
  );

const asSigned = (held: { readonly body: string; readonly sig: string }): Signed => held as Signed;

export function createPublishedPart(deps: PublishedDeps): PublishedPart {
  const calls = createJsonCalls(deps);
  const shelf = cacheShelf(deps.caches);
  /** Read once: forms do not change under their version. */
  const read = new Map<string, PublishedForm>();
  let looking: Promise<Result<boolean, WorkerError>> | undefined;

  async function known(): Promise<Known> {
    const held = v.safeParse(knownShape, await shelf.read());
    // Of another version of the app, or cut short: everything is asked for again.
    return held.success ? held.output : nothing;
  }

  interface Trusted {
    readonly principal: Principal;
    readonly slug: string;
  }
  /** Organisations whose keys may be believed, by id. */
  async function trustedHere(session: Session): Promise<Result<ReadonlyMap<string, Trusted>, WorkerError>> {
    const pins = await pinsOf(session);
    if (!pins.ok) return pins;
    const deployment = await deps.deployments.current();
    const slugs = new Set([
      ...Object.keys(pins.value.organisations),
      ...(deployment?.organisations ?? []).map((organisation) => organisation.slug),
    ]);
    const trusted = new Map<string, Trusted>();
    for (const slug of slugs) {
      const trust = await judge(pins.value, deployment, slug);
      if (trust.type === "trusted") trusted.set(trust.principal.id, { principal: trust.principal, slug });
    }
    return ok(trusted);
  }

  /** One statement: taken (with what is known of its form now), refused, or to be looked at again later. */
  async function judged(
    signed: Signed,
    trusted: ReadonlyMap<string, Trusted>,
    forms: Known["forms"],
  ): Promise<
    | { readonly type: "taken"; readonly procedure: string; readonly form: KnownForm }
    | { readonly type: "same" }
    /** "unknown": by whom is not known here. "lost": its file could not be fetched. */
    | { readonly type: "unknown" | "lost" }
    | { readonly type: "refused"; readonly by: string; readonly why: PublishedFault }
  > {
    const claim = publicationClaim(signed);
    if (!claim.ok) return { type: "refused", by: "", why: "forged" };
    const { by } = claim.value;
    const refuse = (why: PublishedFault) => ({ type: "refused", by, why }) as const;
    const author = trusted.get(by);
    if (author === undefined) return { type: "unknown" };
    const said = await readPublication(signed, author.principal);
    if (!said.ok) return refuse("forged");
    const procedure = publishedProcedure(by, said.value.form);
    const before = forms[procedure] ?? { rank: 0, versions: [], about: null };
    const rank = rankOf(said.value);
    const held = before.versions.some((version) => version.body === signed.body);
    if (rank === before.rank && (held || said.value.withdrawn)) return { type: "same" };
    if (rank <= before.rank) return refuse("downgrade");
    if (said.value.withdrawn) return { type: "taken", procedure, form: { ...before, rank, about: null } };
    const file = await fileOf({ shelf, calls }, said.value);
    if (!file.ok) return file.error === "lost" ? { type: "lost" } : refuse(file.error);
    const form = await readPublished(file.value, said.value);
    if (!form.ok) return refuse(form.error);
    const { icon, minutes, receiver } = form.value.form;
    const shown = asProcedure(procedure, form.value);
    read.set(`${procedure}@${said.value.version}`, shown);
    return {
      type: "taken",
      procedure,
      form: {
        rank,
        versions: [signed, ...before.versions].slice(0, keptVersions),
        about: {
          version: said.value.version,
          at: said.value.at,
          icon,
          minutes,
          receiver: receiver ?? "besace",
          titles: textsOf(shown.words, "title"),
          intros: textsOf(shown.words, "intro"),
        },
      },
    };
  }

  /** All that is new at the server; undefined where it cannot be asked. */
  async function news(
    cursor: string,
  ): Promise<{ readonly forms: readonly Signed[]; readonly cursor: string } | undefined> {
    const forms: Signed[] = [];
    let after = cursor;
    for (let page = 0; page < mostPages; page++) {
      const heard = await calls.call(`${routes.forms}?after=${after}`, parsePublishedAnswer);
      if (heard.type !== "answer") return undefined;
      forms.push(...heard.value.forms);
      after = heard.value.cursor;
      if (!heard.value.more) break;
    }
    return { forms, cursor: after };
  }

  const hashOf = (signed: Signed): readonly B64[] => {
    const claim = publicationClaim(signed);
    return claim.ok ? [claim.value.hash] : [];
  };

  async function lookOnce(session: Session, now: boolean): Promise<Result<boolean, WorkerError>> {
    const before = await known();
    const at = deps.clock.now();
    // A clock that was put back does not put the next look off.
    const isFresh = before.checkedAt !== null && at >= before.checkedAt && at - before.checkedAt < dayMs;
    if (isFresh && !now) return ok(false);
    const heard = await news(before.cursor);
    if (heard === undefined) return ok(false);
    const trusted = await trustedHere(session);
    if (!trusted.ok) return trusted;
    const forms = { ...before.forms };
    const waiting: Signed[] = [];
    const refused: Known["refused"] = [];
    const stands = new Set<string>();
    let isWhole = true;
    for (const signed of [...before.waiting.map(asSigned), ...heard.forms]) {
      const one = await judged(signed, trusted.value, forms);
      if (one.type === "taken") {
        forms[one.procedure] = one.form;
        stands.add(readPublishedProcedure(one.procedure)?.by ?? "");
      } else if (one.type === "refused") refused.push({ by: one.by, why: one.why });
      else if (one.type !== "same") {
        waiting.push(signed);
        isWhole &&= one.type === "unknown";
      }
    }
    const after: Known = {
      v: 1,
      cursor: heard.cursor,
      // A file that a bad line did not bring is asked for at the next occasion.
      checkedAt: isWhole ? at : before.checkedAt,
      waiting: waiting.slice(-mostWaiting),
      forms,
      // What was refused before stays told until the organisation published something that stands.
      refused: [...before.refused.filter(({ by }) => !stands.has(by)), ...refused].slice(-mostRefused),
    };
    const changed = JSON.stringify(after.forms) !== JSON.stringify(before.forms) || refused.length > 0;
    await shelf.write(after);
    const kept = Object.values(forms).flatMap((form) => form.versions.map(asSigned).flatMap(hashOf));
    await shelf.keepOnly(new Set(kept));
    return ok(changed);
  }

  /** The statement of one version that was verified before; of an older one, the server is asked. */
  async function statementOf(
    author: Trusted,
    form: KnownForm | undefined,
    name: string,
    version: number | null,
  ): Promise<Result<Publication, FormRefusal>> {
    const fits = (said: Publication): boolean => said.form === name && !said.withdrawn && said.version === version;
    for (const signed of form?.versions ?? []) {
      const said = await readPublication(asSigned(signed), author.principal);
      if (!said.ok) return err({ type: "refused", why: "forged" });
      if (version === null || fits(said.value)) return said;
    }
    if (version === null) return err({ type: "not-found" });
    const path = `${routes.organisations}/${encodeURIComponent(author.slug)}/forms`;
    const heard = await calls.call(path, parseOwnPublishedAnswer);
    if (heard.type !== "answer") return err({ type: "unavailable", mark: "form-not-here" });
    for (const signed of heard.value.forms) {
      const said = await readPublication(signed, author.principal);
      if (said.ok && fits(said.value)) return said;
    }
    return err({ type: "not-found" });
  }

  return {
    async list(session) {
      const trusted = await trustedHere(session);
      if (!trusted.ok) return trusted;
      const { forms, refused, checkedAt } = await known();
      const entries = Object.entries(forms).flatMap(([procedure, { about }]): readonly PublishedEntry[] => {
        const author = trusted.value.get(readPublishedProcedure(procedure)?.by ?? "");
        return author === undefined || about === null ? [] : [{ procedure, organisation: author.slug, ...about }];
      });
      return ok({
        forms: entries,
        refused: refused.map(({ by, why }) => ({ organisation: trusted.value.get(by)?.slug ?? "", why })),
        checkedAt,
      });
    },

    async form(session, procedure, version) {
      const named = readPublishedProcedure(procedure);
      if (named === undefined) return err({ type: "not-found" });
      const trusted = await trustedHere(session);
      if (!trusted.ok) return trusted;
      const author = trusted.value.get(named.by);
      if (author === undefined) return err({ type: "not-found" });
      const said = await statementOf(author, (await known()).forms[procedure], named.form, version);
      if (!said.ok) return said;
      const key = `${procedure}@${said.value.version}`;
      const before = read.get(key);
      if (before !== undefined) return ok(before);
      const file = await fileOf({ shelf, calls }, said.value);
      if (!file.ok)
        return err(
          file.error === "lost" ? { type: "unavailable", mark: "form-not-here" } : { type: "refused", why: file.error },
        );
      const form = await readPublished(file.value, said.value);
      if (!form.ok) return err({ type: "refused", why: form.error });
      const shown = asProcedure(procedure, form.value);
      read.set(key, shown);
      return ok(shown);
    },

    look(session, now) {
      looking ??= lookOnce(session, now).finally(() => {
        looking = undefined;
      });
      return looking;
    },
  };
}
