import { useState } from "preact/hooks";
import type { Got } from "../../api/client";
import { useAsked } from "../../api/useAsked";
import {
  Act,
  Chip,
  HealthMark,
  HealthWord,
  ProblemBox,
  RollbackDialog,
  SidePanel,
  Skeleton,
  Time,
  formats,
} from "../../parts";
import { setQuery, useQuery } from "../../state/place";
import { FlowFacts } from "./FlowFacts";
import { LoadFlows } from "./LoadFlows";
import {
  type Flow,
  type Selection,
  type Twin,
  byTrouble,
  flowsOfSelection,
  focusOn,
  overlaysOf,
  select,
  turnOverlay,
} from "./view";

const SHOWN_FLOWS = 40;
const HEALTHS = ["failed", "degraded", "healthy", "unknown"] as const;

type Transaction = Got<"/api/ale/provenance">["transactions"][number];

interface Props {
  twin: Twin;
  selection: Selection;
  /** Called when flows were loaded or taken back. */
  onChanged: () => void;
}

/** Integration Telemetry: the flows of what is selected, how they are known, and whose they are. */
export function IntegrationLayer({ twin, selection, onChanged }: Props) {
  const [overlay] = useQuery("overlay");
  if (twin.total.flows === 0)
    return (
      <SidePanel title="Integration Telemetry" label="Integration Telemetry">
        <LoadFlows onLoaded={onChanged} />
      </SidePanel>
    );
  const { node, edge } = selection;
  const flows = flowsOfSelection(twin, selection);
  const chosen = overlaysOf(twin, overlay);
  const title = node ? node.label : edge ? `${nameOf(edge.from)} → ${nameOf(edge.to)}` : "Integration Telemetry";
  return (
    <SidePanel
      title={title}
      label="Integration Telemetry"
      {...(node || edge ? { onClose: () => select("") } : {})}
    >
      {node && <AboutSystem node={node} />}
      {edge && <AboutEdge selection={selection} />}
      {!node && !edge && <Overview twin={twin} />}
      <Overlays flows={flows} chosen={chosen} />
      <Flows flows={flows} chosen={chosen} selection={selection} />
      <Provenance flows={flows} onChanged={onChanged} />
    </SidePanel>
  );
}

/** The name in an id, which is the environment, a colon and the name. */
export const nameOf = (id: string): string => id.slice(id.indexOf(":") + 1);

function AboutSystem({ node }: { node: NonNullable<Selection["node"]> }) {
  const [focus] = useQuery("focus");
  return (
    <>
      <div class="row twin-about">
        <HealthWord health={node.health} />
        {node.env && <Chip>{node.env}</Chip>}
        {node.oms_linked && <Chip tone="info" title="One of its flows is at order management">OMS-linked</Chip>}
        {node.owner ? <Chip title="Owning team">{node.owner}</Chip> : <Chip tone="unknown">unowned</Chip>}
      </div>
      <div class="row twin-actions">
        {focus === node.id ? (
          <button type="button" class="button" onClick={() => setQuery({ focus: "", hops: "" })}>
            Show all systems
          </button>
        ) : (
          <button type="button" class="button" onClick={() => focusOn(node.id)}>
            Focus on what is near
          </button>
        )}
        {node.hidden > 0 && <span class="muted">{formats.count(node.hidden)} neighbours are not shown</span>}
      </div>
    </>
  );
}

function AboutEdge({ selection: { edge } }: { selection: Selection }) {
  if (!edge) return null;
  return (
    <div class="row twin-about">
      <HealthWord health={edge.status} />
      <Chip title="How it is known">{edge.known_by}</Chip>
      {edge.oms_linked && <Chip tone="info">OMS-linked</Chip>}
      <button type="button" class="button button-quiet" onClick={() => select(edge.from)}>
        {nameOf(edge.from).slice(0, 40)}
      </button>
      <button type="button" class="button button-quiet" onClick={() => select(edge.to)}>
        {nameOf(edge.to).slice(0, 40)}
      </button>
    </div>
  );
}

function Overview({ twin }: { twin: Twin }) {
  const counts = HEALTHS.map((health) => [health, twin.nodes.filter((it) => it.health === health).length] as const);
  return (
    <ul class="twin-counts">
      {counts.map(([health, many]) => (
        <li key={health}>
          <HealthMark health={health} />
          <strong class="number">{formats.count(many)}</strong> {health}
        </li>
      ))}
    </ul>
  );
}

/** Who tells of these flows; sources can be made to stand out in the graph. */
function Overlays({ flows, chosen }: { flows: Flow[]; chosen: ReadonlySet<string> }) {
  const counts = new Map([...chosen].map((it) => [it, 0]));
  for (const it of flows) counts.set(it.source, (counts.get(it.source) ?? 0) + 1);
  return (
    <section class="twin-section">
      <h3>Sources</h3>
      <div class="row">
        {[...counts].sort().map(([source, many]) => (
          <button
            key={source}
            type="button"
            class="twin-overlay"
            aria-pressed={chosen.has(source)}
            title="Make what this source tells stand out"
            onClick={() => turnOverlay(chosen, source)}
          >
            <span class="name">source: {source.slice(0, 60)}</span> <span class="number">{formats.count(many)}</span>
          </button>
        ))}
      </div>
    </section>
  );
}

interface FlowsProps {
  flows: Flow[];
  chosen: ReadonlySet<string>;
  selection: Selection;
}

function Flows({ flows, chosen, selection }: FlowsProps) {
  const [all, setAll] = useState(false);
  const own = flows.filter((it) => !chosen.size || chosen.has(it.source)).sort(byTrouble);
  const shown = all ? own : own.slice(0, SHOWN_FLOWS);
  return (
    <section class="twin-section">
      <h3>
        {formats.count(own.length)} {own.length === 1 ? "flow" : "flows"}
        {selection.node || selection.edge ? "" : ", worst first"}
      </h3>
      <ul class="twin-flows">
        {shown.map((it) => (
          <FlowFacts key={it.flow_id} flow={it} system={selection.node?.label} />
        ))}
      </ul>
      {own.length > shown.length && (
        <button type="button" class="button" onClick={() => setAll(true)}>
          Show all {formats.count(own.length)}
        </button>
      )}
      <p class="muted twin-note">
        Volume is not shown: no source tells calls for each flow.
      </p>
    </section>
  );
}

/** The loads that told of these flows, and taking one back. */
function Provenance({ flows, onChanged }: { flows: Flow[]; onChanged: () => void }) {
  const [open, setOpen] = useState(false);
  const [run, setRun] = useState("");
  const asked = useAsked(open ? "/api/ale/provenance" : undefined, {}, ["flows"]);
  const sources = new Set(flows.map((it) => it.source));
  const own = (asked.data?.transactions ?? []).filter((it) => sources.has(it.source ?? ""));
  const gone = new Set(own.filter((it) => it.what === "rollback").map((it) => it.run));
  return (
    <section class="twin-section">
      <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <h3>Provenance and rollback</h3>
        </summary>
        {asked.problem && <ProblemBox problem={asked.problem} onAgain={asked.again} />}
        {!asked.data && asked.loading && <Skeleton lines={3} />}
        <ol class="twin-loads">
          {own.map((it) => (
            <Load key={it.position} it={it} gone={gone.has(it.run)} onRollback={() => setRun(it.run ?? "")} />
          ))}
        </ol>
      </details>
      {run && (
        <RollbackDialog
          run={run}
          onClose={() => setRun("")}
          onDone={() => {
            setRun("");
            select("");
            onChanged();
          }}
        />
      )}
    </section>
  );
}

function Load({ it, gone, onRollback }: { it: Transaction; gone: boolean; onRollback: () => void }) {
  const rows = Number((it.counts as Record<string, unknown>)["rows"] ?? 0);
  const what = it.what === "rollback" ? "Rolled back" : "Loaded";
  return (
    <li class="twin-load">
      <div class="spread">
        <span>
          <strong>{what}</strong> <Time at={it.at} />
        </span>
        {it.what === "ingest" && !gone && (
          <Act class="button button-danger" onAct={onRollback}>
            Roll back {formats.count(rows)} {rows === 1 ? "flow" : "flows"}…
          </Act>
        )}
      </div>
      <p class="muted">
        <span class="name">source: {it.source ?? "–"}</span> · {it.state} · <span class="mono name">{it.run}</span>
      </p>
      <p class="muted mono twin-digest" title={`Digest of ledger entry ${it.position}`}>
        {it.digest}
      </p>
    </li>
  );
}
