import { useState } from "preact/hooks";
import { type Problem, post } from "../../api/client";
import { problemOf } from "../../api/useAsked";
import { Act, type Column, ProblemBox, Table, formats } from "../../parts";
import type { Told } from "./Alerts";

type File = NonNullable<Told["file"]>;
type Rule = File["rules"][number];
type Route = File["routes"][number];
type Came = { receiver: string; delivered: boolean; status: number | null; detail: string };

/** Where notices go; a test notice to each says whether they come. */
export function Receivers({ receivers }: { receivers: File["receivers"] }) {
  const [came, setCame] = useState<Came[]>([]);
  const [trying, setTrying] = useState("");
  const [problem, setProblem] = useState<Problem>();
  const test = async (names: string[]) => {
    setTrying(names[0] ?? "all");
    setProblem(undefined);
    try {
      const told = await post("/api/alerts/test", { body: { receivers: names } });
      const fresh = new Map((told as { receivers: Came[] }).receivers.map((it) => [it.receiver, it]));
      setCame((known) => [...known.filter((it) => !fresh.has(it.receiver)), ...fresh.values()]);
    } catch (error) {
      setProblem(problemOf(error));
    }
    setTrying("");
  };
  return (
    <section class="scars-box stack" aria-labelledby="scars-receivers">
      <div class="spread">
        <h2 id="scars-receivers">Receivers</h2>
        <Act class="button" disabled={trying !== ""} onAct={() => void test([])}>Test all</Act>
      </div>
      {problem && <ProblemBox problem={problem} />}
      <ul class="scars-alerts">
        {receivers.map((it) => {
          const own = came.find((known) => known.receiver === it.receiver);
          return (
            <li key={it.receiver} class="scars-alert spread">
              <span><b class="name">{it.receiver}</b> <span class="muted">{it.type}</span></span>
              <span class="row" role="status">
                {own && <span class={own.delivered ? "tone-healthy" : "tone-failed"}>{own.delivered ? "It came" : "It did not come"}: <span class="name">{own.detail || `HTTP ${own.status}`}</span></span>}
                <Act class="button" disabled={trying !== ""} aria-label={`Test ${it.receiver}`} onAct={() => void test([it.receiver])}>{trying === it.receiver ? "Sending…" : "Test"}</Act>
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

const RULES: Column<Rule>[] = [
  { key: "name", title: "Rule", cell: (it) => <b class="name">{it.name}</b>, order: (it) => it.name },
  { key: "severity", title: "Severity", cell: (it) => it.severity, order: (it) => it.severity },
  { key: "metric", title: "Metric", cell: (it) => <code class="name">{it.metric}</code> },
  { key: "host", title: "Host", cell: (it) => <code class="name">{it.host}</code> },
  { key: "more", title: "And", cell: (it) => <span class="name">{[...it.tags, ...it.matchers].join(", ") || "–"}</span> },
  { key: "side", title: "Side", cell: (it) => it.direction ?? "any" },
  { key: "score", title: "Least score", numeric: true, cell: (it) => (it.min_score ? formats.ratio(it.min_score) : "–") },
  { key: "missed", title: "Least miss", numeric: true, cell: (it) => (it.min_missed_by ? `${formats.short(it.min_missed_by)} ×` : "–") },
  { key: "for", title: "For", numeric: true, cell: (it) => (it.for_seconds ? formats.duration(it.for_seconds) : "at once") },
];

const ROUTES: Column<Route>[] = [
  { key: "receiver", title: "Receiver", cell: (it) => <b class="name">{it.receiver}</b> },
  { key: "matchers", title: "Takes", cell: (it) => (it.matchers.length ? <code class="name">{it.matchers.join(" ")}</code> : "all else") },
  { key: "by", title: "Grouped by", cell: (it) => <span class="name">{it.group_by.join(", ") || "–"}</span> },
  { key: "wait", title: "First after", numeric: true, cell: (it) => formats.duration(it.group_wait_seconds) },
  { key: "interval", title: "Then every", numeric: true, cell: (it) => formats.duration(it.group_interval_seconds) },
  { key: "repeat", title: "The same again after", numeric: true, cell: (it) => formats.duration(it.repeat_interval_seconds) },
];

/** What is an alert, and who is told of it when: as the file says. */
export function Rules({ file }: { file: File }) {
  return (
    <section class="scars-box stack" aria-labelledby="scars-rules">
      <div class="spread">
        <h2 id="scars-rules">Rules</h2>
        <span class="muted">Detectors that may speak: <span class="name">{file.promoted.join(", ") || "none, so nothing is told"}</span></span>
      </div>
      <Table caption="Rules of the file" columns={RULES} rows={file.rules} rowKey={(it) => it.name} />
      <h3>Routes</h3>
      <Table caption="Routes" columns={ROUTES} rows={file.routes} rowKey={(it) => `${it.receiver} ${it.matchers.join(" ")}`} />
      {file.inhibits.length > 0 && (
        <>
          <h3>Inhibitions</h3>
          <ul>
            {file.inhibits.map((it) => (
              <li key={JSON.stringify(it)}>While <code class="name">{it.source.join(" ")}</code> fires, <code class="name">{it.target.join(" ")}</code> is not told{it.equal.length > 0 && <>, where <span class="name">{it.equal.join(", ")}</span> is the same</>}.</li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
