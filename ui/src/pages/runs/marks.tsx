import { HealthMark, formats, type Health } from "../../parts";
import type { Going } from "./live";
import { type Coverage, type State, many } from "./words";

const SEEN: Partial<Record<State, Health>> = {
  done: "healthy",
  partial: "degraded",
  failed: "failed",
  interrupted: "failed",
};

/** The shape of a run's state: one of health, a turning ring, or an arrow back. */
function StateMark({ state }: { state: State }) {
  const health = SEEN[state];
  if (health) return <HealthMark health={health} />;
  const running = state === "running";
  return (
    <svg
      class={`mark ${running ? "runs-turning" : "tone-unknown"}`}
      viewBox="0 0 12 12"
      width="12"
      height="12"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      stroke-width="1.6"
    >
      {running ? (
        <path d="M6 1.4A4.6 4.6 0 1 1 1.4 6" stroke-linecap="round" />
      ) : (
        <path
          d="M2.2 3.2v3h3M2.4 6a4 4 0 1 1 1.2 2.9"
          stroke-linecap="round"
          stroke-linejoin="round"
        />
      )}
    </svg>
  );
}

/** The state of a run in a word, with its mark. */
export function StateWord({ state }: { state: State }) {
  const tone = state === "running" ? "runs-accent" : `tone-${SEEN[state] ?? "unknown"}`;
  return (
    <span class={`health ${tone}`}>
      <StateMark state={state} />
      {state}
    </span>
  );
}

type Piece = Coverage["strip"][number];

const WIDE = 1000;

const LEAST = 0.3; // of the height: a single gap among many must be seen

const ofPiece = ({ from, to, state, asked, missing }: Piece): string => {
  const when = `${formats.moment(new Date(from))} – ${formats.moment(new Date(to))}`;
  if (state === "missing") return `${when}: ${missing} of ${asked} missing`;
  return `${when}: ${state === "answered" ? "answered" : "not asked"}`;
};

/** The time that was asked for as a strip; the more is missing, the deeper it is cut from above. */
export function CoverageStrip({
  coverage,
  what = "Coverage",
  height = 8,
}: {
  coverage: { asked: number; missing: number; strip: Coverage["strip"] };
  what?: string;
  height?: number;
}) {
  const { asked, missing, strip } = coverage;
  const first = strip[0];
  const last = strip.at(-1);
  if (!first || !last) return null;
  const start = Date.parse(first.from);
  const scale = WIDE / Math.max(1, Date.parse(last.to) - start);
  return (
    <svg
      class="strip"
      role="img"
      aria-label={`${what}: ${asked - missing} of ${asked} answered`}
      width="100%"
      height={height}
      viewBox={`0 0 ${WIDE} ${height}`}
      preserveAspectRatio="none"
      shape-rendering="crispEdges"
    >
      {strip.map((it) => {
        const x = (Date.parse(it.from) - start) * scale;
        const width = Math.max(2, (Date.parse(it.to) - Date.parse(it.from)) * scale);
        const share = it.missing / Math.max(1, it.asked);
        const cut = it.missing ? height * Math.max(LEAST, share) : 0;
        return (
          <g key={it.from}>
            <title>{ofPiece(it)}</title>
            <rect
              class={`strip-${it.state === "unasked" ? "unasked" : "answered"}`}
              x={x}
              y={cut}
              width={width}
              height={height - cut}
            />
            {cut > 0 && <rect class="strip-missing" x={x} y={0} width={width} height={cut} />}
          </g>
        );
      })}
    </svg>
  );
}

export const gaps = ({ asked, answered }: Coverage): number => asked - answered;

/** How far a pull has come: a bar, and what it is at. */
export function Progress({ going }: { going: Going }) {
  const { done, total, rows, requests, retries, left, waiting_seconds: waiting, stream } = going;
  return (
    <div class="runs-progress">
      <progress
        class="runs-bar"
        aria-label={`Pull of ${stream}`}
        max={Math.max(1, total)}
        value={Math.min(done, total)}
      />
      <p class="runs-said">
        <span>
          {formats.count(done)} of {formats.count(total)}
        </span>
        <span>{many(rows, "row")}</span>
        <span>
          {many(requests, "request")}
          {retries > 0 && `, ${many(retries, "retry", "retries")}`}
        </span>
        {left !== null && <span>{formats.count(left)} left in the quota</span>}
        {waiting > 0 && (
          <strong class="tone-degraded">waits {formats.duration(waiting)} for the quota</strong>
        )}
      </p>
    </div>
  );
}
