/**
 * A printable slip of what is proven about a dossier, from proofs that were verified on this device only (INV-2).
 * Readable without network.
 */

import { showSpoken } from "../../../satchel/spoken.ts";
import type { RecordId } from "../../../shared/ids.ts";
import type { DossierView, ProofView } from "../../../workers/satchel.contract.ts";
import { paths, type ScreenProps } from "../../feature.ts";
import { formatDate, formatTime } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { chunk } from "../../state/chunk.ts";
import { Frame } from "../../state/Frame.tsx";
import { useAsk } from "../../state/satchel.ts";
import { Button, LinkButton } from "../../ui/Button.tsx";
import { Receipt } from "../../ui/Receipt.tsx";
import type { Row } from "../../ui/Rows.tsx";
import { EmptyState } from "../../ui/States.tsx";
import { MOVING, useDossier, WaitingScreen } from "./useDossier.tsx";
import { moment, organisationOf, procedureTitle, sendTo } from "./words.ts";

/** Weakest first: the last one that is there names the slip. */
const ORDER: readonly ProofView["type"][] = ["deposited", "complete", "opened"];

/** "/dossiers/:dossier/recepisse" */
export function ReceiptScreen({ params }: ScreenProps) {
  const id = params.dossier as RecordId;
  const loaded = useDossier(id, MOVING);
  const deployment = useAsk("deployment", (api) => api.deployment(), ["deployment"]);
  if (loaded.state !== "ready") return <WaitingScreen waiting={loaded} />;
  const { dossier } = loaded;
  const organisation = organisationOf(
    deployment.state === "ready" ? deployment.value : null,
    dossier.record.organisation,
  );
  const proofs = ORDER.flatMap((type) => dossier.proofs.find((proof) => proof.type === type) ?? []);
  const strongest = proofs.at(-1);
  return strongest === undefined ? (
    <NoReceipt id={id} />
  ) : (
    <Slip dossier={dossier} proofs={proofs} strongest={strongest} to={sendTo(organisation)} />
  );
}

function NoReceipt({ id }: { readonly id: RecordId }) {
  const t = useT();
  const title = t("dossiers.receipt.title");
  return (
    <Frame title={title} tab="dossiers" back={paths.dossier(id)}>
      <h1>{title}</h1>
      <EmptyState
        title={t("dossiers.receipt.none")}
        text={t("dossiers.receipt.noneMore")}
        action={<LinkButton href={paths.dossier(id)}>{t("dossiers.receipt.see")}</LinkButton>}
      />
    </Frame>
  );
}

const useOut = chunk(async () => (await import("./ReceiptOut.tsx")).ReceiptOut);

function OutDoor({ dossier: { id, record } }: { readonly dossier: DossierView }) {
  const { more: Out } = useOut();
  return Out === null ? null : <Out id={id} number={record.number} />;
}

interface SlipProps {
  readonly dossier: DossierView;
  readonly proofs: readonly ProofView[];
  readonly strongest: ProofView;
  readonly to: string;
}

function Slip({ dossier, proofs, strongest, to }: SlipProps) {
  const t = useT();
  // The first date counts: when the answers arrived, whatever came after (DESIGN 5).
  const at = Math.min(...proofs.map((proof) => proof.at));
  const { declaration, sent } = dossier.record;
  const filledAt = declaration?.at ?? Object.values(sent).sort((a, b) => b.n - a.n)[0]?.at;
  const have = Math.max(...proofs.map((proof) => proof.have));
  const rows: readonly Row[] = [
    { key: "procedure", name: t("dossiers.receipt.procedure"), value: procedureTitle(dossier.record.procedure) },
    {
      key: "number",
      name: t("dossiers.number.label"),
      value: <bdi class="num">{showSpoken(dossier.record.number)}</bdi>,
    },
    ...(strongest.of > 0
      ? [
          {
            key: "papers",
            name: t("dossiers.receipt.papers"),
            value: t("common.progress", { done: have, total: strongest.of }),
          },
        ]
      : []),
    // Two clocks, and each is named: the phone's says when it was filled in, the server's when it was there.
    ...(filledAt === undefined ? [] : [{ key: "filled", name: t("dossiers.receipt.filled"), value: moment(filledAt) }]),
    ...proofs.map((proof) => ({
      key: proof.type,
      name: t(`dossiers.receipt.${proof.type}`),
      value: moment(proof.at),
      more: t("dossiers.receipt.by", { who: `\u2068${proof.by}\u2069` }),
    })),
    {
      key: "fingerprint",
      name: t("dossiers.receipt.fingerprint"),
      value: (
        <bdi class="hash" dir="ltr">
          {strongest.fingerprint}
        </bdi>
      ),
    },
  ];
  const title = t(`dossiers.receipt.titles.${strongest.type}`, { to });
  return (
    <Frame title={t("dossiers.receipt.title")} tab="dossiers" back={paths.dossier(dossier.id)}>
      <Receipt
        brand={t("common.app")}
        title={title}
        when={[formatDate(at, "weekday"), formatDate(at), t("dossiers.receipt.hour", { time: formatTime(at) })]}
        stamp={{
          state: t(`common.state.${strongest.type}`),
          date: formatDate(strongest.at, "short"),
          who: showSpoken(dossier.record.number),
        }}
        rows={rows}
      />
      <p>
        <b>{t("dossiers.receipt.notAccepted")}</b> {t("dossiers.receipt.notAcceptedMore")}
      </p>
      <OutDoor dossier={dossier} />
      <div class="actions">
        <Button wide icon="imprimer" onPress={() => window.print()}>
          {t("dossiers.receipt.print")}
        </Button>
        <LinkButton kind="second" wide href={paths.dossier(dossier.id)}>
          {t("dossiers.receipt.see")}
        </LinkButton>
      </div>
    </Frame>
  );
}
