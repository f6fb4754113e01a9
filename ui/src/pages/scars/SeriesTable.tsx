import { type Column, Table, Time } from "../../parts";
import { go } from "../../state/place";
import { pathOf } from "./Cards";
import { Standing } from "./signs";
import { type Series, amount } from "./words";

const COLUMNS: Column<Series>[] = [
  { key: "host", title: "Host", cell: (it) => <a class="name" href={pathOf(it.series)}>{it.host || "no host"}</a>, order: (it) => it.host },
  { key: "metric", title: "Metric", cell: (it) => <span class="name">{it.metric}</span>, order: (it) => it.metric },
  { key: "tags", title: "Tags", cell: (it) => <span class="name muted">{it.tags || "–"}</span>, order: (it) => it.tags },
  { key: "value", title: "Newest value", numeric: true, cell: (it) => amount(it.last_value, it.unit), order: (it) => it.last_value },
  { key: "at", title: "At", cell: (it) => <Time at={it.last_at} />, order: (it) => it.last_at },
  { key: "scars", title: "Scars in this time", numeric: true, cell: (it) => it.recent?.length ?? 0, order: (it) => it.recent?.length ?? 0 },
  { key: "all", title: "Of all times", numeric: true, cell: (it) => it.scars, order: (it) => it.scars },
  {
    key: "newest",
    title: "Newest scar",
    cell: (it) => <Time at={it.recent?.at(-1)?.onset} />,
    order: (it) => it.recent?.at(-1)?.onset ?? null,
  },
  {
    key: "state",
    title: "State",
    cell: (it) => (
      <span class="row">
        <Standing open={it.open} quiet={Boolean(it.recent?.length) && it.recent!.every((own) => own.quiet)} />
      </span>
    ),
  },
];

/** The same as the small drawings, in words. */
export function SeriesTable({ rows }: { rows: Series[] }) {
  return (
    <div class="scars-box">
      <Table caption="Series, the worst first" columns={COLUMNS} rows={rows}
        rowKey={(it) => it.series} onSelect={(it) => go(pathOf(it.series))} />
    </div>
  );
}
