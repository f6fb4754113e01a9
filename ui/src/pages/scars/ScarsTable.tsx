import { type Column, Table, Time, formats } from "../../parts";
import { MarkChip, Standing } from "./signs";
import { type Drawn, type Points, amount, lasted } from "./words";

function columnsOf(unit: string | null, until: number): Column<Drawn>[] {
  return [
    { key: "onset", title: "Began", cell: (it) => <Time at={it.onset} />, order: (it) => it.onset },
    { key: "lasted", title: "Lasted", numeric: true, cell: (it) => lasted(it, until), order: (it) => Date.parse(it.ended_at ?? "") - Date.parse(it.onset) || null },
    { key: "side", title: "Side", cell: (it) => it.direction },
    { key: "peak", title: "Farthest off", numeric: true, cell: (it) => amount(it.peak_value, unit), order: (it) => it.peak_value },
    { key: "missed", title: "Missed by", numeric: true, cell: (it) => <span title="in mean absolute deviations">{formats.short(it.missed_by)} ×</span>, order: (it) => it.missed_by },
    { key: "before", title: "Seen before", numeric: true, cell: (it) => it.seen_before || "–", order: (it) => it.seen_before },
    {
      key: "state",
      title: "State",
      cell: (it) => <span class="row"><MarkChip mark={it.mark} /><Standing open={it.ended_at === null} quiet={it.quiet} /></span>,
    },
  ];
}

/** The scars of the stretch that is shown; one is chosen to be looked at. */
export function ScarsTable({ points, chosen, onChoose }: {
  points: Points;
  chosen: string;
  onChoose: (onset: string) => void;
}) {
  const newest = [...points.scars].reverse();
  return (
    <section class="scars-box stack" aria-labelledby="scars-list">
      <h2 id="scars-list">Scars in this time</h2>
      {!newest.length && (
        <p class="muted">
          None. The operator warms for 100 points of a series: before that it says nothing, and the
          chart has no band.
        </p>
      )}
      {newest.length > 0 && (
        <Table caption="Scars, newest first" columns={columnsOf(points.series.unit, Date.parse(points.window.to))}
          rows={newest} rowKey={(it) => it.onset} selected={chosen} onSelect={(it) => onChoose(it.onset)} step={20} />
      )}
    </section>
  );
}
