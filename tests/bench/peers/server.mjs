/**
 * PouchDB's own server on a memory database, and the page that replicates to it. Runs in Node in the folder where the peers
 * were installed; prints one line of JSON per document that has arrived.
 *
 * Surprising fact: a document with attachments is stored, and announced, only when all of it has arrived.
 */
import { readFileSync } from "node:fs";
import express from "express";
import expressPouchDB from "express-pouchdb";
import http from "pouchdb-adapter-http";
import memory from "pouchdb-adapter-memory";
import PouchDB from "pouchdb-core";
import mapreduce from "pouchdb-mapreduce";
import replication from "pouchdb-replication";

const Memory = PouchDB.plugin(memory)
  .plugin(http)
  .plugin(replication)
  .plugin(mapreduce)
  .defaults({ adapter: "memory" });
const app = express();
app.get("/", (_request, answer) =>
  answer.type("html").send('<!doctype html><title>peer</title><script src="/peer.js"></script>'),
);
app.get("/peer.js", (_request, answer) => answer.type("js").send(readFileSync("peer.js", "utf8")));
app.use("/db", expressPouchDB(Memory, { mode: "minimumForPouchDB", inMemoryConfig: true, logPath: "/dev/null" }));
const remote = new Memory("bench");
remote.changes({ live: true, since: 0 }).on("change", ({ id }) => console.log(JSON.stringify({ id, at: Date.now() })));
app.listen(Number(process.env.PORT), "127.0.0.1", () => console.log(JSON.stringify({ ready: true })));
