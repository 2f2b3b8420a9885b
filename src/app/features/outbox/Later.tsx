/**
 * Where something does not leave: said at once, what can be done about it once that part is here (Mend.tsx, group "rest"). Runs in
 * the page.
 *
 * Surprising: nothing needs a hand before the server has answered once, so that part came long before; where it did not, the reason
 * and the human stand here without the buttons.
 */
import type { OutboxLine } from "../../../workers/satchel.contract.ts";
import { t as text } from "../../i18n/i18n.ts";
import { useT } from "../../i18n/useT.ts";
import { chunk } from "../../state/chunk.ts";
import { Button } from "../../ui/Button.tsx";
import { Icon } from "../../ui/icons/Icon.tsx";
import { QueueRow } from "../../ui/Queue.tsx";
import { detailOf, type Names, reasonText, titleOf } from "./names.ts";

const useMend = chunk(() => import("./Mend.tsx"));

/** That part could not be had: asked for again. */
function Absent({ onRetry }: { readonly onRetry: () => void }) {
  return (
    <>
      <p role="status">{text("errors.not-loaded")}</p>
      <Button kind="second" small icon="synchroniser" onPress={onRetry}>
        {text("common.action.retry")}
      </Button>
    </>
  );
}

export function Fix({ line, names }: { readonly line: OutboxLine; readonly names: Names }) {
  const { more, absent, again } = useMend();
  if (more !== null) return <more.Fix line={line} names={names} />;
  return (
    <QueueRow state="fix" title={titleOf(line, names)} detail={detailOf(line, names)}>
      <p>{reasonText(line.reason)}</p>
      {absent && <Absent onRetry={again} />}
    </QueueRow>
  );
}

export function Diagnostic() {
  const { more, absent, again } = useMend();
  if (more !== null) return <more.Diagnostic />;
  return absent ? <Absent onRetry={again} /> : null;
}

/** Something has waited for more than a day although the server answers: said first, with the way to help. */
export function Stuck({ days }: { readonly days: number }) {
  const t = useT();
  return (
    <section class="card stack-s" aria-labelledby="bloque">
      <div class="row row--nowrap row--top tone-soon">
        <Icon name="attention" />
        <h2 class="h3" id="bloque">
          {t("outbox.stuck.title", { count: days })}
        </h2>
      </div>
      <p>{t("outbox.stuck.text")}</p>
      <Diagnostic />
    </section>
  );
}
