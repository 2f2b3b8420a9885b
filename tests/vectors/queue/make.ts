/** Writes the tables of rules.ts as JSON, one case a line: `node tests/vectors/queue/make.ts`. */

import { writeFileSync } from "node:fs";
import { casesOf, kinds } from "./rules.ts";

for (const kind of kinds) {
  const lines = casesOf(kind).map((each) => `  ${JSON.stringify(each)}`);
  writeFileSync(new URL(`./${kind}.json`, import.meta.url), `[\n${lines.join(",\n")}\n]\n`);
}
