/**
 * What a copy for outside says, in the language shown: the worker that makes it knows no language. In the page; needs the
 * areas "sortie", "papers", "papers-types" and those of the forms (`loadWords`).
 *
 * Surprising: an answer, or what is written on a paper, stands by its label; one that this version has no label for stands by its
 * field, so that none is left out.
 */
import { isProcedureId, loadProcedure } from "../../../forms/catalogue/index.ts";
import type { Form } from "../../../forms/model.ts";
import { isPublishedProcedure } from "../../../forms/published.ts";
import type { ExportWords, Fact } from "../../../satchel/export-words.ts";
import { staysHere } from "../../../satchel/keeping.ts";
import type { DossierRecord, ProfileRecord } from "../../../satchel/model.ts";
import { showSpoken } from "../../../satchel/spoken.ts";
import { paperTypeDetails } from "../../../satchel/types/catalogue.ts";
import { masked } from "../../../satchel/types/masks.ts";
import type { Deployment, DossierView, PaperView, SatchelApi } from "../../../workers/satchel.contract.ts";
import { answerText } from "../../i18n/answer-text.ts";
import type { DataArea } from "../../i18n/catalogue.ts";
import { formatCalendarDate, formatDate, formatTime } from "../../i18n/format.ts";
import { language, loadAreas, t, tData } from "../../i18n/i18n.ts";
import { languageInfo } from "../../i18n/languages.ts";
import { loadPublished } from "../../state/published.ts";
import { holderName, kindName, paperName } from "../../ui/papers/names.ts";

const areaOf = (procedure: string): DataArea => `form-${procedure}`;

/** Questions with their answers, in the order of the form; rows of a repeat are numbered as they stand. */
function answers(record: DossierRecord, order: readonly string[]): readonly Fact[] {
  const { procedure, rows } = record;
  const kept = Object.entries(rows).filter(([, row]) => !row.removed);
  const numbers = new Map(kept.sort(([, a], [, b]) => a.position - b.position).map(([id], n) => [id, n + 1]));
  const placed = Object.entries(record.answers).flatMap(([key, answer]) => {
    const [repeat = key, row, inRow] = key.split("/");
    if (row !== undefined && !numbers.has(row)) return [];
    const field = inRow ?? repeat;
    const n = row === undefined ? 0 : (numbers.get(row) ?? 0);
    const label = tData(areaOf(procedure), `${field}.label`) ?? field;
    const at = order.indexOf(repeat);
    const fact: Fact = [n === 0 ? label : `${label} (${n})`, answerText(procedure, field, answer, "\n")];
    return [{ at: at < 0 ? order.length : at, n, inner: order.indexOf(field), fact }];
  });
  placed.sort((a, b) => a.at - b.at || a.n - b.n || a.inner - b.inner);
  const free = record.notForeseen.trim();
  return [...placed.map(({ fact }) => fact), ...(free === "" ? [] : [[t("sortie.out.notForeseen"), free] as const])];
}

const moment = (at: number) => ({ date: formatDate(at), time: formatTime(at) });

function dossierWords(view: DossierView, deployment: Deployment | null, order: readonly string[]) {
  const { record, stage } = view;
  const desk = deployment?.organisations.find((each) => each.slug === record.organisation)?.name ?? record.organisation;
  const replies = Object.values(record.replies).sort((a, b) => a.at - b.at);
  return {
    title: tData(areaOf(record.procedure), "title") ?? record.procedure,
    facts: [
      [t("sortie.out.number"), showSpoken(record.number)] as const,
      [t("sortie.out.organisation"), desk] as const,
      [t("sortie.out.state"), t(`sortie.out.stage.${stage}`)] as const,
    ],
    answers: answers(record, order),
    replies: replies.map(
      (reply): Fact => [`${t(`sortie.out.reply.${reply.status}`)} (${formatDate(reply.at)})`, reply.text],
    ),
    proofs: view.proofs.map(
      (proof): Fact => [
        t(`sortie.out.proof.${proof.type}`),
        t("sortie.out.proofText", { ...moment(proof.at), by: proof.by, print: proof.fingerprint }),
      ],
    ),
  };
}

function paperWords({ record }: PaperView) {
  const { kind, holder, expiry, facts = {}, note = "" } = record;
  const fields = new Map((paperTypeDetails(kind)?.fields ?? []).map((field) => [field.id as string, field]));
  const written = Object.entries(facts).map(([id, text]): Fact => {
    const field = fields.get(id);
    const isDate = field?.mask === "date";
    const shown = field === undefined ? text : masked(field.mask, text).shown;
    return [tData("papers-guide", `fields.${id}`) ?? id, isDate ? formatCalendarDate(text) : shown];
  });
  return {
    title: paperName(record),
    facts: [
      [t("sortie.out.kind"), kindName(kind)] as const,
      [t("sortie.out.holder"), holder === "me" ? t("sortie.out.me") : holderName(holder)] as const,
      ...(expiry === null ? [] : [[t("sortie.out.expiry"), formatCalendarDate(expiry)] as const]),
      ...written,
      ...(note.trim() === "" ? [] : [[t("sortie.out.note"), note] as const]),
      ...(staysHere(record) ? [[t("sortie.out.stay"), t("sortie.out.stayHere")] as const] : []),
    ],
  };
}

/** Rights that the person follows, then dates of their own, the next one first. */
function aheadWords({ followed = {}, dates = {} }: ProfileRecord): readonly Fact[] {
  const rights = Object.entries(followed).map(([id, { since }]): Fact => {
    const name = tData("ahead", `rights.name.${id}`) ?? id;
    if (since === undefined) return [name, t("sortie.out.follows")];
    return [name, t("sortie.out.followsSince", { date: formatCalendarDate(since) })];
  });
  const own = Object.values(dates).sort((a, b) => (a.date < b.date ? -1 : 1));
  return [...rights, ...own.map(({ title, date }): Fact => [title, formatCalendarDate(date)])];
}

const claims = ["given_name", "family_name", "birthdate", "phone_number", "email"] as const;

/** The form with its words, of the catalogue or published; null where it is not on this device. */
async function formOf(
  api: Pick<SatchelApi, "publishedForm">,
  { procedure, formVersion, status }: DossierRecord,
): Promise<Form | null> {
  if (isProcedureId(procedure)) {
    await loadAreas(areaOf(procedure));
    return loadProcedure(procedure);
  }
  if (!isPublishedProcedure(procedure)) return null;
  const form = await loadPublished(api, procedure, formVersion, status === "draft");
  return form.ok ? form.value : null;
}

/** Everything that a copy says of these papers and dossiers. */
export async function exportWords(input: {
  readonly api: Pick<SatchelApi, "publishedForm">;
  readonly papers: readonly PaperView[];
  readonly dossiers: readonly DossierView[];
  readonly profile: ProfileRecord;
  readonly deployment: Deployment | null;
  readonly now: number;
}): Promise<ExportWords> {
  const { api, papers, dossiers, profile, deployment, now } = input;
  await loadAreas("papers-guide", "ahead");
  // One after the other: two versions of a published form have their words in one place.
  const said: (readonly [string, ReturnType<typeof dossierWords>])[] = [];
  for (const view of dossiers) {
    const order = (await formOf(api, view.record))?.fields.map((field) => field.id) ?? [];
    said.push([view.id, dossierWords(view, deployment, order)]);
  }
  const code = language();
  return {
    language: code,
    dir: languageInfo(code).dir,
    title: t("sortie.out.title"),
    made: t("sortie.out.made", moment(now)),
    warning: t("sortie.plain.warning"),
    sections: {
      papers: t("sortie.out.papers"),
      dossiers: t("sortie.out.dossiers"),
      bin: t("sortie.out.bin"),
      profile: t("sortie.out.profile"),
      missing: t("sortie.out.missing"),
      missingText: t("sortie.out.missingText"),
      answers: t("sortie.out.answers"),
      replies: t("sortie.out.replies"),
      proofs: t("sortie.out.proofs"),
      attached: t("sortie.out.attached"),
      nothing: t("sortie.out.nothing"),
      page: t("sortie.out.page"),
      original: t("sortie.out.original"),
      ahead: t("sortie.out.ahead"),
    },
    names: {
      papers: t("sortie.out.folderPapers"),
      dossiers: t("sortie.out.folderDossiers"),
      bin: t("sortie.out.folderBin"),
      answers: t("sortie.out.fileAnswers"),
      proof: t("sortie.out.fileProof"),
      index: t("sortie.out.fileIndex"),
    },
    profile: claims.flatMap((claim): readonly Fact[] => {
      const value = profile[claim];
      if (value === undefined || value === "") return [];
      return [[t(`sortie.out.claims.${claim}`), claim === "birthdate" ? formatCalendarDate(value) : value]];
    }),
    ahead: aheadWords(profile),
    papers: Object.fromEntries(papers.map((paper) => [paper.id, paperWords(paper)])),
    dossiers: Object.fromEntries(said),
    unnamed: t("sortie.out.unnamed"),
  };
}
