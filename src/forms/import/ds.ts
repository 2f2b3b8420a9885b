/**
 * A procedure of Démarches simplifiées as a form of ours. Pure; what it could not know is said in the report.
 *
 * Surprising: the public schema has no conditions, bounds or formats (form-systems 5.2). So every question is shown, none of
 * them can block ("Je ne sais pas" is always there), and `origin.logic` says "missing" until somebody has looked at it.
 */
import { ok, type Result } from "../../shared/result.ts";
import type { Choice, Field, FormFile, FormPage, LinkedChoice, Requirement, Words } from "../model.ts";
import { slug } from "./clean.ts";
import { type Descriptor, type Note, parseSchema, type ReadSchema } from "./schema.ts";
import { dsTypeOf } from "./types.ts";

export interface ImportContext {
  /** "YYYY-MM-DD" on which it was read, and the day on which somebody has to look again. */
  readonly today: string;
  readonly reviewBefore: string;
  /** SHA-256 of what was read, hex. */
  readonly hash?: string;
  /** Where it was read. */
  readonly url?: string;
}

export interface ImportReport {
  /** Questions that want an answer, those of repetitions too; papers are not among them. */
  readonly questions: number;
  /** Asked here as what they are. */
  readonly understood: number;
  /** The other site takes a prepared answer for them. */
  readonly prefillable: number;
  /** Filled there from another service; here they are a text. */
  readonly onlineOnly: number;
  readonly unknown: number;
  readonly documents: number;
  /** Any question may have a condition there; nobody publishes which. */
  readonly logic: "missing";
  readonly notes: readonly Note[];
}

export interface Imported {
  readonly file: FormFile;
  readonly report: ImportReport;
}

const REPEAT_ROWS = 50;
const MEGABYTE = 1_000_000;

/** "Champ-12" -> "12"; of any other id, its letters. */
function stableOf(id: string): string {
  try {
    const text = atob(id.replaceAll("-", "+").replaceAll("_", "/"));
    const number = /^[A-Za-z]+-(\d{1,15})$/.exec(text)?.[1];
    if (number !== undefined) return number;
  } catch (error) {
    // No base64: its letters are the id. Anything else is a bug.
    if (!(error instanceof DOMException)) throw error;
  }
  return [...id]
    .map((letter) => letter.charCodeAt(0).toString(36).padStart(2, "0"))
    .join("")
    .slice(0, 80);
}

/** The name of its value when a dossier is prepared there. */
export const dsKey = (id: string): string => `champ_${id.replace(/=+$/, "")}`;

const linePattern = /^--\s*(.*?)\s*--$/;

interface Made {
  readonly words: Record<string, Words>;
  readonly choices: readonly Choice[];
}

/** Ids that can be read, each of them once. */
function choicesOf(labels: readonly string[], taken = new Set(["other"])): Made {
  const words: Record<string, string> = {};
  const choices = labels.map((label) => {
    const start = slug(label) || "choix";
    let id = start;
    // What every object is called has a number too: it would be taken for a choice that nobody made (check.ts).
    for (let n = 2; taken.has(id) || id in {}; n += 1) id = `${start}-${n}`;
    taken.add(id);
    words[id] = label;
    return { id };
  });
  return { words: { choices: words }, choices };
}

/** A flat list with "--Primary--" lines as two levels; what stands before the first of them belongs to none and is a level of its own. */
function linkedOf(options: readonly string[]): { readonly words: Words; readonly choices: readonly LinkedChoice[] } {
  const taken = new Set(["other"]);
  const words: Record<string, string> = {};
  const choices: { id: string; choices: Choice[] }[] = [];
  const idOf = (label: string): string => {
    const made = choicesOf([label], taken);
    Object.assign(words, made.words.choices);
    return made.choices[0]?.id ?? "choix";
  };
  for (const option of options) {
    const primary = linePattern.exec(option)?.[1];
    const last = choices.at(-1);
    if (primary !== undefined || last === undefined) choices.push({ id: idOf(primary ?? option), choices: [] });
    else last.choices.push({ id: idOf(option) });
  }
  return { words: { choices: words }, choices };
}

/** How each type is asked; undefined: as a text, filled there from elsewhere. */
function fieldOf(descriptor: Descriptor, name: string, id: string): { readonly field: Field; readonly words: Words } {
  const base = {
    id,
    required: descriptor.required,
    unknown: true,
    ref: { ds: dsKey(descriptor.id) },
  };
  const plain = (field: Field): { readonly field: Field; readonly words: Words } => ({ field, words: {} });
  switch (name) {
    case "civilite":
      return plain({ ...base, type: "civility" });
    case "email":
      return plain({ ...base, type: "email", maxLength: 200 });
    case "phone":
      return plain({ ...base, type: "phone", maxLength: 40 });
    case "address":
      return plain({ ...base, type: "address" });
    case "communes":
      return plain({ ...base, type: "commune" });
    case "departements":
      return plain({ ...base, type: "departement" });
    case "regions":
      return plain({ ...base, type: "region" });
    case "pays":
      return plain({ ...base, type: "country" });
    case "iban":
      return plain({ ...base, type: "iban" });
    case "siret":
      return plain({ ...base, type: "siret" });
    case "textarea":
      return plain({ ...base, type: "longText", maxLength: 10_000 });
    case "integernumber":
    case "number":
      return plain({ ...base, type: "integer" });
    case "decimalnumber":
      return plain({ ...base, type: "decimal", decimals: 6 });
    case "date":
      return plain({ ...base, type: "date", partial: false });
    case "datetime":
      return plain({ ...base, type: "datetime" });
    case "yesno":
      return plain({ ...base, type: "yesno" });
    case "checkbox":
      // A box that must be ticked may be meant for some people only: without conditions nobody can know.
      return plain({ ...base, type: "checkbox", required: false, unknown: false });
    case "dropdownlist": {
      const { words, choices } = choicesOf(descriptor.options.filter((option) => !linePattern.test(option)));
      if (choices.length === 0) break;
      const withOther = descriptor.other
        ? { words: { ...words, other: "Autre" }, other: { other: true } }
        : { words, other: {} };
      return { field: { ...base, type: "choice", choices, ...withOther.other }, words: withOther.words };
    }
    case "multipledropdownlist": {
      const { words, choices } = choicesOf(descriptor.options.filter((option) => !linePattern.test(option)));
      if (choices.length > 0) return { field: { ...base, type: "choices", choices }, words };
      break;
    }
    case "linkeddropdownlist": {
      const { words, choices } = linkedOf(descriptor.options);
      if (choices.length > 0) return { field: { ...base, type: "linked", choices }, words };
      break;
    }
    case "dossierlink":
      return plain({ ...base, type: "text", maxLength: 20 });
    default:
      break;
  }
  const online = dsTypeOf(descriptor.typename)?.treatment === "online";
  return plain({ ...base, type: "text", maxLength: 1000, ...(online ? { online: true } : {}) });
}

const named = /^(votre |vos )?(nom|prenom|civilite)/;
const placed = /^(votre |vos )?(adresse|code postal|ville|commune|complement d)/;

/** Runs of questions that belong on one page: who one is, where one lives, how one is reached. */
function groupOf(descriptor: Descriptor, name: string): "identity" | "address" | "contact" | null {
  const label = slug(descriptor.label).replaceAll("-", " ");
  if (name === "civilite" || (name === "text" && named.test(label))) return "identity";
  if (name === "address" || name === "communes" || (name === "text" && placed.test(label))) return "address";
  return name === "email" || name === "phone" ? "contact" : null;
}

const groupTitles = { identity: "Identité", address: "Adresse", contact: "Contact" } as const;
const GROUP_MOST = 4;

/** @param read as `readSchema` gave it. Never fails: what is odd was refused or noted before. */
export function importDs({ schema, notes: readNotes }: ReadSchema, context: ImportContext): Imported {
  const notes: Note[] = [...readNotes];
  const note = (code: Note["code"], path: string, message: string): void => void notes.push({ code, path, message });
  const words: Record<string, string | Words> = {};
  const sections: Record<string, string> = {};
  const pageWords: Record<string, Words> = {};
  const requirementWords: Record<string, Words> = {};
  const fields: Field[] = [];
  const pages: FormPage[] = [];
  const requirements: Requirement[] = [];
  const counts = { questions: 0, understood: 0, prefillable: 0, onlineOnly: 0, unknown: 0 };
  let seconds = 0;

  /** The headings above a question, by level; a section begins with the first question below one. */
  let headings: readonly string[] = [];
  let headingPath = "";
  let section = "";
  const sectionNow = (): string => {
    if (section === "") {
      section = `part-${Object.keys(sections).length + 1}`;
      sections[section] = headings.join(" – ") || (Object.keys(sections).length === 0 ? "Questions" : schema.title);
      headingPath = "";
    }
    return section;
  };

  const labelOf = (descriptor: Descriptor): string => {
    if (descriptor.label !== "") return descriptor.label;
    note("no-label", `${descriptor.path}.label`, "the question has no words");
    return "Question sans texte";
  };

  const wordsOf = (descriptor: Descriptor): Record<string, string | Words> => {
    const hint = [descriptor.description, descriptor.more].filter((text) => text !== "").join("\n\n");
    return { label: labelOf(descriptor), ...(hint === "" ? {} : { hint }) };
  };

  function asked(descriptor: Descriptor): Field {
    const type = dsTypeOf(descriptor.typename);
    if (type === undefined)
      note("unknown-type", `${descriptor.path}.__typename`, `"${descriptor.typename}" is not known: asked as a text`);
    const id = `q_${stableOf(descriptor.id)}`;
    const made = fieldOf(descriptor, type?.name ?? "", id);
    const wanted = ["dropdownlist", "multipledropdownlist", "linkeddropdownlist"].includes(type?.name ?? "");
    const asText = wanted && made.field.type === "text";
    if (asText) note("no-options", `${descriptor.path}.options`, "a list without choices: asked as a text");
    words[id] = { ...wordsOf(descriptor), ...made.words };
    counts.questions += 1;
    if (type === undefined) counts.unknown += 1;
    else if (type.treatment === "online") counts.onlineOnly += 1;
    else if (!asText) counts.understood += 1;
    if (type?.prefilled === true) counts.prefillable += 1;
    seconds += type?.seconds ?? 60;
    return made.field;
  }

  function document(descriptor: Descriptor, label: string): void {
    const id = `piece-${stableOf(descriptor.id)}`;
    const identity = dsTypeOf(descriptor.typename)?.name === "titreidentite";
    requirements.push({
      id,
      kinds: identity ? ["identity-card", "passport"] : [],
      required: descriptor.required,
      maxPapers: 10,
      maxBytes: (identity ? 20 : 200) * MEGABYTE,
      ...(identity ? { accept: ["image" as const] } : {}),
      ref: { ds: dsKey(descriptor.id) },
    });
    const hint = [descriptor.description, descriptor.more].filter((text) => text !== "").join("\n\n");
    requirementWords[id] = {
      label,
      ...(hint === "" ? {} : { hint }),
      missing: "Notez-le : ce document sera demandé sur le site.",
    };
    pages.push({ id, section: sectionNow(), fields: [], requirement: id });
    pageWords[id] = { title: label };
    seconds += 180;
  }

  /** The page that more of its group may join. */
  let open: { readonly group: string; readonly page: string } | null = null;
  const place = (field: Field, title: string, group: keyof typeof groupTitles | null): void => {
    const last = pages.at(-1);
    const here = sectionNow();
    if (
      open !== null &&
      group === open.group &&
      last?.id === open.page &&
      last.section === here &&
      last.fields.length < GROUP_MOST
    ) {
      pages[pages.length - 1] = { ...last, fields: [...last.fields, field.id] };
      pageWords[last.id] = { title: groupTitles[group ?? "identity"] };
    } else {
      const id = field.id.replaceAll("_", "-");
      pages.push({ id, section: here, fields: [field.id] });
      pageWords[id] = { title };
      open = group === null ? null : { group, page: id };
    }
    fields.push(field);
  };

  function identity(): void {
    const field = (key: string, type: "civility" | "text", profile: string, label: string): void => {
      const id = `person_${key}`;
      const base = { id, required: false, unknown: true, profile, ref: { ds: `identite_${key}` } };
      words[id] = { label };
      place(type === "text" ? { ...base, type, maxLength: 200 } : { ...base, type }, "Identité", "identity");
      counts.questions += 1;
      counts.understood += 1;
      counts.prefillable += 1;
      seconds += 10;
    };
    headings = ["Identité"];
    field("genre", "civility", "gender", "Civilité");
    field("prenom", "text", "given_name", "Prénom");
    field("nom", "text", "family_name", "Nom");
    headings = [];
    section = "";
    open = null;
  }

  if (schema.forIndividual !== false) identity();
  if (schema.forIndividual === null)
    note(
      "missing",
      "forIndividual",
      "it is not said whether a person or an organisation files: a person's names were added",
    );

  for (const descriptor of schema.fields) {
    const type = dsTypeOf(descriptor.typename);
    const id = `q_${stableOf(descriptor.id)}`;
    switch (type?.treatment) {
      case "section": {
        if (headingPath !== "" && section === "" && descriptor.level <= headings.length)
          note("empty-section", headingPath, "a heading with nothing under it");
        headings = [...headings.slice(0, descriptor.level - 1), labelOf(descriptor)];
        headingPath = descriptor.path;
        section = "";
        open = null;
        break;
      }
      case "info": {
        words[id] = wordsOf(descriptor);
        place({ id, type: "info", required: false, unknown: false }, labelOf(descriptor), null);
        seconds += 5;
        break;
      }
      case "document":
        document(descriptor, labelOf(descriptor));
        open = null;
        break;
      case "repeat": {
        const papers = descriptor.inner.filter((each) => dsTypeOf(each.typename)?.treatment === "document");
        const asks = descriptor.inner.filter((each) => {
          const treatment = dsTypeOf(each.typename)?.treatment;
          return treatment !== "document" && treatment !== "section" && treatment !== "info" && treatment !== "repeat";
        });
        if (asks.length > 0) {
          words[id] = wordsOf(descriptor);
          const inside = asks.map(asked);
          const ref = { ds: dsKey(descriptor.id) };
          const field: Field = {
            id,
            type: "repeat",
            required: false,
            unknown: false,
            fields: inside,
            max: REPEAT_ROWS,
            ref,
          };
          place(field, labelOf(descriptor), null);
        } else note("missing", `${descriptor.path}.champDescriptors`, "a repetition that asks for nothing");
        for (const paper of papers) document(paper, `${labelOf(descriptor)} – ${labelOf(paper)}`);
        open = null;
        break;
      }
      default:
        place(asked(descriptor), labelOf(descriptor), groupOf(descriptor, type?.name ?? ""));
    }
  }

  const url = schema.url || context.url;
  const french: Words = {
    title: schema.title,
    intro: schema.description.split("\n\n")[0] ?? "",
    whoCanAsk: "",
    need: "",
    afterwards:
      "Besace prépare vos réponses. Vous les relisez, vous ajoutez les documents et vous déposez la demande sur le site, avec un compte.",
    human: schema.service === "" ? "" : `Service : ${schema.service}`,
    declaration: "",
    sections,
    pages: pageWords,
    requirements: requirementWords,
    ...words,
  };
  return {
    file: {
      format: "besace-form",
      form: {
        format: 1,
        id: `ds-${schema.number}`,
        version: 1,
        icon: "autre",
        official: null,
        sources: [
          {
            title: `Démarches simplifiées, démarche ${schema.number}`,
            verifiedOn: context.today,
            ...(url === undefined ? {} : { url }),
          },
        ],
        reviewBefore: context.reviewBefore,
        minutes: Math.max(1, Math.round(seconds / 60)),
        fields,
        pages,
        requirements,
        notForeseen: true,
        declaration: false,
        languages: ["fr"],
        origin: {
          kind: "ds",
          number: schema.number,
          revision: schema.revision,
          ...(url === undefined ? {} : { url }),
          ...(context.hash === undefined ? {} : { hash: context.hash }),
          fetchedOn: context.today,
          logic: "missing",
        },
        ...(url === undefined ? { receiver: "paper" as const } : { receiver: "portal" as const, portal: url }),
      },
      words: { fr: french },
    },
    report: { ...counts, documents: requirements.length, logic: "missing", notes },
  };
}

/** From the text of the schema. */
export function importDsText(text: string, context: ImportContext): Result<Imported, readonly Note[]> {
  const read = parseSchema(text);
  return read.ok ? ok(importDs(read.value, context)) : read;
}
