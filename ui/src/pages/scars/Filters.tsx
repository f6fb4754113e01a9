import { FilterBar, Search, Select, Toggle } from "../../parts";
import { place, setQuery, useQuery } from "../../state/place";
import { useShortcuts } from "../../state/keys";
import { type Listed, MARKS, type Mark } from "./words";

const NAMES = ["metric", "host", "find", "open", "mark", "scarred", "last"] as const;

export const LASTS = [
  { value: "1h", label: "last hour" },
  { value: "24h", label: "last 24 hours" },
  { value: "3d", label: "last 3 days" },
  { value: "7d", label: "last 7 days" },
  { value: "28d", label: "last 28 days" },
];

/** Whether the reader asks for some series only. */
export const filtered = (): boolean => NAMES.some((it) => it !== "last" && place.value.query.has(it));

/** What the reader asks for, of the address. */
export function asked() {
  const of = (name: (typeof NAMES)[number]) => place.value.query.get(name) ?? "";
  return {
    metric: of("metric"),
    host: of("host"),
    find: of("find"),
    last: of("last"),
    open: of("open") as "" | "true",
    mark: of("mark") as "" | Mark | "none",
    ...(of("scarred") ? { scarred: true } : {}),
  };
}

/** By name, by time, by what was said of their scars. */
export function Filters({ data, onFilter }: { data: Listed | undefined; onFilter: () => void }) {
  const [metric] = useQuery("metric");
  const [host] = useQuery("host");
  const [find] = useQuery("find");
  const [open] = useQuery("open");
  const [mark] = useQuery("mark");
  const [scarred] = useQuery("scarred");
  const [last] = useQuery("last");
  useShortcuts([{
    key: "/",
    what: "Find a series",
    act: () => document.querySelector<HTMLInputElement>(".scars input[type=search]")?.focus(),
  }]);
  const set = (name: string) => (value: string) => {
    onFilter();
    setQuery({ [name]: value }, name === "find");
  };
  const words = (list: string[] | undefined) => (list ?? []).map((value) => ({ value, label: value || "no host" }));
  return (
    <FilterBar label="Filters">
      <Search label="Find host or metric" value={find} shortcut="/" onChange={set("find")} />
      <Select label="Metric" value={metric} choices={words(data?.metrics)} onChange={set("metric")} />
      <Select label="Host" value={host} choices={words(data?.hosts.filter(Boolean))} onChange={set("host")} />
      <Select label="Time" value={last} all="last 6 hours" choices={LASTS} onChange={set("last")} />
      <Select label="Mark" value={mark} all="Any" onChange={set("mark")}
        choices={[...MARKS.map((value) => ({ value })), { value: "none", label: "not marked" }]} />
      <Toggle label="With scars" value={Boolean(scarred)} onChange={(on) => set("scarred")(on ? "true" : "")} />
      <Toggle label="Going on" value={open === "true"} onChange={(on) => set("open")(on ? "true" : "")} />
    </FilterBar>
  );
}
