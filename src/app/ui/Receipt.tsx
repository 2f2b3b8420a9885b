/** A receipt as a paper slip. Shown only with a proof that verifies (INV-2). Printable. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { BrandMark } from "./Brand.tsx";
import { type Row, Rows } from "./Rows.tsx";

export interface StampWords {
  /** The state, short: "DÉPOSÉ". Says the same as the title. */
  readonly state: string;
  readonly date: string;
  readonly who: string;
}

function Stamp({ state, date, who }: StampWords) {
  const size = state.length > 8 ? 14 : state.length > 4 ? 20 : 28;
  return (
    <svg class="stamp" viewBox="0 0 132 132" aria-hidden="true" focusable="false">
      <g fill="none" stroke="currentColor">
        <circle cx="66" cy="66" r="62" stroke-width="4" />
        <circle cx="66" cy="66" r="54.5" stroke-width="1.5" />
      </g>
      <path
        d="m53 31 9 9 17-19"
        fill="none"
        stroke="currentColor"
        stroke-width="5"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
      <g fill="currentColor" text-anchor="middle" font-weight="700">
        <text x="66" y="73" font-size={size}>
          {state}
        </text>
        <text x="66" y="91" font-size="12">
          {date}
        </text>
        <text x="66" y="107" font-size="12">
          {who}
        </text>
      </g>
    </svg>
  );
}

export interface ReceiptProps {
  readonly brand: string;
  /** "Déposé au CCAS de Brévigny". The h1 of its screen. */
  readonly title: string;
  /** Weekday, date, time: one line each. */
  readonly when: readonly string[];
  readonly stamp: StampWords;
  readonly rows: readonly Row[];
  readonly children?: ComponentChildren;
}

/** The slip. */
export function Receipt({ brand, title, when, stamp, rows, children }: ReceiptProps) {
  const id = useId();
  return (
    <section class="slip" aria-labelledby={id}>
      <div class="slip__in stack">
        <div class="row noprint">
          <span class="brand">
            <BrandMark />
            <span translate={false}>{brand}</span>
          </span>
        </div>
        <h1 id={id} tabIndex={-1}>
          {title}
        </h1>
        <div class="slip__when">
          <p class="lead">
            {when.map((line) => (
              <span key={line} class="slip__line">
                {line}{" "}
              </span>
            ))}
          </p>
          <Stamp {...stamp} />
        </div>
        <Rows rows={rows} />
        {children}
      </div>
    </section>
  );
}
