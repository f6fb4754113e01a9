import { useState } from "preact/hooks";
import { HealthMark, Time, formats } from "../../parts";
import type { Going } from "./live";
import { Progress } from "./marks";
import { PullDialog } from "./Pull";
import { HEALTH, type Stream, many, pathOf } from "./words";

const SAID: Record<Stream["state"], string> = {
  well: "all that was due has come",
  partial: "something is missing",
  failing: "the last pull brought nothing whole",
  never: "nothing has come yet",
};

const LATE = 1.5; // of the usual time between runs

/** How each stream stands, by source: what came last, how far behind it is and why. */
export function Streams({
  streams,
  at,
  going,
}: {
  streams: Stream[];
  at: string;
  going: Record<string, Going>;
}) {
  const [pulling, setPulling] = useState("");
  const names = [...new Set(streams.map((it) => it.stream))];
  return (
    <section aria-labelledby="runs-streams">
      <h2 id="runs-streams" class="unseen">
        Streams
      </h2>
      <ul class="runs-streams">
        {names.map((name) => {
          const own = streams.filter((it) => it.stream === name);
          const now = going[name];
          return (
            <li key={name} class="runs-stream">
              <div class="spread">
                <h3 class="name">{name}</h3>
                {own[0]?.job && (
                  <button
                    type="button"
                    class="button"
                    disabled={Boolean(now)}
                    aria-label={`${now ? "Pulling" : "Pull"} ${name}`}
                    onClick={() => setPulling(name)}
                  >
                    {now ? "Pulling" : "Pull…"}
                  </button>
                )}
              </div>
              {now && <Progress going={now} />}
              {own.map((it) => (
                <Source key={it.source ?? ""} it={it} at={at} />
              ))}
            </li>
          );
        })}
      </ul>
      {pulling && <PullDialog stream={pulling} onClose={() => setPulling("")} />}
    </section>
  );
}

function Source({ it, at }: { it: Stream; at: string }) {
  const late = isLate(it, at);
  return (
    <div class="runs-source">
      <p class={`runs-standing tone-${HEALTH[it.state]}`}>
        <HealthMark health={HEALTH[it.state]} />
        <span>
          <strong>{it.state}</strong>
          {it.source && <span class="name"> · {it.source}</span>}
          <span class="muted"> · {SAID[it.state]}</span>
        </span>
      </p>
      <dl class="facts">
        {it.last_success && (
          <>
            <dt>Last good pull</dt>
            <dd>
              <a href={pathOf(it.last_success.run)}>
                <Time at={it.last_success.ended_at} relative />
              </a>
              <span class="muted">, {many(it.last_success.rows, "row")}</span>
            </dd>
          </>
        )}
        {it.complete_until && (
          <>
            <dt>Complete until</dt>
            <dd>
              <Time at={it.complete_until} />
              <span class="muted">, {formats.duration(it.lag_seconds)} behind</span>
            </dd>
          </>
        )}
        {it.expected_at && (
          <>
            <dt>Next due</dt>
            <dd>
              <Time at={it.expected_at} relative />
              <span class={late ? "tone-degraded" : "muted"}>
                , usually every {formats.duration(it.usual_seconds)}
                {late && ": late"}
              </span>
            </dd>
          </>
        )}
        {it.quota && (
          <>
            <dt>Quota left</dt>
            <dd>
              {formats.count(it.quota.left)}
              <span class="muted">
                , seen <Time at={it.quota.at} relative />
              </span>
            </dd>
          </>
        )}
      </dl>
      {it.reasons.length > 0 && (
        <ul class="runs-reasons" aria-label={`Why ${it.stream} falls short`}>
          {it.reasons.map(({ reason, count }) => (
            <li key={reason}>
              <span class="name">{reason}</span>
              {count > 1 && <span class="muted"> ({formats.count(count)} times)</span>}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function isLate({ last_run, usual_seconds }: Stream, at: string): boolean {
  if (!last_run || !usual_seconds || !at) return false;
  return Date.parse(at) - Date.parse(last_run.started_at) > usual_seconds * LATE * 1000;
}
