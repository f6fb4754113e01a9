import { useMemo } from "preact/hooks";
import { Time, formats } from "../../parts";
import { type Failure, type Shown, addressOf } from "./asking";
import { conversation, marksIn } from "./payload";
import { SeveritySign } from "./signs";
import { ErrorBox, Talk } from "./Talk";
import { Folding, Marks, Told, Value, meaning } from "./Told";
import { type Severity, capital, spelled } from "./words";

interface Reason {
  rule?: string;
  type?: string;
  severity?: Severity;
  why?: string;
  raised_by?: string[];
}

interface Evaluation {
  name?: string;
  value?: unknown;
  assessment?: string;
  status?: string;
  reasoning?: string;
}

const objects = <Item,>(value: unknown): Item[] =>
  Array.isArray(value) ? value.filter((it) => it !== null && typeof it === "object") : [];

/** One failure: why it is one, what was said, what evaluators said, what was masked. */
export function FailureView({ shown }: { shown: Shown }) {
  const read = useMemo(() => conversation(shown.trace_payload, shown.span_kind), [shown]);
  const evaluations = objects<Evaluation>(shown.evaluations).sort(
    (a, b) => Number(b.assessment === "fail") - Number(a.assessment === "fail"),
  );
  const counts = useMemo(
    () => marksIn([shown.trace_payload, shown.evaluations], shown.marks),
    [shown],
  );
  const silent = read.answered || !read.turns.length ? "" : "No output is told.";
  return (
    <Marks.Provider value={shown.marks}>
      <Facts shown={shown} />
      <Section title="Why it is a failure">
        <Reasons reasons={objects<Reason>(shown.reasons)} />
        {read.trouble && <ErrorBox trouble={read.trouble} />}
      </Section>
      <Section title="What was said">
        {read.turns.length ? (
          <Talk turns={read.turns} silent={silent} />
        ) : (
          <p class="muted">The span tells no input and no output. All it tells is below.</p>
        )}
      </Section>
      {evaluations.length > 0 && (
        <Section title="Evaluations">
          <Evaluations evaluations={evaluations} />
        </Section>
      )}
      {counts.size > 0 && (
        <Section title="What was masked">
          <dl class="backlog-masked">
            {[...counts].sort().map(([name, count]) => (
              <div key={name}>
                <dt>
                  <span class="backlog-mark">{spelled(name)}</span>
                </dt>
                <dd class="muted number">{count} ×</dd>
                <dd class="muted">{meaning(name, shown.marks[name])}</dd>
              </div>
            ))}
          </dl>
        </Section>
      )}
      {shown.trace.length > 0 && (
        <Section title="Also failed in this trace">
          <Others spans={shown.trace} />
        </Section>
      )}
      <Section title="As it was told">
        {Object.keys(read.metadata).length > 0 && (
          <details>
            <summary>Metadata</summary>
            <Value value={read.metadata} />
          </details>
        )}
        {read.tags.length > 0 && (
          <details>
            <summary>Tags</summary>
            <Folding text={read.tags.join("\n")} code />
          </details>
        )}
        <details>
          <summary>The whole span, as JSON</summary>
          <Value value={shown.trace_payload ?? null} />
        </details>
      </Section>
    </Marks.Provider>
  );
}

function Section({ title, children }: { title: string; children: preact.ComponentChildren }) {
  return (
    <section class="backlog-section">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Facts({ shown }: { shown: Shown }) {
  const some: [string, preact.ComponentChildren][] = [
    ["Severity", <SeveritySign severity={shown.severity as Severity} word />],
    ["Type", spelled(shown.failure_type)],
    [
      "Span",
      <span class="name">
        <Told text={shown.span_name ?? "–"} /> <span class="muted">{shown.span_kind}</span>
      </span>,
    ],
    ["Model", shown.model && <Told text={shown.model} />],
    ["Service", shown.service_name && <Told text={shown.service_name} />],
    ["Version", shown.version && <Told text={shown.version} />],
    [
      "Tokens",
      shown.input_tokens === null && shown.output_tokens === null
        ? null
        : `${formats.count(shown.input_tokens)} in · ${formats.count(shown.output_tokens)} out`,
    ],
    ["Cost", shown.cost_usd === null ? null : formats.dollars(shown.cost_usd)],
    ["Took", shown.duration_ms === null ? null : formats.latency(shown.duration_ms)],
    ["Status", shown.status_code],
    ["Quality", shown.quality_score === null ? null : formats.ratio(shown.quality_score)],
    ["User", shown.user_hash && <span class="mono name">{shown.user_hash.slice(0, 12)}</span>],
  ];
  return (
    <dl class="backlog-facts">
      {some
        .filter(([, value]) => value !== null && value !== undefined && value !== "")
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="number">{value}</dd>
          </div>
        ))}
    </dl>
  );
}

function Reasons({ reasons }: { reasons: Reason[] }) {
  if (!reasons.length) return <p class="muted">No rule is told.</p>;
  return (
    <ul class="backlog-reasons">
      {reasons.map((it, at) => (
        <li key={at}>
          {it.severity && <SeveritySign severity={it.severity} />}
          <div>
            <Told text={capital(it.why ?? "")} />{" "}
            <span class="muted">
              rule{" "}
              <code>
                <Told text={it.rule ?? "–"} />
              </code>
              {it.raised_by?.length ? `, raised: ${it.raised_by.map(spelled).join(", ")}` : ""}
            </span>
          </div>
        </li>
      ))}
    </ul>
  );
}

function Evaluations({ evaluations }: { evaluations: Evaluation[] }) {
  return (
    <ul class="backlog-evaluations">
      {evaluations.map((it, at) => (
        <li key={at}>
          <Told text={spelled(it.name ?? "")} />
          <span class="mono name number">
            <Told
              text={
                typeof it.value === "object" ? JSON.stringify(it.value) : String(it.value ?? "–")
              }
            />
          </span>
          <Assessment word={it.status?.toLowerCase() === "error" ? "not judged" : it.assessment} />
          <span class="backlog-reasoning">{it.reasoning && <Folding text={it.reasoning} />}</span>
        </li>
      ))}
    </ul>
  );
}

function Assessment({ word }: { word: string | undefined }) {
  if (!word) return <span class="muted">not assessed</span>;
  const tone = { pass: "tone-healthy", fail: "tone-failed" }[word] ?? "muted";
  return <span class={tone}>{word === "fail" ? "✕ fail" : word === "pass" ? "✓ pass" : word}</span>;
}

function Others({ spans }: { spans: Failure[] }) {
  return (
    <ul class="backlog-others">
      {spans.map((it) => (
        <li key={it.span_id}>
          <SeveritySign severity={it.severity as Severity} />
          <a
            class="name clipped"
            href={addressOf(it.group ?? "", { trace: it.trace_id, span: it.span_id })}
          >
            {it.title ?? it.failure_type}
          </a>
          <span class="muted name">
            {it.span_name} {it.span_kind}
          </span>
          <Time at={it.failed_at} />
        </li>
      ))}
    </ul>
  );
}
