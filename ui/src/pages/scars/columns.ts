import type uPlot from "uplot";
import type { Points } from "./words";

type Numbers = (number | null)[];

/** Stretches without a point longer than so many of the usual ones are gaps. */
const GAP = 4;

/** How far a band is drawn beyond the values on each side, in the height of those. */
const BAND_ROOM = 0.6;

/** Where the columns of a chart are, in the order of `columnsOf`. */
export const LOW = 1;
export const HIGH = 2;
export const EXPECTED = 3;
export const VALUE = 4;

/** The columns that a chart draws, with a null row in each gap, so that no line crosses it. */
export function columnsOf(points: Points): uPlot.AlignedData {
  const { ts, value } = points;
  const of = (own: Numbers | undefined): Numbers => own ?? [];
  const sides = [of(points.low), of(points.high), of(points.expected), value];
  const usual = ts.length > 1 ? ((ts.at(-1) ?? 0) - (ts[0] ?? 0)) / (ts.length - 1) : 0;
  const longest = GAP * Math.max(usual, points.series.interval_seconds);
  const breaks = ts.flatMap((at, number) => (number && at - (ts[number - 1] ?? at) > longest ? [number] : []));
  if (!breaks.length) return [ts, ...sides] as uPlot.AlignedData;
  const broken = (own: Numbers, filled: (number: number) => number | null): Numbers => {
    const found: Numbers = [];
    let from = 0;
    for (const at of breaks) {
      for (let number = from; number < at; number += 1) found.push(own[number] ?? null);
      found.push(filled(at));
      from = at;
    }
    for (let number = from; number < ts.length; number += 1) found.push(own[number] ?? null);
    return found;
  };
  const between = (at: number) => ((ts[at - 1] ?? 0) + (ts[at] ?? 0)) / 2;
  return [broken(ts, between), ...sides.map((own) => broken(own, () => null))] as uPlot.AlignedData;
}

/**
 * From where to where values are drawn: all of them, and as much of the band as does not press
 * them flat.
 */
export function rangeOf(points: Points): [number, number] {
  let [low, high] = ends(points.value);
  if (!Number.isFinite(low)) return [0, 1];
  const room = high - low || Math.abs(high) * 0.1 || 1;
  const [least] = ends(points.low ?? []);
  const [, most] = ends(points.high ?? []);
  // What is never negative gets no room below zero.
  const floor = low >= 0 ? 0 : -Infinity;
  if (Number.isFinite(least)) low = Math.max(Math.min(low, least), low - room * BAND_ROOM);
  if (Number.isFinite(most)) high = Math.min(Math.max(high, most), high + room * BAND_ROOM);
  const margin = (high - low || room) * 0.06;
  return [Math.max(floor, low - margin), high + margin];
}

function ends(values: Numbers): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const it of values) {
    if (it === null) continue;
    if (it < low) low = it;
    if (it > high) high = it;
  }
  return [low, high];
}
