import type uPlot from "uplot";
import type { Colours } from "../../parts/colours";
import type { Drawn } from "./words";

const BAR = 4; // pixels, of the strip that says where a scar is
const LEAST = 2; // pixels that a scar is wide at least
const SIGN = 5; // half of a sign's width, in pixels

const alpha = (colour: string, share: number): string =>
  colour.replace(/^rgb\((.*)\)$/, `rgb($1 / ${share})`).replaceAll(",", "");

/** Where a scar is on the canvas: left and width in its pixels. */
function placeOf(chart: uPlot, scar: Drawn): [number, number] {
  const { left, width } = chart.bbox;
  const end = chart.scales["x"]?.max ?? 0;
  const x = (at: number) => chart.valToPos(at, "x", true);
  const from = Math.max(left, x(Date.parse(scar.onset) / 1000));
  const until = Math.min(left + width, x(scar.ended_at ? Date.parse(scar.ended_at) / 1000 : end));
  return [from, Math.max(LEAST * devicePixelRatio, until - from)];
}

/** Shade the stretches of scars, beneath the lines; the chosen one darker. */
export function shade(chart: uPlot, scars: Drawn[], chosen: string, own: Colours): void {
  const { ctx, bbox } = chart;
  for (const it of scars) {
    const [left, width] = placeOf(chart, it);
    const colour = it.quiet ? own.unknown : own.failed;
    ctx.fillStyle = alpha(colour, it.onset === chosen ? 0.24 : 0.1);
    ctx.fillRect(left, bbox.top, width, bbox.height);
    ctx.fillStyle = colour;
    ctx.fillRect(left, bbox.top, width, BAR * devicePixelRatio);
  }
}

/** Put a sign at the peak of each scar, over the lines: its shape says how it was marked. */
export function sign(chart: uPlot, scars: Drawn[], chosen: string, own: Colours): void {
  const { ctx } = chart;
  const size = SIGN * devicePixelRatio;
  ctx.lineWidth = 1.5 * devicePixelRatio;
  for (const it of scars) {
    const x = chart.valToPos(Date.parse(it.peak_at) / 1000, "x", true);
    const y = chart.valToPos(it.peak_value, "y", true);
    const { left, width } = chart.bbox;
    if (x < left || x > left + width) continue;
    const colour = it.quiet ? own.unknown : own.failed;
    const around = it.onset === chosen ? size * 1.5 : size;
    ctx.beginPath();
    if (it.mark === "expected") diamond(ctx, x, y, around);
    else if (it.mark) ctx.arc(x, y, around * 0.85, 0, 2 * Math.PI);
    else triangle(ctx, x, y, around, it.direction === "low");
    ctx.closePath();
    ctx.fillStyle = it.mark === "noise" ? own.surface : colour;
    ctx.fill();
    ctx.strokeStyle = it.mark === "noise" ? colour : own.surface;
    ctx.stroke();
  }
}

function diamond(ctx: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  ctx.moveTo(x, y - size);
  ctx.lineTo(x + size, y);
  ctx.lineTo(x, y + size);
  ctx.lineTo(x - size, y);
}

function triangle(ctx: CanvasRenderingContext2D, x: number, y: number, size: number, down: boolean): void {
  const tip = down ? size : -size;
  ctx.moveTo(x, y + tip);
  ctx.lineTo(x + size, y - tip * 0.7);
  ctx.lineTo(x - size, y - tip * 0.7);
}

/** A colour with so much of it seen. */
export const faded = alpha;
