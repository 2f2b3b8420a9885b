/**
 * "Partager vers Besace": what another app handed over, and what to do with it. Runs in the page.
 *
 * Surprising: until a page is said to be kept, these files are in this page's memory only (platform/shared-in.ts), and it is said.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { shownName } from "../../../satchel/shown-name.ts";
import type { RecordId } from "../../../shared/ids.ts";
import type { PaperView } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatBytes } from "../../i18n/format.ts";
import { isolated } from "../../i18n/rich.tsx";
import { useT } from "../../i18n/useT.ts";
import { dropShared } from "../../platform/shared-in.ts";
import { Frame } from "../../state/Frame.tsx";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useShared } from "../../state/shared.ts";
import { useHold, useShell } from "../../state/shell.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, LinkButton } from "../../ui/Button.tsx";
import { PickRow } from "../../ui/Pick.tsx";
import { AddPages } from "../../ui/papers/AddPages.tsx";
import { useCapture } from "../../ui/papers/capture.ts";
import { pageCount, paperName } from "../../ui/papers/names.ts";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { EmptyState, Loading } from "../../ui/States.tsx";

interface AddingProps {
  readonly files: readonly File[];
  /** The paper that was begun before; null: a new one. */
  readonly into: RecordId | null;
}

/** The files become pages, one after the other, like files that were chosen. */
function Adding({ files, into }: AddingProps) {
  const t = useT();
  const { api } = useSatchel();
  const { go } = useShell();
  const [id, setId] = useState(into);
  const asked = useAsk<PaperView | null>(
    id ?? "",
    async (satchel) => (id === null ? { ok: true, value: null } : satchel.paper(id)),
    ["papers"],
  );
  const paper = asked.state === "ready" ? asked.value : null;
  const capture = useCapture(paper, async () => {
    const result = id === null ? await api.startPaper({ kind: null }) : await api.paper(id);
    if (result.ok) setId(result.value.id);
    return result;
  });
  const [busy, setBusy] = useState(false);
  const started = useRef(false);
  const { add } = capture;
  useEffect(() => {
    if (started.current) return;
    started.current = true;
    add(files);
    // From here on the queue of the capture holds them.
    dropShared();
  }, [add, files]);

  async function next(): Promise<void> {
    setBusy(true);
    const settled = await capture.settle();
    setBusy(false);
    if (settled && capture.id !== null) go(`${paths.paper(capture.id)}/infos`, { replace: true });
  }
  return (
    <>
      <h1>{t("partage.in.adding")}</h1>
      <AddPages capture={capture} kind={paper?.record.kind ?? null} />
      {capture.count > 0 && (
        <Button
          wide
          iconEnd="fleche"
          busy={busy || capture.busy !== null ? t("papers.keep.busy") : undefined}
          onPress={() => void next()}
        >
          {t("common.action.continue")}
        </Button>
      )}
    </>
  );
}

interface ChooseProps {
  readonly files: readonly File[];
  readonly onKeep: (into: RecordId | null) => void;
}

function Choose({ files, onKeep }: ChooseProps) {
  const t = useT();
  const { go, say } = useShell();
  const asked = useAsk("draft", (satchel) => satchel.draftPaper(), ["papers"]);
  const draft =
    asked.state === "ready" && asked.value !== null && pageCount(asked.value.record) > 0 ? asked.value : null;
  // An update of the app would take them along.
  useHold(true);
  return (
    <>
      <h1>{t("partage.in.title")}</h1>
      <section class="stack-s" aria-labelledby="recus">
        <h2 id="recus" class="h3">
          {t("partage.in.count", { count: files.length })}
        </h2>
        <ul class="stack-s">
          {files.map((file, at) => (
            <li class="line" key={at}>
              <span>
                <bdi>{shownName(file.name) || t("partage.in.unnamed")}</bdi> ({isolated(formatBytes(file.size))})
              </span>
            </li>
          ))}
        </ul>
      </section>
      <Banner tone="soon" icon="attention" quiet>
        {t("partage.in.notYet")}
      </Banner>
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
      <div class="stack-s">
        <PickRow icon="besace" title={t("partage.in.keep")} onPress={() => onKeep(null)} />
        {draft !== null && (
          <PickRow
            icon="plus"
            title={t("partage.in.draft")}
            detail={t("partage.in.draftText", {
              name: isolated(paperName(draft.record)),
              pages: t("common.pages", { count: pageCount(draft.record) }),
            })}
            onPress={() => onKeep(draft.id)}
          />
        )}
        <Button
          kind="plain"
          wide
          onPress={() => {
            dropShared();
            say(t("partage.in.left"));
            go(paths.home, { replace: true });
          }}
        >
          {t("partage.in.leave")}
        </Button>
      </div>
      <p class="meta">{t("partage.in.stay")}</p>
    </>
  );
}

/** Loading while the service worker is asked, empty when nothing waits. */
export function ReceiveScreen() {
  const t = useT();
  const shared = useShared();
  const [keeping, setKeeping] = useState<AddingProps | null>(null);
  const files = shared.state === "here" ? shared.files : [];
  return (
    <Frame
      title={t("partage.in.title")}
      back={paths.home}
      arrival={keeping === null ? `${shared.state} ${files.length > 0}` : "adding"}
    >
      {keeping !== null ? (
        <Adding {...keeping} />
      ) : files.length > 0 ? (
        <Choose files={files} onKeep={(into) => setKeeping({ files, into })} />
      ) : (
        <>
          <h1>{t("partage.in.title")}</h1>
          {shared.state === "asking" ? (
            <Loading />
          ) : (
            <EmptyState
              title={t("partage.in.none")}
              text={t("partage.in.noneText")}
              action={
                <LinkButton kind="second" wide icon="papier" href={paths.papers}>
                  {t("papers.title")}
                </LinkButton>
              }
            />
          )}
        </>
      )}
    </Frame>
  );
}
