/** What another device wrote about this paper, beside what stands here. In the page; settled by one tap. */
import { useEffect, useState } from "preact/hooks";
import { othersOf } from "../../../satchel/others.ts";
import type { RecordId } from "../../../shared/ids.ts";
import type { PaperView } from "../../../workers/satchel.contract.ts";
import { useAreas, useT } from "../../i18n/useT.ts";
import { OtherBox } from "../../state/Others.tsx";
import { useSatchel } from "../../state/satchel.ts";
import type { PictureFile, Size } from "../../ui/drawing.ts";
import { Picture } from "../../ui/Picture.tsx";
import { paperOtherText } from "../../ui/papers/names.ts";

/** Until the picture has said what it is. */
const A4: Size = { width: 210, height: 297 };
const TALLEST_REM = 20;

/** The picture that the other device took; nothing where its bytes are only there. It goes with the element. */
function OtherPicture({
  id,
  path,
  n,
  name,
}: {
  readonly id: RecordId;
  readonly path: string;
  readonly n: number;
  readonly name: string;
}) {
  const { api, listen } = useSatchel();
  const [file, setFile] = useState<PictureFile | null>(null);
  const [own, setOwn] = useState<Size>(A4);
  useEffect(() => {
    let last = 0;
    const read = (): void => {
      last += 1;
      const mine = last;
      setFile(null);
      void api.readOther({ id, path, choice: n }).then((answer) => {
        if (mine === last && answer.ok) setFile(answer.value);
      });
    };
    read();
    // As of any page (ui/papers/pictures.ts).
    const stop = listen((change) => {
      if (change.type === "opening") read();
    });
    return () => {
      last += 1;
      stop();
      setFile(null);
    };
  }, [api, listen, id, path, n]);
  const ratio = own.width / own.height;
  const style = { aspectRatio: `${ratio}`, inlineSize: `min(100%, ${own.width}px, ${TALLEST_REM * ratio}rem)` };
  return file === null ? null : (
    <Picture class="other__picture" file={file} name={name} style={style} onSize={setOwn} />
  );
}

export interface PaperOthersProps {
  readonly paper: PaperView;
  /** Only these paths; absent: all. */
  readonly only?: readonly string[];
  readonly before?: () => Promise<unknown>;
  readonly after?: (path: string) => void;
}

export function PaperOthers({ paper, only, before, after }: PaperOthersProps) {
  const t = useT();
  const worded = useAreas("others");
  const order = Object.entries(paper.record.pages)
    .sort(([idA, a], [idB, b]) => a.position - b.position || (idA < idB ? -1 : 1))
    .map(([id]) => id);
  const subjectOf = (path: string): string | undefined => {
    if (path.startsWith("pages.")) return t("others.paper.page", { n: order.indexOf(path.slice("pages.".length)) + 1 });
    if (path === "title" || path === "kind" || path === "holder" || path === "expiry") return t(`others.paper.${path}`);
    if (path === "note" || path === "stay") return t(`others.paper.${path}`);
    if (path.startsWith("facts.")) return t("others.paper.fact");
    return undefined;
  };
  const shown = othersOf(paper.record).filter(({ path }) => only === undefined || only.includes(path));
  if (!worded || shown.length === 0) return null;
  return (
    <div class="stack-m">
      {shown.map((other) => (
        <OtherBox
          key={other.path}
          id={paper.id}
          other={other}
          subject={subjectOf(other.path)}
          show={(value) => paperOtherText(other.path, value)}
          picture={(n) => <OtherPicture id={paper.id} path={other.path} n={n} name={t("others.page.title")} />}
          before={before}
          after={() => after?.(other.path)}
        />
      ))}
    </div>
  );
}
