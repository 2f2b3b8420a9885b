/**
 * An organisation's own forms at its desk (SPEC P-Q): signs and publishes, withdraws, lists, and reads the form of a dossier
 * that came. Runs in the desk worker.
 *
 * Surprising fact: publishing is not queued. Who publishes sits at a computer with a network, and wants to know that it is done;
 * nothing that a person waits for depends on it.
 */

import { asProcedure, type PublishedForm, readPublishedProcedure } from "../../forms/published.ts";
import { wordAt } from "../../forms/words.ts";
import { published as limits } from "../../protocol/limits.ts";
import {
  type Publication,
  parseOwnPublishedAnswer,
  parsePlainAnswer,
  publishedHash,
  readPublication,
  signPublication,
} from "../../protocol/published.ts";
import { b64 } from "../../protocol/sign.ts";
import { type Principal, readChain } from "../../protocol/statements.ts";
import { routes, type ServerTime, type Signed } from "../../protocol/wire.ts";
import { type Bytes, utf8, utf8ToText } from "../../shared/bytes.ts";
import type { Timers } from "../../shared/ports.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import type { AskDeps } from "../common/blob-reader.ts";
import { createJsonCalls } from "../common/json-calls.ts";
import { fileOf, readPublished } from "../common/published.ts";
import { cacheShelf } from "../common/shelf.ts";
import type { DeskPublication, DeskPublishedApi, PublishRefusal } from "../published-desk.contract.ts";
import type { WorkerError } from "../satchel.contract.ts";
import type { DeskDeps, DeskSession } from "./deps.ts";

export interface DeskPublishedDeps extends Pick<DeskDeps, "clock" | "random" | "deployments"> {
  readonly fetch: AskDeps["fetch"];
  readonly timers: Timers;
  readonly caches: Pick<CacheStorage, "open">;
}

type Failure = WorkerError | { readonly type: "no-network" };
type Answers<Method extends keyof DeskPublishedApi> = Awaited<ReturnType<DeskPublishedApi[Method]>>;
type InSession<Method extends keyof DeskPublishedApi> = (
  session: DeskSession,
  ...input: Parameters<DeskPublishedApi[Method]>
) => Promise<Answers<Method>>;

export type DeskPublished = { readonly [Method in keyof DeskPublishedApi]: InSession<Method> };

/** Who published, by the address of its list. */
interface Author {
  readonly slug: string;
  readonly principal: Principal;
}

export function createDeskPublished(deps: DeskPublishedDeps): DeskPublished {
  const calls = createJsonCalls(deps);
  const shelf = cacheShelf(deps.caches);
  /** Statements that were verified, by organisation: a list that was read once is there without network. */
  const verified = new Map<string, readonly Publication[]>();

  async function authorOf(id: string): Promise<Author | undefined> {
    for (const { slug, statements } of (await deps.deployments.current())?.organisations ?? []) {
      const chain = statements.length === 0 ? undefined : await readChain(statements);
      if (chain?.ok === true && chain.value.id === id) return { slug, principal: chain.value };
    }
    return undefined;
  }

  /** Its own keys are in hand; only where its list stands is the deployment's to say. */
  async function ownAuthor({ identity }: DeskSession): Promise<Author | undefined> {
    const author = await authorOf(identity.id);
    return author && { slug: author.slug, principal: identity.principal };
  }

  async function listOf(author: Author): Promise<Result<readonly Publication[], Failure>> {
    const path = `${routes.organisations}/${encodeURIComponent(author.slug)}/forms`;
    const heard = await calls.call(path, parseOwnPublishedAnswer);
    if (heard.type !== "answer") {
      const before = verified.get(author.principal.id);
      return before === undefined ? err({ type: "no-network" }) : ok(before);
    }
    const all: Publication[] = [];
    for (const signed of heard.value.forms) {
      const said = await readPublication(signed, author.principal);
      // What this organisation did not sign is not its own, whoever lists it.
      if (said.ok) all.push(said.value);
    }
    verified.set(author.principal.id, all);
    return ok(all);
  }

  async function fileFor(said: Publication): Promise<Result<Bytes, Failure | { type: "refused"; why: "changed" }>> {
    const file = await fileOf({ shelf, calls }, said);
    if (file.ok) return file;
    return err(file.error === "lost" ? { type: "no-network" } : { type: "refused", why: "changed" });
  }

  async function shownAs(said: Publication, all: readonly Publication[]): Promise<DeskPublication> {
    const same = all.filter(({ form }) => form === said.form);
    const withdrawn = same.find(({ version, withdrawn }) => withdrawn && version === said.version);
    const newest = same.every(({ version }) => version <= said.version);
    const file = newest ? await fileFor(said) : undefined;
    const form = file?.ok === true ? await readPublished(file.value, said) : undefined;
    return {
      form: said.form,
      version: said.version,
      at: said.at,
      withdrawnAt: withdrawn?.at ?? null,
      newest,
      bytes: said.length,
      title: form?.ok === true ? (wordAt(form.value.words.fr, "title") ?? null) : null,
    };
  }

  /** Says it to the server. */
  async function post(statement: Signed, file: Bytes | null): Promise<Result<void, Failure | PublishRefusal>> {
    const heard = await calls.call(routes.forms, parsePlainAnswer, {
      statement,
      file: file === null ? null : b64(file),
    });
    if (heard.type === "answer") return ok(undefined);
    if (heard.type === "lost") return err({ type: "no-network" });
    if (heard.error === "id-taken") return err({ type: "older" });
    if (heard.error === "quota") return err({ type: "quota" });
    if (heard.error === "too-large") return err({ type: "too-large", most: limits.fileBytes });
    return err({ type: "refused", mark: heard.error });
  }

  const versionOf = (all: readonly Publication[], form: string, version: number): Publication | undefined =>
    all.find((said) => said.form === form && said.version === version && !said.withdrawn);

  return {
    async publications(session) {
      const author = await ownAuthor(session);
      if (author === undefined) return err({ type: "not-found" });
      const all = await listOf(author);
      if (!all.ok) return all;
      const versions = all.value.filter(({ withdrawn }) => !withdrawn);
      const shown: DeskPublication[] = [];
      for (const said of versions) shown.unshift(await shownAs(said, all.value));
      return ok(shown);
    },

    async publishForm({ identity }, text) {
      const file = utf8(text);
      if (file.length > limits.fileBytes) return err({ type: "too-large", most: limits.fileBytes });
      let claimed: unknown;
      try {
        claimed = (JSON.parse(text) as { readonly form?: unknown } | null)?.form;
      } catch (error) {
        if (error instanceof SyntaxError) return err({ type: "refused", mark: "not-json" });
        throw error;
      }
      const { id, version } = Object(claimed) as { readonly id?: unknown; readonly version?: unknown };
      if (typeof id !== "string" || typeof version !== "number") return err({ type: "refused", mark: "no-name" });
      const hash = await publishedHash(file);
      const at = deps.clock.now() as ServerTime;
      const facts = { by: identity.id, form: id, version, hash, length: file.length, at, withdrawn: false };
      // What no phone would take is not published: the same reader, before anything leaves.
      const read = await readPublished(file, facts);
      if (!read.ok) return err({ type: "refused", mark: read.error });
      const done = await post(await signPublication(identity.sign, facts), file);
      if (!done.ok) return done;
      await shelf.keep(hash, file);
      return ok({
        form: id,
        version,
        at,
        withdrawnAt: null,
        newest: true,
        bytes: file.length,
        title: wordAt(read.value.words.fr, "title") ?? null,
      });
    },

    async withdrawForm(session, form) {
      const author = await ownAuthor(session);
      if (author === undefined) return err({ type: "not-found" });
      const all = await listOf(author);
      if (!all.ok) return all;
      const versions = all.value.filter((said) => said.form === form).map(({ version }) => version);
      const said = versionOf(all.value, form, Math.max(0, ...versions));
      if (said === undefined) return err({ type: "not-found" });
      const { t: _t, v: _v, ...facts } = said;
      const at = deps.clock.now() as ServerTime;
      const { identity } = session;
      return post(await signPublication(identity.sign, { ...facts, at, withdrawn: true }), null);
    },

    async publishedFile(session, form, version) {
      const author = await ownAuthor(session);
      const all = author === undefined ? undefined : await listOf(author);
      if (all === undefined) return err({ type: "not-found" });
      if (!all.ok) return all;
      const said = versionOf(all.value, form, version);
      if (said === undefined) return err({ type: "not-found" });
      const file = await fileFor(said);
      if (!file.ok) return err(file.error.type === "refused" ? { type: "not-found" } : file.error);
      return ok({ text: utf8ToText(file.value) ?? "" });
    },

    async publishedForm(session, procedure, version) {
      const named = readPublishedProcedure(procedure);
      if (named === undefined) return err({ type: "not-found" });
      const author = named.by === session.identity.id ? await ownAuthor(session) : await authorOf(named.by);
      if (author === undefined) return err({ type: "not-found" });
      const known = versionOf(verified.get(named.by) ?? [], named.form, version);
      const all = known === undefined ? await listOf(author) : undefined;
      if (all?.ok === false) return all;
      const said = known ?? versionOf(all?.value ?? [], named.form, version);
      if (said === undefined) return err({ type: "not-found" });
      const file = await fileFor(said);
      if (!file.ok) return file;
      const form = await readPublished(file.value, said);
      if (!form.ok) return err({ type: "refused", why: form.error });
      const shown: PublishedForm = asProcedure(procedure, form.value);
      return ok(shown);
    },
  };
}
