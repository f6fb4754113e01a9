import { HealthMark } from "../../parts";

const LINES = [
  ["observed", ""],
  ["inferred", "7 4"],
  ["declared", "1.5 4"],
] as const;

/** What shapes and lines mean. */
export function Legend() {
  return (
    <ul class="twin-legend" aria-label="Legend">
      {(["healthy", "degraded", "failed", "unknown"] as const).map((it) => (
        <li key={it}>
          <HealthMark health={it} /> {it}
        </li>
      ))}
      {LINES.map(([name, dash]) => (
        <li key={name}>
          <svg width="26" height="8" aria-hidden="true">
            <line x1="0" y1="4" x2="26" y2="4" stroke="currentColor" stroke-width="1.6" stroke-dasharray={dash} />
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}
