/**
 * A stand-in for Démarches simplifiées, as far as its documentation says how it behaves: the public shape of a procedure,
 * preparing a dossier, its state, its limits, and what it drops without a word. Runs in Node on loopback; written from the
 * documentation alone, not from the code that talks to it.
 *
 *   const site = await startPrefillSite();
 *   site.publish({ number: 12, path: "aide", fields: [{ type: "Text", id: 1, label: "Nom" }] });
 *   site.dossiers[0]?.values;     // what was kept
 *   site.behave("html");          // one answer, or all from now on, is something else
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface SiteField {
  /** Without "ChampDescriptor". */
  readonly type: string;
  readonly id: number;
  readonly label: string;
  /** Of an address: the only ones that the site finds, by their exact label. */
  readonly known?: readonly string[];
  readonly description?: string;
  readonly required?: boolean;
  readonly options?: readonly string[];
  readonly otherOption?: boolean;
  readonly level?: number;
  readonly fields?: readonly SiteField[];
}

export interface SiteProcedure {
  readonly number: number;
  readonly path: string;
  readonly title?: string;
  readonly state?: "publiee" | "brouillon" | "close";
  /** Only these have a public shape; preparing works for all that are published. */
  readonly opendata?: boolean;
  readonly fields: readonly SiteField[];
}

export interface SiteDossier {
  readonly number: number;
  readonly procedure: number;
  readonly token: string;
  readonly createdAt: number;
  /** What the site kept of what was sent, by key. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Keys whose value it dropped without a word. */
  readonly dropped: readonly string[];
  state: "prefilled" | "brouillon" | "en_construction" | "en_instruction" | "accepte" | "refuse" | "sans_suite";
  submittedAt: string | null;
  processedAt: string | null;
  /** A person opened it and signed in: it is no orphan any more. */
  claimed: boolean;
}

/** Ways to answer that are not the documented one. */
export type Misbehaviour =
  | "html"
  | "redirect"
  | "huge"
  | "slow"
  | "cut"
  | "broken-json"
  | "other-shape"
  | "other-host"
  | "script-address"
  | "error-500"
  | "too-many";

export interface PrefillSite {
  /** http://127.0.0.1:<port> */
  readonly url: string;
  readonly publish: (procedure: SiteProcedure) => void;
  readonly dossiers: readonly SiteDossier[];
  /** Method and path of every request, oldest first, tokens and all. */
  readonly requests: readonly string[];
  /** From now on, or for the next `times` requests. Null: as documented. */
  readonly behave: (how: Misbehaviour | null, times?: number) => void;
  /** Moves the site's clock: orphans older than five days go. */
  readonly pass: (ms: number) => void;
  readonly stop: () => Promise<void>;
}

const DAY = 24 * 60 * 60 * 1000;
const ORPHAN_DAYS = 5;
const LIMIT = 15;
const WINDOW_MS = 15_000;

/** `Champ-12` as the API writes ids. */
export const siteId = (id: number): string => Buffer.from(`Champ-${id}`).toString("base64");
/** The name of a value: the id without "=" at its end. */
export const siteKey = (id: number): string => `champ_${siteId(id).replace(/=+$/, "")}`;

const isoDate = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
const strings = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === "string");

function ibanHolds(text: string): boolean {
  const plain = text.replace(/\s/g, "").toUpperCase();
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(plain)) return false;
  const digits = [...plain.slice(4), ...plain.slice(0, 4)].map((letter) => Number.parseInt(letter, 36)).join("");
  return BigInt(digits) % 97n === 1n;
}

function siretHolds(text: string): boolean {
  const plain = text.replace(/\s/g, "");
  if (!/^\d{14}$/.test(plain)) return false;
  const sum = [...plain].reduce((total, digit, at) => {
    const doubled = Number(digit) * (at % 2 === 0 ? 2 : 1);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}

/** What the documentation says of each type that may be prepared; every other type is dropped. */
const accepts: Readonly<Record<string, (value: unknown, field: SiteField) => boolean>> = {
  Text: (value) => typeof value === "string",
  Textarea: (value) => typeof value === "string",
  Formatted: (value) => typeof value === "string",
  DecimalNumber: (value) => typeof value === "string" && /^-?\d+([.,]\d+)?$/.test(value),
  IntegerNumber: (value) => typeof value === "string" && /^-?\d+$/.test(value),
  Email: (value) => typeof value === "string" && /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value),
  Phone: (value) => typeof value === "string" && /^(\+\d{8,15}|0\d{9})$/.test(value.replace(/[ .-]/g, "")),
  Iban: (value) => typeof value === "string" && ibanHolds(value),
  Siret: (value) => typeof value === "string" && siretHolds(value),
  Civilite: (value) => value === "M." || value === "Mme",
  Pays: (value) => typeof value === "string" && /^[A-Z]{2}$/.test(value),
  Region: (value) => typeof value === "string" && /^(\d{2}|97[5-8]|98[4-9])$/.test(value),
  Departement: (value) => typeof value === "string" && /^(\d{2}|2[AB]|9[78]\d|99)$/.test(value),
  Commune: (value) =>
    strings(value) &&
    value.length === 2 &&
    /^\d{5}$/.test(value[0] ?? "") &&
    /^(\d{5}|2[AB]\d{3})$/.test(value[1] ?? ""),
  Epci: (value) => strings(value) && value.length === 2,
  Address: (value, field) => typeof value === "string" && (field.known ?? []).includes(value),
  Date: (value) => typeof value === "string" && isoDate(value),
  Datetime: (value) =>
    typeof value === "string" && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(value) && !Number.isNaN(Date.parse(value)),
  YesNo: (value) => value === "true" || value === "false",
  Checkbox: (value) => value === "true" || value === "false",
  DropDownList: (value, field) =>
    typeof value === "string" && (field.otherOption === true || (field.options ?? []).includes(value)),
  MultipleDropDownList: (value, field) => strings(value) && value.every((each) => (field.options ?? []).includes(each)),
  DossierLink: (value) => typeof value === "string" && /^\d+$/.test(value),
};

function keepOf(fields: readonly SiteField[], sent: Readonly<Record<string, unknown>>) {
  const values: Record<string, unknown> = {};
  const dropped: string[] = [];
  for (const [key, value] of Object.entries(sent)) {
    if (/^identite_(prenom|nom|genre)$/.test(key)) {
      if (typeof value === "string" && (key !== "identite_genre" || value === "M." || value === "Mme"))
        values[key] = value;
      else dropped.push(key);
      continue;
    }
    const field = fields.find(({ id }) => siteKey(id) === key);
    if (field?.type === "Repetition" && Array.isArray(value)) {
      const rows = value.map((row) => keepOf(field.fields ?? [], Object(row)));
      values[key] = rows.map((row) => row.values);
      dropped.push(...rows.flatMap((row, at) => row.dropped.map((inner) => `${key}.${at}.${inner}`)));
    } else if (field !== undefined && accepts[field.type]?.(value, field) === true) values[key] = value;
    else dropped.push(key);
  }
  return { values, dropped };
}

const describeField = (field: SiteField): object => ({
  __typename: `${field.type}ChampDescriptor`,
  id: siteId(field.id),
  label: field.label,
  description: field.description ?? "",
  required: field.required ?? false,
  ...(field.options === undefined ? {} : { options: field.options }),
  ...(field.type === "DropDownList" ? { otherOption: field.otherOption ?? false } : {}),
  ...(field.level === undefined ? {} : { level: String(field.level) }),
  ...(field.fields === undefined ? {} : { champDescriptors: field.fields.map(describeField) }),
});

/** The public shape of a procedure, as `/preremplir/<path>/schema` gives it. */
export const siteSchema = (procedure: SiteProcedure, url: string): object => ({
  id: Buffer.from(`Procedure-${procedure.number}`).toString("base64"),
  number: procedure.number,
  title: procedure.title ?? "Une aide",
  description: "",
  state: procedure.state ?? "publiee",
  declarative: null,
  dateCreation: "2026-01-05T09:00:00+01:00",
  datePublication: "2026-02-01T09:00:00+01:00",
  dateDerniereModification: "2026-02-01T09:00:00+01:00",
  dateDepublication: null,
  dateFermeture: null,
  demarcheURL: `${url}/commencer/${procedure.path}`,
  service: { nom: "CCAS", siret: "20004202200014", organisme: "Commune", typeOrganisme: "commune" },
  revision: {
    id: Buffer.from("ProcedureRevision-1").toString("base64"),
    datePublication: "2026-02-01T09:00:00+01:00",
    champDescriptors: procedure.fields.map(describeField),
    annotationDescriptors: [],
  },
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of request) text += String(part);
  return text;
}

export async function startPrefillSite(): Promise<PrefillSite> {
  const procedures = new Map<number, SiteProcedure>();
  const dossiers: SiteDossier[] = [];
  const requests: string[] = [];
  const recent: number[] = [];
  let ahead = 0;
  let made = 0;
  let misbehaviour: { readonly how: Misbehaviour; left: number } | null = null;
  const now = (): number => Date.now() + ahead;

  const json = (response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void =>
    void response
      .writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers })
      .end(JSON.stringify(value));

  const shown = (dossier: SiteDossier): object => ({
    dossier_url: `${url}/commencer/${procedures.get(dossier.procedure)?.path}?prefill_token=${dossier.token}`,
    state: dossier.state,
    dossier_id: Buffer.from(`Dossier-${dossier.number}`).toString("base64"),
    dossier_number: dossier.number,
    dossier_prefill_token: dossier.token,
    ...(dossier.submittedAt === null ? {} : { submitted_at: dossier.submittedAt }),
    ...(dossier.processedAt === null ? {} : { processed_at: dossier.processedAt }),
  });

  function wrong(how: Misbehaviour, response: ServerResponse): void {
    const dossier = { dossier_number: 7, dossier_prefill_token: "abcdefgh1234" };
    switch (how) {
      case "html":
        response.writeHead(201, { "content-type": "text/html" }).end("<html><script>alert(1)</script></html>");
        return;
      case "redirect":
        response.writeHead(302, { location: `${url}/elsewhere` }).end();
        return;
      case "huge":
        response.writeHead(201, { "content-type": "application/json" });
        response.end(JSON.stringify({ ...dossier, dossier_url: `${url}/x`, more: "x".repeat(5_000_000) }));
        return;
      case "slow":
        response.writeHead(201, { "content-type": "application/json" });
        response.write("{");
        return;
      case "cut":
        response.writeHead(201, { "content-type": "application/json", "content-length": "500" });
        response.write('{"dossier_url":');
        response.destroy();
        return;
      case "broken-json":
        response.writeHead(201, { "content-type": "application/json" }).end('{"dossier_url": ');
        return;
      case "other-shape":
        json(response, 201, {
          dossier_url: 5,
          dossier_number: "x",
          dossier_prefill_token: null,
          number: [],
          revision: {},
        });
        return;
      case "other-host":
        json(response, 201, {
          ...dossier,
          dossier_url: "https://example.net/commencer/aide?prefill_token=abcdefgh1234",
        });
        return;
      case "script-address":
        json(response, 201, { ...dossier, dossier_url: "javascript:alert(1)" });
        return;
      case "error-500":
        json(response, 500, { error: "Internal Server Error" });
        return;
      case "too-many":
        json(response, 429, { error: "Too many requests" }, { "retry-after": "9" });
        return;
    }
  }

  function sweep(): void {
    const old = dossiers.filter((one) => !one.claimed && now() - one.createdAt > ORPHAN_DAYS * DAY);
    for (const one of old) dossiers.splice(dossiers.indexOf(one), 1);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = new URL(request.url ?? "/", url);
    requests.push(`${request.method} ${target.pathname}${target.search}`);
    const text = await bodyOf(request);
    if (misbehaviour !== null) {
      const { how } = misbehaviour;
      misbehaviour.left -= 1;
      if (misbehaviour.left <= 0) misbehaviour = null;
      wrong(how, response);
      return;
    }
    sweep();
    while ((recent[0] ?? now()) <= now() - WINDOW_MS) recent.shift();
    recent.push(now());
    if (recent.length > LIMIT) return json(response, 429, { error: "Too many requests" }, { "retry-after": "15" });

    const schema = /^\/preremplir\/([a-z0-9_-]+)\/schema$/.exec(target.pathname);
    if (schema !== null) {
      const procedure = [...procedures.values()].find(({ path }) => path === schema[1]);
      if (procedure === undefined || procedure.opendata === false) return json(response, 404, { error: "Not found" });
      return json(response, 200, siteSchema(procedure, url));
    }
    const api = /^\/api\/public\/v1\/demarches\/(\d+)\/dossiers$/.exec(target.pathname);
    const procedure = procedures.get(Number(api?.[1]));
    if (api === null || procedure === undefined || procedure.state === "close")
      return json(response, 404, { error: "Not found" });
    if (request.method === "GET") {
      const tokens = (target.searchParams.get("prefill_token") ?? "").split(",");
      return json(
        response,
        200,
        dossiers.filter((one) => tokens.includes(one.token) && one.procedure === procedure.number).map(shown),
      );
    }
    // A charset behind it fails the check.
    if (request.headers["content-type"] !== "application/json") return json(response, 400, { error: "Content-Type" });
    made += 1;
    const dossier: SiteDossier = {
      ...keepOf(procedure.fields, JSON.parse(text)),
      number: 999 + made,
      procedure: procedure.number,
      token: Buffer.from(crypto.getRandomValues(new Uint8Array(18))).toString("base64url"),
      createdAt: now(),
      state: "prefilled",
      submittedAt: null,
      processedAt: null,
      claimed: false,
    };
    dossiers.push(dossier);
    json(response, 201, shown(dossier));
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    dossiers,
    requests,
    publish: (procedure) => void procedures.set(procedure.number, procedure),
    behave: (how, times = Number.POSITIVE_INFINITY) => {
      misbehaviour = how === null ? null : { how, left: times };
    },
    pass: (ms) => {
      ahead += ms;
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
