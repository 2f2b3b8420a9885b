/**
 * A card given back: photographed, or its ten groups typed or pasted (WCAG 3.3.8: nothing is to be remembered). In the
 * page; needs the areas "card" and "scan".
 */
import { useState } from "preact/hooks";
import { formatList } from "../i18n/format.ts";
import { useT } from "../i18n/useT.ts";
import { Button } from "../ui/Button.tsx";
import { CARD_GROUPS, CardGroups } from "../ui/Code.tsx";
import { Icon } from "../ui/icons/Icon.tsx";
import { PersonalForm } from "../ui/personal.tsx";
import { ScanQr } from "./ScanQr.tsx";
import { useHold } from "./shell.ts";

const GROUP_LENGTH = 4;

export interface CardEntryProps {
  /** The QR's text, or the ten groups as typed. */
  readonly onCard: (card: string) => void;
  /** "Vérifier ma carte". */
  readonly action: string;
  /** While the worker looks at it. */
  readonly busy: string | undefined;
  /** Groups that the worker says are wrong, counted from 1 as they are printed. */
  readonly wrong: readonly number[];
  readonly error: string | undefined;
}

export function CardEntry({ onCard, action, busy, wrong, error }: CardEntryProps) {
  const t = useT();
  const [groups, setGroups] = useState<readonly string[]>([]);
  const [short, setShort] = useState<readonly number[]>([]);
  useHold(groups.some((group) => group !== ""));

  const check = (): void => {
    const missing = Array.from({ length: CARD_GROUPS }, (_, at) => at).filter(
      (at) => (groups[at] ?? "").length < GROUP_LENGTH,
    );
    setShort(missing);
    if (missing.length === 0) onCard(groups.join(" "));
  };
  const shown =
    short.length > 0 ? t("card.groupsShort", { groups: formatList(short.map((at) => String(at + 1))) }) : error;
  return (
    <>
      <ScanQr
        onText={(text) => {
          setShort([]);
          onCard(text.trim());
        }}
      />
      <PersonalForm class="stack" onSubmit={check}>
        <h2 class="h3">{t("card.drill.type")}</h2>
        <p class="hint">{t("card.drill.hint")}</p>
        {shown !== undefined && (
          <p class="err" role="alert">
            <Icon name="attention" />
            <span>{shown}</span>
          </p>
        )}
        <CardGroups
          value={groups}
          onChange={(next) => {
            setShort([]);
            setGroups(next);
          }}
          wrong={short.length > 0 ? short : wrong.map((n) => n - 1)}
        />
        <Button type="submit" wide busy={busy}>
          {action}
        </Button>
      </PersonalForm>
    </>
  );
}
