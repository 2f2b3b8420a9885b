/**
 * "Libérer de la place": which papers may leave this phone, with their sizes; which left; which stay, and why.
 *
 * Surprising: what is freed is what the store says afterwards, not what was chosen: between the two the server may have
 * been reset (storage/may-go.ts).
 */
import { useState } from "preact/hooks";
import type { RecordId } from "../../../shared/ids.ts";
import type { PaperSpace, PaperView, SpaceView } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatBytes } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { Frame } from "../../state/Frame.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { CheckGroup } from "../../ui/Choice.tsx";
import { Item, List } from "../../ui/List.tsx";
import { paperName } from "../../ui/papers/names.ts";
import { PaperThumb } from "../../ui/papers/PaperThumb.tsx";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { EmptyState, Loading } from "../../ui/States.tsx";

interface Named {
  readonly space: PaperSpace;
  readonly paper: PaperView;
}

const total = (list: readonly Named[]): number => list.reduce((sum, { space }) => sum + space.bytes, 0);

interface ChooseProps {
  readonly list: readonly Named[];
  readonly onFreed: (bytes: number) => void;
}

/** Papers that may leave, and the button that lets them. Nothing is chosen beforehand. */
function Choose({ list, onFreed }: ChooseProps) {
  const t = useT();
  const { api } = useSatchel();
  const [chosen, setChosen] = useState<readonly RecordId[]>([]);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(false);
  // One that left meanwhile is not counted.
  const picked = list.filter(({ space }) => chosen.includes(space.id));
  async function free(): Promise<void> {
    setBusy(true);
    const freed = await api.freeSpace(picked.map(({ space }) => space.id));
    setBusy(false);
    setFailed(!freed.ok);
    if (!freed.ok) return;
    setChosen([]);
    onFreed(freed.value.freed);
  }
  return (
    <section class="stack-m" aria-labelledby="peuvent">
      <div class="h-row">
        <h2 id="peuvent">{t("space.may")}</h2>
        <span class="meta num">{formatBytes(total(list))}</span>
      </div>
      <p class="meta">{t("space.mayHint")}</p>
      {list.length > 1 && (
        <Button kind="second" small onPress={() => setChosen(list.map(({ space }) => space.id))}>
          {t("space.all")}
        </Button>
      )}
      <fieldset>
        <legend class="sr">{t("space.may")}</legend>
        <CheckGroup
          options={list.map(({ space, paper }) => ({
            value: space.id,
            label: paperName(paper.record),
            more: formatBytes(space.bytes),
            start: <PaperThumb paper={paper} />,
          }))}
          values={picked.map(({ space }) => space.id)}
          onChange={setChosen}
        />
      </fieldset>
      <Banner tone="quiet" icon="cadenas" quiet>
        {t("space.card")}
      </Banner>
      {failed && (
        <Banner tone="redo" icon="attention">
          {t("space.nothing")}
        </Banner>
      )}
      <Button
        wide
        icon="telephone"
        busy={busy ? t("space.freeing") : undefined}
        missing={picked.length === 0 ? t("space.none") : undefined}
        onPress={() => void free()}
      >
        {t("space.free", { size: formatBytes(total(picked)) })}
      </Button>
    </section>
  );
}

function Content({ space, papers }: { readonly space: SpaceView; readonly papers: readonly PaperView[] }) {
  const t = useT();
  const [freed, setFreed] = useState<number | null>(null);
  const byId = new Map<string, PaperView>(papers.map((paper) => [paper.id, paper]));
  const of = (state: PaperSpace["state"]): readonly Named[] =>
    space.papers.flatMap((each) => {
      const paper = byId.get(each.id);
      return each.state === state && paper !== undefined ? [{ space: each, paper }] : [];
    });
  const may = of("may-go");
  const away = of("away");
  const stays = of("stays");
  return (
    <>
      <div class="stack-s">
        <p>{t("space.here", { size: formatBytes(space.here) })}</p>
        <p class="meta">
          {space.left === null ? t("space.leftUnknown") : t("space.left", { size: formatBytes(space.left) })}
        </p>
      </div>
      <div role="status">
        {freed !== null && (
          <Banner tone={freed > 0 ? "done" : "quiet"} icon={freed > 0 ? "valider" : "information"} quiet>
            {freed > 0 ? t("space.freed", { size: formatBytes(freed) }) : t("space.nothing")}
          </Banner>
        )}
      </div>
      {space.papers.length === 0 && <EmptyState title={t("space.empty.title")} text={t("space.empty.text")} />}
      {may.length > 0 && <Choose list={may} onFreed={setFreed} />}
      {away.length > 0 && (
        <section class="stack-s" aria-labelledby="parti">
          <h2 id="parti">{t("space.away")}</h2>
          <p class="meta">{t("space.awayHint")}</p>
          <List>
            {away.map(({ space: each, paper }) => (
              <Item
                key={each.id}
                start={<PaperThumb paper={paper} />}
                href={paths.paper(each.id)}
                title={<bdi>{paperName(paper.record)}</bdi>}
                detail={formatBytes(each.bytes)}
              />
            ))}
          </List>
        </section>
      )}
      {stays.length > 0 && (
        <section class="stack-s" aria-labelledby="restent">
          <h2 id="restent">{t("space.stays")}</h2>
          <List>
            {stays.map(({ space: each, paper }) => (
              <Item
                key={each.id}
                start={<PaperThumb paper={paper} />}
                href={paths.paper(each.id)}
                title={<bdi>{paperName(paper.record)}</bdi>}
                detail={`${formatBytes(each.bytes)}. ${each.why === null ? "" : t(`space.why.${each.why}`)}`}
              />
            ))}
          </List>
        </section>
      )}
    </>
  );
}

/** "/papiers/place" */
export function SpaceScreen() {
  const t = useT();
  const space = useAsk("space", (api) => api.space(), ["papers", "outbox"]);
  const papers = useAsk("papers", (api) => api.papers(), ["papers"]);
  const title = t("space.title");
  const failed = space.state === "failed" ? space : papers.state === "failed" ? papers : null;
  return (
    <Frame title={title} tab="papers" back={paths.papers}>
      <div class="stack-m">
        <h1>{title}</h1>
        <p>{t("space.lead")}</p>
      </div>
      {failed !== null ? (
        <Trouble
          error={failed.error}
          onRetry={() => {
            space.again();
            papers.again();
          }}
        />
      ) : space.state === "ready" && papers.state === "ready" ? (
        <Content space={space.value} papers={papers.value} />
      ) : (
        <Loading />
      )}
    </Frame>
  );
}
