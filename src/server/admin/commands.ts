/**
 * The operator's commands as words in, lines and an exit code out. Runs in Node; main.ts opens what they need.
 *
 * Surprising: all but `restore` run beside the working server, on the same database.
 */

import { parseArgs } from "node:util";
import { type Ending, isOrigin } from "../../protocol/ending.ts";
import { blockVerifierOf, readBlockNumber } from "../../protocol/ways.ts";
import type { ServerTime, Signed } from "../../protocol/wire.ts";
import { unreachable } from "../../shared/assert.ts";
import { isPrincipalId } from "../../shared/ids.ts";
import type { Shares } from "../shares.ts";
import type { BlobVault } from "../stores/blob-ports.ts";
import type { Store } from "../stores/ports.ts";
import { type BackupRefusal, backup, type RestoreRefusal, restore } from "./backup.ts";
import { checkBlobs, checkKeyrings, findStrays } from "./check.ts";

export interface AdminDeps {
  /** Opens the server's database and vault, runs `work`, closes them. */
  readonly withServer: <T>(
    work: (server: { readonly store: Store; readonly vault: BlobVault }) => Promise<T>,
  ) => Promise<T>;
  /** Opens a SQLite file that is no server's. */
  readonly openCopy: (file: string) => Promise<Store>;
  /** Where `restore` puts things, and how it opens them; undefined: not on this kind of server. */
  readonly restoring: (Parameters<typeof restore>[0] & { readonly places: RestorePlaces }) | undefined;
  /** Runs `work` only while no server runs on the data folder. */
  readonly stopped: <T>(work: () => Promise<T>) => Promise<T | "running">;
  readonly rotateKey: () => Promise<string>;
  /** The notice that the service ends, by the key that signs proofs. */
  readonly signEnding: (ending: Ending) => Promise<Signed>;
  /** What opens kept shares. Without a key file nothing does. */
  readonly shares: () => Promise<Pick<Shares, "give">>;
  /** A path as the operator meant it. */
  readonly at: (path: string) => string;
  readonly now: () => ServerTime;
  readonly print: (line: string) => void;
}
type RestorePlaces = Omit<Parameters<typeof restore>[1], "backup" | "newKeys">;

export const usage = `npm run admin -- <command>

  check [--quick] [--mend]     every promised blob: is it there, of its length and (unless --quick) of its root?
                               --mend: what is not is asked for again at the phones; what lies there that the database
                               does not know (told, never removed); and every keyring: is it as its satchel signed it,
                               do its shares open with the key file?
  backup <folder>              copies database and blobs into a folder (SQLite and files); again: only what is new.
                               The key file is not in it: keep a copy of it elsewhere
  restore <folder> [--new-keys]  into an empty data folder, server stopped. Put the key file there first
  backed-up <time>             a backup of another kind (pg_dump and the bucket), begun at this time (ISO 8601), is whole
  epoch                        after a restore by other means: every phone pulls all and offers all again
  quota <satchel> <MiB | default>
  unblock <number>             ends the block of the satchel whose card has this number (twelve digits), once the person
                               has shown who she is; a desk does the same
  closing <day> [<origin>]     the service ends on this day (YYYY-MM-DD): prints the signed notice to put into the deployment
                               file as "ending"; phones then bring every page home and say how to save it.
                               <origin>: where Besace goes on (https://...)
  rotate-key                   a new key signs proofs from the next start on; phones follow by themselves
`;

const mib = 1024 * 1024;
/** From the notice to the end at least; a phone may lie in a drawer for weeks. */
const closingNoticeMs = 90 * 24 * 60 * 60 * 1000;
const iso = (time: number): string => new Date(time).toISOString();

const backupWords = (refusal: BackupRefusal): string => {
  switch (refusal.type) {
    case "not-this-database":
      return "PostgreSQL has its own tools: run pg_dump and save the bucket, then say so with `backed-up <time>`";
    case "blobs-missing":
      return `${refusal.count} blobs are missing or damaged: run \`check\`; nothing was changed, the backup before stands`;
    default:
      return unreachable(refusal);
  }
};

const restoreWords = (refusal: RestoreRefusal): string => {
  switch (refusal.type) {
    case "no-backup":
      return "there is no finished backup in that folder";
    case "damaged-backup":
      return "the backup's database is missing or was altered since";
    case "data-not-empty":
      return "the data folder holds a database already: name an empty one with BESACE_DATA";
    case "no-key-file":
      return "the key file (keys/server.json in the data folder) is missing: put your copy there, or say --new-keys; then phones that know the old key believe no proof of this server";
    default:
      return unreachable(refusal);
  }
};

/** Runs one command. @returns the exit code: 0 done, 1 refused or trouble found, 2 not understood. */
export async function runAdmin(args: readonly string[], deps: AdminDeps): Promise<0 | 1 | 2> {
  const { print, now } = deps;
  const read = readArgs(args);
  if (read === undefined) {
    print(usage);
    return 2;
  }
  const { flags } = read;
  const [command, first, second] = read.words;
  const refuse = (words: string): 1 => {
    print(words);
    return 1;
  };

  switch (`${command} ${read.words.length - 1}`) {
    case "check 0":
      return deps.withServer(async ({ store, vault }) => {
        const report = await checkBlobs(
          { store, vault, now },
          {
            quick: flags.quick,
            mend: flags.mend,
            onTrouble: (blob, state) => print(`${state} ${blob.owner}.${blob.blob} (${blob.length} bytes)`),
          },
        );
        const { blobs, bytes, referenced, missing, damaged, mended } = report;
        print(
          `${blobs} blobs, ${Math.ceil(bytes / mib)} MiB; ${referenced} in use; ${missing} missing, ${damaged} damaged`,
        );
        if (mended > 0) print(`${mended} are asked for again`);
        const { strays, bytes: strayBytes } = await findStrays({ store, vault }, ({ key, length }) =>
          print(`stray ${key} (${length} bytes)`),
        );
        if (strays > 0)
          print(
            `${strays} that no row of the database knows, ${Math.ceil(strayBytes / mib)} MiB: nothing removes them`,
          );
        const { keyrings, altered, lost } = await checkKeyrings({ store, shares: await deps.shares() });
        if (keyrings > 0)
          print(`${keyrings} keyrings; ${altered} not as signed, ${lost} whose share does not open with this key file`);
        return missing + damaged - mended + altered + lost > 0 ? 1 : 0;
      });
    case "backup 1":
      return deps.withServer(async (server) => {
        const done = await backup({ ...server, now, openCopy: deps.openCopy }, deps.at(first ?? ""));
        if (!done.ok) return refuse(backupWords(done.error));
        const { blobs, bytes, copied, startedAt } = done.value;
        print(`whole as of ${iso(startedAt)}: ${blobs} blobs, ${Math.ceil(bytes / mib)} MiB, ${copied} of them new`);
        print("the key file is not in it: keep a copy of it elsewhere");
        return 0;
      });
    case "restore 1": {
      const { restoring } = deps;
      if (restoring === undefined)
        return refuse("this server keeps its data elsewhere: restore it there, then run `epoch`");
      const done = await deps.stopped(() =>
        restore(restoring, { ...restoring.places, backup: deps.at(first ?? ""), newKeys: flags["new-keys"] }),
      );
      if (done === "running") return refuse("a server runs on this data folder: stop it first");
      if (!done.ok) return refuse(restoreWords(done.error));
      print(`${done.value.blobs} blobs, ${done.value.asked} of them asked for again; epoch ${done.value.epoch}`);
      return 0;
    }
    case "backed-up 1": {
      const at = Date.parse(first ?? "");
      if (!Number.isSafeInteger(at) || at > now()) return refuse("the time is not one of the past (ISO 8601)");
      await deps.withServer(({ store }) => store.setLastBackup(at as ServerTime));
      print(`phones may let go of copies that were whole here before ${iso(at)}`);
      return 0;
    }
    case "epoch 0":
      print(`epoch ${await deps.withServer(({ store }) => store.bumpEpoch())}`);
      return 0;
    case "quota 2": {
      const bytes = second === "default" ? null : Math.floor(Number(second) * mib);
      if (!isPrincipalId(first) || (bytes !== null && (!Number.isSafeInteger(bytes) || bytes < 0))) {
        print(usage);
        return 2;
      }
      const known = await deps.withServer(({ store }) => store.setQuota(first, bytes));
      return known ? 0 : refuse("no satchel of that id is registered here");
    }
    case "unblock 1":
    case "unblock 3": {
      const number = readBlockNumber(read.words.slice(1).join(" "));
      if (number === undefined) return refuse("a block number has twelve digits, and this one is mistyped");
      const block = await blockVerifierOf(number);
      const count = await deps.withServer(({ store }) => store.unblock(block, now()));
      if (count === undefined) return refuse("no satchel here has a card with this number");
      print(count === 0 ? "it was not blocked" : "unblocked");
      return 0;
    }
    case "closing 1":
    case "closing 2": {
      const at = /^\d{4}-\d{2}-\d{2}$/.test(first ?? "") ? Date.parse(`${first}T00:00:00Z`) : Number.NaN;
      if (!Number.isSafeInteger(at) || at < now() + closingNoticeMs)
        return refuse("the day is YYYY-MM-DD, three months from now at the earliest: people have to come by before it");
      const next = second ?? null;
      if (next !== null && !isOrigin(next)) return refuse("where Besace goes on is an origin: https://host");
      print(JSON.stringify({ ending: await deps.signEnding({ at: at as ServerTime, next }) }));
      return 0;
    }
    case "rotate-key 0":
      print(`new key ${await deps.rotateKey()}: start the server again (every process) to use it`);
      return 0;
    default:
      print(usage);
      return 2;
  }
}

function readArgs(args: readonly string[]) {
  const boolean = { type: "boolean", default: false } as const;
  try {
    // The id of a satchel may begin with a hyphen: it is a word, never an option.
    const isWord = (arg: string): boolean => !arg.startsWith("--") || isPrincipalId(arg);
    const { values } = parseArgs({
      args: args.filter((arg) => !isWord(arg)),
      options: { quick: boolean, mend: boolean, "new-keys": boolean },
    });
    return { flags: values, words: args.filter(isWord) };
  } catch (error) {
    // An option that there is not: answered with the usage, like a command that there is not.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
