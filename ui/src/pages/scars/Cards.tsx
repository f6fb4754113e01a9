import { Small } from "./Small";
import { Standing } from "./signs";
import { type Listed, type Series, amount, many } from "./words";

type Window = NonNullable<Listed["window"]>;

/** Small multiples, of all in one grid or under what they share. */
export function Cards({ rows, window, by }: {
  rows: Series[];
  window: Window;
  by: "worst" | "metric" | "host";
}) {
  if (by === "worst") return <Grid rows={rows} window={window} />;
  const groups = new Map<string, Series[]>();
  for (const it of rows) groups.set(it[by], [...(groups.get(it[by]) ?? []), it]);
  return (
    <div class="stack">
      {[...groups].map(([name, own]) => (
        <section key={name} class="stack scars-group" aria-label={name || "no host"}>
          <h2 class="name">{name || "no host"}</h2>
          <Grid rows={own} window={window} />
        </section>
      ))}
    </div>
  );
}

function Grid({ rows, window }: { rows: Series[]; window: Window }) {
  return (
    <ul class="scars-grid">
      {rows.map((it) => <Card key={it.series} own={it} window={window} />)}
    </ul>
  );
}

/** Where a series is drawn large, over the same time. */
export function pathOf(series: string): string {
  const last = new URLSearchParams(location.search).get("last");
  return `/scars/series/${encodeURIComponent(series)}${last ? `?last=${last}` : "?last=6h"}`;
}

function Card({ own, window }: { own: Series; window: Window }) {
  const recent = own.recent ?? [];
  const loud = recent.filter((it) => !it.quiet);
  const open = recent.some((it) => it.ended_at === null);
  return (
    <li class={`scars-card ${loud.length ? "scars-hit" : ""}`}>
      <a href={pathOf(own.series)}>
        <span class="scars-names">
          <span class="clipped name scars-host" title={own.host || own.tags}>{own.host || own.tags || "no host"}</span>
          <span class="scars-value number">{amount(own.last_value, own.unit)}</span>
          <span class="clipped name muted scars-metric" title={own.metric}>{own.metric}</span>
          <span class="scars-count">
            {recent.length > (open ? 1 : 0) && <span>{many(recent.length, "scar")}</span>}
            <Standing open={open} quiet={recent.length > 0 && !loud.length} />
          </span>
        </span>
        <Small values={own.spark ?? []} recent={recent} window={window} interval={own.interval_seconds} />
      </a>
    </li>
  );
}
