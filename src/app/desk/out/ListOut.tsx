/** "Liste en CSV": the rows that are shown, for a spreadsheet, saved in clear after a yes. Runs in the page. */

import { useState } from "preact/hooks";
import type { LetterId } from "../../../shared/ids.ts";
import type { DeskDossierRow } from "../../../workers/desk.contract.ts";
import { inFrench } from "../../i18n/i18n.ts";
import { useT } from "../../i18n/useT.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { useDeskShell } from "../state.ts";
import { inboxCsv } from "./inbox-csv.ts";

export interface ListOutProps {
  readonly rows: readonly DeskDossierRow[];
  readonly replaced: ReadonlySet<LetterId>;
}

export function ListOut({ rows, replaced }: ListOutProps) {
  const t = useT();
  const { saveFile, say } = useDeskShell();
  const [isAsking, setAsking] = useState(false);
  const save = (): void => {
    setAsking(false);
    const bytes = new TextEncoder().encode(inboxCsv(rows, replaced));
    saveFile(bytes.buffer, "text/csv", `${inFrench("desk.out.file.list")}.csv`);
    say(t("desk.out.done"));
  };
  return (
    <>
      <Button kind="second" small icon="boite" onPress={() => setAsking(true)}>
        {t("desk.out.csv")}
      </Button>
      <Dialog
        open={isAsking}
        title={t("desk.out.csvTitle")}
        onKeep={() => setAsking(false)}
        actions={
          <>
            <Button onPress={save}>{t("desk.out.csvMake")}</Button>
            <Button kind="second" onPress={() => setAsking(false)}>
              {t("desk.out.keep")}
            </Button>
          </>
        }
      >
        <p>{t("desk.out.csvText", { count: rows.length })}</p>
        <p>{t("desk.out.warning")}</p>
      </Dialog>
    </>
  );
}
