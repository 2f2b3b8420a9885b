/**
 * The lines of the server's journal and of what others signed, each in one plain sentence, and what is to be said where the journal did
 * not go on as it was known. In the page.
 */
import type { SaidEntry } from "../../../satchel/journal-said.ts";
import type { JournalBreak, JournalLineView, JournalView } from "../../../workers/owner.contract.ts";
import type { Deployment } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatDate, formatTime } from "../../i18n/format.ts";
import { tData } from "../../i18n/i18n.ts";
import { isolated } from "../../i18n/rich.tsx";
import { useT } from "../../i18n/useT.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Icon } from "../../ui/icons/Icon.tsx";
import type { IconName } from "../../ui/icons/names.ts";

/** A phone reads the journal now and then: said where that was much later. */
const laterMs = 3_600_000;

const ICONS: Partial<Record<JournalLineView["k"], IconName>> = {
  deposited: "recu",
  came: "recu",
  handed: "oeil",
  opened: "oeil",
  blocked: "cadenas",
  unblocked: "cadenas",
  "card-tried": "attention",
  refused: "attention",
  "escrow-asked": "attention",
  "escrow-opened": "attention",
};

/** What this device itself did at the server, and what changes nothing for anybody: shown when it is asked for. */
export const isQuiet = ({ k, device, gone }: JournalLineView): boolean =>
  gone !== true && (k === "keyring" || ((k === "session" || k === "read") && device === "this"));

const nameOf = (deployment: Deployment | null, slug: string): string =>
  isolated(deployment?.organisations.find((each) => each.slug === slug)?.name ?? slug);

type T = ReturnType<typeof useT>;

function sentenceOf(t: T, line: JournalLineView, deployment: Deployment | null): string {
  const { k, about, device, count: n } = line;
  const desk = line.organisation === null ? t("journal.server.some") : nameOf(deployment, line.organisation);
  if (k === "session" || k === "read")
    return t(`journal.server.${k}`, { device: t(`journal.device.${device ?? "unknown"}`) });
  if (k === "handed") {
    if (about?.type === "share") return t("journal.server.handedShare", { desk });
    const title =
      about === null || about.procedure === null ? undefined : tData("procedures", `${about.procedure}.title`);
    return title === undefined
      ? t("journal.server.handed", { desk })
      : t("journal.server.handedDossier", { desk, procedure: isolated(title) });
  }
  if (k === "deposited" && about?.type === "return") return t("journal.server.depositedReturn", { desk });
  if (k === "withdrawn" && about !== null) return t("journal.server.withdrawnKnown", { desk });
  return t(`journal.server.${k}`, { desk, n: n ?? 0 });
}

const pathOf = ({ k, about }: JournalLineView): string | null => {
  if (about?.type === "return") return paths.returns;
  if (about !== null) return about.type === "share" ? paths.given(about.id) : paths.dossier(about.id);
  if (k === "session" || k === "read" || k === "refused" || k === "chain") return paths.devices;
  if (k === "approval") return paths.approvals;
  return k.startsWith("card") || k.startsWith("escrow") || k === "blocked" ? paths.card : null;
};

export function ServerLine({
  line,
  deployment,
}: {
  readonly line: JournalLineView;
  readonly deployment: Deployment | null;
}) {
  const t = useT();
  const { at, heardAt, gone } = line;
  const sentence = sentenceOf(t, line, deployment);
  const path = pathOf(line);
  return (
    <li class="row row--tight row--nowrap">
      <Icon name={ICONS[line.k] ?? "journal"} />
      <span>
        <b class="num">{formatTime(at ?? heardAt)}</b> {path === null ? sentence : <a href={path}>{sentence}</a>}
        {(at === null || Math.abs(heardAt - at) > laterMs) && (
          <span class="meta block">
            {t("journal.readHere", { date: formatDate(heardAt, "long"), time: formatTime(heardAt) })}
          </span>
        )}
        {gone === true && <span class="meta block">{t("journal.gone")}</span>}
      </span>
    </li>
  );
}

const LINKS: Readonly<Record<NonNullable<SaidEntry["link"]>["to"], (id: string | null) => string>> = {
  dossier: (id) => paths.dossier(id ?? ""),
  share: (id) => paths.given(id ?? ""),
  paper: (id) => paths.paper(id ?? ""),
  mandates: () => paths.shares,
  devices: () => paths.devices,
  card: () => paths.card,
};

export function SaidLine({ entry, deployment }: { readonly entry: SaidEntry; readonly deployment: Deployment | null }) {
  const t = useT();
  const { at, heardAt, organisation, what, link } = entry;
  const values = Object.fromEntries(
    Object.entries(entry.values).map(([name, value]) => [name, typeof value === "string" ? isolated(value) : value]),
  );
  const desk = organisation === null ? t("journal.server.some") : nameOf(deployment, organisation);
  const sentence = t(`journal.said.${what}`, { ...values, desk });
  return (
    <li class="row row--tight row--nowrap">
      <Icon name="journal" />
      <span>
        <b class="num">{formatTime(at)}</b>{" "}
        {link === null ? sentence : <a href={LINKS[link.to](link.id)}>{sentence}</a>}
        {heardAt !== null && Math.abs(heardAt - at) > laterMs && (
          <span class="meta block">
            {t("journal.heard", { date: formatDate(heardAt, "long"), time: formatTime(heardAt) })}
          </span>
        )}
      </span>
    </li>
  );
}

/** Loud enough to be seen, calm enough to be read: what happened, what is kept, whom to ask. */
export function Breaks({ breaks }: { readonly breaks: readonly JournalBreak[] }) {
  const t = useT();
  return (
    <>
      {[...breaks].reverse().map(({ heardAt, why, lines }) => (
        <Banner key={heardAt} tone="soon" icon="attention" title={t("journal.break.title")}>
          {t(`journal.break.${why}`, { date: formatDate(heardAt, "long"), time: formatTime(heardAt), n: lines })}{" "}
          {t("journal.break.more")}
        </Banner>
      ))}
    </>
  );
}

export function Checked({ view: { checkedAt, head } }: { readonly view: JournalView }) {
  const t = useT();
  if (checkedAt === null) return <p class="meta">{t("journal.never")}</p>;
  const when = { date: formatDate(checkedAt, "long"), time: formatTime(checkedAt) };
  return <p class="meta">{head === null ? t("journal.checked", when) : t("journal.signed", { ...when, n: head.n })}</p>;
}
