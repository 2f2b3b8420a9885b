/** Runs the frozen vectors of helpers' logins (make-logins.ts) against the code as it is now. No Node import. */

import { loginCommit, loginSubject, readBinding, readUnbinding } from "../../src/protocol/login.ts";
import { type Principal, readChain } from "../../src/protocol/statements.ts";
import type { Signed } from "../../src/protocol/wire.ts";
import type { Result } from "../../src/shared/result.ts";
import { bytesOf, family, type Seen } from "./family.ts";
import bindings from "./login-bindings.json" with { type: "json" };
import hashes from "./login-hashes.json" with { type: "json" };
import unbindings from "./login-unbindings.json" with { type: "json" };

interface LoginInput {
  readonly statements: readonly Signed[];
  readonly statement: Signed;
}

const read =
  (reader: (statement: Signed, chain: Principal) => Promise<Result<unknown, string>>) =>
  async ({ statements, statement }: LoginInput): Promise<Seen> => {
    const chain = await readChain(statements);
    if (!chain.ok) throw new Error(`the chain of a vector does not read: ${chain.error.type}`);
    const said = await reader(statement, chain.value);
    return said.ok ? { result: "ok", value: said.value } : { result: said.error };
  };

export const loginRuns = [
  () => family<LoginInput>("login-bindings", bindings, read(readBinding)),
  () => family<LoginInput>("login-unbindings", unbindings, read(readUnbinding)),
  () =>
    family<{ readonly issuer?: string; readonly sub?: string; readonly secret?: string }>(
      "login-hashes",
      hashes,
      async ({ issuer = "", sub = "", secret }) => ({
        result: "ok",
        value: secret === undefined ? await loginSubject(issuer, sub) : await loginCommit(bytesOf(secret)),
      }),
    ),
];
