/**
 * What the push figures are compared with: bare node:http, SQLite in the same mode, one commit each, no signature, nothing
 * checked. A process of its own: `server-floor.ts <file>`, prints its port. Runs in Node.
 */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DatabaseSync } from "node:sqlite";

const [file = ""] = process.argv.slice(2);
const db = new DatabaseSync(file);
db.exec("PRAGMA journal_mode = WAL");
db.exec("PRAGMA synchronous = FULL");
db.exec("CREATE TABLE push (id INTEGER PRIMARY KEY, body TEXT NOT NULL)");
const insert = db.prepare("INSERT INTO push (body) VALUES (?)");

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    // Outside a transaction each statement is a commit of its own.
    const { lastInsertRowid } = insert.run(Buffer.concat(parts).toString());
    const answer = JSON.stringify({ seq: Number(lastInsertRowid) });
    response.writeHead(200, { "content-type": "application/json", "content-length": answer.length }).end(answer);
  });
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
process.on("SIGTERM", () => process.exit(0));
