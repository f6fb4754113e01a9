import type { Got } from "../../api/client";
import { Time } from "../../parts";

type Coverage = Got<"/api/incidents">["coverage"];

const MOST = 20;

/** Until when pulls looked, and at what they did not: where nobody looked, an empty place says nothing. */
export function Looked({ coverage }: { coverage: Coverage }) {
  const { asked, looked, missing } = coverage;
  if (!asked) return <span class="muted">Nobody has looked yet</span>;
  if (looked && !missing.length) return <span class="muted">Looked at until <Time at={asked.to} /></span>;
  const more = missing.length - MOST;
  return (
    <details>
      <summary>{looked ? "Parts were not looked at" : "None of this was looked at"}</summary>
      <ul>
        {missing.slice(0, MOST).map((it) => (
          <li key={`${it.what} ${it.from}`}>
            <code class="name">{it.what}</code> <Time at={it.from} /> – <Time at={it.to} />{" "}
            <span class="muted name">{it.reason}</span>
          </li>
        ))}
        {more > 0 && <li class="muted">and {more} more</li>}
      </ul>
    </details>
  );
}
