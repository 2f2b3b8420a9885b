/**
 * The vault on S3-compatible storage: verified blobs as objects, for several processes. Runs in Node.
 *
 * Only Put, Get (range), Head, Delete and List (to see that it answers, and for the operator's check) are used, in their
 * smallest form: what AWS, Ceph, MinIO, Garage and OpenStack Swift share. The SDK's own checksums are set to when-required: its default sends bodies in signed pieces,
 * which one small server stored as they came, frames and all, and answered 200. So what was put is read back and hashed
 * again by the caller (uploads.ts) before anybody hears "verified".
 *
 * Surprising: the key holds root and creation time, so that neither a late write nor a late removal of an earlier life of
 * the same id can touch the living one. The SDK is loaded by `openS3Vault` only: a server on one folder never loads it.
 */

import type { Readable } from "node:stream";
import type { S3Client } from "@aws-sdk/client-s3";
import { assert } from "../../shared/assert.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import { type BlobItem, type BlobStaging, type BlobVault, blobName } from "./blob-ports.ts";

export interface S3Place {
  /** "https://host:port" */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** "" or "some/folder/". */
  readonly prefix: string;
  /** True: https://host/bucket/key; false: https://bucket.host/key. */
  readonly pathStyle: boolean;
  readonly keyId: string;
  readonly secret: string;
}

/**
 * Reads `s3://[KEY:SECRET@]HOST[:PORT]/BUCKET[/PREFIX][?region=R&tls=off&style=virtual]`; key and secret may stand in
 * `env` instead (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY).
 * @returns what is wrong, in words that repeat nothing of the URL: it may hold a secret.
 */
export function readS3Url(text: string, env: Readonly<Record<string, string | undefined>>): Result<S3Place, string> {
  if (!URL.canParse(text)) return err("it is not a URL");
  const url = new URL(text);
  if (url.protocol !== "s3:") return err("it does not begin with s3://");
  const [bucket = "", ...folders] = url.pathname.split("/").slice(1).map(decodeURIComponent);
  if (url.hostname === "" || bucket === "") return err("it must name a host and a bucket: s3://host:port/bucket");
  const unknown = [...url.searchParams.keys()].filter((name) => !["region", "tls", "style"].includes(name));
  if (unknown.length > 0) return err("only region, tls and style may follow the question mark");
  const tls = url.searchParams.get("tls") ?? "on";
  const style = url.searchParams.get("style") ?? "path";
  if (tls !== "on" && tls !== "off") return err("tls is on or off");
  if (style !== "path" && style !== "virtual") return err("style is path or virtual");
  const keyId = url.username === "" ? env.AWS_ACCESS_KEY_ID : decodeURIComponent(url.username);
  const secret = url.password === "" ? env.AWS_SECRET_ACCESS_KEY : decodeURIComponent(url.password);
  if (!keyId || !secret)
    return err("key and secret are missing: in the URL, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
  const prefix = folders.filter((folder) => folder !== "").map((folder) => `${folder}/`);
  return ok({
    endpoint: `${tls === "on" ? "https" : "http"}://${url.host}`,
    region: url.searchParams.get("region") ?? env.AWS_REGION ?? "us-east-1",
    bucket,
    prefix: prefix.join(""),
    pathStyle: style === "path",
    keyId,
    secret,
  });
}

const connectMs = 5_000;
/** Silence on a connection to the storage. */
const silenceMs = 60_000;

const silent = (): void => undefined;
/** The SDK would warn on the console, where nothing of ours may stand. */
const quiet = { debug: silent, info: silent, warn: silent, error: silent };

const isMissing = (error: unknown): boolean => {
  const { name, $metadata } = error as {
    readonly name?: string;
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  return name === "NotFound" || name === "NoSuchKey" || $metadata?.httpStatusCode === 404;
};

/** Loads the SDK. Nothing is asked of the storage yet: see `check`. */
export async function openS3Vault(place: S3Place, staging: BlobStaging): Promise<BlobVault> {
  const sdk = await import("@aws-sdk/client-s3");
  const client: S3Client = new sdk.S3Client({
    endpoint: place.endpoint,
    region: place.region,
    forcePathStyle: place.pathStyle,
    credentials: { accessKeyId: place.keyId, secretAccessKey: place.secret },
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // No limit on a whole request: 64 MiB over a slow line take what they take.
    requestHandler: { connectionTimeout: connectMs, socketTimeout: silenceMs, logger: quiet },
    maxAttempts: 3,
    logger: quiet,
  });
  const { bucket: Bucket, prefix } = place;
  const key = (item: BlobItem): string =>
    `${blobName(item.owner, item.blob)}.${item.root}.${item.createdAt.toString(36)}`;

  return {
    inPlace: false,
    put: async (item) => {
      const body = staging.read(blobName(item.owner, item.blob));
      try {
        await client.send(
          new sdk.PutObjectCommand({
            Bucket,
            Key: prefix + key(item),
            Body: body,
            ContentLength: item.length,
            ContentType: "application/octet-stream",
          }),
        );
      } finally {
        body.destroy();
      }
    },
    size: async (item) => {
      try {
        const head = await client.send(new sdk.HeadObjectCommand({ Bucket, Key: prefix + key(item) }));
        return head.ContentLength;
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    read: async (item, range) => {
      const Range = range === undefined ? {} : { Range: `bytes=${range.start}-${range.end}` };
      const found = await client.send(new sdk.GetObjectCommand({ Bucket, Key: prefix + key(item), ...Range }));
      assert(found.Body !== undefined, "an object has a body");
      return found.Body as Readable;
    },
    remove: async (item) => {
      await client.send(new sdk.DeleteObjectCommand({ Bucket, Key: prefix + key(item) })).catch(ifMissing);
    },
    keyOf: key,
    async *entries() {
      for (let token: string | undefined; ; ) {
        const page = await client.send(
          new sdk.ListObjectsV2Command({
            Bucket,
            ...(prefix === "" ? {} : { Prefix: prefix }),
            ...(token === undefined ? {} : { ContinuationToken: token }),
          }),
        );
        for (const { Key = "", Size = 0 } of page.Contents ?? []) yield { key: Key.slice(prefix.length), length: Size };
        token = page.NextContinuationToken;
        if (token === undefined) return;
      }
    },
    check: async () => {
      await client.send(
        new sdk.ListObjectsV2Command({ Bucket, MaxKeys: 1, ...(prefix === "" ? {} : { Prefix: prefix }) }),
      );
    },
    close: () => client.destroy(),
  };
}

/** Deleting what is not there is what was wanted. */
function ifMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}
