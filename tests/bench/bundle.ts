/** One script and all that it imports, as one file for a page under measurement. Runs in Node. */
import { build } from "vite";

/** @returns JavaScript of a module. */
export async function bundled(path: string): Promise<string> {
  const output = await build({
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      modulePreload: false,
      target: "es2022",
      rolldownOptions: { input: path, output: { codeSplitting: false } },
    },
  });
  if (Array.isArray(output) || !("output" in output)) throw new Error("one bundle");
  return output.output.find((chunk) => chunk.type === "chunk")?.code ?? "";
}
