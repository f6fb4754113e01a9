import { useState } from "preact/hooks";
import { useAsked } from "../../api/useAsked";
import { Empty, ProblemBox, Segments, Skeleton } from "../../parts";
import { setQuery, useQuery } from "../../state/place";
import { Cards } from "./Cards";
import { Filters, asked, filtered } from "./Filters";
import { SeriesTable } from "./SeriesTable";
import { Tabs } from "./Tabs";
import { useKept } from "./held";
import type { Listed } from "./words";

const SPARK = 96;
const STEP = 60;
const MOST = 960;

const VIEWS = [
  { value: "worst", label: "Worst first" },
  { value: "metric", label: "By metric" },
  { value: "host", label: "By host" },
  { value: "table", label: "Table" },
] as const;

export type View = (typeof VIEWS)[number]["value"];

/** Hosts × metrics, each drawn small with its scars. */
export function Overview() {
  const [limit, setLimit] = useState(STEP);
  const [view, setView] = useQuery("view", "worst");
  const query = { ...asked(), spark: SPARK, order: "worst" as const, limit };
  const { data, problem, again } = useAsked("/api/metrics", { query }, ["scars", "runs"]);
  const kept = useKept(data, JSON.stringify(query));
  const own = (VIEWS.find((it) => it.value === view) ?? VIEWS[0]).value;

  return (
    <div class="page scars">
      <Tabs here="/scars" />
      <Filters data={data} onFilter={() => setLimit(STEP)} />
      {problem && <ProblemBox problem={problem} onAgain={again} />}
      <div class="scars-result">
        <Segments label="Order" value={own} choices={[...VIEWS]} onChange={setView} />
        <span role="status" class="muted number">{data?.window ? resultOf(data) : ""}</span>
        {kept.moved && (
          <button type="button" class="button" onClick={kept.order}>
            New scars came: put the worst first
          </button>
        )}
      </div>
      {!data && !problem && <Skeleton lines={14} label="Loading series" />}
      {data?.window && kept.rows.length > 0 && (own === "table"
        ? <SeriesTable rows={kept.rows} />
        : <Cards rows={kept.rows} window={data.window} by={own} />)}
      {data && data.series.length < data.total && (
        <p class="row">
          <button type="button" class="button" onClick={() => setLimit(Math.min(MOST, limit * 2))}
            disabled={limit >= MOST}>
            Show more
          </button>
          <span class="muted">{limit >= MOST ? "Filter to see others." : ""}</span>
        </p>
      )}
      {data && !data.series.length && <Nothing data={data} />}
    </div>
  );
}

/** What came of the question, and of how many. */
function resultOf({ series, total }: Listed): string {
  const scars = series.reduce((sum, it) => sum + (it.recent?.length ?? 0), 0);
  const told = series.length < total ? `showing ${series.length} of ${total} series` : `${total} series`;
  return `${told}, ${scars} ${scars === 1 ? "scar" : "scars"} in this time`;
}

function Nothing({ data }: { data: Listed }) {
  if (filtered())
    return (
      <Empty title="No series fits these filters">
        <button type="button" class="button" onClick={() => setQuery({
          metric: "", host: "", find: "", open: "", mark: "", scarred: "", last: "",
        })}>
          Clear filters
        </button>
      </Empty>
    );
  if (data.window) return <Empty title="No points in this time"><p>Choose a longer one.</p></Empty>;
  return (
    <Empty title="No metrics yet">
      <p>Bring home the points of your hosts; scars are found as they come:</p>
      <pre class="scars-command"><code>scarline pull metrics --last 7d</code></pre>
      <p class="muted">
        The operator warms for 100 points of each series before it says anything: a scar before
        that is not known. <code>--dry-run</code> says what would be asked of Datadog, and what it
        costs.
      </p>
    </Empty>
  );
}
