/**
 * The card given back, scanned or typed: only a card that was tried once is a card that works. In the page.
 *
 * Surprising: while a new card waits for its drill, this is where it becomes the card; the old one opens nothing from then.
 */
import { useEffect, useState } from "preact/hooks";
import type { CardState } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatList } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { CardEntry } from "../../state/CardEntry.tsx";
import { errorText, isWorkerError } from "../../state/errors.ts";
import { Frame } from "../../state/Frame.tsx";
import { useRoot } from "../../state/root.ts";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { Banner } from "../../ui/Banner.tsx";
import { LinkButton, LinkRow } from "../../ui/Button.tsx";
import { Item, List } from "../../ui/List.tsx";
import { CodeForCard } from "./CodeForCard.tsx";
import { elsewhere } from "./parts.tsx";

const QR_MARK = /^BSC\d/i;
const TYPED = /^[\s\dA-Z.-]{40,60}$/i;

interface DoneProps {
  readonly replaced: boolean;
  readonly state: CardState | null;
}

/** What the card opens now, and what became of the one before. */
function Done({ replaced, state }: DoneProps) {
  const t = useT();
  const title = t(replaced ? "card.works.newTitle" : "card.works.title");
  // Once asked it stays, so that its answer is seen.
  const [asksCode, setAsksCode] = useState(false);
  const needsCode = state?.needsCode === true;
  useEffect(() => {
    if (needsCode) setAsksCode(true);
  }, [needsCode]);
  return (
    <Frame title={title} back={paths.card} arrival="done">
      <h1>{title}</h1>
      <Banner tone="done" icon="valider" quiet>
        {t(state?.off === true ? "card.works.off" : "card.works.here")}{" "}
        {state !== null && t(`card.server.${elsewhere(state)}`)}
      </Banner>
      {replaced && (
        <p>
          {t("card.works.oldHere")} {state !== null && t(`card.works.oldServer.${elsewhere(state)}`)}
        </p>
      )}
      {asksCode && state !== null && <CodeForCard replaced={replaced} there={elsewhere(state)} />}
      <p>{t("card.works.next")}</p>
      <List>
        <Item
          icon="maison"
          title={t("card.where.away")}
          detail={t(state?.off === true ? "card.where.awayMoreOff" : "card.where.awayMore")}
        />
        <Item icon="personne" title={t("card.where.trust")} detail={t("card.where.trustMore")} />
      </List>
      <LinkButton wide iconEnd="fleche" href={paths.home}>
        {t("card.toHome")}
      </LinkButton>
    </Frame>
  );
}

export function DrillScreen() {
  const t = useT();
  const { api } = useSatchel();
  const { shared } = useRoot();
  const asked = useAsk("cardState", (each) => each.cardState(), ["opening"]);
  const [wrong, setWrong] = useState<readonly number[]>([]);
  const [error, setError] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState<{ readonly replaced: boolean } | null>(null);
  const state = asked.state === "ready" ? asked.value : null;

  const tryIt = (card: string): void => {
    if (busy) return;
    setWrong([]);
    if (!QR_MARK.test(card) && !TYPED.test(card)) {
      setError(t("card.notACard"));
      return;
    }
    const replaced = state?.pending === true;
    setBusy(true);
    setError(undefined);
    void api.drill(card).then((answer) => {
      setBusy(false);
      if (answer.ok) {
        setDone({ replaced });
        return;
      }
      const refusal = answer.error;
      if (isWorkerError(refusal)) setError(errorText(refusal));
      else if (refusal.type === "wrong-groups") {
        setWrong(refusal.groups);
        setError(t("card.groupsWrong", { groups: formatList(refusal.groups.map(String)) }));
      } else setError(t(refusal.type === "stretch-broken" ? "card.broken" : "card.other"));
    });
  };
  if (done !== null) return <Done replaced={done.replaced} state={state} />;
  return (
    <Frame title={t("card.drill.title")} back={paths.card} failing={error !== undefined}>
      <div class="stack-m">
        <h1>{t("card.drill.title")}</h1>
        {state?.pending === true && (
          <p class="meta">
            <b>{t("card.new", { n: state.set + 2 })}</b>
          </p>
        )}
        <p>{t("card.drill.text")}</p>
      </div>
      <CardEntry
        onCard={tryIt}
        action={t("card.drill.check")}
        busy={busy ? t("card.drill.busy") : undefined}
        wrong={wrong}
        error={error}
      />
      {shared !== true && (
        <LinkRow icon="horloge" href={paths.home}>
          {t("card.try.later")}
        </LinkRow>
      )}
    </Frame>
  );
}
