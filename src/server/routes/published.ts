/**
 * Forms that organisations publish (SPEC P-Q): taken on the organisation's signature alone, given to everybody. Runs in Node.
 *
 * Surprising: the server does not know what a form is, and cannot: it may not import the code that reads one. It checks who
 * signed, how large it is and that it is newer; what is in it is refused or shown by the phones.
 */

import type { FastifyInstance } from "fastify";
import { bodies, published as limits } from "../../protocol/limits.ts";
import { parseCursor } from "../../protocol/parse.ts";
import {
  isPublishedFile,
  type OwnPublishedAnswer,
  type PublicationError,
  type PublishedAnswer,
  parsePublishRequest,
  publicationClaim,
  rankOf,
  readPublication,
} from "../../protocol/published.ts";
import { readChain } from "../../protocol/statements.ts";
import { type B64, routes } from "../../protocol/wire.ts";
import { fromBase64Url } from "../../shared/bytes.ts";
import type { FindDeployed } from "../deployment.ts";
import type { RouteDeps } from "./deps.ts";

const isHash = (text: string): text is B64 => fromBase64Url(text)?.length === 32;

export function publishedRoutes(app: FastifyInstance, deps: RouteDeps & { readonly findDeployed: FindDeployed }): void {
  const { answers, store, rates, findDeployed } = deps;

  app.post(routes.forms, { bodyLimit: bodies.publish }, async (request, reply) => {
    const body = parsePublishRequest(request.body);
    const said = body.ok ? publicationClaim(body.value.statement) : body;
    if (!body.ok || !said.ok) return answers.refuse(request, reply, "bad-format");
    const { statement, file } = body.value;
    const { by } = said.value;
    const organisation = await store.principal(by);
    // Anybody can register a chain that calls itself an organisation: only one of this deployment publishes here.
    if (organisation === undefined || (await findDeployed(by)) === undefined)
      return answers.refuse(request, reply, "unknown-principal");
    if (organisation.closed !== null) return answers.refuse(request, reply, organisation.closed);
    const chain = await readChain(organisation.statements);
    if (!chain.ok) return answers.refuse(request, reply, "unknown-principal");
    const { id, kind, sign } = chain.value;
    const read = await readPublication(statement, { id, kind, sign });
    if (!read.ok) {
      const why: PublicationError["type"] = read.error.type;
      return answers.refuse(request, reply, why === "wrong-signer" ? "forbidden" : why);
    }
    const wait = await rates.principal(request, by);
    if (wait !== undefined) return answers.refuse(request, reply, "too-many", wait);
    const publication = read.value;
    if (publication.withdrawn !== (file === null)) return answers.refuse(request, reply, "bad-format");
    const bytes = file === null ? undefined : fromBase64Url(file);
    if (bytes !== undefined && !(await isPublishedFile(bytes, publication)))
      return answers.refuse(request, reply, "bad-format");
    const { form, hash, length } = publication;
    const done = await store.publish({
      by,
      form,
      rank: rankOf(publication),
      hash,
      length,
      statement,
      file,
      at: answers.now(),
    });
    switch (done) {
      case "ok":
        return reply.send(answers.answered(request));
      case "older":
        return answers.refuse(request, reply, "id-taken");
      case "no-file":
        return answers.refuse(request, reply, "bad-format");
      case "quota":
        return answers.refuse(request, reply, "quota");
    }
  });

  app.get<{ Querystring: { after?: string } }>(routes.forms, async (request, reply) => {
    const asked = parseCursor(request.query.after ?? "0.0");
    if (!asked.ok) return answers.refuse(request, reply, "bad-format");
    const [epoch, last] = [await store.epoch(), await store.publishedLast()];
    const isFirst = asked.value.seq === 0;
    // A database of another life may have given these numbers to other statements.
    const reset = !isFirst && (asked.value.epoch !== epoch || asked.value.seq > last);
    const rows = await store.publishedAfter(reset ? 0 : asked.value.seq, limits.page + 1);
    const page = rows.slice(0, limits.page);
    const more = rows.length > page.length;
    // Read before the rows: what came between is asked for the next time, and told twice at most.
    const next = more ? (page.at(-1)?.seq ?? last) : Math.max(last, page.at(-1)?.seq ?? 0);
    const answer: PublishedAnswer = {
      ...answers.answered(request),
      forms: page.map(({ statement }) => statement),
      cursor: `${epoch}.${next}`,
      more,
      reset,
    };
    return reply.send(answer);
  });

  app.get<{ Params: { hash: string } }>(`${routes.forms}/:hash`, async (request, reply) => {
    const { hash } = request.params;
    const file = isHash(hash) ? await store.publishedFile(hash) : undefined;
    const bytes = file === undefined ? undefined : fromBase64Url(file);
    if (bytes === undefined) return answers.refuse(request, reply, "not-found");
    // Named by its hash, so it never changes, and no browser takes it for a page.
    return reply
      .header("cache-control", "public, max-age=31536000, immutable")
      .type("application/octet-stream")
      .send(Buffer.from(bytes));
  });

  app.get<{ Params: { slug: string } }>(`${routes.organisations}/:slug/forms`, async (request, reply) => {
    const { slug } = request.params;
    const organisation = deps.deployment.organisations.find((one) => one.slug === slug);
    if (organisation === undefined) return answers.refuse(request, reply, "not-found");
    const opened = (await store.desk(slug))?.opened ?? null;
    const named = opened === null ? await readChain(organisation.statements) : undefined;
    const principal = opened?.principal ?? (named?.ok === true ? named.value.id : undefined);
    const answer: OwnPublishedAnswer = {
      ...answers.answered(request),
      forms: principal === undefined ? [] : await store.publishedBy(principal),
    };
    return reply.send(answer);
  });
}
