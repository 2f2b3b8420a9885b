/**
 * Reads what lies in LevelDB files, enough to search it: table blocks (.ldb, .sst) opened and keys rebuilt, log
 * records (.log, MANIFEST) joined. Pure; runs anywhere. Sources: leveldb/doc/table_format.md, log_format.md.
 *
 * Surprising fact: both formats cut plain text in pieces without compressing it: tables leave out the part of a key
 * shared with the key before, logs put a 7-byte header into a value at each 32 KiB.
 */
import { openSnappy, readVarint } from "./snappy.ts";

/** Searchable bytes and the file offset they came from. */
export type Layer = { readonly name: string; readonly offset: number; readonly bytes: Buffer };

const TABLE_MAGIC = Buffer.from([0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb]);
const FOOTER_BYTES = 48;
const LOG_BLOCK = 32 * 1024;
const LOG_HEADER = 7;

type Entry = { readonly key: Buffer; readonly value: Buffer };

export function isTable(file: Buffer): boolean {
  return file.length >= FOOTER_BYTES && file.subarray(file.length - 8).equals(TABLE_MAGIC);
}

/** A block with its compression taken off; undefined when the handle points nowhere. */
function openBlock(file: Buffer, offset: number, size: number): Buffer | undefined {
  const type = file[offset + size];
  if (type === undefined) return undefined;
  const raw = file.subarray(offset, offset + size);
  return type === 1 ? Buffer.from(openSnappy(raw).bytes) : raw;
}

/** The entries of a block, keys whole. Stops where the block makes no sense. */
function entries(block: Buffer): Entry[] {
  const found: Entry[] = [];
  if (block.length < 4) return found;
  const restarts = block.readUInt32LE(block.length - 4);
  const end = block.length - 4 - restarts * 4;
  let before: Buffer = Buffer.alloc(0);
  let at = 0;
  while (at < end) {
    const shared = readVarint(block, at);
    const own = shared && readVarint(block, shared.next);
    const length = own && readVarint(block, own.next);
    if (shared === undefined || own === undefined || length === undefined) break;
    const keyEnd = length.next + own.value;
    if (shared.value > before.length || keyEnd + length.value > end) break;
    const key = Buffer.concat([before.subarray(0, shared.value), block.subarray(length.next, keyEnd)]);
    found.push({ key, value: block.subarray(keyEnd, keyEnd + length.value) });
    before = key;
    at = keyEnd + length.value;
  }
  return found;
}

/** Every data block of a table: its opened bytes, and its keys one after the other. */
export function tableLayers(file: Buffer): Layer[] {
  const footer = file.subarray(file.length - FOOTER_BYTES);
  const metaOffset = readVarint(footer, 0);
  const metaSize = metaOffset && readVarint(footer, metaOffset.next);
  const indexOffset = metaSize && readVarint(footer, metaSize.next);
  const indexSize = indexOffset && readVarint(footer, indexOffset.next);
  if (indexOffset === undefined || indexSize === undefined) return [];
  const index = openBlock(file, indexOffset.value, indexSize.value);
  if (index === undefined) return [];
  const layers: Layer[] = [{ name: "table index", offset: indexOffset.value, bytes: joinKeys(entries(index)) }];
  for (const { value } of entries(index)) {
    const offset = readVarint(value, 0);
    const size = offset && readVarint(value, offset.next);
    if (offset === undefined || size === undefined) continue;
    const block = openBlock(file, offset.value, size.value);
    if (block === undefined) continue;
    layers.push({ name: "table block", offset: offset.value, bytes: block });
    layers.push({ name: "table keys", offset: offset.value, bytes: joinKeys(entries(block)) });
  }
  return layers;
}

function joinKeys(list: readonly Entry[]): Buffer {
  return Buffer.concat(list.flatMap(({ key }) => [key, Buffer.from([0])]));
}

/** The records of a log, each whole. What is damaged is passed over. */
export function logLayers(file: Buffer): Layer[] {
  const layers: Layer[] = [];
  let parts: Buffer[] = [];
  let begin = 0;
  const finish = (): void => {
    if (parts.length > 0) layers.push({ name: "log record", offset: begin, bytes: Buffer.concat(parts) });
    parts = [];
  };
  for (let at = 0; at + LOG_HEADER <= file.length; ) {
    const left = LOG_BLOCK - (at % LOG_BLOCK);
    const type = file[at + 6] ?? 0;
    if (left < LOG_HEADER || type === 0 || type > 4) {
      at += left;
      continue;
    }
    const length = file.readUInt16LE(at + 4);
    if (type === 1 || type === 2) {
      finish();
      begin = at;
    }
    parts.push(file.subarray(at + LOG_HEADER, at + LOG_HEADER + length));
    if (type === 1 || type === 4) finish();
    at += LOG_HEADER + length;
  }
  finish();
  return layers;
}
