/**
 * What the sealed records of a satchel say once opened. Every record is a small map of fields (DESIGN 4); fields that
 * this version does not know pass through untouched. Repeated things are maps by random id, never lists by index.
 */

import type { B64 } from "../shared/bytes.ts";
import type { BlobId, DeviceId, LetterId, PrincipalId, RecordId, ThreadId } from "../shared/ids.ts";

/** Calendar date, "YYYY-MM-DD"; partial ones leave the end out ("1984", "1984-07"). */
export type PartialDate = string;

/** Where a sealed stream is and what opens it. */
export interface BlobPointer {
  readonly blob: BlobId;
  readonly key: B64;
  /** SHA-256 of the plain content. */
  readonly hash: B64;
  /** Plain bytes. */
  readonly bytes: number;
  readonly sealedLength: number;
  readonly root: B64;
  readonly mime: string;
  readonly width?: number;
  readonly height?: number;
}

/**
 * Values that another device had written where this one had written too (DESIGN 4), by path ("title",
 * "answers.birthdate"). Shown one tap away until the person settles them.
 */
export type OtherAnswers = Readonly<Record<string, readonly unknown[]>>;

/**
 * What a screen may know of a stream: nothing that opens it (DESIGN 2: only workers hold content keys), and nothing that only
 * proves it: a list of a thousand papers crosses to the page whole.
 */
export type ShownPointer = Omit<BlobPointer, "key" | "hash" | "root" | "sealedLength">;

export interface Page<Pointer = BlobPointer> {
  /** Fractional order key: pages sort by it, then by id. */
  readonly position: number;
  readonly turn: 0 | 90 | 180 | 270;
  /** raw = the picture could not be reduced yet (tool absent, HEIC): `original` only. */
  readonly state: "ready" | "raw";
  readonly readable: Pointer | null;
  readonly preview: Pointer | null;
  readonly original: Pointer | null;
  /** Name of the picked file: personal, so it lives here, sealed. */
  readonly fileName?: string;
}

/** Where a record came from when another satchel of the person, or a sealed copy, was joined to this one. */
export interface Origin {
  readonly from: PrincipalId;
  /** Of what was taken in: the same again changes nothing. */
  readonly digest: B64;
}

/**
 * Calendar days, as the keys of a map: the last one counts. Two devices that each write one disagree about nothing, and no
 * person is asked which of two days was right.
 */
export type Days = Readonly<Record<PartialDate, true>>;

/** What the person decided about a line of "À prévoir". */
export interface AheadChoice {
  /** Days on which it was said to be done. */
  readonly done?: Days;
  /** Put off: the line is quiet until this day. */
  readonly later?: Days;
}

export interface PaperAhead extends AheadChoice {
  /** Days before its end, where the person chose; 0 and more. */
  readonly notice?: number;
  /** True: the person wants to hear nothing of this paper. */
  readonly off?: boolean;
}

export interface PaperRecord<Pointer = BlobPointer> {
  readonly t: "paper";
  /** Key of satchel/paper-types.ts, or null while the person has not chosen. */
  readonly kind: string | null;
  readonly title: string;
  /** "me", or a free name. */
  readonly holder: string;
  readonly expiry: PartialDate | null;
  /**
   * What is written on it, by the field ids of its kind (types/model.ts), as typed; dates as PartialDate. Its end is `expiry`.
   * Ids that its kind does not have (it was another kind before, a newer version) pass through.
   */
  readonly facts?: Readonly<Record<string, string>>;
  /** Any words of the person ("l'original est chez ma soeur"). With a note, a paper may be kept without a page. */
  readonly note?: string;
  /** true: on this device only; false: sealed copies travel; absent: as its kind says (keeping.ts). */
  readonly stay?: boolean;
  readonly ahead?: PaperAhead;
  readonly pages: Readonly<Record<string, Page<Pointer>>>;
  /** draft: capture is not finished; kept: accepted; binned: deleted, kept 30 days of server time. */
  readonly status: "draft" | "kept" | "binned";
  /** Server time seen, ms: the 30 days of the bin are counted on it. */
  readonly binnedAt: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly origin?: Origin;
  readonly others?: OtherAnswers;
}

/** As screens see them. */
export type ShownPage = Page<ShownPointer>;
export type ShownPaper = PaperRecord<ShownPointer>;

/** An answer, typed. The same shapes as in forms/model.ts (a test holds the two together); forms/codec.ts reads and shows them. */
export type AnswerValue =
  /** Also what was typed into any field and could not be read as its type: it is kept, and reported on "Continuer". */
  | { readonly v: "text"; readonly text: string }
  | { readonly v: "choice"; readonly id: string }
  /** "Autre", in the person's words; they may be empty. */
  | { readonly v: "other"; readonly text: string }
  /** `other`: "autre" is ticked too, with these words. */
  | { readonly v: "choices"; readonly ids: readonly string[]; readonly other?: string }
  /** Linked list; `second` null: not chosen yet, or there is none. */
  | { readonly v: "pair"; readonly first: string; readonly second: string | null }
  | { readonly v: "date"; readonly date: PartialDate }
  /** "YYYY-MM-DDTHH:MM" by the clock of the place. */
  | { readonly v: "datetime"; readonly at: string }
  /** Canonical decimal: "-12.5", no exponent, no zeros that say nothing. */
  | { readonly v: "number"; readonly number: string }
  | { readonly v: "yesno"; readonly yes: boolean }
  /** Commune, département, région or country. `code`: of the INSEE, null where the person typed a name. */
  | { readonly v: "place"; readonly code: string | null; readonly name: string; readonly postal?: string }
  /** An address in parts. One in free words is a "text". */
  | {
      readonly v: "address";
      /** Number and street. */
      readonly street: string;
      /** Building, floor, "chez ...". */
      readonly more: string;
      readonly postal: string;
      readonly city: string;
      /** INSEE code of the commune; null where it is not known. */
      readonly code: string | null;
      /** Empty: France. */
      readonly country: string;
    }
  | {
      readonly v: "signature";
      /** What was drawn, see forms/signature.ts; null where the name was typed. */
      readonly ink: string | null;
      /** The name as typed; with a drawing, empty or the name beside it. */
      readonly name: string;
      /** The declaration, word for word as it was shown, and its language. */
      readonly text: string;
      readonly language: string;
      /** By the clock of the device, ms. */
      readonly at: number;
    }
  | { readonly v: "unknown" };

/** Key: field id, or `${repeatId}/${rowId}/${fieldId}` in a repeated row. */
export type Answers = Readonly<Record<string, AnswerValue>>;

/** A version that was sealed. What came later is absent in older records. */
export interface SentLetter {
  readonly n: number;
  readonly at: number;
  /** How many papers it names. */
  readonly papers: number;
  /** The device that holds the sealed letter until the server has it. */
  readonly device?: DeviceId;
  /** What a proof has to speak of: the other devices of the person verify with it (INV-2). */
  readonly to?: PrincipalId;
  readonly manifest?: B64;
  /** The satchel that sent it, where that is not the one of this record (it was joined to it). */
  readonly from?: PrincipalId;
  /** Streams that it names, one list a paper. */
  readonly parts?: readonly (readonly BlobId[])[];
}

/** Somebody beside the person who helps to fill in, with the person's yes in the words that were shown. */
export interface Helped {
  /** Empty where they were not given. */
  readonly name: string;
  readonly structure: string;
  readonly consent: string;
  readonly language: string;
  readonly at: number;
  /** When it ended; absent while it goes on. */
  readonly ended?: number;
}

/**
 * Whose hands wrote an answer: ids in `helped`, or "me". By answer key; without an entry it was the person. An entry is never
 * taken away, so that two devices that both write one disagree about nothing.
 */
export type TypedBy = Readonly<Record<string, Readonly<Record<string, true>>>>;

/**
 * A dossier that another site prepared for its person (SPEC P-F). What is learned of it later is only ever added, so that two
 * devices that both ask disagree about nothing.
 */
export interface HandOff {
  /** Name of the site. */
  readonly site: string;
  readonly procedure: number;
  readonly url: string;
  readonly token: string;
  /** By the clock of the device, ms. */
  readonly at: number;
  /** Keys of answers that did not go along, and why; of those that did, the ones that the site may pass over. */
  readonly left: readonly { readonly key: string; readonly reason: string }[];
  readonly unsure: readonly string[];
  /** As the site said, ISO. */
  readonly filedAt?: string;
  /** Somebody there is looking at it. */
  readonly examined?: true;
  /** In the site's words: "accepte", "refuse", "sans_suite". */
  readonly decided?: string;
  /** The site did not know it when it was asked last. */
  readonly gone?: true;
  /** When the site last knew it, by the clock of the device, ms. */
  readonly knownAt?: number;
}

export interface DossierRecord {
  readonly t: "dossier";
  readonly procedure: string;
  readonly formVersion: number;
  /** Eight characters that can be spoken, chosen offline. */
  readonly number: string;
  readonly answers: Answers;
  /** Rows of repeats by random id: order key and whether removed. */
  readonly rows: Readonly<
    Record<string, { readonly repeat: string; readonly position: number; readonly removed: boolean }>
  >;
  /** Requirement id -> papers chosen, or "I do not have it". `later`: those of them that the newest version left out. */
  readonly attached: Readonly<
    Record<
      string,
      { readonly papers: readonly RecordId[]; readonly missing: boolean; readonly later?: readonly RecordId[] }
    >
  >;
  readonly notForeseen: string;
  /** Where the person was. */
  readonly page: string;
  readonly language: string;
  readonly status: "draft" | "ready" | "sent";
  readonly declaration: { readonly text: string; readonly at: number } | null;
  readonly organisation: string;
  readonly thread: ThreadId;
  /** Versions sent, oldest first; the map key is the letter. */
  readonly sent: Readonly<Record<LetterId, SentLetter>>;
  /** Versions that the person takes back, by the clock of the device that asked. */
  readonly withdrawn?: Readonly<Record<LetterId, { readonly at: number }>>;
  /** What came back, by letter id. */
  readonly replies: Readonly<
    Record<
      LetterId,
      {
        readonly at: number;
        readonly status: "received" | "missing-piece" | "message";
        readonly requirement: string | null;
        readonly text: string;
        readonly seen: boolean;
        /** The version that it answers; absent where it is not known. */
        readonly about?: LetterId;
        /** Its place in the thread, as the organisation counted and signed it (SPEC C-L6); absent in older records. */
        readonly n?: number;
      }
    >
  >;
  /** By random id. */
  readonly helped?: Readonly<Record<string, Helped>>;
  readonly typedBy?: TypedBy;
  /**
   * Its answers were brought over to a newer version of the form. `from`: theirs. `signed`: the older version had been signed
   * and had not left. `told`: the person has read it.
   */
  readonly renewed?: { readonly from: number; readonly signed?: true; readonly told: boolean };
  /** What the organisation decided or handed over, by its letter; the words of each stand in `replies`, as a message. */
  readonly given?: Readonly<Record<LetterId, Given>>;
  /** What opens the streams of these papers while they are not hers yet. Never given to a page. */
  readonly givenKeys?: Readonly<Record<BlobId, GivenKey>>;
  /** Prepared on another site, by its number there. */
  readonly handOffs?: Readonly<Record<string, HandOff>>;
  /** What the organisation said that it did with it, by the letter that said so. */
  readonly acts?: Readonly<Record<LetterId, SaidAct>>;
  /** Proofs of versions that a joined satchel sent, as they were signed: its own letters are not in this one's outbox. */
  readonly proofs?: Readonly<Record<LetterId, readonly SignedText[]>>;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly origin?: Origin;
  readonly others?: OtherAnswers;
}

/** A signed body as the protocol writes it. */
export interface SignedText {
  readonly body: B64;
  readonly sig: B64;
}

/** A right that the person follows; the key of the map says which (deadlines/rights.ts). */
export interface FollowedRight extends AheadChoice {
  /** The date that its rule counts from: the last visit, the day of the request, a month of declaration. */
  readonly since?: PartialDate;
}

/** Any date that a person enters. */
export interface OwnDateRecord extends AheadChoice {
  readonly date: PartialDate;
  readonly title: string;
  /** Days before, where the person chose. */
  readonly notice?: number;
}

/** Field names follow FranceConnect claims. One record per satchel. */
export interface ProfileRecord {
  readonly t: "profile";
  readonly given_name?: string;
  readonly family_name?: string;
  readonly birthdate?: PartialDate;
  readonly phone_number?: string;
  readonly email?: string;
  readonly language?: string;
  /** What else is known, by claim: an answer of a form (AnswerValue) as JSON text, one text each, so that a merge takes it whole. */
  readonly known?: Readonly<Record<string, string>>;
  /** When each device of the satchel was added, and put out, by the clock of the device that did it. */
  readonly devices?: Readonly<Record<DeviceId, { readonly addedAt: number; readonly removedAt?: number }>>;
  /** Days (since 1970, UTC) on which a device was open, written by that device: the last one, after a merge maybe more. */
  readonly seen?: Readonly<Record<DeviceId, Readonly<Record<string, true>>>>;
  /** Rights that the person follows, by right; dates of their own, by random id. */
  readonly followed?: Readonly<Record<string, FollowedRight>>;
  readonly dates?: Readonly<Record<string, OwnDateRecord>>;
  /** Organisations that may help her come back, by slug: an AgreedReturn as JSON text, so that a merge takes it whole. */
  readonly returns?: Readonly<Record<string, string>>;
  /** What they said that they did about it, by the letter that says it. */
  readonly returnActs?: Readonly<Record<LetterId, ReturnAct>>;
  readonly others?: OtherAnswers;
}

/** Ways in with a desk (DESIGN 3): with the card, or with nothing. */
export type ReturnPair = "C+O" | "S+O";

/** What the person told one organisation about coming back with its help. */
export interface AgreedReturn {
  /** None: taken back. */
  readonly pairs: readonly ReturnPair[];
  /** As on the paper that the desk will ask for. */
  readonly name: string;
  readonly birthdate: string;
  readonly thread: ThreadId;
  /** Counter of the letter that told it. */
  readonly n: number;
  readonly letter: LetterId;
  /** Letters of before it, so that the journal knows whose they are. */
  readonly earlier?: readonly LetterId[] | undefined;
  readonly at: number;
}

/** The payload of a letter of kind "return" (sealed to an organisation). */
export interface ReturnPayload {
  readonly t: "return";
  readonly pairs: readonly ReturnPair[];
  readonly name: string;
  readonly birthdate: string;
  readonly language: string;
}

/** Papers with which a desk may see who somebody is; "known": a helper knows the person. */
export const seenPapers = ["id-card", "passport", "residence", "asylum", "licence", "other", "known"] as const;
export type SeenPaper = (typeof seenPapers)[number];

/** The payload of a letter of kind "act" about a return: who looked at which paper, and what was done. */
export interface ReturnActPayload {
  readonly t: "act";
  /** The letter with which the person agreed. */
  readonly about: LetterId;
  /** checked: identity; asked: for an S+O; given: the desk's half. */
  readonly act: "return-checked" | "return-asked" | "return-given";
  readonly pair: ReturnPair;
  readonly helper: string;
  readonly paper: SeenPaper;
  readonly at: number;
}

export interface ReturnAct extends Pick<ReturnActPayload, "act" | "pair" | "helper" | "paper" | "at"> {
  /** Slug. */
  readonly organisation: string;
  readonly heardAt: number;
}

/** One page or more of it was shown at a desk, as the organisation signed it. */
export interface SaidAct {
  /** Place of the paper in the letter, from 0. */
  readonly paper: number;
  /** Who, as the organisation names its people; empty where it does not. */
  readonly helper: string;
  /** Clock of the desk, then of the server (when the letter that says it was deposited). */
  readonly at: number;
  readonly heardAt: number;
}

/** Days that a share may last. */
export type ShareDays = 1 | 31 | 182 | 365;

/**
 * Chosen papers for an organisation and for a time: a snapshot, sealed anew with words across each page (SPEC P-L7). The record has the
 * letter's own id. It holds no key: to end it takes nothing of the person's own away.
 */
export interface ShareRecord {
  readonly t: "share";
  readonly organisation: string;
  readonly purpose: string;
  readonly days: ShareDays;
  /** Server time, ms. */
  readonly until: number;
  readonly thread: ThreadId;
  readonly papers: readonly SharedPaper[];
  readonly sent: SentLetter;
  /** The person ended it, by the clock of the device that asked. `told`: the life of the server's store that was told last. */
  readonly ended?: { readonly at: number; readonly told?: string };
  readonly acts?: Readonly<Record<LetterId, SaidAct>>;
  /** Set: no papers are shared, somebody may act for the person (decisions/0041). */
  readonly mandate?: MandateFacts;
  readonly createdAt: number;
  readonly origin?: Origin;
  readonly others?: OtherAnswers;
}

/** What a mandate covers; each ends alone. The ten of Aidants Connect as an example: it is none of theirs. */
export type MandateDomain =
  | "papers"
  | "family"
  | "social"
  | "work"
  | "housing"
  | "transport"
  | "money"
  | "justice"
  | "foreigners"
  | "leisure";

/** What may be done for the person in these domains. */
export type MandateAct = "fill" | "send" | "follow" | "answer" | "appointment" | "call";

/** The exact words that were signed: French binds; `shown` is what the person read, null where that was French. */
export interface MandateText {
  readonly fr: string;
  readonly shown: { readonly language: string; readonly text: string } | null;
}

/** A drawing (forms/signature.ts), a typed name, or both; by the clock of the device. */
export interface MandateSignature {
  readonly ink: string | null;
  readonly name: string;
  readonly at: number;
}

/** Somebody of the organisation did something for the person, and signed that it was so. */
export interface SaidDeed {
  readonly domain: MandateDomain;
  readonly what: string;
  readonly helper: string;
  /** Clock of the desk, then of the server. */
  readonly at: number;
  readonly heardAt: number;
}

/** A mandate (civil code 1984 ff.): the organisation may act, by named helpers. Its end and its delivery are those of a share. */
export interface MandateFacts {
  /** Who gives it, and to whom, as both were called. */
  readonly name: string;
  readonly desk: string;
  readonly domains: readonly MandateDomain[];
  readonly acts: readonly MandateAct[];
  readonly text: MandateText;
  /** SHA-256 of the words (mandate.ts, `signedText`). */
  readonly hash: B64;
  readonly signature: MandateSignature;
  /** Letter of the one that it takes the place of. */
  readonly replaces: LetterId | null;
  /** Domains that the person ended, by the letter that says so. */
  readonly ends?: Readonly<Record<LetterId, { readonly domain: MandateDomain; readonly sent: SentLetter }>>;
  readonly deeds?: Readonly<Record<LetterId, SaidDeed>>;
  /** What was said of its line in "À prévoir". */
  readonly ahead?: AheadChoice;
}

export type MandateRecord = ShareRecord & { readonly mandate: MandateFacts };

/** The payload of a letter of kind "mandate" (sealed to an organisation). */
export interface MandatePayload {
  readonly t: "mandate";
  readonly days: ShareDays;
  /** The same as in the letter's head. */
  readonly until: number;
  readonly language: string;
  readonly name: string;
  readonly purpose: string;
  readonly domains: readonly MandateDomain[];
  readonly acts: readonly MandateAct[];
  readonly text: MandateText;
  readonly hash: B64;
  readonly signature: MandateSignature;
}

/** A letter of the same kind later: one domain of it is over. */
export interface MandateLessPayload {
  readonly t: "mandate-less";
  readonly about: LetterId;
  readonly domain: MandateDomain;
  readonly at: number;
}

/** The payload of a letter of kind "act": an organisation says what it did for the person under her mandate. */
export interface DeedPayload {
  readonly t: "act";
  readonly about: LetterId;
  readonly act: "mandate-act";
  readonly domain: MandateDomain;
  readonly what: string;
  readonly helper: string;
  readonly at: number;
}

export interface SharedPaper {
  /** As it was called when it was shared. */
  readonly kind: string | null;
  readonly title: string;
  readonly holder: string;
  readonly expiry: PartialDate | null;
  readonly pages: number;
}

export type SatchelRecord = PaperRecord | DossierRecord | ProfileRecord | ShareRecord;

/** The payload of a letter of kind "share" (sealed to an organisation). */
export interface SharePayload {
  readonly t: "share";
  readonly purpose: string;
  /** The same as in the letter's head. */
  readonly until: number;
  readonly language: string;
  /** As the person wrote it in the profile; may be empty. */
  readonly name: string;
  readonly papers: readonly (Omit<SharedPaper, "pages"> & {
    readonly pages: readonly { readonly blob: BlobId; readonly width: number; readonly height: number }[];
  })[];
}

/** The payload of a letter of kind "act": an organisation says what it did with a dossier or a share. */
export interface ActPayload {
  readonly t: "act";
  readonly about: LetterId;
  readonly act: "paper-opened";
  readonly paper: number;
  readonly helper: string;
  readonly at: number;
}

/** The payload of a letter of kind "dossier" (sealed to an organisation). */
export interface DossierPayload {
  readonly t: "dossier";
  readonly procedure: string;
  readonly formVersion: number;
  readonly number: string;
  readonly filledAt: number;
  readonly language: string;
  /** Only visible answers leave. */
  readonly answers: Answers;
  readonly rows: DossierRecord["rows"];
  readonly notForeseen: string;
  readonly declaration: { readonly text: string; readonly at: number } | null;
  readonly papers: readonly {
    readonly requirement: string;
    readonly kind: string | null;
    readonly title: string;
    readonly holder: string;
    readonly expiry: PartialDate | null;
    /** The day on it, else the month that it is about; absent where neither is known. */
    readonly issued?: PartialDate;
    readonly pages: readonly { readonly blob: BlobId; readonly turn: number; readonly preview: BlobId | null }[];
    /** Of a spoken answer (shared/voice.ts). */
    readonly seconds?: number;
  }[];
  readonly missing: readonly string[];
  /** Of them, those whose papers exist and could not be sent: they follow in a later version. */
  readonly later?: readonly string[];
  /** Who helped, and with which of the answers above. */
  readonly helped?: Readonly<Record<string, Helped>>;
  readonly typedBy?: TypedBy;
}

/**
 * The payload of a letter of kind "deposit", from a satchel to itself: work that left its key behind (a kiosk session). Each
 * record is merged three ways by the next unlocked device (DESIGN 4).
 */
export interface DepositPayload {
  readonly t: "deposit";
  readonly records: Readonly<Record<RecordId, { readonly base: SatchelRecord | null; readonly next: SatchelRecord }>>;
}

/** What an organisation decided, as it said it. */
export interface DecisionSaid {
  readonly outcome: "granted" | "refused" | "partly" | "other";
  /** Its day, "YYYY-MM-DD". */
  readonly on: string;
  readonly reason: string;
  /** How to challenge it, and until when; may be empty. */
  readonly remedies: string;
}

/** A paper that an organisation hands over: one stream of its letter. */
export interface GivenPaper {
  readonly kind: string | null;
  readonly title: string;
  readonly blob: BlobId;
  /** As the organisation says it; what it is shows when it is opened. */
  readonly mime: string;
  /** Sealed length. */
  readonly bytes: number;
}

export interface Given {
  /** Who handed it over. */
  readonly from: PrincipalId;
  readonly decision: DecisionSaid | null;
  readonly papers: readonly GivenPaper[];
}

export interface GivenKey {
  readonly root: B64;
  readonly key: B64;
  readonly hash: B64;
}

/** The payload of a letter of kind "deposit" from an organisation to a satchel: a decision, papers for her, or both. */
export interface GivenPayload {
  readonly t: "given";
  /** The dossier letter that it answers. */
  readonly about: LetterId;
  readonly text: string;
  readonly decision: DecisionSaid | null;
  readonly papers: readonly Pick<GivenPaper, "kind" | "title" | "blob">[];
}

/** The payload of a letter of kind "status" from an organisation to a satchel. */
export interface StatusPayload {
  readonly t: "status";
  /** The dossier letter it answers. */
  readonly about: LetterId;
  readonly status: "received" | "missing-piece" | "message";
  readonly requirement: string | null;
  readonly text: string;
}
