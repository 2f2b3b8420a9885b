/**
 * What deployment.json says: who runs this server, whom to call, which organisations receive, which keys to pin.
 *
 * Runs in Node. Without a file of the operator's own, an invented commune is shown, marked as a demonstration; its
 * telephone number is of the range kept for fiction.
 */

import { readFile } from "node:fs/promises";
import { mayReceive } from "../protocol/helpers.ts";
import { blobs, quotas } from "../protocol/limits.ts";
import { parseDeployment } from "../protocol/parse.ts";
import { readChain } from "../protocol/statements.ts";
import type { DeployedOrganisation, Deployment, HumanContact, OpeningHours } from "../protocol/wire.ts";
import type { PrincipalId } from "../shared/ids.ts";
import type { ServerKeys } from "./keys.ts";
import type { Store } from "./stores/ports.ts";

/** A deployment without what only the running server knows: its keys and the chains of opened desks. */
export type DeploymentBase = Deployment;

const weekdays = [1, 2, 3, 4, 5] as const;
const demonstrationHours: readonly OpeningHours[] = weekdays.flatMap((day) => [
  { day, from: "09:00", to: "12:00" },
  ...(day === 3 ? [] : [{ day, from: "14:00", to: "17:00" }]),
]);

const demonstrationHuman: HumanContact = {
  name: "CCAS de Brévigny",
  phone: "+33465711230",
  phoneShown: "04 65 71 12 30",
  hours: demonstrationHours,
  timeZone: "Europe/Paris",
  address: "3 place du Marché, Brévigny",
};

/** The invented commune. `url` is where the app is reached, without a slash at the end. */
export const demonstration = (url: string): DeploymentBase => ({
  v: 1,
  operator: "Démonstration de Besace",
  human: demonstrationHuman,
  urls: { app: `${url}/`, desk: `${url}/guichet`, kiosk: `${url}/poste` },
  languages: ["fr", "en", "ar"],
  serverKeys: [],
  organisations: [
    {
      slug: "ccas-brevigny",
      name: "CCAS de Brévigny",
      sendTo: "au CCAS de Brévigny",
      demonstration: true,
      statements: [],
      human: demonstrationHuman,
      procedures: ["domiciliation", "aide-facultative", "lettre-incomprise", "demande-libre"],
    },
  ],
  legal: {
    publisher: "Démonstration : commune, structure et numéro de téléphone inventés. N’y mettez pas de vrais papiers.",
    privacy: "Vos papiers sont fermés à clé sur ce téléphone avant l’envoi. Ce serveur ne peut pas les lire.",
  },
  quotas: { satchelBytes: quotas.satchelBytes, blobBytes: blobs.maxBytes },
});

/** The operator's file. @throws when it is missing or has not the shape of wire.ts: a server must not start half known. */
export async function readDeploymentFile(file: string): Promise<DeploymentBase> {
  const read = parseDeployment(JSON.parse(await readFile(file, "utf8")));
  if (!read.ok) throw new Error(`${file} has not the shape of a deployment (see src/protocol/wire.ts)`);
  return read.value;
}

/** The organisation of this deployment that a principal is; undefined for every other chain, whatever it calls itself. */
export type FindDeployed = (id: PrincipalId) => Promise<DeployedOrganisation | undefined>;

export function createFindDeployed(store: Pick<Store, "deskOf">, deployment: DeploymentBase): FindDeployed {
  /** Organisations that the operator's file names with their chains. */
  let named: Promise<ReadonlyMap<PrincipalId, DeployedOrganisation>> | undefined;
  const readNamed = async (): Promise<ReadonlyMap<PrincipalId, DeployedOrganisation>> => {
    const found = new Map<PrincipalId, DeployedOrganisation>();
    for (const organisation of deployment.organisations) {
      const chain = await readChain(organisation.statements);
      if (chain.ok) found.set(chain.value.id, organisation);
    }
    return found;
  };
  return async (id) => {
    named ??= readNamed();
    const known = (await named).get(id);
    if (known !== undefined) return known;
    const slug = await store.deskOf(id);
    return deployment.organisations.find((one) => one.slug === slug);
  };
}

/** The whole file as it is served: server keys first (old ones of the operator's file stay for verifying), chains filled in. */
export async function deploymentNow(base: DeploymentBase, keys: ServerKeys, store: Store): Promise<Deployment> {
  const organisations = [];
  for (const organisation of base.organisations) {
    const opened = (await store.desk(organisation.slug))?.opened ?? null;
    const principal = opened === null ? undefined : await store.principal(opened.principal);
    const statements = principal?.statements ?? organisation.statements;
    const chain = statements.length > 1 ? await readChain(statements) : undefined;
    const waits = chain?.ok === true && !mayReceive(chain.value);
    organisations.push({ ...organisation, statements, ...(waits ? { receives: false } : {}) });
  }
  const own = [keys.public, ...keys.older];
  const listed = base.serverKeys.filter((key) => own.every((each) => each.sign !== key.sign));
  return { ...base, serverKeys: [...own, ...listed], shareBox: keys.shareBox, organisations };
}
