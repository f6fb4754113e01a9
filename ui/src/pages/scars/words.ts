import type { Got } from "../../api/client";
import { formats } from "../../parts";

export type Listed = Got<"/api/metrics">;
export type Series = Listed["series"][number];
export type Recent = NonNullable<Series["recent"]>[number];
export type Points = Got<"/api/metrics/points">;
export type Drawn = Points["scars"][number];
export type Beside = NonNullable<Points["beside"]>;
export type Told = Got<"/api/scars/{series}/{onset}">;
export type Twin = Told["twins"][number];
export type Mark = "real" | "expected" | "noise";

export const MARKS: readonly Mark[] = ["real", "expected", "noise"];

export const MEANINGS: Record<Mark, string> = {
  real: "something was wrong",
  expected: "planned or known: a job, a deploy, a sale",
  noise: "nothing was wrong; do not tell of its like",
};

/** What each expert looks at, in words that finish "found by". */
export const EXPERTS: Record<string, string> = {
  spike: "distance from the near forecast",
  level: "distance from the usual level and season",
  pair: "two points in a row off on one side",
  run: "four points in a row off on one side",
  long_run: "twelve points in a row off on one side",
  extreme: "farther out than all that was seen",
  stuck: "a value that stopped moving",
};

/** 1 scar, 2 scars. */
export const many = (number: number, one: string, several = `${one}s`): string =>
  `${formats.count(number)} ${number === 1 ? one : several}`;

const TIMES: Record<string, number> = { millisecond: 0.001, second: 1, minute: 60, hour: 3600 };
const digits = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });

/** A value with its unit, as short as a person would write it; a dash where nobody knows. */
export function amount(value: number | null | undefined, unit: string | null): string {
  if (value === null || value === undefined) return "–";
  if (unit === "percent") return `${digits.format(value)} %`;
  if (unit === "byte") return formats.bytes(value);
  const seconds = TIMES[unit ?? ""];
  if (seconds !== undefined && value >= 0)
    return value * seconds < 1 ? formats.latency(value * seconds * 1000) : formats.duration(value * seconds);
  const large = Math.abs(value) >= 100_000;
  return `${large ? formats.short(value) : digits.format(value)}${unit ? ` ${unit}` : ""}`;
}

const MINUTE = 60;

/** How long a scar lasted, or has so far by `now`; to the minute where it is one. */
export function lasted(scar: { onset: string; ended_at: string | null }, now: number): string {
  const end = scar.ended_at === null ? now : Date.parse(scar.ended_at);
  const seconds = Math.max(0, (end - Date.parse(scar.onset)) / 1000);
  return formats.duration(seconds < MINUTE ? seconds : Math.floor(seconds / MINUTE) * MINUTE);
}

const HOUR = 3_600_000;
const AROUND = 3 * HOUR;

/** Where a scar is drawn: its series, with some hours around it. */
export function addressOf(scar: { series: string; onset: string; ended_at: string | null }): string {
  const onset = Date.parse(scar.onset);
  const end = scar.ended_at === null ? onset : Date.parse(scar.ended_at);
  const query = new URLSearchParams({
    from: iso(onset - Math.max(AROUND, end - onset)),
    to: iso(end + AROUND),
    scar: scar.onset,
  });
  return `/scars/series/${encodeURIComponent(scar.series)}?${query}`;
}

/** A moment as the API takes it, to the second. */
export const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** A link that may be followed: other schemes are shown as text. */
export const isLink = (text: string): boolean => /^https?:\/\//i.test(text);
