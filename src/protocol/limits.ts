/**
 * Every limit, quota and body size of the protocol, in one place. Used by client and server.
 *
 * Sizes are bytes of what travels (UTF-8 of JSON, or sealed bytes), times are milliseconds. A client keeps under these
 * so that a refusal for size (SPEC P-W6) is a bug or an attack, never an accident.
 */

const KIB = 1024;
const MIB = 1024 * KIB;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What one value inside a message may hold. */
export const sizes = {
  /** base64url letters of an op's or a letter's clear head (a letter that names 1,024 blobs). */
  head: 176 * KIB,
  /** base64url letters of a sealed record body: the a bucket of 256 KiB plus nonce and tag. */
  opBody: 352 * KIB,
  /** base64url letters of a sealed letter body: answers and manifest, never page bytes. */
  letterBody: 512 * KIB,
  /** base64url letters of the body of a signed statement, ticket or proof (a "deposited" that names 1,024 blobs). */
  signedBody: 48 * KIB,
  /** base64url letters of an organisation's sealed root. */
  sealedRoot: 8 * KIB,
  /** base64url letters of the signed body of a visit. */
  visitBody: 1 * KIB,
  /** base64url letters of a session token. */
  token: 512,
  /** Statements in one chain: genesis, then one per device or key change. */
  statements: 256,
  nonceMin: 16,
  nonceMax: 64,
} as const;

/** Largest request body that each route reads. */
export const bodies = {
  register: 256 * KIB,
  challenge: 4 * KIB,
  session: 8 * KIB,
  push: 640 * KIB,
  letters: 800 * KIB,
  proofs: 64 * KIB,
  enrol: 256 * KIB,
  carried: 1 * MIB,
  keyring: 64 * KIB,
  ways: 4 * KIB,
  statement: 8 * KIB,
  approvalAsk: 4 * KIB,
  approvalGrant: 512 * KIB,
  approvalAct: 2 * MIB,
  prefill: 64 * KIB,
  prefillState: 4 * KIB,
  publish: 384 * KIB,
  /** A whole chain of helpers: `statements` of 1.9 KB, and what is sealed to each. */
  team: 768 * KIB,
  invitation: 8 * KIB,
} as const;

/** An organisation's helpers (SPEC P-H10 to P-H14). */
export const team = {
  /** Bytes of sealed private keys, of all older roots sealed, of a card's copy, of an answer to an invitation. */
  keysBytes: 512,
  pastBytes: 16 * KIB,
  cardBytes: 1 * KIB,
  askBytes: 2 * KIB,
  epochs: 257,
  invitationMs: 48 * HOUR,
  /** An invitation's end may be so far from the server's clock, beyond its 48 hours. */
  clockMs: 5 * MINUTE,
  /** Of one organisation at once. */
  invitations: 20,
} as const;

/** Forms that organisations publish (SPEC P-Q). */
export const published = {
  /** Bytes of one form's file. */
  fileBytes: 256 * KIB,
  /** Letters of a form's name, its highest version, base64url letters of the signed body. */
  formLetters: 60,
  version: 1_000_000,
  statementBody: 1 * KIB,
  /** Of one organisation: forms, statements in all (none is ever dropped), bytes of all files. */
  forms: 100,
  versions: 500,
  bytes: 16 * MIB,
  /** Statements in one page of the list. */
  page: 50,
} as const;

/** Ways back in (SPEC P-Y). */
export const ways = {
  /** Codes that may be tried with a card, then it is frozen until a new keyring. */
  tries: 10,
  /** From the second helper's ask to the second share. */
  escrowMs: 72 * HOUR,
  /** How far the clock of who signed an unblock or an escrow may be from the server's. */
  statementMs: 1 * DAY,
  /** What one keyring may list. */
  devices: 64,
  desks: 8,
  /** How far a keyring's epoch may be above the one before. */
  keyringGap: 1_000_000,
  /** Replaced cards that the server remembers of one satchel; the oldest leaves. */
  replacedCards: 64,
  /** Highest root epoch: each older root travels along. */
  roots: 256,
} as const;

/** Opening at a shared computer by the person's phone (SPEC P-V). */
export const approvals = {
  /** A certificate is good for this long, by the server's clock. */
  lifetimeMs: 20 * MINUTE,
  /** A code that nobody approved is forgotten after this. */
  askMs: 10 * MINUTE,
  /** How far the phone's idea of the server's time may be ahead of it. */
  aheadMs: 1 * MINUTE,
  /** UTF-8 bytes of the shared computer's name. */
  nameBytes: 60,
  /** Streams that one certificate opens. */
  blobs: 400,
  /** Pages that may be added in one session, and the sealed bytes of one. */
  deposits: 24,
  depositBytes: 1 * MIB + 64 * KIB + 16,
  acts: 1024,
  /** base64url letters of the signed body of a certificate (400 streams), and of an act. */
  certificateBody: 16 * KIB,
  actBody: 1 * KIB,
  /** base64url letters of a sealed grant. */
  grant: 400 * KIB,
  /** Sealed pages of one satchel that wait for its devices. */
  waitingBytes: 32 * MIB,
  /** How long what was done is shown, once nothing of it waits. */
  shownMs: 30 * DAY,
} as const;

/** A carrier's file (SPEC P-C6). */
export const carrier = {
  /** Items in one file: the chain, ops, letters, proofs, and two for each blob. */
  items: 4096,
  /** Satchels in one file of a shared computer's postbox (P-C11). */
  packs: 64,
  /** Payload bytes of one file; what does not fit waits for the next file. */
  payloadBytes: 200 * MIB,
  /** base64url letters of the signed body of a manifest, and of a statement. */
  manifestBody: 960 * KIB,
  /** Bytes of the page before the sealed part, and of what stands after it. */
  pageBytes: 16 * KIB,
  /** Bytes of a receipt file. */
  receiptBytes: 4 * MIB,
  /** A file is taken until it is this old: a desk's old keys open what was sealed to them for as long. */
  ageMs: 400 * DAY,
} as const;

export const push = {
  /** Ops in one request. */
  ops: 10,
  /** What a client aims at; one larger op travels alone (bodies.push is the hard limit). */
  aimBytes: 32 * KIB,
} as const;

export const pull = {
  defaultBytes: 32 * KIB,
  minBytes: 1 * KIB,
  maxBytes: 1 * MIB,
  /** Rows in one page, whatever their size. */
  rows: 500,
} as const;

export const blobs = {
  /** Sealed length of one blob. */
  maxBytes: 64 * MIB,
  /** Letters of an Upload-Metadata header. */
  metadata: 4 * KIB,
  /** An unfinished upload is given up after this (weeks offline are normal). */
  unfinishedMs: 60 * DAY,
} as const;

export const quotas = {
  /** Records, blobs and letters to itself of a satchel that no organisation vouched for. */
  satchelBytes: 200 * MIB,
  /** What an organisation holds: its own records and blobs, and the letters of its inbox. */
  organisationBytes: 20 * 1024 * MIB,
  /** What the id and digest of an accepted op weigh: they are kept for ever, so that a repeated op gets its first verdict. */
  appliedOpBytes: 128,
  /** Beyond the quota, for the ids of saves that make nothing larger: a full satchel can still be edited and emptied. */
  appliedReserveBytes: 1 * MIB,
} as const;

export const sessions = {
  challengeMs: 5 * MINUTE,
  lifetimeMs: 12 * HOUR,
} as const;

/** A satchel that is open at a shared computer (SPEC P-N). */
export const visits = {
  /** A pass, and so a visit, is good for this long, by the server's clock. */
  lifetimeMs: 12 * HOUR,
  /** How far one process of the server may be ahead of another that gave the pass. */
  aheadMs: 5 * MINUTE,
  /** What a server may make of a pass. */
  passBytes: 128,
} as const;

/** Requests per window. Per principal where a session or a signature names one; per address only as a flood wall,
 * since a public digital space shares one address. */
export const rates = {
  windowMs: 1 * MINUTE,
  perPrincipal: 6000,
  perAddress: 60_000,
  /** Wrong one-time codes per organisation and address. */
  enrolTries: 10,
  enrolWindowMs: 1 * HOUR,
  /** Looking at a card or opening with it; saying a block number: per address (a whole network may share one) and per card or number. */
  way: { card: { perAddress: 600, perName: 60 }, number: { perAddress: 60, perName: 20 } },
  wayWindowMs: 1 * HOUR,
} as const;

/** Preparing a dossier on another site (SPEC P-F). */
export const prefill = {
  /** Requests of all processes to the other site per window; its own limit is 15 per address. */
  requests: 14,
  windowMs: 15 * SECOND,
  /** How long a person waits for a turn before the server says when to come again. */
  patienceMs: 5 * SECOND,
  /** From the first byte to the other site to the last one back. */
  siteMs: 15 * SECOND,
  /** Bytes of what the other site says: to a new dossier or a question about states, and as the shape of a procedure. */
  siteAnswer: 32 * KIB,
  siteSchema: 2 * MIB,
  /** How long, and of how many procedures, the shape is remembered. */
  schemaMs: 10 * MINUTE,
  schemas: 64,
  /** Asked by one address (a public digital space shares one), by all processes together. */
  perAddress: 120,
  perAddressMs: 10 * MINUTE,
  /** Values in one dossier, letters of a value, choices in a value, rows of a repetition. */
  values: 400,
  letters: 10_000,
  choices: 100,
  rows: 50,
  /** Fields of a shape, with those of its repetitions, choices of one field, and letters of a choice. */
  fields: 2000,
  options: 2000,
  optionLetters: 1000,
  /** Dossiers whose state is asked in one request. */
  tokens: 10,
  /** What nobody opened is thrown away by the other site after this. */
  orphanMs: 5 * DAY,
} as const;

/** Several processes of one server. */
export const nodes = {
  /** Signs of life in the time after which a silent process is stale. */
  beatsPerStale: 6,
  /** Without a sign of life for this long, and without a connection, a process is dead: its uploads begin again. */
  staleMs: 30 * SECOND,
  /** After this it is no more remembered that there was such a process. */
  forgottenMs: 30 * DAY,
  connectMs: 3 * SECOND,
  /** A process that took a request without a body says something within this. */
  silenceMs: 15 * SECOND,
  /** What a client waits that was told to come again. */
  busySeconds: 2,
  /** How far the clocks of two machines may be apart. */
  clocksMs: 5 * MINUTE,
} as const;

/** The journal of a satchel (SPEC P-J). */
export const journal = {
  /** Bytes of a line before it is sealed: all lines are of one length. */
  lineBytes: 256,
  /** Lines of one answer. */
  page: 200,
} as const;

/** A share ends within this: a year and two days, for clocks and a line that come late. */
export const shares = { longestMs: 367 * DAY } as const;

/** Satchels that nobody opened for years (SPEC P-Z). */
export const inactivity = {
  /** Nothing heard for so long: the removal of what the server keeps is announced. */
  toldMs: 730 * DAY,
  /** Removed at the earliest after so long without a word, and so long after it was announced. */
  removedMs: 1095 * DAY,
  noticeMs: 360 * DAY,
  /** Named in one answer to an organisation. */
  listed: 500,
} as const;

export const collection = {
  /** A blob that nothing names is kept this long after its last reference was removed. */
  unreferencedMs: 30 * DAY,
  /** The body of a tombstone; its id lives as long as the satchel. */
  tombstoneBodyMs: 400 * DAY,
  /** A card that was replaced hears for so long that it is one. */
  replacedCardMs: 400 * DAY,
  /** From one collection to the next. */
  everyMs: 1 * HOUR,
  /** From a deletion that a person asked for to the collection that makes it true. */
  soonMs: 1 * SECOND,
  /** Things per slice, and the pause after each, in which requests are answered. */
  slice: 50,
  pauseMs: 50,
} as const;

/** Space on the staging disk under which a process says that it is not ready. */
export const diskReserveBytes = 128 * MIB;

/** What is in flight when the server is told to stop has this long to finish; a part of an upload keeps what arrived. */
export const stopMs = 20 * SECOND;

export const connections = {
  /** A connection on which nothing moves for this long is closed; there is no total limit on a request. */
  idleMs: 120 * SECOND,
  headersMs: 60 * SECOND,
  /** A handshake on 2G costs seconds: connections stay. */
  keepAliveMs: 75 * SECOND,
} as const;
