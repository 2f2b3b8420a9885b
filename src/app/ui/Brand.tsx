/** The mark: an open satchel with a sheet. Colours come from CSS, so that it works on green, in the dark, in forced colours. */

/** The drawing alone; decorative, the name stands beside it. */
export function BrandMark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path class="mark__strap" d="M4.5 17C2.5 8.5 10 2.2 25.5 2.2c3 3.3 3.5 8.8 2 14.8" />
      <path class="mark__sheet" d="M9.5 7h9l4 4v9h-13z" />
      <path class="mark__fold" d="M18.5 7v4h4" />
      <path class="mark__bag" d="M3 13.5c4.5 0 5.5 3 13 3s8.5-3 13-3V25a5 5 0 0 1-5 5H8a5 5 0 0 1-5-5z" />
      <path class="mark__seam" d="M4.6 16c3.6.6 5 3 11.4 3s7.8-2.4 11.4-3" />
    </svg>
  );
}

export interface BrandProps {
  readonly name: string;
  readonly href?: string | undefined;
  /** Without the mark. */
  readonly bare?: boolean | undefined;
}

/** Mark and name; a link home when `href` is given. The name is never translated. */
export function Brand({ name, href, bare }: BrandProps) {
  const inside = (
    <>
      {bare !== true && <BrandMark />}
      <span class="notranslate" translate={false}>
        {name}
      </span>
    </>
  );
  return href === undefined ? (
    <span class="brand">{inside}</span>
  ) : (
    <a class="brand" href={href}>
      {inside}
    </a>
  );
}
