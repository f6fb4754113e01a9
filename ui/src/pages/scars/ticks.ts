import { zone } from "../../state/preferences";

const DAY = 86_400;
const written = new Map<string, Intl.DateTimeFormat>();

function write(at: number, name: string, options: Intl.DateTimeFormatOptions): string {
  const key = `${zone.value} ${name}`;
  let found = written.get(key);
  if (!found) {
    const where = zone.value === "utc" ? { timeZone: "UTC" } : {};
    found = new Intl.DateTimeFormat("en-GB", { ...options, ...where });
    written.set(key, found);
  }
  return found.format(at * 1000);
}

const clock = (at: number) => write(at, "clock", { hour: "2-digit", minute: "2-digit" });
const seconds = (at: number) =>
  write(at, "seconds", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = (at: number) => write(at, "day", { day: "2-digit", month: "short" });

/** Times at an axis, in the reader's zone; the day stands below where it begins. */
export function ticks(at: number[], step: number): string[] {
  let last = "";
  return at.map((it) => {
    const own = day(it);
    const first = own !== last;
    last = own;
    if (step >= DAY) return own;
    const time = step < 60 ? seconds(it) : clock(it);
    return first ? `${time}\n${own}` : time;
  });
}

/** A moment as it is read beside a chart. */
export const moment = (at: number): string => `${day(at)} ${seconds(at)}`;
