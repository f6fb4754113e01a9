import { Line } from "./Lanes";
import { type Beside, many } from "./words";

const SHOWN = 8;

/** What happened in the same time: flows of the service that changed, LLM failures, runs. */
export function BesideBox({ beside }: { beside: Beside }) {
  const { service, known_by: how } = beside;
  return (
    <section class="scars-box stack" aria-labelledby="scars-beside">
      <div class="spread">
        <h2 id="scars-beside">Beside it</h2>
        {service && <span class="muted">of <a class="name" href={`/?focus=${encodeURIComponent(service)}`}>{service}</a>, known by its {how}</span>}
      </div>
      {!service && (
        <p class="muted">
          The service of this host is not known, so neither are its flows and failures: a tag{" "}
          <code>service:…</code> says it, or a <a href="/">system</a> whose name is part of the host's.
        </p>
      )}
      {service && <Flows beside={beside} />}
      {service && <Failures beside={beside} />}
      <Runs beside={beside} />
    </section>
  );
}

/** A list that begins short, and says how many there are. */
function Part({ title, total, empty, children }: {
  title: string;
  total: number;
  empty: string;
  children: preact.VNode[];
}) {
  const rest = children.slice(SHOWN);
  const unseen = total - children.length;
  return (
    <div class="scars-part">
      <h3>{title}{total > 0 && ` (${total})`}</h3>
      {!total && <p class="muted">{empty}</p>}
      {total > 0 && <ul>{children.slice(0, SHOWN)}</ul>}
      {rest.length > 0 && (
        <details>
          <summary>{many(rest.length, "more", "more")}{unseen > 0 && ` of ${total - SHOWN}`}</summary>
          <ul>{rest}</ul>
        </details>
      )}
    </div>
  );
}

function Flows({ beside }: { beside: Beside }) {
  return (
    <>
      <Part title="Flows that changed" total={beside.flows_total} empty="No load changed its flows in this time.">
        {beside.flows.map((it, number) => (
          <Line key={number} at={it.at}>
            <b class="name">{it.system_from} → {it.system_to}</b> {it.what}
            {it.what === "changed" && <span class="name muted"> {it.before || "nothing"} → {it.after || "nothing"}</span>}
            {" "}<a href={`/runs/${it.run}`}>run</a>
          </Line>
        ))}
      </Part>
      {beside.loads_left_out > 0 && <p class="muted">{many(beside.loads_left_out, "older load")} of this time {beside.loads_left_out === 1 ? "was" : "were"} not compared: choose a shorter one.</p>}
    </>
  );
}

function Failures({ beside }: { beside: Beside }) {
  return (
    <Part title="LLM failures" total={beside.failures_total} empty="None is known of this service in this time.">
      {beside.failures.map((it) => (
        <Line key={`${it.trace_id} ${it.span_id}`} at={it.failed_at}>
          <span class="muted">{it.severity}</span>{" "}
          {it.group ? <a class="name" href={`/backlog/${encodeURIComponent(it.group)}`}>{it.title ?? it.failure_type}</a> : <span class="name">{it.title ?? it.failure_type}</span>}
        </Line>
      ))}
    </Part>
  );
}

function Runs({ beside }: { beside: Beside }) {
  return (
    <Part title="Runs" total={beside.runs_total} empty="None began in this time.">
      {beside.runs.map((it) => (
        <Line key={it.run} at={it.started_at}>
          <a href={`/runs/${it.run}`}>{it.stream}</a> {it.state}
          {it.error && <span class="name muted"> {it.error}</span>}
        </Line>
      ))}
    </Part>
  );
}
