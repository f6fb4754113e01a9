import { Act, Time, formats } from "../../parts";
import { type Failure, type GroupTold, addressOf } from "./asking";
import { Permalink } from "./Pager";
import { SeveritySign } from "./signs";
import { type Severity, many } from "./words";

type Key = [string, string];
const isOf =
  (it: Failure) =>
  ([trace, span]: Key) =>
    it.trace_id === trace && it.span_id === span;

/** The failures of a group, the newest first; those that are chosen can be split off. */
export function FailureList({
  data,
  chosen,
  onChosen,
  onSplit,
  onMore,
}: {
  data: GroupTold;
  chosen: Key[];
  onChosen: (chosen: Key[]) => void;
  onSplit: () => void;
  onMore: (() => void) | undefined;
}) {
  const total = data.group?.failures ?? 0;
  const toggle = (it: Failure) =>
    onChosen(
      chosen.some(isOf(it))
        ? chosen.filter((key) => !isOf(it)(key))
        : [...chosen, [it.trace_id, it.span_id]],
    );
  return (
    <>
      <div class="table-box" role="region" aria-label="Failures" tabIndex={0}>
        <table class="table backlog-failures">
          <caption class="unseen">Failures of this group, the newest first</caption>
          <thead>
            <tr>
              <th scope="col">
                <span class="unseen">Chosen</span>
              </th>
              <th scope="col">Failed</th>
              <th scope="col">Span</th>
              <th scope="col">Model</th>
              <th scope="col">Version</th>
              <th scope="col" class="number">
                Tokens
              </th>
              <th scope="col" class="number">
                Cost
              </th>
              <th scope="col" class="number">
                Took
              </th>
              <th scope="col">
                <span class="unseen">In Datadog</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.failures.map((it) => (
              <tr key={it.trace_id + it.span_id} data-chosen={chosen.some(isOf(it)) || undefined}>
                <td class="backlog-cell-choose">
                  <label class="backlog-box">
                    <input
                      type="checkbox"
                      checked={chosen.some(isOf(it))}
                      onChange={() => toggle(it)}
                      aria-label={`Choose the failure of span ${it.span_id}`}
                    />
                  </label>
                </td>
                <td>
                  <span class="row">
                    <SeveritySign severity={it.severity as Severity} />
                    <a href={addressOf(data.id, { trace: it.trace_id, span: it.span_id })}>
                      <Time at={it.failed_at} />
                    </a>
                  </span>
                </td>
                <td class="name">
                  {it.span_name} <span class="muted">{it.span_kind}</span>
                </td>
                <td class="name">{it.model ?? "–"}</td>
                <td class="name">{it.version ?? "–"}</td>
                <td class="number">{tokens(it)}</td>
                <td class="number">{formats.dollars(it.cost_usd)}</td>
                <td class="number">{formats.latency(it.duration_ms)}</td>
                <td>
                  <Permalink url={it.datadog_url} small />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="row">
        {data.failures.length < total && onMore && (
          <button type="button" class="button" onClick={onMore}>
            Show more
          </button>
        )}
        <span class="muted">
          {data.failures.length} of {many(total, "failure")}
        </span>
        {chosen.length > 0 && (
          <Act class="button" onAct={onSplit}>
            Split off {many(chosen.length, "failure")}
          </Act>
        )}
      </p>
    </>
  );
}

function tokens(it: Failure): string {
  if (it.input_tokens === null && it.output_tokens === null) return "–";
  return formats.count((it.input_tokens ?? 0) + (it.output_tokens ?? 0));
}
