import { place } from "../state/place";
import { type Asking, address, send } from "./client";
import type { paths } from "./types";

/** The parts of the address by which the twin is filtered. */
export const FILTERS = ["env", "owner", "status", "source", "min_confidence", "oms"] as const;
const OF_TWIN = [...FILTERS, "focus", "hops", "limit", "at"] as const;

/** What the server is asked for of the twin, as the address says it. */
export function askedOfTwin(): Record<string, string> {
  const query = place.value.query;
  return Object.fromEntries(OF_TWIN.map((name) => [name, query.get(name) ?? ""]));
}

/** An answer with its address and tag. */
export interface Kept {
  url: string;
  data: unknown;
  tag: string;
}

export const NOTHING: Kept = { url: "", data: undefined, tag: "" };

/** Return what was found, or nothing if it is what we have. */
export async function found(url: string, kept: Kept, signal?: AbortSignal): Promise<Kept | undefined> {
  const same = kept.url === url && kept.tag;
  const headers: Record<string, string> = same ? { "If-None-Match": kept.tag } : {};
  const answer = await send("GET", url, signal ? { headers, signal } : { headers });
  if (answer.status === 304) return undefined;
  return { url, data: await answer.json(), tag: answer.headers.get("etag") ?? "" };
}

const FRESH_MS = 5_000;

let early: { url: string; at: number; answer: Promise<Kept | undefined> } | undefined;

/**
 * Ask for what a page will ask for first, while its own script is still on its way. The page
 * asks again if this failed, or if it comes too late for it.
 */
export function askEarly<Path extends keyof paths>(path: Path, asking: Pick<Asking, "query"> = {}): void {
  const url = address(path, asking);
  const answer = found(url, NOTHING);
  early = { url, at: performance.now(), answer };
  answer.catch(() => {
    early = undefined;
  });
}

/** The answer that was asked for early, once, and only while it is news. */
export function taken(url: string): Promise<Kept | undefined> | undefined {
  const own = early;
  if (own?.url !== url) return undefined;
  early = undefined;
  return performance.now() - own.at < FRESH_MS ? own.answer : undefined;
}
