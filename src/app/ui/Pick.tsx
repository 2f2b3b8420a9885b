/** Large rows to choose where a paper comes from: the camera, a file, "Je ne l'ai pas". */
import { Icon } from "./icons/Icon.tsx";
import type { IconName } from "./icons/names.ts";

interface PickText {
  readonly icon: IconName;
  readonly title: string;
  readonly detail?: string | undefined;
}

function Words({ title, detail }: PickText) {
  return (
    <span>
      <b>{title}</b>
      {detail !== undefined && <span> {detail}</span>}
    </span>
  );
}

export interface PickRowProps extends PickText {
  readonly href?: string | undefined;
  readonly onPress?: (() => void) | undefined;
}

/** A way to go on: a link with `href`, else a button. */
export function PickRow(props: PickRowProps) {
  const { icon, href, onPress } = props;
  const inside = (
    <>
      <Icon name={icon} />
      <Words {...props} />
      <Icon name="chevron" />
    </>
  );
  return href === undefined ? (
    <button type="button" class="pick" onClick={onPress}>
      {inside}
    </button>
  ) : (
    <a class="pick" href={href}>
      {inside}
    </a>
  );
}

export interface FilePickerProps extends PickText {
  /** MIME types and endings, as in the HTML attribute. */
  readonly accept: string;
  readonly multiple?: boolean | undefined;
  /** Opens the system's own camera at once. */
  readonly camera?: boolean | undefined;
  /** Files are being prepared. */
  readonly busy?: boolean | undefined;
  readonly onFiles: (files: readonly File[]) => void;
}

/** A file field that looks like a row. The same file may be chosen twice: the field is emptied after each choice. */
export function FilePicker(props: FilePickerProps) {
  const { icon, accept, multiple = false, camera = false, busy = false, onFiles } = props;
  const change = (event: Event & { readonly currentTarget: HTMLInputElement }): void => {
    const files = [...(event.currentTarget.files ?? [])];
    event.currentTarget.value = "";
    if (files.length > 0) onFiles(files);
  };
  return (
    <label class="pick pick--file" aria-busy={busy ? "true" : undefined}>
      <Icon name={icon} />
      <Words {...props} />
      <input
        type="file"
        accept={accept}
        multiple={multiple}
        capture={camera ? "environment" : undefined}
        autocomplete="off"
        onChange={change}
      />
      <Icon name="chevron" />
    </label>
  );
}
