import type { Listed, Recent } from "./words";

type Window = NonNullable<Listed["window"]>;

const WIDE = 240;
const HIGH = 52;
const LANE = 5; // beneath the line, where scars stand
const LEAST = 3; // units that a scar is wide at least

/** A series drawn small, its scars shaded and as bars beneath; a list beside it says the same. */
export function Small({ values, recent, window, interval }: {
  values: (number | null)[];
  /** Seconds from point to point: what is missing for longer is a gap. */
  interval: number;
  recent: Recent[];
  window: Window;
}) {
  const start = Date.parse(window.from);
  const span = Date.parse(window.to) - start || 1;
  const x = (at: string) => Math.min(WIDE, Math.max(0, ((Date.parse(at) - start) / span) * WIDE));
  return (
    <svg class="scars-small" viewBox={`0 0 ${WIDE} ${HIGH}`} preserveAspectRatio="none" aria-hidden="true">
      <path class="scars-base" d={`M0 ${HIGH - LANE / 2}H${WIDE}`} />
      {recent.map((it) => {
        const left = x(it.onset);
        const width = Math.max(LEAST, (it.ended_at ? x(it.ended_at) : WIDE) - left);
        const name = it.quiet ? "scars-quiet" : "scars-loud";
        return (
          <g key={it.onset} class={name}>
            <rect class="scars-shade" x={left} y={0} width={width} height={HIGH - LANE} />
            <rect class="scars-bar" x={left} y={HIGH - LANE} width={width} height={LANE} />
          </g>
        );
      })}
      <path class="scars-line" d={lineOf(values, bridged(values.length, span, interval))} />
    </svg>
  );
}

/** How many values in a row may be missing without a gap, where points are sparser than values. */
const bridged = (count: number, span: number, interval: number): number =>
  Math.ceil((1.5 * interval * 1000 * count) / span);

function lineOf(values: (number | null)[], most: number): string {
  const known = values.filter((it) => it !== null);
  const low = Math.min(...known);
  const high = Math.max(...known);
  const room = HIGH - LANE - 6;
  let pen = "M";
  let missing = 0;
  return values.map((value, at) => {
    if (value === null) {
      missing += 1;
      if (missing > most) pen = "M";
      return "";
    }
    const left = ((at + 0.5) / values.length) * WIDE;
    const share = high === low ? 0.5 : (value - low) / (high - low);
    const step = `${pen}${left.toFixed(1)} ${(3 + (1 - share) * room).toFixed(1)}`;
    // A mean with nothing beside it is a point, which a line of no length draws.
    const drawn = pen === "M" ? `${step}h0` : step;
    pen = "L";
    missing = 0;
    return drawn;
  }).join("");
}
