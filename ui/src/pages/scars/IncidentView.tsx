import { useMemo } from "preact/hooks";
import type { Got } from "../../api/client";
import { useAsked } from "../../api/useAsked";
import { type Column, HealthWord, type Health, ProblemBox, Skeleton, Table, Time, formats } from "../../parts";
import { go } from "../../state/place";
import { Line } from "./Lanes";
import { MarkChip, Note, Standing } from "./signs";
import { addressOf, amount, lasted, many } from "./words";

type Told = Got<"/api/incidents/{incident}">;
type Scar = Told["scars"][number];

/** One incident: which scars it has, when each was, and what is known beside it. */
export function IncidentView({ id }: { id: string }) {
  const { data, problem, again } = useAsked("/api/incidents/{incident}", { parts: { incident: id } }, ["scars"]);
  return (
    <div class="page scars">
      <p class="scars-back"><a href="/scars">Scars</a> <span aria-hidden="true">/</span> <a href="/scars/incidents">Incidents</a></p>
      <h1 class="name">{data?.name ?? (problem ? "No such incident" : "Incident")}</h1>
      {problem && <ProblemBox problem={problem} onAgain={again} />}
      {!data && !problem && <Skeleton lines={12} label="Loading the incident" />}
      {data && (
        <>
          <Facts told={data} />
          <Scars told={data} />
          <div class="scars-halves">
            <Flows told={data} />
            <Failures told={data} />
          </div>
        </>
      )}
    </div>
  );
}

function Facts({ told }: { told: Told }) {
  return (
    <div class="scars-box">
      <dl class="facts">
        <dt>Began</dt>
        <dd><Time at={told.onset} /></dd>
        <dt>Ended</dt>
        <dd>{told.ended_at ? <><Time at={told.ended_at} />, after {lasted(told, 0)}</> : <Standing open quiet={false} />}</dd>
        <dt>Scars</dt>
        <dd>{told.scars.length}{told.quiet_scars > 0 && `, ${told.quiet_scars} of them quiet`}; highest score {formats.ratio(told.peak_score)}</dd>
        <dt>Hosts</dt>
        <dd class="name">{told.hosts.join(", ") || "–"}</dd>
        <dt>Metrics</dt>
        <dd class="name">{told.metrics.join(", ")}</dd>
        <dt>Services</dt>
        <dd class="name">{told.services.length
          ? told.services.map((it) => `${it.service} (by its ${it.known_by})`).join(", ")
          : <span class="muted">not known: neither a tag service:… nor a host's name says it</span>}</dd>
      </dl>
    </div>
  );
}

/** When each scar was, on one axis of time. */
function columnsOf(told: Told): Column<Scar>[] {
  const start = Date.parse(told.onset);
  const ends = told.scars.map((it) => (it.ended_at ? Date.parse(it.ended_at) : Date.now()));
  const span = Math.max(...ends) - start || 1;
  const place = (it: Scar) => {
    const left = ((Date.parse(it.onset) - start) / span) * 100;
    const end = it.ended_at ? Date.parse(it.ended_at) : Date.now();
    return { left: `${left}%`, width: `${Math.max(1, ((end - start) / span) * 100 - left)}%` };
  };
  return [
    { key: "host", title: "Host", cell: (it) => <a class="name" href={addressOf(it)}>{it.host || "no host"}</a>, order: (it) => it.host },
    { key: "metric", title: "Metric", cell: (it) => <span class="name">{it.metric}</span>, order: (it) => it.metric },
    { key: "onset", title: "Began", cell: (it) => <Time at={it.onset} />, order: (it) => it.onset },
    { key: "when", title: "When", cell: (it) => <span class="scars-when" aria-hidden="true"><span class={it.quiet ? "scars-calm" : ""} style={place(it)} /></span> },
    { key: "lasted", title: "Lasted", numeric: true, cell: (it) => lasted(it, Date.now()) },
    { key: "peak", title: "Farthest off", numeric: true, cell: (it) => amount(it.peak_value, it.unit) },
    { key: "expected", title: "Expected", numeric: true, cell: (it) => amount(it.expected, it.unit) },
    { key: "missed", title: "Missed by", numeric: true, cell: (it) => <span title="in mean absolute deviations">{formats.short(it.missed_by)} ×</span>, order: (it) => it.missed_by },
    { key: "before", title: "Seen before", numeric: true, cell: (it) => it.seen_before || "–", order: (it) => it.seen_before },
    {
      key: "said",
      title: "Said",
      cell: (it) => (
        <span class="scars-cell">
          <span class="row"><MarkChip mark={it.mark} /><Standing open={it.ended_at === null} quiet={it.quiet} /></span>
          <Note note={it.note ?? it.twin?.note ?? null} runbook={it.runbook ?? it.twin?.runbook ?? null} />
        </span>
      ),
    },
  ];
}

function Scars({ told }: { told: Told }) {
  const columns = useMemo(() => columnsOf(told), [told]);
  return (
    <section class="scars-box stack" aria-labelledby="scars-of">
      <h2 id="scars-of">{many(told.scars.length, "scar")}</h2>
      <Table caption="Scars of the incident" columns={columns} rows={told.scars}
        rowKey={(it) => `${it.series} ${it.onset}`} onSelect={(it) => go(addressOf(it))} step={100} />
    </section>
  );
}

const nothing = (told: Told): string =>
  told.services.length ? "None is known of these services." : "Its services are not known, so neither are theirs.";

function Flows({ told }: { told: Told }) {
  return (
    <section class="scars-box stack" aria-labelledby="scars-flows">
      <h2 id="scars-flows">Flows of its services ({told.flows_total})</h2>
      {!told.flows.length && <p class="muted">{nothing(told)}</p>}
      <ul>
        {told.flows.map((it) => (
          <li key={it.flow_id} class="spread scars-flow">
            <a class="name" href={`/?select=${encodeURIComponent(`${it.system_from} > ${it.system_to}`)}`}>{it.system_from} → {it.system_to}</a>
            <span class="row"><span class="muted number">{formats.latency(it.latency_ms)}, {formats.share(it.error_rate)} errors</span><HealthWord health={it.status as Health} /></span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Failures({ told }: { told: Told }) {
  return (
    <section class="scars-box stack" aria-labelledby="scars-failures">
      <h2 id="scars-failures">LLM failures of the same time ({told.failures_total})</h2>
      {!told.failures.length && <p class="muted">{nothing(told)}</p>}
      <ul>
        {told.failures.map((it) => (
          <Line key={`${it.trace_id} ${it.span_id}`} at={it.failed_at}>
            <span class="muted">{it.severity}</span>{" "}
            {it.group ? <a class="name" href={`/backlog/${encodeURIComponent(it.group)}`}>{it.title ?? it.failure_type}</a> : <span class="name">{it.title ?? it.failure_type}</span>}
          </Line>
        ))}
      </ul>
    </section>
  );
}
