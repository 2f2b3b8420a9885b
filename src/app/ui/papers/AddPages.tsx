/**
 * Pages of a paper being added: the camera in here (a chunk of its own, ../capture), the phone's own, files; then each page
 * with its picture once it is kept. Order, turn, corners and removal by buttons. Goes inside a screen; the capture comes
 * from `useCapture`. Runs in the page.
 */
import type { ComponentType } from "preact";
import { useState } from "preact/hooks";
import { paperType } from "../../../satchel/paper-types.ts";
import { shownName } from "../../../satchel/shown-name.ts";
import type { RecordId } from "../../../shared/ids.ts";
import type { Timers } from "../../../shared/ports.ts";
import type { ImportRefusal, WorkerError } from "../../../workers/satchel.contract.ts";
import { paths } from "../../feature.ts";
import { formatBytes, formatNumber } from "../../i18n/format.ts";
import { isolated } from "../../i18n/rich.tsx";
import { useT } from "../../i18n/useT.ts";
import { useSatchel } from "../../state/satchel.ts";
import { Banner } from "../Banner.tsx";
import { Button, LinkButton } from "../Button.tsx";
import type { CaptureDialogProps } from "../capture/CaptureDialog.tsx";
import { Icon } from "../icons/Icon.tsx";
import type { IconName } from "../icons/names.ts";
import { FilePicker, PickRow } from "../Pick.tsx";
import { Picture } from "../Picture.tsx";
import { Sheet } from "../Sheet.tsx";
import { useWorld } from "../world.ts";
import { BYTES_OF_A_PAGE, type Capture, type Shot } from "./capture.ts";
import { pageForm, usePicture } from "./pictures.ts";
import { markOf } from "./Trouble.tsx";
import "./papers.css";

/** Pictures that cameras and scanners make; HEIC by its ending too, because some browsers do not know its type. */
const FILES = "image/*,.heic,.heif,application/pdf,.pdf";

type T = ReturnType<typeof useT>;

/** Why a file was not taken, and what to do (issue A6). */
function refusalText(t: T, error: ImportRefusal | WorkerError): { readonly title: string; readonly text: string } {
  const say = (key: ImportRefusal["type"] | "full" | "locked", values: Record<string, string> = {}) => ({
    title: t(`papers.refusal.${key}.title`, values),
    text: t(`papers.refusal.${key}.text`, values),
  });
  switch (error.type) {
    case "file-too-big":
      return say(error.type, { max: formatBytes(error.maxBytes) });
    case "picture-too-large":
      return say(error.type, { megapixels: formatNumber(error.megapixels, 0) });
    case "unavailable":
    case "stale":
    case "read-only":
    case "not-found":
      return {
        title: t("papers.refusal.other.title"),
        text: t("papers.refusal.other.text", { mark: markOf(error) }),
      };
    default:
      return say(error.type);
  }
}

interface ActProps {
  readonly icon: IconName;
  readonly text: string;
  /** For a screen reader: the visible words, then which page. */
  readonly label: string;
  readonly off?: boolean;
  /** The arrow points down. */
  readonly down?: boolean;
  readonly onPress: () => void;
}

function Act({ icon, text, label, off = false, down = false, onPress }: ActProps) {
  return (
    <button
      type="button"
      class={down ? "pill pill--line pill--down" : "pill pill--line"}
      aria-label={label}
      aria-disabled={off ? "true" : undefined}
      onClick={off ? undefined : onPress}
    >
      <Icon name={icon} />
      {text}
    </button>
  );
}

interface OnePageProps {
  readonly paper: RecordId;
  readonly entry: Capture["pages"][number];
  readonly n: number;
  readonly of: number;
  readonly capture: Capture;
  /** Its corners are to be looked at anew. */
  readonly onCut: (picture: File, page: string) => void;
}

function OnePage({ paper, entry, n, of, capture, onCut }: OnePageProps) {
  const t = useT();
  const { api } = useSatchel();
  const form = pageForm(entry.page);
  const picture = usePicture(paper, form === "picture" && !entry.hidden ? entry.id : null, "preview");
  const name = t("papers.page.n", { n });
  if (entry.hidden)
    return (
      <li class="pages__gone">
        <span>{t("papers.page.gone")}</span>
        <Button kind="second" small onPress={() => capture.restore(entry.id)}>
          {t("papers.page.putBack")}
        </Button>
      </li>
    );
  const label = (text: string): string => t("common.action.editOf", { action: text, subject: name });
  /** The whole shot where it was kept, else the page: what lies outside the corners is gone from that one. */
  async function cut(): Promise<void> {
    const whole = entry.page.original === null ? "readable" : "original";
    const read = await api.readPage(paper, entry.id, whole);
    if (read.ok) onCut(new File([read.value.bytes], "", { type: read.value.mime }), entry.id);
  }
  const act = (
    icon: IconName,
    key: "turn" | "cut" | "earlier" | "later" | "remove",
    onPress: () => void,
    off = false,
  ) => (
    <Act
      icon={icon}
      text={t(`papers.page.${key}`)}
      label={label(t(`papers.page.${key}`))}
      off={off}
      down={key === "later"}
      onPress={onPress}
    />
  );
  return (
    <li>
      <span class="pages__img">
        {picture.state === "ready" ? (
          <Picture class={`turn-${entry.page.turn}`} file={picture.file} name={t("papers.page.preview", { n })} />
        ) : form === "picture" ? (
          <Sheet kind="letter" class="thumb" />
        ) : (
          <Icon name="fichier" size="l" />
        )}
      </span>
      <div>
        <h3>{name}</h3>
        <p class="saved">
          <Icon name="valider" size="s" />
          <span>
            {t(
              entry.open
                ? "papers.page.kept-open"
                : form === "picture"
                  ? "papers.page.kept"
                  : `papers.page.kept-${form}`,
            )}
          </span>
        </p>
      </div>
      <div class="pages__acts">
        {of > 1 && act("monter", "earlier", () => capture.move(entry.id, -1), n === 1)}
        {of > 1 && act("monter", "later", () => capture.move(entry.id, 1), n === of)}
        {form === "picture" && act("tourner", "turn", () => capture.turn(entry.id))}
        {form === "picture" && act("recadrer", "cut", () => void cut())}
        {act("corbeille", "remove", () => capture.remove(entry.id))}
      </div>
    </li>
  );
}

export interface AddPagesProps {
  readonly capture: Capture;
  /** Kind of paper, for the advice on what to photograph. */
  readonly kind: string | null;
}

/** True where a camera may be asked for; whether there is one is known only by asking. */
const hasCamera = (): boolean => typeof navigator.mediaDevices?.getUserMedia === "function";

/** A line that hangs must not keep a picture waiting unsealed. */
const patienceMs = 3000;
const inTime = <T,>(work: Promise<T>, timers: Timers): Promise<T> =>
  new Promise((resolve, reject) => {
    const cancel = timers.after(patienceMs, () => reject(new Error("not here in time")));
    void work.then(resolve, reject).finally(cancel);
  });

/** What stands over the screen: the camera (`first` null), or the corners of a picture. */
interface Over {
  readonly Dialog: ComponentType<CaptureDialogProps>;
  readonly first: Shot | null;
}

/** Ways to add, what is under way, what was refused, pages kept. Headings are h2 and h3. */
export function AddPages({ capture, kind }: AddPagesProps) {
  const t = useT();
  const { timers } = useWorld();
  const [over, setOver] = useState<Over | null>(null);
  /** The camera and the corners are not on this device yet; said where they were asked for. */
  const [absent, setAbsent] = useState<"cameraAbsent" | "cutAbsent" | null>(null);
  const { id, pages, count, busy, refused, madeRoom, room, roomBytes, withoutOriginal } = capture;
  const inHere = hasCamera();
  const sides = paperType(kind)?.sides ?? "many";
  const advice = sides === "two" && count === 1 ? t("papers.add.nowBack") : t(`papers-types.sides.${sides}`);
  const shown = pages.filter((entry) => !entry.hidden);

  /** `shoot`: asked once the tool is here, so that a picture without it is added as any other. */
  async function open(shoot: () => Shot | null, instead: () => void): Promise<void> {
    let found: typeof import("../capture/CaptureDialog.tsx");
    try {
      found = await inTime(import("../capture/CaptureDialog.tsx"), timers);
    } catch {
      // Not on this device yet, and no network, or one that hangs: the other ways do not need it.
      return instead();
    }
    setAbsent(null);
    setOver({ Dialog: found.CaptureDialog, first: shoot() });
  }
  const openCamera = (): void =>
    void open(
      () => null,
      () => setAbsent("cameraAbsent"),
    );
  /** From the phone's own camera: its corners are looked at as well, where the tool is here. */
  const shot = (files: readonly File[]): void => {
    const [file] = files;
    if (file !== undefined)
      void open(
        () => capture.shoot(file),
        () => capture.add(files),
      );
  };
  const cut = (file: File, page: string): void =>
    void open(
      () => ({ file, page: Promise.resolve(null), instead: page }),
      () => setAbsent("cutAbsent"),
    );
  return (
    <div class="stack-m">
      {over !== null && <over.Dialog capture={capture} kind={kind} first={over.first} onClose={() => setOver(null)} />}
      {room !== "none" && <p>{advice}</p>}
      {room === "none" ? (
        <div class="stack-s">
          <Banner tone="redo" icon="attention" title={t("papers.room.none")}>
            {t("papers.room.noneText")}
          </Banner>
          <LinkButton kind="second" wide icon="telephone" href={paths.space}>
            {t("papers.room.free")}
          </LinkButton>
          <Button kind="second" wide icon="synchroniser" onPress={capture.checkRoom}>
            {t("papers.room.again")}
          </Button>
        </div>
      ) : (
        // The flush comes before the browser may be killed by its own camera.
        <div class="stack-s" onClickCapture={capture.prepare}>
          {inHere && (
            <PickRow
              icon="appareil-photo"
              title={t(count === 0 ? "papers.add.photo" : "papers.add.photoMore")}
              detail={t("papers.add.photoDetail")}
              onPress={openCamera}
            />
          )}
          <FilePicker
            icon={inHere ? "telephone" : "appareil-photo"}
            title={t(inHere ? "papers.add.system" : count === 0 ? "papers.add.photo" : "papers.add.photoMore")}
            detail={t("papers.add.systemDetail")}
            accept="image/*"
            camera
            busy={busy !== null}
            onFiles={shot}
          />
          <FilePicker
            icon="fichier"
            title={t("papers.add.files")}
            detail={t("papers.add.filesDetail")}
            accept={FILES}
            multiple
            busy={busy !== null}
            onFiles={capture.add}
          />
          {room === "short" && (
            <Banner tone="soon" icon="attention" link={{ href: paths.space, text: t("papers.room.free") }}>
              {t("papers.room.short", { count: Math.max(1, Math.floor((roomBytes ?? 0) / BYTES_OF_A_PAGE)) })}
            </Banner>
          )}
        </div>
      )}
      <p class="saved" role="status">
        {busy !== null && (
          <>
            <Icon name="horloge" size="s" />
            <span>
              {busy.of === 1 ? t("papers.add.busy") : t("papers.add.busyMany", { n: busy.n, total: busy.of })}
            </span>
          </>
        )}
      </p>
      <div role="status">
        {madeRoom > 0 && (
          <Banner tone="quiet" icon="information" quiet>
            {t("papers.room.made", { size: formatBytes(madeRoom) })}
          </Banner>
        )}
        {withoutOriginal && (
          <Banner tone="quiet" icon="information" quiet>
            {t("papers.room.withoutOriginal")}
          </Banner>
        )}
        {absent !== null && (
          <Banner tone="quiet" icon="information" quiet>
            {t(`papers.add.${absent}`)}
          </Banner>
        )}
      </div>
      {refused.map(({ n, name, error }) => {
        const { title, text } = refusalText(t, error);
        return (
          <Banner key={n} tone="redo" icon="attention" title={title}>
            {shownName(name) !== "" && `${isolated(shownName(name))}. `}
            {text} {count > 0 && t("papers.refusal.rest")}
            {error.type === "full" && (
              <>
                {" "}
                <a href={paths.space}>{t("papers.room.free")}</a>
              </>
            )}
          </Banner>
        );
      })}
      {pages.length > 0 && id !== null && (
        <div class="stack-s">
          <h2 class="h3">{t("papers.add.kept", { pages: t("common.pages", { count }) })}</h2>
          <ol class="list list--bleed pages">
            {pages.map((entry) => (
              <OnePage
                key={entry.id}
                paper={id}
                entry={entry}
                n={shown.indexOf(entry) + 1}
                of={shown.length}
                capture={capture}
                onCut={cut}
              />
            ))}
          </ol>
        </div>
      )}
    </div>
  );
}
