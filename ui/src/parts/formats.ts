import { zone } from "../state/preferences";

const NONE = "–";

const digits = (most: number) => new Intl.NumberFormat("en", { maximumFractionDigits: most });
const whole = digits(0);
const one = digits(1);
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

type Known = number | null | undefined;

const isKnown = (value: Known): value is number => value !== null && value !== undefined;

/** 1,234; a dash where nobody knows. */
export const count = (value: Known): string => (isKnown(value) ? whole.format(value) : NONE);

/** 1 row, 2 rows. */
export const many = (number: number, one: string, more = `${one}s`): string =>
  `${whole.format(number)} ${number === 1 ? one : more}`;

/** 1.2K, for where there is little room. */
export const short = (value: Known): string => (isKnown(value) ? compact.format(value) : NONE);

/** Milliseconds as a person says them: 0.8 ms, 31 ms, 1.2 s. */
export function latency(ms: Known): string {
  if (!isKnown(ms)) return NONE;
  if (ms >= 1000) return `${one.format(ms / 1000)} s`;
  return `${ms < 10 ? one.format(ms) : whole.format(ms)} ms`;
}

/** A share from 0 to 1 as per cent: 0.25 %, 12 %. */
export function share(value: Known): string {
  if (!isKnown(value)) return NONE;
  const per = value * 100;
  return `${per !== 0 && per < 1 ? digits(2).format(per) : one.format(per)} %`;
}

/** A number from 0 to 1, such as a confidence, with two digits. */
export const ratio = (value: Known): string => (isKnown(value) ? value.toFixed(2) : NONE);

const BYTES = ["B", "kB", "MB", "GB", "TB"];

/** Bytes by thousands: 1.4 MB. */
export function bytes(value: Known): string {
  if (!isKnown(value)) return NONE;
  const power = Math.min(BYTES.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
  return `${one.format(value / 1000 ** power)} ${BYTES[power]}`;
}

const SPANS: [number, string][] = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
];

/** Seconds as a length of time: 4.2 s, 3 min, 2 h 5 min. */
export function duration(seconds: Known): string {
  if (!isKnown(seconds)) return NONE;
  const at = SPANS.findIndex(([size]) => seconds >= size);
  const span = SPANS[at];
  if (!span) return `${one.format(seconds)} s`;
  const [size, unit] = span;
  const [below, lower] = SPANS[at + 1] ?? [1, "s"];
  const rest = Math.floor((seconds % size) / below);
  return `${Math.floor(seconds / size)} ${unit}${rest ? ` ${rest} ${lower}` : ""}`;
}

/** A dollar amount, with enough digits for what a call costs. */
export const dollars = (value: Known): string =>
  isKnown(value) ? `$${value < 1 ? value.toFixed(4) : value.toFixed(2)}` : NONE;

const written = new Map<string, Intl.DateTimeFormat>();

function writer(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  let found = written.get(name);
  if (!found) {
    found = new Intl.DateTimeFormat("en-GB", options);
    written.set(name, found);
  }
  return found;
}

const WHOLE: Intl.DateTimeFormatOptions = {
  year: "numeric",
  month: "short",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
};

/** 02 Mar 2026, 08:30:00, in the zone that the reader chose or in the one named. */
export function moment(at: Date, inZone = zone.value): string {
  if (Number.isNaN(at.getTime())) return NONE; // as from an address that somebody wrote
  if (inZone === "local") return writer("local", WHOLE).format(at);
  return `${writer("utc", { ...WHOLE, timeZone: "UTC" }).format(at)} UTC`;
}

const UNITS: [number, Intl.RelativeTimeFormatUnit][] = [
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
  [1, "second"],
];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });

/** 5 min. ago. */
export function ago(at: Date, now = Date.now()): string {
  const seconds = Math.round((at.getTime() - now) / 1000);
  const [size, unit] = UNITS.find(([least]) => Math.abs(seconds) >= least) ?? [1, "second"];
  return relative.format(Math.trunc(seconds / size), unit);
}
