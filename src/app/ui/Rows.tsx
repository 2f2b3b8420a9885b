/** Facts and answers as rows: name, value, and a way to change it. */
import type { ComponentChildren } from "preact";
import { useT } from "../i18n/useT.ts";
import { Icon } from "./icons/Icon.tsx";
import type { IconName } from "./icons/names.ts";

export interface EditLinkProps {
  readonly href: string;
  /** The visible verb; default "Modifier". */
  readonly text?: string | undefined;
  readonly icon?: IconName | undefined;
  /** What is changed, for a screen reader: the question. */
  readonly subject: string;
}

/** "Modifier", with what it changes said to a screen reader. */
export function EditLink({ href, text, icon = "modifier", subject }: EditLinkProps) {
  const t = useT();
  const action = text ?? t("common.action.edit");
  return (
    <a class="edit" href={href} aria-label={t("common.action.editOf", { action, subject })}>
      <Icon name={icon} />
      {action}
    </a>
  );
}

export interface Row {
  readonly key: string;
  readonly name: string;
  readonly value: ComponentChildren;
  readonly edit?: EditLinkProps | undefined;
  /** Under the value, softer. */
  readonly more?: ComponentChildren;
}

export interface RowsProps {
  readonly rows: readonly Row[];
  readonly card?: boolean | undefined;
}

/** Check answers (with `edit`) or plain facts. */
export function Rows({ rows, card }: RowsProps) {
  const plain = rows.every((row) => row.edit === undefined);
  return (
    <dl class={`rows${plain ? " rows--plain" : ""}${card === true ? " card" : ""}`}>
      {rows.map(({ key, name, value, edit, more }) => (
        <div key={key}>
          <dt>{name}</dt>
          <dd>{value}</dd>
          {more !== undefined && <dd class="meta">{more}</dd>}
          {edit !== undefined && (
            <dd class="act">
              <EditLink {...edit} />
            </dd>
          )}
        </div>
      ))}
    </dl>
  );
}
