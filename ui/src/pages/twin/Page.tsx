import type { Core } from "cytoscape";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { FILTERS, askedOfTwin } from "../../api/early";
import { useAsked } from "../../api/useAsked";
import { Empty, Menu, ProblemBox, Segments, Skeleton } from "../../parts";
import { useQuery, setQuery } from "../../state/place";
import { Filters } from "./Filters";
import { FlowTable } from "./FlowTable";
import { Graph, type Marks, fit } from "./Graph";
import { IntegrationLayer } from "./IntegrationLayer";
import { Legend } from "./Legend";
import { type Changes, TimeBar } from "./TimeBar";
import { exportsOf } from "./exports";
import { foundIn, reveal, useSteering } from "./steer";
import { type Twin, edgeId, overlaysOf, select, selectionOf } from "./view";
import "./Page.css";

const UNREADABLE = 422; // what the address asks for is no question that the server knows

/** Systems and the flows between them, at one moment or between two. */
export default function Page() {
  const query = askedOfTwin();
  const { data: twin, problem, again } = useAsked("/api/twin", { query }, ["flows"]);
  const [selected] = useQuery("select");
  const [view, setView] = useQuery("view", "graph");
  const [q] = useQuery("q");
  const [time] = useQuery("time");
  const [since] = useQuery("since");
  const [overlay] = useQuery("overlay");
  const [graph, setGraph] = useState<Core>();
  const search = useRef<HTMLInputElement>(null);
  const selection = useMemo(() => selectionOf(twin, selected), [twin, selected]);
  const found = useMemo(() => foundIn(twin, q), [twin, q]);
  const between = { since, until: query["at"] ?? "", env: query["env"] ?? "", source: query["source"] ?? "" };
  const changes = useAsked(since ? "/api/ale/changes" : undefined, { query: between }, ["flows"]);
  const marks = useMarks(twin, since ? changes.data : undefined, found, overlay);
  const inGraph = view !== "table";
  useSteering(twin, selection, graph, search, inGraph);
  useEffect(() => reveal(graph, selected), [selected, graph]);

  const find = (typed: string) => {
    const [first] = foundIn(twin, typed);
    if (!first) return;
    select(first);
    search.current?.blur();
  };
  // The panel is long: it is drawn again when what it shows is another, not when the graph stands.
  const panel = useMemo(
    () => twin && <IntegrationLayer twin={twin} selection={selection} onChanged={again} />,
    [twin, selection, again],
  );
  const timed = time !== "" || since !== "" || query["at"] !== "";
  const frame = JSON.stringify({ ...query, at: "", empty: !twin?.nodes.length });

  return (
    <div class="twin">
      <h1 class="unseen">Digital twin</h1>
      <div class="twin-bar">
        <Filters twin={twin} searchRef={search} onFind={find} />
        <div class="row twin-tools">
          <Segments
            label="View"
            value={inGraph ? "graph" : "table"}
            choices={[
              { value: "graph", label: "Graph" },
              { value: "table", label: "Table" },
            ]}
            onChange={setView}
          />
          <button
            type="button"
            class="button"
            aria-pressed={timed}
            onClick={() => setQuery(timed ? { time: "", at: "", since: "" } : { time: "1" })}
          >
            Time
          </button>
          {graph && inGraph && (
            <button type="button" class="button" onClick={() => fit(graph)}>
              Fit
            </button>
          )}
          {twin && <Menu label="Export" actions={exportsOf(twin, inGraph ? graph : undefined)} />}
        </div>
      </div>
      {timed && <TimeBar changes={changes.data} />}
      {problem && <ProblemBox problem={problem} onAgain={again} />}
      {changes.problem && <ProblemBox problem={changes.problem} onAgain={changes.again} />}
      {[problem, changes.problem].some((it) => it?.status === UNREADABLE) && <EveryFilterOut />}
      <div class="twin-body">
        <div class="twin-stage">
          {!twin && !problem && <Skeleton lines={10} label="Loading the graph" />}
          {twin && twin.nodes.length === 0 && <Nothing twin={twin} at={query["at"] ?? ""} />}
          {twin && twin.nodes.length > 0 && inGraph && (
            <>
              <Graph
                twin={twin}
                selected={selected}
                marks={marks}
                frame={frame}
                onReady={setGraph}
              />
              <Legend />
            </>
          )}
          {twin && twin.nodes.length > 0 && !inGraph && <FlowTable twin={twin} />}
        </div>
        {panel ?? <aside class="panel" aria-label="Integration Telemetry" aria-busy={!problem} />}
      </div>
    </div>
  );
}

/** Back to all that there is, from filters that fit nothing or that nobody understands. */
function EveryFilterOut() {
  const none = Object.fromEntries([...FILTERS, "focus", "hops", "limit", "at", "since"].map((it) => [it, ""]));
  return (
    <button type="button" class="button twin-unfilter" onClick={() => setQuery(none)}>
      Leave out all filters
    </button>
  );
}

/** Why nothing is shown, and what to do. */
function Nothing({ twin, at }: { twin: Twin; at: string }) {
  if (twin.total.flows > 0)
    return (
      <Empty title="No system fits these filters">
        <EveryFilterOut />
      </Empty>
    );
  if (at) return <Empty title="Nothing was known at that moment">Move the time to a later load.</Empty>;
  return (
    <Empty title="The twin is empty">
      <p class="muted">Systems and the flows between them stand here once there are some: the panel says how.</p>
    </Empty>
  );
}

function useMarks(
  twin: Twin | undefined,
  changes: Changes | undefined,
  found: string[],
  overlay: string,
): Marks {
  return useMemo(() => {
    const changed = new Set(changes?.changed.map((it) => it.flow_id));
    const added = new Set(changes?.added.map((it) => it.flow_id));
    const having = (ids: Set<string | undefined>) =>
      new Set((twin?.edges ?? []).filter((it) => it.flows.some((flow) => ids.has(flow.flow_id))).map(edgeId));
    const gone = (changes?.removed ?? []).map((it) => ({
      from: `${encodeURIComponent(it.env)}:${it.system_from}`,
      to: `${encodeURIComponent(it.env)}:${it.system_to}`,
    }));
    return { added: having(added), changed: having(changed), gone, found: new Set(found), overlays: overlaysOf(twin, overlay) };
  }, [twin, changes, found, overlay]);
}
