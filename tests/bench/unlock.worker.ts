/** The floor of `npm run bench:unlock`: one bare Argon2id of hash-wasm, in a worker that lives for it. */
import { argon2id } from "hash-wasm";

export type FloorInput = { readonly memoryKiB: number; readonly passes: number };

/** The page's tsconfig knows no worker scope; this is all that is used of it. */
const scope = globalThis as unknown as {
  onmessage: (event: { readonly data: FloorInput }) => void;
  readonly postMessage: (output: Uint8Array) => void;
};

scope.onmessage = async ({ data: { memoryKiB, passes } }) => {
  scope.postMessage(
    await argon2id({
      password: "418273",
      salt: new Uint8Array(16).fill(7),
      memorySize: memoryKiB,
      iterations: passes,
      parallelism: 1,
      hashLength: 32,
      outputType: "binary",
    }),
  );
};
