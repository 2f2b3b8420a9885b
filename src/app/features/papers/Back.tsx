/** A paper whose pages are not on this phone: where they are, how much they weigh, and how they come back. In the page. */
import { useState } from "preact/hooks";
import type { FetchRefusal, PaperView, WorkerError } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatBytes } from "../../i18n/format.ts";
import { useT } from "../../i18n/useT.ts";
import { useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkRow } from "../../ui/Button.tsx";
import { Bar } from "../../ui/Thread.tsx";

type Refusal = FetchRefusal | WorkerError;

const WORDS: ReadonlySet<string> = new Set(["no-network", "not-there", "other-bytes", "full"]);

export function Back({ paper }: { readonly paper: PaperView }) {
  const t = useT();
  const { api } = useSatchel();
  const { say } = useShell();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refusal | null>(null);
  const { fetching } = paper;
  const size = formatBytes(paper.bytes);
  async function fetchBack(): Promise<void> {
    setBusy(true);
    setRefused(null);
    const back = await api.fetchBack(paper.id);
    setBusy(false);
    if (back.ok) say(t("space.back.done"));
    else setRefused(back.error);
  }
  const reason = refused !== null && WORDS.has(refused.type) ? refused.type : "other";
  const isAway = paper.state === "away";
  return (
    <section class="card stack-m">
      <Banner tone="quiet" icon="reseau" title={t(isAway ? "space.back.title" : "space.back.absentTitle")} quiet>
        {t(isAway ? "space.back.text" : "space.back.absentText", { size })}
      </Banner>
      {fetching !== undefined && fetching.of > 0 && (
        <div class="stack-s">
          <div
            role="progressbar"
            aria-label={t("space.back.progressLabel")}
            aria-valuemin={0}
            aria-valuemax={fetching.of}
            aria-valuenow={fetching.done}
          >
            <Bar part={fetching.done / fetching.of} />
          </div>
          <p class="meta num">
            {t("space.back.progress", { done: formatBytes(fetching.done), total: formatBytes(fetching.of) })}
          </p>
        </div>
      )}
      <div role="status">
        {refused !== null && (
          <Banner tone={refused.type === "no-network" ? "quiet" : "soon"} icon="information" quiet>
            {t(`space.back.${reason as "no-network" | "not-there" | "other-bytes" | "full" | "other"}`)}
          </Banner>
        )}
      </div>
      {refused?.type === "full" && (
        <LinkRow icon="telephone" href={paths.space}>
          {t("papers.room.free")}
        </LinkRow>
      )}
      <Button
        wide
        icon="reseau"
        busy={busy || fetching !== undefined ? t("space.back.busy") : undefined}
        onPress={() => void fetchBack()}
      >
        {t("space.back.action")}
      </Button>
    </section>
  );
}
