import { useAsked } from "../../api/useAsked";
import { type Column, Empty, FilterBar, ProblemBox, Search, Select, Skeleton, Table, Time, Toggle } from "../../parts";
import type { Got } from "../../api/client";
import { go, setQuery, useQuery } from "../../state/place";
import { Looked } from "./Looked";
import { Standing } from "./signs";
import { Tabs } from "./Tabs";
import { lasted, many } from "./words";

export type Incident = Got<"/api/incidents">["incidents"][number];

const PER_PAGE = 50;

const pathOf = (id: string): string => `/scars/incidents/${encodeURIComponent(id)}`;

const now = (): number => Date.now();

const COLUMNS: Column<Incident>[] = [
  {
    key: "name",
    title: "Incident",
    cell: (it) => (
      <span class="scars-cell">
        <a class="name" href={pathOf(it.id)}>{it.name}</a>
        <span class="row">
          <Standing open={it.ended_at === null} quiet={it.quiet_scars === it.scars} />
        </span>
      </span>
    ),
    order: (it) => it.name,
  },
  { key: "onset", title: "Began", cell: (it) => <Time at={it.onset} />, order: (it) => it.onset },
  { key: "lasted", title: "Lasted", numeric: true, cell: (it) => lasted(it, now()), order: (it) => Date.parse(it.ended_at ?? "") - Date.parse(it.onset) || null },
  { key: "scars", title: "Scars", numeric: true, cell: (it) => it.scars, order: (it) => it.scars },
  { key: "hosts", title: "Hosts", cell: (it) => <Names names={it.hosts} />, order: (it) => it.hosts.length },
  { key: "services", title: "Services", cell: (it) => <Names names={it.services.map((own) => own.service)} />, order: (it) => it.services.length },
  {
    key: "flows",
    title: "Flows not healthy",
    numeric: true,
    cell: (it) => {
      const bad = it.flows.filter((own) => own.status !== "healthy" && own.status !== "unknown").length;
      return bad || "–";
    },
  },
  { key: "failures", title: "LLM failures", numeric: true, cell: (it) => it.failures_total || "–", order: (it) => it.failures_total },
];

const NAMED = 3;

function Names({ names }: { names: string[] }) {
  if (!names.length) return <span class="muted">–</span>;
  const more = names.length - NAMED;
  return <span class="name" title={names.join(", ")}>{names.slice(0, NAMED).join(", ")}{more > 0 ? ` and ${more} more` : ""}</span>;
}

/** Scars that began together, the newest first. */
export function Incidents() {
  const [service] = useQuery("service");
  const [host] = useQuery("host");
  const [open] = useQuery("open");
  const [cursor] = useQuery("after");
  const query = { service, host, open: open as "" | "true", cursor, limit: PER_PAGE };
  const { data, problem, again } = useAsked("/api/incidents", { query }, ["scars", "runs"]);
  const set = (name: string) => (value: string) => setQuery({ [name]: value, after: "" }, name !== "open");
  const services = [...new Set(data?.incidents.flatMap((it) => it.services.map((own) => own.service)))].sort();
  const asked = Boolean(service || host || open);
  return (
    <div class="page scars">
      <Tabs here="/scars/incidents" />
      <FilterBar label="Filters" result={data && many(data.total, "incident")}>
        <Search label="Host, whole name" value={host} onChange={set("host")} />
        <Select label="Service" value={service} choices={services.map((value) => ({ value }))} onChange={set("service")} />
        <Toggle label="Going on" value={open === "true"} onChange={(on) => set("open")(on ? "true" : "")} />
      </FilterBar>
      {problem && <ProblemBox problem={problem} onAgain={again} />}
      {data && <Looked coverage={data.coverage} />}
      {!data && !problem && <Skeleton lines={10} label="Loading incidents" />}
      {data && data.incidents.length > 0 && (
        <div class="scars-box">
          <Table caption="Incidents, newest first" columns={COLUMNS} rows={data.incidents}
            rowKey={(it) => it.id} onSelect={(it) => go(pathOf(it.id))} />
        </div>
      )}
      {data && (cursor || data.next) && (
        <p class="row">
          {cursor && <button type="button" class="button" onClick={() => setQuery({ after: "" })}>Newest</button>}
          {data.next && <button type="button" class="button" onClick={() => setQuery({ after: data.next ?? "" })}>Older</button>}
        </p>
      )}
      {data && !data.incidents.length && (asked
        ? <Empty title="No incident fits these filters"><button type="button" class="button" onClick={() => setQuery({ service: "", host: "", open: "", after: "" })}>Clear filters</button></Empty>
        : <Empty title="No incident">
            <p>Scars that begin within ten minutes of one another are told here as one. There is none yet.</p>
            <p class="muted"><code>scarline pull metrics</code> finds them, once 100 points of a series are known.</p>
          </Empty>)}
    </div>
  );
}
