/**
 * What the page says for a copy that leaves Besace: the worker that makes the copy knows no language. Types only.
 */

import type { RecordId } from "../shared/ids.ts";

/** A label and what stands beside it, both in the person's language. */
export type Fact = readonly [label: string, value: string];

export interface PaperWords {
  readonly title: string;
  readonly facts: readonly Fact[];
}

export interface DossierWords {
  readonly title: string;
  readonly facts: readonly Fact[];
  /** Questions and answers, in the order of the form. */
  readonly answers: readonly Fact[];
  /** What came back from the desk. */
  readonly replies: readonly Fact[];
  /** Proofs that verified on this device (INV-2), in words. */
  readonly proofs: readonly Fact[];
}

export interface ExportWords {
  readonly language: string;
  readonly dir: "ltr" | "rtl";
  /** Heading of the readable index. */
  readonly title: string;
  /** "Fait le ...". */
  readonly made: string;
  /** Who can read this copy. */
  readonly warning: string;
  readonly sections: {
    readonly papers: string;
    readonly dossiers: string;
    readonly bin: string;
    readonly profile: string;
    readonly missing: string;
    readonly missingText: string;
    readonly answers: string;
    readonly replies: string;
    readonly proofs: string;
    readonly attached: string;
    readonly nothing: string;
    /** "Page"; its number follows. */
    readonly page: string;
    /** "Original", of a page that was made smaller. */
    readonly original: string;
    /** Absent in copies of older versions, as `ahead`. */
    readonly ahead?: string;
  };
  /** Names of folders and files in the archive. */
  readonly names: {
    readonly papers: string;
    readonly dossiers: string;
    readonly bin: string;
    readonly answers: string;
    readonly proof: string;
    /** "lisez-moi": the readable index. */
    readonly index: string;
  };
  readonly profile: readonly Fact[];
  /** Rights that the person follows, and dates of their own. */
  readonly ahead?: readonly Fact[];
  readonly papers: Readonly<Record<RecordId, PaperWords>>;
  readonly dossiers: Readonly<Record<RecordId, DossierWords>>;
  /** A paper that has no words: it came while the copy was being made. */
  readonly unnamed: string;
}
