/** "Exporter": brings what makes the file only when it is asked for. Runs in the page. */

import type { ComponentType } from "preact";
import { useRef, useState } from "preact/hooks";
import { useT } from "../../i18n/useT.ts";
import { Button } from "../../ui/Button.tsx";
import { useDeskShell } from "../state.ts";
import type { OutDialogProps } from "./OutDialog.tsx";

export type OutButtonProps = Pick<OutDialogProps, "dossier" | "sections">;

export function OutButton(props: OutButtonProps) {
  const t = useT();
  const { say } = useDeskShell();
  const [Shown, setShown] = useState<ComponentType<OutDialogProps> | null>(null);
  const [isOpen, setOpen] = useState(false);
  const isAsked = useRef(false);
  const open = (): void => {
    setOpen(true);
    if (Shown !== null || isAsked.current) return;
    isAsked.current = true;
    import("./OutDialog.tsx")
      .then(
        (part) => setShown(() => part.OutDialog),
        // Its file is neither here nor to be had now.
        () => {
          setOpen(false);
          say(t("desk.error.unavailable", { mark: "export" }));
        },
      )
      .finally(() => {
        isAsked.current = false;
      });
  };
  return (
    <>
      <Button kind="second" icon="boite" onPress={open}>
        {t("desk.out.button")}
      </Button>
      {Shown !== null && <Shown {...props} open={isOpen} onClose={() => setOpen(false)} />}
    </>
  );
}
