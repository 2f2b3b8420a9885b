/**
 * A real OpenStack Swift with its S3 interface, of the test's own: rings, configuration and objects in a temporary
 * folder, four processes and a memcached on loopback, ended with the process that started them. Runs in Node on Debian.
 *
 * Surprising: Swift keeps its metadata in extended attributes, so the folder must lie on a disk that has them (not every
 * tmpfs does); `slo` stands in the pipeline only because the S3 interface refuses to start without it.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { listProcesses, processTree, signalAll, waitUntilGone } from "./processes.ts";
import { freePort } from "./server.ts";

export type TestSwift = {
  /** Makes a bucket and returns its `BLOB_URL`. `prefix`: "" or "/folder". */
  newBucket(prefix?: string): Promise<string>;
  /** SIGKILL to all of it, and a new start on the same data. @returns milliseconds until it answered. */
  restart(): Promise<number>;
  /** Resident memory of its processes, in bytes. */
  memory(): number;
  stop(): Promise<void>;
};

const run = promisify(execFile);
/** Access key and secret. */
const [KEY, SECRET] = ["test:tester", "testing"] as const;

const residentBytes = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;

/** Starts one; it answers when the promise resolves. */
export async function startSwift(): Promise<TestSwift> {
  const folder = mkdtempSync(join(tmpdir(), "besace-swift-"));
  const devices = join(folder, "devices");
  mkdirSync(join(devices, "d1"), { recursive: true });
  const user = userInfo().username;
  const [proxy, account, container, object, memory] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const common = (port: number): string =>
    `[DEFAULT]\nbind_ip = 127.0.0.1\nbind_port = ${port}\nuser = ${user}\nswift_dir = ${folder}\nworkers = 0\nlog_level = WARNING\n`;
  for (const [name, port] of [
    ["account", account],
    ["container", container],
    ["object", object],
  ] as const) {
    const builder = join(folder, `${name}.builder`);
    await run("swift-ring-builder", [builder, "create", "6", "1", "0"]);
    await run("swift-ring-builder", [builder, "add", `r1z1-127.0.0.1:${port}/d1`, "1"]);
    await run("swift-ring-builder", [builder, "rebalance"]);
    writeFileSync(
      join(folder, `${name}.conf`),
      `${common(port)}devices = ${devices}\nmount_check = false\ndisable_fallocate = true\n` +
        `[pipeline:main]\npipeline = ${name}-server\n[app:${name}-server]\nuse = egg:swift#${name}\n`,
    );
  }
  writeFileSync(
    join(folder, "proxy.conf"),
    `${common(proxy)}[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache s3api tempauth copy slo dlo proxy-server
[app:proxy-server]
use = egg:swift#proxy
allow_account_management = true
account_autocreate = true
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = ${SECRET} .admin
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:${memory}
${["catch_errors", "gatekeeper", "healthcheck", "s3api", "copy", "slo", "dlo"]
  .map((name) => `[filter:${name}]\nuse = egg:swift#${name}\n`)
  .join("")}`,
  );

  let children: ChildProcess[] = [];
  let log = "";
  const spawnOne = (program: string, args: readonly string[]): void => {
    // The kernel ends it with us, however we end.
    const child = spawn("setpriv", ["--pdeathsig=KILL", program, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (bytes: Buffer) => {
        log = (log + bytes.toString()).slice(-20_000);
      });
    children.push(child);
  };
  const healthy = async (): Promise<boolean> => {
    try {
      return (await fetch(`http://127.0.0.1:${proxy}/healthcheck`)).ok;
    } catch (error) {
      if (error instanceof TypeError) return false;
      throw error;
    }
  };
  const start = async (): Promise<void> => {
    spawnOne("memcached", ["-l", "127.0.0.1", "-p", String(memory), "-u", user]);
    for (const name of ["account", "container", "object", "proxy"])
      spawnOne(`swift-${name}-server`, [join(folder, `${name}.conf`), "--verbose"]);
    const until = performance.now() + 60_000;
    while (!(await healthy())) {
      if (performance.now() > until) throw new Error(`Swift does not start:\n${log}`);
      await sleep(50);
    }
  };
  const rows = () =>
    children.flatMap((child) => (child.pid === undefined ? [] : processTree(child.pid, listProcesses())));
  const end = async (): Promise<void> => {
    const all = rows();
    signalAll(all, "SIGKILL");
    await waitUntilGone(all);
    children = [];
  };

  await start();
  let made = 0;
  return {
    newBucket: async (prefix = "") => {
      made += 1;
      const name = `besace-${process.pid}-${made}`;
      const { CreateBucketCommand, S3Client } = await import("@aws-sdk/client-s3");
      const client = new S3Client({
        endpoint: `http://127.0.0.1:${proxy}`,
        region: "us-east-1",
        forcePathStyle: true,
        credentials: { accessKeyId: KEY, secretAccessKey: SECRET },
      });
      await client.send(new CreateBucketCommand({ Bucket: name }));
      client.destroy();
      return `s3://${encodeURIComponent(KEY)}:${SECRET}@127.0.0.1:${proxy}/${name}${prefix}?tls=off`;
    },
    restart: async () => {
      await end();
      const from = performance.now();
      await start();
      return performance.now() - from;
    },
    memory: () => rows().reduce((sum, { pid }) => sum + residentBytes(pid), 0),
    stop: async () => {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
