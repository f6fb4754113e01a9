import { useMemo } from "preact/hooks";
import type { Got } from "../../api/client";
import { useAsked } from "../../api/useAsked";
import { ProblemBox, Time, Toggle, formats } from "../../parts";
import { setQuery, useQuery } from "../../state/place";

const MOST = 1000;

export type Changes = Got<"/api/ale/changes">;

/** The moments at which flows were loaded, oldest first. */
function useMoments(): { moments: string[]; problem: ReturnType<typeof useAsked>["problem"] } {
  const asked = useAsked("/api/ale/provenance", { query: { limit: MOST } }, ["flows"]);
  const moments = useMemo(() => {
    const loads = (asked.data?.transactions ?? []).filter((it) => it.what === "ingest");
    return [...new Set(loads.map((it) => it.at ?? ""))].filter(Boolean).sort();
  }, [asked.data]);
  return { moments, problem: asked.problem };
}

/** A slider over all loads, and the difference between one of them and what is shown. */
export function TimeBar({ changes }: { changes: Changes | undefined }) {
  const [at] = useQuery("at");
  const [since, setSince] = useQuery("since");
  const { moments, problem } = useMoments();
  const places = [...moments.slice(0, -1), ""]; // the last load is what is there now
  const place = at === "" ? places.length - 1 : Math.max(0, places.findIndex((it) => it >= at));
  const before = places.slice(0, place).at(-1) ?? places[0] ?? "";
  if (problem) return <ProblemBox problem={problem} />;
  return (
    <div class="twin-time" role="group" aria-label="Time">
      <label class="twin-slider">
        <span class="unseen">Moment</span>
        <input
          type="range"
          min={0}
          max={Math.max(0, places.length - 1)}
          step={1}
          value={place}
          disabled={places.length < 2}
          aria-valuetext={at ? formats.moment(new Date(at)) : "now"}
          onChange={(event) => setQuery({ at: places[event.currentTarget.valueAsNumber] ?? "" }, true)}
        />
      </label>
      <span class="twin-moment">{at ? <Time at={at} /> : "Now"}</span>
      <span class="muted">
        load {place + 1} of {places.length}
      </span>
      <Toggle
        label="Show what changed"
        value={since !== ""}
        onChange={(value) => setSince(value ? before : "", true)}
      />
      {since && (
        <label class="field">
          <span class="field-label">since</span>
          <select class="input" value={since} onChange={(event) => setSince(event.currentTarget.value, true)}>
            {[...new Set([since, ...moments])].sort().map((it) => (
              <option key={it} value={it}>
                {formats.moment(new Date(it))}
              </option>
            ))}
          </select>
        </label>
      )}
      {since && changes && (
        <span class="twin-changes" role="status">
          <span class="tone-healthy">+{formats.count(changes.counts.added)} came</span>
          <span class="tone-failed">−{formats.count(changes.counts.removed)} went</span>
          <span class="twin-changed">{formats.count(changes.counts.changed)} changed</span>
        </span>
      )}
      <button type="button" class="button" onClick={() => setQuery({ at: "", since: "", time: "" })}>
        Back to now
      </button>
    </div>
  );
}
