/** Drawn papers: what kind of paper it is, at a glance, without showing any of it. Decorative. */

export type SheetKind = "card" | "bill" | "letter" | "payslip" | "table" | "health" | "blur" | "bold";

const FOLD = "M42 2v16h16z";
const PAPER = "M2 2h40l16 16v58H2z";

function Inside({ kind }: { readonly kind: SheetKind }) {
  switch (kind) {
    case "card":
      return (
        <>
          <rect class="sh-paper" x="1" y="18" width="58" height="42" rx="4" />
          <rect class="sh-block2" x="7" y="26" width="17" height="22" rx="2" />
          <circle class="sh-bare" cx="15.5" cy="33.5" r="4" />
          <path class="sh-bare" d="M9 48c0-6 3-8.5 6.5-8.5S22 42 22 48z" />
          <path class="sh-ink" d="M30 30h22" />
          <path class="sh-line" d="M30 38h16M30 46h20M7 54h45" />
        </>
      );
    case "bill":
      return (
        <>
          <path class="sh-paper" d={PAPER} />
          <rect class="sh-block" x="10" y="11" width="22" height="11" rx="2" />
          <path class="sh-line" d="M10 32h38M10 40h38M10 48h28M10 63h12" />
          <rect class="sh-block2" x="30" y="58" width="20" height="10" rx="2" />
        </>
      );
    case "letter":
      return (
        <>
          <path class="sh-paper" d={PAPER} />
          <path class="sh-ink" d="M10 14h20" />
          <path class="sh-line" d="M10 28h38M10 36h38M10 44h38M10 52h26" />
          <path class="sh-ink" d="M30 68c3-7 5-7 5-2s3 3 5-1 4 0 8 0" />
        </>
      );
    case "payslip":
      return (
        <>
          <path class="sh-paper" d={PAPER} />
          <rect class="sh-block" x="10" y="24" width="40" height="9" />
          <path class="sh-ink" d="M10 14h20M34 68h15" />
          <path class="sh-line" d="M10 41h18M40 41h9M10 49h14M40 49h9M10 57h18M40 57h9" />
        </>
      );
    case "table":
      return (
        <>
          <path class="sh-paper" d={PAPER} />
          <path class="sh-ink" d="M10 14h24" />
          <path class="sh-line sh-line--fine" d="M10 26h40v40H10zM10 36h40M10 46h40M10 56h40M36 26v40" />
        </>
      );
    case "health":
      return (
        <>
          <path class="sh-paper" d={PAPER} />
          <path class="sh-block" d="M18 10h7v7h7v7h-7v7h-7v-7h-7v-7h7z" />
          <path class="sh-line" d="M10 42h38M10 50h38M10 58h30M10 66h20" />
        </>
      );
    case "blur":
      return (
        <>
          <path class="sh-paper" d={PAPER} />
          <path class="sh-blur" d="M10 16h24M10 32h38M10 42h38M10 52h30M14 64h30" />
        </>
      );
    case "bold":
      return (
        <>
          <path class="sh-paper" d={PAPER} />
          <path class="sh-bold" d="M10 14h24M10 28h40M10 38h40M10 48h40M10 58h30" />
        </>
      );
  }
}

export interface SheetProps {
  readonly kind: SheetKind;
  readonly class?: string | undefined;
}

/** A drawn sheet, 60 by 78. */
export function Sheet({ kind, class: className }: SheetProps) {
  return (
    <svg class={className} viewBox="0 0 60 78" width="60" height="78" aria-hidden="true" focusable="false">
      <Inside kind={kind} />
      {kind !== "card" && <path class="sh-fold" d={FOLD} />}
    </svg>
  );
}
