/** What of a dossier's papers does not fit what its procedure asks for, by what the person wrote down of them. Pure. */

import type { Form } from "../../forms/model.ts";
import { fitPapers, type PaperFacts, type PaperFault } from "../../forms/papers.ts";
import type { DeskDossier } from "../../workers/desk.contract.ts";

const TOLD = ["expired", "too-old", "sides"] as const satisfies readonly PaperFault[];

export interface Unfit {
  /** Place of the paper in the dossier. */
  readonly paper: number;
  readonly fault: (typeof TOLD)[number];
}

function factsOf({ kind, expiry, issued, pages }: DeskDossier["papers"][number], n: number): PaperFacts {
  const files = pages.map(({ mime }) => (mime === "application/pdf" ? ("pdf" as const) : ("image" as const)));
  return {
    id: String(n),
    kind,
    // How many pages are in a PDF is not known here: it is taken to have both sides.
    pages: files.includes("pdf") ? Number.MAX_SAFE_INTEGER : pages.length,
    issued: issued ?? null,
    expiry: expiry === "" ? null : expiry,
    files,
  };
}

/**
 * The first fault of each paper. A paper of a kind that was not asked for says nothing here: the person chose it for a reason.
 * @param today "YYYY-MM-DD".
 */
export function unfitPapers(form: Form | null, papers: DeskDossier["papers"], today: string): readonly Unfit[] {
  return papers.flatMap((paper, n): readonly Unfit[] => {
    const requirement = form?.requirements.find(({ id }) => id === paper.requirement);
    const [fit] = requirement === undefined ? [] : fitPapers(requirement, [factsOf(paper, n)], today);
    const fault = TOLD.find((one) => fit?.faults.includes(one) === true);
    return fault === undefined ? [] : [{ paper: n, fault }];
  });
}
