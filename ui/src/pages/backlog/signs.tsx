import { STATE_TONES, type Severity, type State, TREND_MEANS, many } from "./words";

const TONES: Record<Severity, string> = {
  critical: "tone-failed",
  high: "tone-degraded",
  medium: "backlog-plain",
  low: "backlog-plain",
};
const BARS: Record<Severity, number> = { critical: 4, high: 3, medium: 2, low: 1 };

/** As many bars as it is bad, and for the worst an exclamation mark: told apart without colour. */
export function SeveritySign({ severity, word = false }: { severity: Severity; word?: boolean }) {
  const spoken = word
    ? ({ "aria-hidden": true } as const)
    : ({ role: "img", "aria-label": `${severity} severity` } as const);
  return (
    <span class={`backlog-severity ${TONES[severity]}`} title={`Severity: ${severity}`}>
      <svg viewBox="0 0 16 16" width="16" height="16" {...spoken}>
        {severity === "critical" ? (
          <path
            fill="currentColor"
            fill-rule="evenodd"
            d="M4 1.5h8A2.5 2.5 0 0 1 14.5 4v8a2.5 2.5 0 0 1-2.5 2.5H4A2.5 2.5 0 0 1 1.5 12V4A2.5 2.5 0 0 1 4 1.5Zm3.1 2.6.3 5h1.2l.3-5Zm-.1 6.5v1.7h2v-1.7Z"
          />
        ) : (
          [0, 1, 2].map((it) => (
            <rect
              key={it}
              x={2 + it * 4.4}
              y={10 - it * 3.4}
              width="3"
              height={4 + it * 3.4}
              rx="1"
              fill="currentColor"
              opacity={it < BARS[severity] ? 1 : 0.25}
            />
          ))
        )}
      </svg>
      {word && severity}
    </span>
  );
}

/** How far a decision has come, as a circle that fills. */
const CIRCLES: Record<State, preact.JSX.Element> = {
  new: (
    <circle
      cx="7"
      cy="7"
      r="5.2"
      fill="none"
      stroke="currentColor"
      stroke-width="1.6"
      stroke-dasharray="2.1 1.9"
    />
  ),
  triaged: (
    <>
      <circle cx="7" cy="7" r="5.2" fill="none" stroke="currentColor" stroke-width="1.6" />
      <path d="M7 4a3 3 0 0 1 0 6Z" fill="currentColor" />
    </>
  ),
  ready: (
    <>
      <circle cx="7" cy="7" r="5.2" fill="none" stroke="currentColor" stroke-width="1.6" />
      <circle cx="7" cy="7" r="3" fill="currentColor" />
    </>
  ),
  exported: (
    <>
      <circle cx="7" cy="7" r="6" fill="currentColor" />
      <path d="m4.3 7.2 1.9 1.9 3.6-3.9" fill="none" stroke="var(--surface)" stroke-width="1.6" />
    </>
  ),
  dismissed: (
    <>
      <circle cx="7" cy="7" r="5.2" fill="none" stroke="currentColor" stroke-width="1.6" />
      <path d="m4.9 4.9 4.2 4.2m0-4.2L4.9 9.1" stroke="currentColor" stroke-width="1.6" />
    </>
  ),
};

export function StateWord({ state }: { state: State }) {
  const tone = STATE_TONES[state];
  return (
    <span class={`backlog-state ${tone === "info" ? "backlog-accent" : `tone-${tone}`}`}>
      <svg viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">
        {CIRCLES[state]}
      </svg>
      {state}
    </span>
  );
}

const TREND_TONES: Record<string, string> = {
  new: "backlog-accent",
  regressed: "tone-failed",
  resolved: "tone-healthy",
};

export function TrendWord({ trend }: { trend: string }) {
  return (
    <span class={`backlog-trend ${TREND_TONES[trend] ?? "muted"}`} title={TREND_MEANS[trend]}>
      {trend}
    </span>
  );
}

/** Counts in equal stretches of time as small columns; one without any is a dot. */
export function Columns({
  counts,
  label,
  width = 96,
  height = 22,
}: {
  counts: number[];
  label: string;
  width?: number;
  height?: number;
}) {
  const most = Math.max(1, ...counts);
  const step = width / Math.max(1, counts.length);
  const sum = counts.reduce((all, it) => all + it, 0);
  return (
    <svg
      class="backlog-columns"
      role="img"
      aria-label={`${many(sum, "failure")} ${label}`}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      preserveAspectRatio="none"
    >
      {counts.map((it, at) => {
        const tall = it ? Math.max(2.5, (it / most) * height) : 1;
        return (
          <rect
            key={at}
            class={it ? "" : "backlog-none"}
            x={at * step}
            y={height - tall}
            width={Math.max(1, step - 1)}
            height={tall}
          />
        );
      })}
    </svg>
  );
}
