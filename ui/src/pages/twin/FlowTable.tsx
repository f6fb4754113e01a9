import { type Column, Empty, HealthWord, Table, Time, formats } from "../../parts";
import { useQuery } from "../../state/place";
import { type Flow, type Twin, edgeId, select } from "./view";

const ORDER = ["failed", "degraded", "unknown", "healthy"];
const NAME = 200;

interface Row {
  id: string;
  edge: string;
  flow: Flow;
}

const text = (key: string, title: string, of: (flow: Flow) => string | null): Column<Row> => ({
  key,
  title,
  cell: ({ flow }) => <span class="name">{of(flow)?.slice(0, NAME) || "–"}</span>,
  order: ({ flow }) => of(flow) || null,
});

const number = (
  key: string,
  title: string,
  of: (flow: Flow) => number | null,
  show: (value: number | null) => string,
): Column<Row> => ({
  key,
  title,
  numeric: true,
  cell: ({ flow }) => show(of(flow)),
  order: ({ flow }) => of(flow),
});

const COLUMNS: Column<Row>[] = [
  {
    key: "status",
    title: "Status",
    cell: ({ flow }) => <HealthWord health={flow.status} />,
    order: ({ flow }) => ORDER.indexOf(flow.status),
  },
  text("from", "From", (it) => it.system_from),
  text("to", "To", (it) => it.system_to),
  text("env", "Env", (it) => it.env),
  number("latency", "Latency", (it) => it.latency_ms, formats.latency),
  number("errors", "Error rate", (it) => it.error_rate, formats.share),
  text("owner", "Owner", (it) => it.owner_team),
  number("confidence", "Confidence", (it) => it.confidence, formats.ratio),
  text("known", "Known by", (it) => it.known_by),
  text("source", "Source", (it) => it.source),
  {
    key: "oms",
    title: "OMS",
    cell: ({ flow }) => (flow.oms_linked ? "linked" : "–"),
    order: ({ flow }) => (flow.oms_linked ? 0 : 1),
  },
  {
    key: "seen",
    title: "Last seen",
    cell: ({ flow }) => <Time at={flow.last_seen} />,
    order: ({ flow }) => flow.last_seen,
  },
];

/** The same flows as the graph shows, as a table: all of it can be read without seeing a canvas. */
export function FlowTable({ twin }: { twin: Twin }) {
  const [selected] = useQuery("select");
  const [sort, setSort] = useQuery("sort", "status");
  const [q] = useQuery("q");
  const word = q.toLowerCase();
  const rows: Row[] = [
    ...twin.edges.flatMap((edge) =>
      edge.flows.map((flow) => ({ id: flow.flow_id, edge: edgeId(edge), flow })),
    ),
    ...twin.nodes.flatMap((node) =>
      node.flows.map((flow) => ({ id: flow.flow_id, edge: node.id, flow })),
    ),
  ].filter(({ flow }) => !word || `${flow.system_from}\n${flow.system_to}`.toLowerCase().includes(word));
  if (!rows.length) return <Empty title="No flow fits">Leave out a filter or what was typed.</Empty>;
  return (
    <Table
      caption="Flows"
      columns={COLUMNS}
      rows={rows}
      rowKey={(it) => it.id}
      selected={rows.find((it) => it.edge === selected)?.id}
      onSelect={(it) => select(it.edge)}
      sort={{ key: sort.replace(/^-/, ""), down: sort.startsWith("-") }}
      onSort={({ key, down }) => setSort(down ? `-${key}` : key, true)}
    />
  );
}
