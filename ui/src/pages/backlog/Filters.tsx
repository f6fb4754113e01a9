import { FilterBar, Search, Select, type Choice } from "../../parts";
import { zone } from "../../state/preferences";
import { setQuery } from "../../state/place";
import { type Groups, LAST, clearFilters, filtered, filters } from "./asking";
import { SEVERITIES, STATES, TRENDS, spelled } from "./words";

type Facet = Groups["facets"]["type"];
const BETWEEN = "between";

const counted = (facet: Facet | undefined, values?: readonly string[]): Choice[] => {
  const counts = new Map(facet?.map((it) => [it.value, it.groups]));
  const named = values ?? [...counts.keys()];
  return named.map((value) => ({ value, label: spelled(value), count: counts.get(value) ?? 0 }));
};

/** What narrows the list. Each choice says how many groups fit it and all the others. */
export function Filters({ data, onFilter }: { data: Groups | undefined; onFilter: () => void }) {
  const own = filters();
  const facets = data?.facets;
  const set = (name: string) => (value: string) => {
    onFilter();
    setQuery({ [name]: value }, name === "text");
  };
  const time = own.last || (own.from || own.to ? BETWEEN : "");
  const worse = SEVERITIES.map((it, at) => ({
    value: it,
    label: at ? `${it} and worse` : it,
    count: SEVERITIES.slice(0, at + 1).reduce(
      (sum, one) => sum + (facets?.severity.find((facet) => facet.value === one)?.groups ?? 0),
      0,
    ),
  }));
  return (
    <>
      <StateTabs facet={facets?.state} value={own.state} onChange={set("state")} />
      <FilterBar label="Filters">
        <Search label="Find in titles" value={own.text} shortcut="/" onChange={set("text")} />
        <Select label="Severity" value={own.severity} choices={worse} onChange={set("severity")} />
        <Select
          label="Type"
          value={own.type}
          choices={counted(facets?.type)}
          onChange={set("type")}
        />
        <Select
          label="App"
          value={own.application}
          choices={counted(facets?.application)}
          onChange={set("application")}
        />
        <Select
          label="Service"
          value={own.service}
          choices={counted(facets?.service)}
          onChange={set("service")}
        />
        <Select
          label="Trend"
          value={own.trend}
          choices={counted(facets?.trend, TRENDS)}
          onChange={set("trend")}
        />
        <Select
          label="Seen"
          value={time}
          all="Any time"
          choices={[
            ...Object.entries(LAST).map(([value, { label }]) => ({ value, label })),
            { value: BETWEEN, label: "Between…" },
          ]}
          onChange={(value) => {
            const start = new Date(Date.now() - 86_400_000).toISOString();
            const none = { last: "", from: "", to: "" };
            setQuery(value === BETWEEN ? { ...none, from: start } : { ...none, last: value });
          }}
        />
        {time === BETWEEN && (
          <>
            <Moment label="From" value={own.from} onChange={set("from")} />
            <Moment label="To" value={own.to} onChange={set("to")} />
          </>
        )}
        {filtered() && (
          <button type="button" class="button button-quiet" onClick={clearFilters}>
            Clear filters
          </button>
        )}
      </FilterBar>
    </>
  );
}

function StateTabs({
  facet,
  value,
  onChange,
}: {
  facet: Facet | undefined;
  value: string;
  onChange: (value: string) => void;
}) {
  const counts = new Map(facet?.map((it) => [it.value, it.groups]));
  const all = [...counts.values()].reduce((sum, it) => sum + it, 0);
  return (
    <div class="backlog-tabs" role="group" aria-label="State">
      {["", ...STATES].map((it) => (
        <button key={it} type="button" aria-pressed={it === value} onClick={() => onChange(it)}>
          {it || "all"}{" "}
          <span class="backlog-count number">
            {facet ? (it ? (counts.get(it) ?? 0) : all) : ""}
          </span>
        </button>
      ))}
    </div>
  );
}

const MINUTE_DIGITS = 16;

/** A moment in the zone that the reader chose; the address has it in UTC. */
function Moment({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const utc = zone.value === "utc";
  const at = new Date(value);
  const shift = utc ? 0 : at.getTimezoneOffset() * 60_000;
  const known = value && !Number.isNaN(at.getTime());
  const shown = known ? new Date(at.getTime() - shift).toISOString().slice(0, MINUTE_DIGITS) : "";
  const tell = (text: string) => {
    const told = text && new Date(utc ? `${text}Z` : text);
    onChange(told ? told.toISOString() : "");
  };
  return (
    <label class="field">
      <span class="field-label">
        {label}
        {utc ? " (UTC)" : ""}
      </span>
      <input
        class="input backlog-moment"
        type="datetime-local"
        value={shown}
        onChange={(event) => tell(event.currentTarget.value)}
      />
    </label>
  );
}
