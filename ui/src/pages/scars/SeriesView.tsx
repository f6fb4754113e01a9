import { useRef } from "preact/hooks";
import { useAsked } from "../../api/useAsked";
import { Empty, Menu, ProblemBox, Select, Skeleton, download, formats } from "../../parts";
import { setQuery, useQuery } from "../../state/place";
import { useShortcuts } from "../../state/keys";
import { BesideBox } from "./BesideBox";
import { Chart, moved, scaled, stretchOf } from "./Chart";
import { LASTS } from "./Filters";
import { Lanes } from "./Lanes";
import { PointsTable } from "./PointsTable";
import { ScarBox } from "./ScarBox";
import { ScarsTable } from "./ScarsTable";
import { useHeld } from "./held";
import { type Points, iso, many } from "./words";

const SHORTEST = 60; // seconds that a chart shows at least

/** As many points as the screen has room for, the extremes of each stretch among them. */
const most = (): number => Math.min(8_000, Math.max(1_000, Math.ceil((innerWidth * 2) / 500) * 500));

const zoom = (from: number, to: number): void => {
  if (to - from < SHORTEST) return;
  setQuery({ from: iso(from * 1000), to: iso(to * 1000), last: "" });
};

const choose = (onset: string): void => setQuery({ scar: onset });

/** One series: its points with what was expected, its scars, and what happened beside them. */
export function SeriesView({ series }: { series: string }) {
  const [from] = useQuery("from");
  const [to] = useQuery("to");
  const [last] = useQuery("last");
  const [chosen] = useQuery("scar");
  const first = useRef(chosen); // comes with the points: one request less
  const query = { series, from, to, last, most: most(), beside: true, scar: first.current };
  const { data, problem, again } = useAsked("/api/metrics/points", { query }, ["scars", "runs"]);
  const { points, newer, show } = useHeld(data, JSON.stringify(query));
  useSteering(points, chosen);

  return (
    <div class="page scars">
      <p class="scars-back"><a href="/scars">Scars</a> <span aria-hidden="true">/</span> Series</p>
      {points ? <Title points={points} /> : <h1>{problem ? "No such series" : "Series"}</h1>}
      {problem && <ProblemBox problem={problem} onAgain={again} />}
      {!points && !problem && <Skeleton lines={16} label="Loading points" />}
      {points && (
        <>
          <Bar points={points} last={from ? "" : last || "24h"} />
          {newer && (
            <p class="scars-newer" role="status">
              {newer} <button type="button" class="button" onClick={show}>Show</button>
            </p>
          )}
          <div class="scars-box scars-drawing">
            <Chart points={points} chosen={chosen} onZoom={zoom} onChoose={choose} />
            <Lanes points={points} />
            <p id="scars-steer" class="muted scars-steer">
              Drag to zoom, Ctrl and the wheel too; Shift and the wheel go along. Keys: ← → + −,
              j and k for the next scar and the one before.
            </p>
          </div>
          <div class="scars-pair">
            <div class="stack">
              <ScarsTable points={points} chosen={chosen} onChoose={choose} />
              {points.beside && <BesideBox beside={points.beside} />}
            </div>
            <ScarBox series={series} unit={points.series.unit} onset={chosen} until={Date.parse(points.window.to)}
              told={chosen === first.current ? points.scar : undefined} onMarked={again} />
          </div>
          <PointsTable points={points} />
        </>
      )}
      {points?.total === 0 && <Empty title="No points in this time"><p>Choose another stretch.</p></Empty>}
    </div>
  );
}

function Title({ points: { series } }: { points: Points }) {
  return (
    <div class="scars-title">
      <h1 class="name">{series.metric}</h1>
      <span class="name">{series.host || "no host"}</span>
      {series.tags && <span class="name muted">{series.tags}</span>}
      <span class="muted">{series.aggregation} of {formats.duration(series.interval_seconds)}</span>
    </div>
  );
}

/** Which stretch is shown, how much of it, and how to go elsewhere. */
function Bar({ points, last }: { points: Points; last: string }) {
  const [from, to] = stretchOf(points);
  const thinned = points.shown < points.total;
  const drawn = thinned
    ? `${formats.count(points.shown)} of ${formats.count(points.total)} points drawn, extremes kept`
    : many(points.total, "point");
  const button = (label: string, sign: string, stretch: [number, number]) => (
    <button type="button" class="button button-icon" aria-label={label} title={label} onClick={() => zoom(...stretch)}>
      {sign}
    </button>
  );
  return (
    <div class="spread">
      <div class="row">
        <Select label="Time" value={last} all={last ? null : "as zoomed"}
          choices={[{ value: "6h", label: "last 6 hours" }, ...LASTS]}
          onChange={(value) => setQuery({ last: value, from: "", to: "" })} />
        {button("Earlier", "←", moved(from, to, -0.5))}
        {button("Later", "→", moved(from, to, 0.5))}
        {button("Zoom in", "+", scaled(from, to, 0.5))}
        {button("Zoom out", "−", scaled(from, to, 2))}
      </div>
      <div class="row">
        <span class="muted number" role="status">{drawn}, {many(points.scars.length, "scar")}</span>
        <Menu label="Export" actions={[
          { label: "Points as CSV", act: () => download("points.csv", csvOf(points), "text/csv") },
          { label: "Everything as JSON", act: () => download("series.json", JSON.stringify(points), "application/json") },
        ]} />
      </div>
    </div>
  );
}

function csvOf({ ts, value, low, high, expected, score }: Points): string {
  const rows = ts.map((at, number) =>
    [iso(at * 1000), ...[value, expected, low, high, score].map((own) => own?.[number] ?? "")].join(","));
  return ["timestamp,value,expected,low,high,score", ...rows, ""].join("\n");
}

function useSteering(points: Points | undefined, chosen: string): void {
  const step = (by: number) => () => {
    const onsets = points?.scars.map((it) => it.onset) ?? [];
    const at = onsets.indexOf(chosen);
    const to = onsets[at < 0 ? (by > 0 ? 0 : onsets.length - 1) : at + by];
    if (to) choose(to);
  };
  const by = (share: number) => () => points && zoom(...scaled(...stretchOf(points), share));
  useShortcuts([
    { key: "j", what: "Next scar", act: step(1) },
    { key: "k", what: "Scar before", act: step(-1) },
    { key: "+", what: "Zoom in", act: by(0.5) },
    { key: "-", what: "Zoom out", act: by(2) },
  ]);
}
