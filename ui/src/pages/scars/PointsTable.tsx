import { useMemo, useState } from "preact/hooks";
import { type Column, Table, Time, formats } from "../../parts";
import { type Points, amount, iso } from "./words";

interface Row {
  at: number;
  value: number | null;
  expected: number | null;
  low: number | null;
  high: number | null;
  score: number | null;
}

function columnsOf(unit: string | null): Column<Row>[] {
  const numbers = ["value", "expected", "low", "high"] as const;
  return [
    { key: "at", title: "At", cell: (it) => <Time at={iso(it.at * 1000)} />, order: (it) => it.at },
    ...numbers.map((key) => ({
      key,
      title: { value: "Value", expected: "Expected", low: "Calm from", high: "Calm to" }[key],
      numeric: true,
      cell: (it: Row) => (key === "value" && it.value === null ? "missing" : amount(it[key], unit)),
      order: (it: Row) => it[key],
    })),
    { key: "score", title: "Score", numeric: true, cell: (it) => formats.ratio(it.score), order: (it) => it.score },
  ];
}

/** The numbers of the chart, for who does not see it, and for who wants them exactly. */
export function PointsTable({ points }: { points: Points }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="scars-box" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Points as a table</summary>
      {open && <Rows points={points} />}
    </details>
  );
}

function Rows({ points }: { points: Points }) {
  const rows = useMemo(() => points.ts.map((at, number) => ({
    at,
    value: points.value[number] ?? null,
    expected: points.expected?.[number] ?? null,
    low: points.low?.[number] ?? null,
    high: points.high?.[number] ?? null,
    score: points.score?.[number] ?? null,
  })), [points]);
  const columns = useMemo(() => columnsOf(points.series.unit), [points.series.unit]);
  return <Table caption="Points" columns={columns} rows={rows} rowKey={(it) => String(it.at)} step={100} />;
}
