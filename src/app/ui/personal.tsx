/**
 * Fields that hold something about a person (INV-3). Runs in the page.
 *
 * Surprising: browsers write the values of ordinary fields into their session files on disk, in clear. Only
 * `autocomplete="off"` on the field and on its form stops that; spell checkers and translators may send text away.
 */
import type { ComponentChildren } from "preact";

/** Goes on every input and textarea that a person fills in. */
export const PERSONAL = { autocomplete: "off", spellcheck: false, translate: false, autocapitalize: "off" } as const;

export interface PersonalFormProps {
  readonly onSubmit: () => void;
  readonly children: ComponentChildren;
  readonly class?: string | undefined;
}

/** The only kind of form in the app: nothing remembered, nothing checked by the browser, nothing sent by it. */
export function PersonalForm({ onSubmit, children, class: className }: PersonalFormProps) {
  const submit = (event: Event): void => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form class={className} autocomplete="off" noValidate onSubmit={submit}>
      {children}
    </form>
  );
}
