/**
 * Every domain-separation label, written in full. Runs everywhere.
 *
 * A label goes before what is signed, hashed or derived, with one zero byte after it, so that no label is the
 * beginning of another and bytes made for one purpose never pass for another (SPEC P-1).
 */

export const labels = {
  /** Signatures. */
  statement: "besace/v1/statement",
  op: "besace/v1/op",
  letter: "besace/v1/letter",
  ticket: "besace/v1/ticket",
  proof: "besace/v1/proof",
  session: "besace/v1/session",
  serverKey: "besace/v1/server-key",
  carrier: "besace/v1/carrier",
  carried: "besace/v1/carried",
  keyring: "besace/v1/keyring",
  serverBox: "besace/v1/server-box",
  unblock: "besace/v1/unblock",
  escrow: "besace/v1/escrow",
  erase: "besace/v1/erase",
  /** Signed and verified in one place: whether a private key is that of a chain. The signature goes nowhere. */
  keyCheck: "besace/v1/key-check",
  /** Hashes. */
  principalId: "besace/v1/principal-id",
  blobRoot: "besace/v1/blob-root",
  carrierAround: "besace/v1/carrier-around",
  cardChecksum: "besace/v1/card-checksum",
  cardTextChecksum: "besace/v1/card-text-checksum",
  deskCodeChecksum: "besace/v1/desk-code-checksum",
  transferText: "besace/v1/transfer-text",
  transferRequest: "besace/v1/transfer-request",
  transferCheck: "besace/v1/transfer-check",
  cardVerifier: "besace/v1/card-verifier",
  codeVerifier: "besace/v1/code-verifier",
  blockVerifier: "besace/v1/block-verifier",
  shareHash: "besace/v1/share-hash",
  keyringLock: "besace/v1/keyring-lock",
  /** Keys. */
  transferSeal: "besace/v1/transfer-seal",
  identitySeal: "besace/v1/identity-seal",
  recordRoot: "besace/v1/record-root",
  recordKey: "besace/v1/record-key",
  streamKey: "besace/v1/stream-key",
  streamCommitment: "besace/v1/stream-commitment",
  deviceFactor: "besace/v1/device-factor",
  cardFactor: "besace/v1/card-factor",
  wrapDeviceCode: "besace/v1/wrap/D+P",
  wrapDeviceCard: "besace/v1/wrap/D+C",
  copyWrap: "besace/v1/sealed-copy/C+P",
  copyCard: "besace/v1/sealed-copy-card",
  wrapCardCodeShare: "besace/v1/wrap/C+P+S",
  wrapCardOrganisation: "besace/v1/wrap/C+O",
  wrapShareOrganisation: "besace/v1/wrap/S+O",
  pastRoots: "besace/v1/past-roots",
  keyringKey: "besace/v1/keyring-key",
  keyringProof: "besace/v1/keyring-proof",
  deviceSeal: "besace/v1/device-seal",
  deviceBox: "besace/v1/device-box",
  organisationSeal: "besace/v1/organisation-seal",
  shareSeal: "besace/v1/share-seal",
  cardLocator: "besace/v1/card-locator",
  cardProof: "besace/v1/card-proof",
  codeProof: "besace/v1/code-proof",
  blockNumber: "besace/v1/block-number",
  deskEnrolAuth: "besace/v1/desk-enrol-auth",
  deskEnrolSeal: "besace/v1/desk-enrol-seal",
} as const;

export type Label = (typeof labels)[keyof typeof labels];
