/**
 * "Besace s'arrête ici": when, and the two things to do before: bring every page home, keep all in a file. In the page.
 *
 * Surprising: the worker has begun to bring pages home by itself when it first believed the notice; the button is for who
 * keeps photographs for Wi-Fi, and for what did not come.
 */
import { useRef, useState } from "preact/hooks";
import type { RecordId } from "../../../shared/ids.ts";
import type { EndingView } from "../../../workers/ending.contract.ts";
import { paths } from "../../feature.ts";
import { formatDate } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { ReadAloud } from "../../state/ReadAloud.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkButton } from "../../ui/Button.tsx";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { EmptyState, Loading } from "../../ui/States.tsx";

interface Bringing {
  readonly done: number;
  readonly of: number;
  readonly failed: number;
  readonly isOver: boolean;
}

function BringBack({ away }: { readonly away: readonly RecordId[] }) {
  const t = useT();
  const { api } = useSatchel();
  const [state, setState] = useState<Bringing | null>(null);
  const busy = useRef(false);
  const bring = async (): Promise<void> => {
    if (busy.current) return;
    busy.current = true;
    let failed = 0;
    setState({ done: 0, of: away.length, failed, isOver: false });
    for (const [at, paper] of away.entries()) {
      const back = await api.fetchBack(paper);
      if (!back.ok) failed += 1;
      setState({ done: at + 1 - failed, of: away.length, failed, isOver: at + 1 === away.length });
    }
    busy.current = false;
  };
  const isUnder = state !== null && !state.isOver;
  return (
    <section class="stack-s" aria-labelledby="ramener">
      <h2 id="ramener">{t("donnees.end.bring.title")}</h2>
      <p>{away.length === 0 ? t("donnees.end.bring.all") : t("donnees.end.bring.away", { count: away.length })}</p>
      <div role="status">
        {state?.isOver === true && state.failed > 0 && (
          <Banner tone="soon" icon="attention" quiet>
            {t("donnees.end.bring.failed", { count: state.failed })}
          </Banner>
        )}
      </div>
      {away.length > 0 && (
        <Button
          kind="second"
          wide
          busy={isUnder ? t("donnees.end.bring.under", { done: state.done, of: state.of }) : undefined}
          onPress={() => void bring()}
        >
          {t("donnees.end.bring.action")}
        </Button>
      )}
    </section>
  );
}

function Ends({ ending }: { readonly ending: EndingView }) {
  const t = useT();
  const space = useAsk("space", (api) => api.space(), ["papers"]);
  const by = t("donnees.end.by", { date: formatDate(ending.at, "full") });
  return (
    <>
      <div class="stack-m">
        <Banner tone="soon" icon="attention" title={by}>
          {t("donnees.end.text")}
        </Banner>
        <ReadAloud text={[by, t("donnees.end.text"), t("donnees.end.save.text")]} />
      </div>
      {space.state === "loading" && <Loading />}
      {space.state === "failed" && <Trouble error={space.error} onRetry={space.again} />}
      {space.state === "ready" && (
        <BringBack away={space.value.papers.flatMap(({ id, state }) => (state === "away" ? [id] : []))} />
      )}
      <section class="stack-s" aria-labelledby="garder">
        <h2 id="garder">{t("donnees.end.save.title")}</h2>
        <p>{t("donnees.end.save.text")}</p>
        <LinkButton wide iconEnd="fleche" href={paths.out}>
          {t("donnees.end.save.action")}
        </LinkButton>
      </section>
      <section class="stack-s" aria-labelledby="ailleurs">
        <h2 id="ailleurs">{t("donnees.end.next.title")}</h2>
        {ending.next === null ? (
          <p>{t("donnees.end.next.none")}</p>
        ) : (
          <>
            <p>{t("donnees.end.next.text")}</p>
            <p>
              <bdi dir="ltr">{ending.next}</bdi>
            </p>
          </>
        )}
      </section>
    </>
  );
}

/** "/donnees/fin" */
export function EndScreen() {
  const t = useT();
  const asked = useAsk("ending", (api) => api.ending(), ["opening"]);
  const isNone = asked.state === "ready" && asked.value === null;
  const title = isNone ? t("donnees.end.none.title") : t("donnees.end.title");
  return (
    <Frame title={title} back={paths.home}>
      <h1>{title}</h1>
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
      {isNone && <EmptyState title={title} text={t("donnees.end.none.text")} />}
      {asked.state === "ready" && asked.value !== null && <Ends ending={asked.value} />}
    </Frame>
  );
}
