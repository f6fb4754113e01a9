import { useEffect, useMemo, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { colours } from "../../parts/colours";
import { dark, zone } from "../../state/preferences";
import { EXPECTED, HIGH, LOW, VALUE, columnsOf, rangeOf } from "./columns";
import { faded, shade, sign } from "./paint";
import { moment, ticks } from "./ticks";
import { type Points, amount } from "./words";

/** Room beside a chart for what its values are; what is drawn beneath it keeps to it. */
export const GUTTER = 64;
export const MARGIN = 12;

const DRAG = 6; // pixels from which a press is no longer a click

export interface Steering {
  /** Show another stretch, in seconds since 1970. */
  onZoom: (from: number, to: number) => void;
  onChoose: (onset: string) => void;
}

type Props = Steering & { points: Points; chosen: string };

/** Points as a line over the band of what was expected, with scars; a table says the same. */
export function Chart(props: Props) {
  const { points, chosen } = props;
  const box = useRef<HTMLDivElement>(null);
  const read = useRef<HTMLParagraphElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const now = useRef(props);
  now.current = props;
  const columns = useMemo(() => columnsOf(points), [points.ts]);
  const isDark = dark.value;
  const where = zone.value;

  useEffect(() => {
    const place = box.current;
    if (!place) return undefined;
    const made = new uPlot(optionsOf(place, now, read), columns, place);
    chart.current = made;
    performance.mark("chart drawn");
    const sized = new ResizeObserver(() => made.setSize(sizeOf(place)));
    sized.observe(place);
    const wheel = (event: WheelEvent) => zoomBy(event, made, now.current);
    made.over.addEventListener("wheel", wheel, { passive: false });
    return () => {
      sized.disconnect();
      made.destroy();
    };
  }, [columns, isDark, where]);

  useEffect(() => chart.current?.redraw(false, false), [chosen, points.scars]);

  return (
    <figure class="scars-figure">
      <p ref={read} class="scars-read muted number" aria-hidden="true">&nbsp;</p>
      <div ref={box} class="scars-chart" role="img" tabIndex={0} aria-label={labelOf(points)}
        aria-describedby="scars-steer" onKeyDown={(event) => steer(event, points, props)} />
    </figure>
  );
}

function labelOf({ series, scars, window }: Points): string {
  const [from, to] = [window.from, window.to].map((it) => moment(Date.parse(it) / 1000));
  return `${series.metric} of ${series.host || "no host"} from ${from} to ${to}, ${scars.length} scars; the table below has its numbers`;
}

const sizeOf = (place: HTMLElement) => ({ width: place.clientWidth, height: place.clientHeight });

function optionsOf(
  place: HTMLElement,
  now: { current: Props },
  read: { current: HTMLParagraphElement | null },
): uPlot.Options {
  const own = colours();
  const { points } = now.current;
  const [from, to] = [points.window.from, points.window.to].map((it) => Date.parse(it) / 1000);
  const range = rangeOf(points);
  const font = `12px ${getComputedStyle(place).fontFamily}`;
  const axis = { stroke: own.muted, font, grid: { stroke: own.line, width: 1 }, ticks: { show: false } };
  const line = (stroke: string, width: number) => ({ stroke, width, points: { show: false } });
  return {
    ...sizeOf(place),
    padding: [8, MARGIN, 0, 0],
    legend: { show: false },
    tzDate: (at) => (zone.value === "utc" ? uPlot.tzDate(new Date(at * 1000), "Etc/UTC") : new Date(at * 1000)),
    cursor: { y: false, drag: { x: true, y: false, setScale: false, dist: DRAG }, points: { size: 7 } },
    scales: { x: { time: true, range: () => [from ?? 0, to ?? 1] }, y: { range: () => range } },
    axes: [
      { ...axis, size: 40, values: (_, at, __, ___, step) => ticks(at, step) },
      { ...axis, size: GUTTER, values: (_, at) => at.map((it) => amount(it, points.series.unit)) },
    ],
    series: [
      {},
      line("transparent", 0),
      line("transparent", 0),
      { ...line(faded(own.accent, 0.55), 1), dash: [4, 4] },
      line(own.text, 1.25),
    ],
    bands: [{ series: [HIGH, LOW], fill: faded(own.accent, 0.13) }],
    hooks: {
      drawClear: [(chart) => shade(chart, now.current.points.scars, now.current.chosen, own)],
      draw: [(chart) => sign(chart, now.current.points.scars, now.current.chosen, own)],
      setCursor: [(chart) => {
        if (read.current) read.current.textContent = readingOf(chart, points);
      }],
      setSelect: [(chart) => selected(chart, now.current)],
      ready: [(chart) => chart.over.addEventListener("click", (event) => chosenAt(event, chart, now.current))],
    },
  };
}

/** What the values are under the pointer. */
function readingOf(chart: uPlot, { series }: Points): string {
  const at = chart.cursor.idx;
  if (at === null || at === undefined) return "\u00a0";
  const of = (column: number) => amount(chart.data[column]?.[at], series.unit);
  const band = chart.data[LOW]?.[at] === null ? "" : ` · expected ${of(EXPECTED)} (${of(LOW)} to ${of(HIGH)})`;
  return `${moment(chart.data[0][at] ?? 0)} · ${of(VALUE)}${band}`;
}

function selected(chart: uPlot, { onZoom }: Props): void {
  const { left, width } = chart.select;
  if (width < DRAG) return;
  const [from, to] = [chart.posToVal(left, "x"), chart.posToVal(left + width, "x")];
  chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  onZoom(from, to);
}

function chosenAt(event: MouseEvent, chart: uPlot, { points, onChoose }: Props): void {
  const at = chart.posToVal(event.offsetX, "x") * 1000;
  const reach = (chart.posToVal(DRAG, "x") - chart.posToVal(0, "x")) * 1000;
  const found = points.scars.findLast((it) => {
    const end = it.ended_at ? Date.parse(it.ended_at) : Infinity;
    return Date.parse(it.onset) - reach <= at && at <= end + reach;
  });
  if (found) onChoose(found.onset);
}

/** Ctrl and the wheel zoom about the pointer, Shift and the wheel go along; alone it scrolls. */
function zoomBy(event: WheelEvent, chart: uPlot, { points, onZoom }: Props): void {
  if (!event.ctrlKey && !event.metaKey && !event.shiftKey) return;
  event.preventDefault();
  const [from, to] = stretchOf(points);
  const away = event.deltaY || event.deltaX;
  if (event.shiftKey) return onZoom(...moved(from, to, Math.sign(away) * 0.25));
  const about = chart.posToVal(event.offsetX, "x");
  const by = away > 0 ? 2 : 0.5;
  onZoom(about - (about - from) * by, about + (to - about) * by);
}

export const stretchOf = ({ window }: Points): [number, number] =>
  [Date.parse(window.from) / 1000, Date.parse(window.to) / 1000];

/** A stretch, a share of its length later. */
export const moved = (from: number, to: number, share: number): [number, number] =>
  [from + (to - from) * share, to + (to - from) * share];

/** A stretch so many times as long about the same middle. */
export const scaled = (from: number, to: number, by: number): [number, number] => {
  const [middle, half] = [(from + to) / 2, ((to - from) / 2) * by];
  return [middle - half, middle + half];
};

function steer(event: KeyboardEvent, points: Points, { onZoom }: Steering): void {
  const [from, to] = stretchOf(points);
  const known: Record<string, [number, number]> = {
    ArrowLeft: moved(from, to, -0.25),
    ArrowRight: moved(from, to, 0.25),
    "+": scaled(from, to, 0.5),
    "-": scaled(from, to, 2),
  };
  const found = known[event.key];
  if (!found || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  event.stopPropagation();
  onZoom(...found);
}
