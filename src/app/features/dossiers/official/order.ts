/**
 * From a dossier and a mapping to what the official worker is asked, and where the files come from. No screen; in the page.
 *
 * Surprising: neither mapping nor blank PDF is kept on the phone: which form somebody prepares would lie there in the open
 * (decisions/0037). Without network, the person may have the same PDF as a file.
 */
import { type FormView, viewForm } from "../../../../forms/engine.ts";
import type { AnswerValue, Form } from "../../../../forms/model.ts";
import { checkOfficial } from "../../../../forms/official/check.ts";
import type { About, OfficialMap } from "../../../../forms/official/model.ts";
import { maxOfficialBytes, readOfficial } from "../../../../forms/official/read.ts";
import { officialFills } from "../../../../forms/official/values.ts";
import type { DossierRecord } from "../../../../satchel/model.ts";
import { err, ok, type Result } from "../../../../shared/result.ts";
import type { OfficialApi, OfficialOrder, OfficialTrouble } from "../../../../workers/official.contract.ts";
import { french, frenchAnswer } from "../../../i18n/french-text.ts";
import { inFrench } from "../../../i18n/i18n.ts";
import { formArea } from "../words.ts";

export type GetFile = OfficialApi["file"];

/** A mapping is some kilobytes. */
const MAX_MAP = 500_000;

/** `outdated`: it is for another version of the form, or no mapping. */
export type SourceTrouble = OfficialTrouble["type"] | "outdated";

/** The mapping of a form, if it fits the version that is here. */
export async function getMap(form: Form, get: GetFile): Promise<Result<OfficialMap, SourceTrouble>> {
  const file = await get(`${form.id}.json`, MAX_MAP);
  if (!file.ok) return err(file.error.type);
  let data: unknown;
  try {
    data = JSON.parse(new TextDecoder().decode(file.value));
  } catch (error) {
    // A page of a network that wants a log-in first.
    if (error instanceof SyntaxError) return err("away");
    throw error;
  }
  const read = readOfficial(data);
  return read.ok ? fitting(read.value, form) : err("outdated");
}

/** The mapping, if it is for this form as it is here. */
export const fitting = (map: OfficialMap, form: Form): Result<OfficialMap, SourceTrouble> =>
  checkOfficial(map, form, null).faults.length === 0 ? ok(map) : err("outdated");

/** The blank PDF; the worker looks whether it is the right one. */
export const getBlank = (map: OfficialMap, get: GetFile): ReturnType<GetFile> =>
  get(`${map.pdf.sha256}.pdf`, maxOfficialBytes);

export interface Planned {
  readonly order: OfficialOrder;
  /** Of each fill of the order. */
  readonly about: readonly About[];
  /** Questions of the PDF that have no answer. */
  readonly unanswered: readonly About[];
  /** Answers that the PDF has no place for: said, never dropped in silence. */
  readonly placeless: readonly About[];
}

const isSaid = (answer: AnswerValue | undefined): boolean =>
  answer !== undefined &&
  answer.v !== "unknown" &&
  answer.v !== "signature" &&
  !(answer.v === "text" && answer.text.trim() === "") &&
  !(answer.v === "choices" && answer.ids.length === 0 && answer.other === undefined);

/** Each question once, in the order in which it was answered. */
function withoutPlace(map: OfficialMap, form: Form, view: FormView): readonly About[] {
  const unread = new Set(checkOfficial(map, form, null).unusedAnswers);
  const said = [...view.answerKeys]
    .filter((key) => isSaid(view.answer(key)))
    .map((key) => key.split("/").at(-1) ?? key);
  return [...new Set(said)].filter((id) => unread.has(id)).map((field) => ({ field, row: null }));
}

/** What goes into the PDF, in French. @param today "YYYY-MM-DD" */
export function planFor(map: OfficialMap, form: Form, record: DossierRecord, today: string): Planned {
  const area = formArea(form.id);
  const view: FormView = viewForm(form, record, { today });
  const label = ({ field, row }: About): string =>
    field === null ? "" : row === null ? french(area, `${field}.label`) : `${french(area, `${field}.label`)} (${row})`;
  const { fills, unanswered } = officialFills(
    map,
    view,
    {
      choice: (field, id) => frenchAnswer(area, field, { v: "choice", id }),
      yes: inFrench("common.action.yes"),
      no: inFrench("common.action.no"),
    },
    today,
  );
  return {
    about: fills.map(({ about }) => about),
    unanswered,
    placeless: withoutPlace(map, form, view),
    order: {
      sha256: map.pdf.sha256,
      heading: inFrench("official.page.heading", { title: map.title }),
      continued: inFrench("official.page.continued"),
      fills: fills.map((fill) => ({ fill, label: label(fill.about) })),
    },
  };
}
