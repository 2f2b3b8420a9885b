/** What another device wrote about this paper, beside what stands here. In the page; settled by one tap. */
import { othersOf } from "../../../satchel/others.ts";
import type { PaperView } from "../../../workers/satchel.contract.ts";
import { useAreas, useT } from "../../i18n/useT.ts";
import { OtherBox } from "../../state/Others.tsx";
import { paperOtherText } from "../../ui/papers/names.ts";

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
          before={before}
          after={() => after?.(other.path)}
        />
      ))}
    </div>
  );
}
