/**
 * "Partager une copie": chosen pages of a paper, with words across them, as one PDF or as images; then the system's share sheet, a
 * download or the printer. Runs in the page; needs no network.
 *
 * Surprising: the copy is made before "Partager" is pressed: a browser opens its share sheet only right after a press. It is in
 * this screen's memory and goes with it; its size is said before it leaves.
 */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ShownPage } from "../../../satchel/model.ts";
import { pagesInOrder } from "../../../satchel/paper.ts";
import { picturesPdf } from "../../../satchel/pdf-out.ts";
import type { RecordId } from "../../../shared/ids.ts";
import { connectPdf } from "../../../workers/pdf.client.ts";
import type { PaperView } from "../../../workers/satchel.contract.ts";
import { connectSharing } from "../../../workers/sharing.client.ts";
import type { Mark, SharedCopy } from "../../../workers/sharing.contract.ts";
import { paths, type ScreenProps } from "../../feature.ts";
import { formatBytes, formatDate } from "../../i18n/format.ts";
import { language } from "../../i18n/i18n.ts";
import { languageInfo } from "../../i18n/languages.ts";
import { isolated } from "../../i18n/rich.tsx";
import { useT } from "../../i18n/useT.ts";
import { savesData } from "../../platform/saves-data.ts";
import { canShareFiles, shareFiles } from "../../platform/share.ts";
import { Frame } from "../../state/Frame.tsx";
import { useRoot } from "../../state/root.ts";
import { useAsk, useSatchel } from "../../state/satchel.ts";
import { useShell } from "../../state/shell.ts";
import { useSaveFile } from "../../state/useSaveFile.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { Checkbox, CheckGroup, RadioGroup } from "../../ui/Choice.tsx";
import { type PictureFile, printSize } from "../../ui/drawing.ts";
import { TextField } from "../../ui/Field.tsx";
import { Picture } from "../../ui/Picture.tsx";
import { type CopyTrouble, type Item, makeCopies, maxSheets, pdfWidth } from "../../ui/papers/copies.ts";
import { paperName } from "../../ui/papers/names.ts";
import { pageForm, usePicture } from "../../ui/papers/pictures.ts";
import { Trouble } from "../../ui/papers/Trouble.tsx";
import { openPdf, type PdfDocument } from "../../ui/pdf/document.ts";
import { Loading } from "../../ui/States.tsx";
import { useWorld } from "../../ui/world.ts";
import "../../ui/papers/papers.css";

const DAY_MS = 86_400_000;
const DAYS = ["7", "30", "90"] as const;
type Until = (typeof DAYS)[number] | "never";
type Form = "pdf" | "images";

const isPdf = (page: ShownPage): boolean => pageForm(page) === "file" && page.original?.mime === "application/pdf";

/** PDFs of one paper, opened once each; closed with the screen. */
function usePdfs(paper: RecordId) {
  const { api } = useSatchel();
  const { timers } = useWorld();
  const held = useRef(new Map<string, Promise<PdfDocument | null>>());
  useEffect(() => {
    const all = held.current;
    return () => {
      for (const opening of all.values()) void opening.then((pdf) => pdf?.close());
      all.clear();
    };
  }, []);
  return useMemo(
    () =>
      async (page: string): Promise<PdfDocument | null> => {
        const opening =
          held.current.get(page) ??
          api
            .readPage(paper, page, "original")
            .then((read) => (read.ok ? openPdf(read.value.bytes, { connect: connectPdf, timers }) : null));
        held.current.set(page, opening);
        return opening;
      },
    [api, paper, timers],
  );
}

/** How many sheets each PDF of the paper has, as far as it is known: the tool is not fetched for it where the phone saves data. */
function useSheets(
  paper: PaperView,
  pdfOf: (page: string) => Promise<PdfDocument | null>,
): ReadonlyMap<string, number> {
  const { readiness } = useRoot();
  const [sheets, setSheets] = useState<ReadonlyMap<string, number>>(new Map());
  const ids = pagesInOrder(paper.record)
    .flatMap(([id, page]) => (isPdf(page) ? [id] : []))
    .join(" ");
  useEffect(() => {
    let isGone = false;
    void (async () => {
      if (ids === "" || (savesData() && (await readiness())?.pdf !== true)) return;
      for (const id of ids.split(" ")) {
        const count = await (await pdfOf(id))?.pages();
        if (isGone) return;
        if (count?.ok === true) setSheets((before) => new Map([...before, [id, Math.min(count.value, maxSheets)]]));
      }
    })();
    return () => {
      isGone = true;
    };
  }, [ids, pdfOf, readiness]);
  return sheets;
}

function Thumb({
  paper,
  id,
  turn,
}: {
  readonly paper: RecordId;
  readonly id: string;
  readonly turn: ShownPage["turn"];
}) {
  const picture = usePicture(paper, id, "preview");
  return (
    <span class="pthumb" aria-hidden="true">
      {picture.state === "ready" && <Picture class={`pthumb__img turn-${turn}`} file={picture.file} name="" />}
    </span>
  );
}

/** The copy as the printer gets it, beside everything else of the screen (papers.css). */
function Printed({ pictures, onDone }: { readonly pictures: readonly Shown[]; readonly onDone: () => void }) {
  const { print } = useRoot();
  const left = useRef(pictures.length);
  const done = useRef(onDone);
  done.current = onDone;
  useEffect(() => {
    const after = (): void => done.current();
    addEventListener("afterprint", after);
    return () => removeEventListener("afterprint", after);
  }, []);
  return (
    <div class="print-pages" aria-hidden="true">
      {pictures.map((picture, at) => (
        <div class="print-pages__one" key={at}>
          <Picture
            class={picture.width > picture.height ? "turn-90" : "turn-0"}
            file={picture}
            name=""
            fit={printSize(pictures.length, picture.width > picture.height)}
            onSettled={() => {
              left.current -= 1;
              if (left.current === 0) print();
            }}
          />
        </div>
      ))}
    </div>
  );
}

type Shown = PictureFile & Pick<SharedCopy, "width" | "height">;

interface Ready {
  readonly pictures: readonly Shown[];
  readonly files: readonly File[];
}

interface CopyProps {
  readonly ready: Ready;
  readonly onChange: () => void;
  readonly onPrint: () => void;
}

/** What was made, what it means, and the ways out. */
function Copy({ ready: { pictures, files }, onChange, onPrint }: CopyProps) {
  const t = useT();
  const saveFile = useSaveFile();
  const [refused, setRefused] = useState(() => !canShareFiles(files));
  const [told, setTold] = useState("");
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const [first] = pictures;

  async function share(): Promise<void> {
    setTold("");
    const outcome = await shareFiles(files);
    if (outcome === "refused") setRefused(true);
    else if (outcome === "shared") setTold(t("partage.out.shared"));
  }
  return (
    <section class="stack-m" aria-labelledby="copie">
      <div class="stack-s">
        <h2 id="copie" ref={heading} tabIndex={-1}>
          {t("partage.out.ready")}
        </h2>
        <p>
          {t("partage.out.size", {
            pages: t("common.pages", { count: pictures.length }),
            size: formatBytes(files.reduce((sum, file) => sum + file.size, 0)),
          })}
        </p>
      </div>
      {first !== undefined && (
        <div class="reader__page" style={{ aspectRatio: `${first.width / first.height}` }}>
          <Picture
            class="turn-0"
            file={first}
            name={t("partage.out.preview")}
            style={{ inlineSize: "100%", blockSize: "100%" }}
          />
        </div>
      )}
      <Banner tone="soon" icon="attention" quiet>
        {t("partage.out.open")}
      </Banner>
      <div class="actions">
        {!refused && (
          <Button wide icon="partager" onPress={() => void share()}>
            {t("partage.out.share")}
          </Button>
        )}
        <Button
          kind={refused ? "main" : "second"}
          wide
          icon="fichier"
          onPress={() => {
            for (const file of files) saveFile(file, file.name);
            setTold(t("partage.out.savedNow"));
          }}
        >
          {t("partage.out.save")}
        </Button>
        <Button kind="second" wide icon="imprimer" onPress={onPrint}>
          {t("partage.out.print")}
        </Button>
        <Button kind="plain" wide icon="modifier" onPress={onChange}>
          {t("partage.out.change")}
        </Button>
      </div>
      {refused && (
        <Banner tone="quiet" icon="information" quiet>
          {t("partage.out.noShare")}
        </Banner>
      )}
      <p role="status">{told}</p>
    </section>
  );
}

function filesOf(pictures: readonly Shown[], form: Form, name: string): readonly File[] {
  if (form === "pdf") {
    const pdf = picturesPdf(
      pictures.map(({ bytes, width, height }) => ({ bytes: new Uint8Array(bytes), width, height })),
    );
    return [new File([pdf], `${name}.pdf`, { type: "application/pdf" })];
  }
  const ending = (at: number): string => (pictures.length === 1 ? "" : `-${at + 1}`);
  return pictures.map(({ bytes }, at) => new File([bytes], `${name}${ending(at)}.jpg`, { type: "image/jpeg" }));
}

/** The one PDF of which every sheet, and nothing else, is chosen: without words across it, it goes as it is. */
function wholePdf(items: readonly Item[], chosen: readonly Item[]): string | null {
  const page = chosen[0]?.page;
  if (page === undefined || chosen.some((item) => item.inner === undefined || item.page !== page)) return null;
  return items.filter((item) => item.page === page).length === chosen.length ? page : null;
}

type Stage =
  | { readonly at: "choose"; readonly trouble: CopyTrouble | null }
  | { readonly at: "busy"; readonly n: number; readonly of: number }
  | { readonly at: "ready"; readonly ready: Ready };

function Share({
  paper,
  onPrint,
}: {
  readonly paper: PaperView;
  readonly onPrint: (pictures: readonly Shown[]) => void;
}) {
  const t = useT();
  const { api } = useSatchel();
  const { clock } = useWorld();
  const pdfOf = usePdfs(paper.id);
  const sheets = useSheets(paper, pdfOf);
  const [dropped, setDropped] = useState<ReadonlySet<string>>(new Set());
  const [isMarked, setMarked] = useState(true);
  const [who, setWho] = useState("");
  const [why, setWhy] = useState("");
  const [until, setUntil] = useState<Until>("30");
  const [form, setForm] = useState<Form>("pdf");
  const [asked, setAsked] = useState(false);
  const [stage, setStage] = useState<Stage>({ at: "choose", trouble: null });
  const isGone = useRef(false);
  useEffect(
    () => () => {
      isGone.current = true;
    },
    [],
  );

  const pages = pagesInOrder(paper.record);
  const items = pages.flatMap(([page, record], at): readonly (Item & { readonly label: string })[] => {
    const n = at + 1;
    const own = { page, n, turn: record.turn };
    if (!isPdf(record))
      return pageForm(record) === "picture" ? [{ ...own, key: page, label: t("partage.out.page", { n }) }] : [];
    const count = sheets.get(page);
    if (count === undefined) return [{ ...own, key: page, inner: "all", label: t("partage.out.pdf", { n }) }];
    return Array.from({ length: count }, (_, inner) => ({
      ...own,
      key: `${page} ${inner + 1}`,
      inner: inner + 1,
      label: t("partage.out.inPdf", { n, at: inner + 1 }),
    }));
  });
  const chosen = items.filter((item) => !dropped.has(item.key));
  const isUnreadable = pages.some(([, page]) => pageForm(page) === "raw");
  const whoMissing = asked && isMarked && who.trim() === "" ? t("partage.out.whoMissing") : undefined;

  const mark = (): Mark | null => {
    if (!isMarked) return null;
    const parts = [t("partage.mark.who", { who: isolated(who.trim()) })];
    if (why.trim() !== "") parts.push(isolated(why.trim()));
    parts.push(
      until === "never"
        ? t("partage.mark.made", { date: formatDate(clock.now()) })
        : t("partage.mark.until", { date: formatDate(clock.now() + Number(until) * DAY_MS) }),
    );
    return { text: parts.join(" · "), direction: languageInfo(language()).dir };
  };

  async function prepare(): Promise<void> {
    setAsked(true);
    if (chosen.length === 0 || (isMarked && who.trim() === "")) return;
    setStage({ at: "busy", n: 1, of: chosen.length });
    const { api: sharing, stop } = connectSharing();
    const made = await makeCopies(
      chosen,
      mark(),
      {
        read: (page) => api.readPage(paper.id, page, "readable"),
        sheets: async (page) => (await (await pdfOf(page))?.pages()) ?? { ok: false, error: { type: "pdf-unread" } },
        draw: async (page, inner) =>
          (await (await pdfOf(page))?.draw(inner, pdfWidth)) ?? { ok: false, error: { type: "pdf-unread" } },
        sharing,
      },
      (n, of) => setStage({ at: "busy", n, of }),
    );
    stop();
    if (isGone.current) return;
    if (!made.ok) return setStage({ at: "choose", trouble: made.error });
    const pictures = made.value.map((copy) => ({ ...copy, mime: "image/jpeg" }));
    const whole = !isMarked && form === "pdf" ? wholePdf(items, chosen) : null;
    const original = whole === null ? null : await api.readPage(paper.id, whole, "original");
    const files =
      original?.ok === true
        ? [new File([original.value.bytes], `${t("partage.out.file")}.pdf`, { type: "application/pdf" })]
        : filesOf(pictures, form, t("partage.out.file"));
    if (!isGone.current) setStage({ at: "ready", ready: { pictures, files } });
  }

  if (stage.at === "ready")
    return (
      <Copy
        ready={stage.ready}
        onChange={() => setStage({ at: "choose", trouble: null })}
        onPrint={() => onPrint(stage.ready.pictures)}
      />
    );
  const values = chosen.map(({ key }) => key);
  return (
    <>
      <p>{t("partage.out.lead", { name: isolated(paperName(paper.record)) })}</p>
      {stage.at === "choose" && stage.trouble !== null && (
        <Banner tone="redo" icon="attention" title={t("partage.out.failed", { n: stage.trouble.n })}>
          {t(stage.trouble.why === "tool" ? "partage.out.tool" : "partage.out.failedText")}
        </Banner>
      )}
      <fieldset class="stack-s">
        <legend class="h3">{t("partage.out.pages")}</legend>
        <CheckGroup
          options={items.map(({ key, label, page, turn, inner }) => ({
            value: key,
            label,
            ...(inner === undefined
              ? { start: <Thumb paper={paper.id} id={page} turn={turn} /> }
              : { icon: "fichier" as const }),
          }))}
          values={values}
          onChange={(next) => setDropped(new Set(items.flatMap(({ key }) => (next.includes(key) ? [] : [key]))))}
        />
        {isUnreadable && <p class="hint">{t("partage.out.raw")}</p>}
      </fieldset>
      <section class="card stack-m" aria-label={t("partage.out.mark")}>
        <Checkbox
          checked={isMarked}
          onChange={setMarked}
          label={t("partage.out.mark")}
          more={t("partage.out.markText")}
        />
        {isMarked && (
          <>
            <TextField
              id="pour-qui"
              label={t("partage.out.who")}
              hint={t("partage.out.whoHint")}
              error={whoMissing}
              value={who}
              onChange={setWho}
              maxLength={60}
            />
            <TextField
              label={t("partage.out.why")}
              hint={t("partage.out.whyHint")}
              value={why}
              onChange={setWhy}
              maxLength={60}
            />
            <fieldset class="stack-s">
              <legend class="flabel">{t("partage.out.until")}</legend>
              <RadioGroup
                columns={2}
                options={[
                  ...DAYS.map((days) => ({ value: days as Until, label: t(`partage.out.days${days}`) })),
                  { value: "never" as Until, label: t("partage.out.never") },
                ]}
                value={until}
                onChange={setUntil}
              />
            </fieldset>
          </>
        )}
      </section>
      <fieldset class="stack-s">
        <legend class="h3">{t("partage.out.form")}</legend>
        <RadioGroup
          options={[
            { value: "pdf" as Form, label: t("partage.out.asPdf"), more: t("partage.out.asPdfText") },
            { value: "images" as Form, label: t("partage.out.asImages"), more: t("partage.out.asImagesText") },
          ]}
          value={form}
          onChange={setForm}
        />
      </fieldset>
      <Button
        wide
        icon="partager"
        busy={stage.at === "busy" ? t("partage.out.busy", { n: stage.n, total: stage.of }) : undefined}
        missing={chosen.length === 0 ? t("partage.out.none") : undefined}
        onPress={() => {
          if (isMarked && who.trim() === "") document.getElementById("pour-qui")?.focus();
          void prepare();
        }}
      >
        {t("partage.out.prepare")}
      </Button>
    </>
  );
}

/** The screen of a paper's copy. */
export function ShareScreen({ params }: ScreenProps) {
  const t = useT();
  const id = params.paper ?? "";
  const asked = useAsk(id, (api) => api.paper(id as RecordId), ["papers"]);
  const { open } = useShell();
  const [printing, setPrinting] = useState<readonly Shown[] | null>(null);
  const isElsewhere = asked.state === "ready" && ["away", "not-here"].includes(asked.value.state);
  return (
    <Frame title={t("partage.out.title")} back={paths.paper(id)}>
      <h1>{t("partage.out.title")}</h1>
      {asked.state === "loading" && <Loading />}
      {asked.state === "failed" && <Trouble error={asked.error} onRetry={asked.again} />}
      {isElsewhere && (
        <Banner tone="soon" icon="information" link={{ href: paths.paper(id), text: t("papers.view.title") }}>
          {t("partage.out.away")}{" "}
        </Banner>
      )}
      {asked.state === "ready" && !isElsewhere && open && (
        <Share key={asked.value.id} paper={asked.value} onPrint={setPrinting} />
      )}
      {printing !== null && <Printed pictures={printing} onDone={() => setPrinting(null)} />}
    </Frame>
  );
}
