import { signal } from "@preact/signals";
import { type Got, get } from "../../api/client";
import { place, setQuery, spoken } from "../../state/place";

export type Groups = Got<"/api/failures/groups">;
export type Group = Groups["groups"][number];
export type GroupTold = Got<"/api/failures/groups/{group}">;
export type Failure = GroupTold["failures"][number];
export type Shown = NonNullable<GroupTold["failure"]>;
export type Decision = GroupTold["history"][number];
export type Delivery = Got<"/api/failures/exports">["deliveries"][number];

const FILTERS = ["state", "severity", "trend", "type", "application", "service", "text"] as const;
export type Filter = (typeof FILTERS)[number];

/** Lengths of time that reach up to now, in minutes. */
export const LAST: Record<string, { label: string; minutes: number }> = {
  "1h": { label: "Last hour", minutes: 60 },
  "24h": { label: "Last 24 hours", minutes: 1_440 },
  "7d": { label: "Last 7 days", minutes: 10_080 },
  "30d": { label: "Last 30 days", minutes: 43_200 },
};

const MINUTE_MS = 60_000;
const MOST = 1000;

type Asked = NonNullable<Parameters<typeof get<"/api/failures/groups">>[1]>["query"];

/** The filters as the address has them. */
export function filters(): Record<Filter | "last" | "from" | "to", string> {
  const { query } = place.value;
  const names = [...FILTERS, "last", "from", "to"] as const;
  const read = names.map((name) => [name, query.get(name) ?? ""]);
  return Object.fromEntries(read) as Record<(typeof names)[number], string>;
}

export const filtered = (): boolean => Object.values(filters()).some((it) => it !== "");

export function clearFilters(): void {
  setQuery(Object.fromEntries(Object.keys(filters()).map((name) => [name, ""])));
}

/** What the filters ask of the API. To the minute, so that the same question stays the same. */
export function asked(): Record<string, string> {
  const { last, from, to, ...rest } = filters();
  const length = LAST[last]?.minutes;
  const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  const since = length ? new Date(now - length * MINUTE_MS).toISOString() : from;
  const told: Record<string, string> = { ...rest, from: since, to: length ? "" : to };
  return Object.fromEntries(Object.entries(told).filter(([, it]) => it));
}

/** The address of a group, or of the list, with the filters that hold. */
export function addressOf(group = "", more: Record<string, string> = {}): string {
  const kept = Object.entries({ ...filters(), ...more }).filter(([, value]) => value);
  const query = new URLSearchParams(kept).toString();
  return `/backlog${group ? `/${encodeURIComponent(group)}` : ""}${query ? `?${query}` : ""}`;
}

/** The group that the path names, "" on the list. */
export function groupHere(): string {
  const [, , name = ""] = place.value.path.split("/");
  return spoken(name);
}

/** Ids of groups as the list last had them, and which of them the keys are at. */
export const order = signal<string[]>([]);
export const cursor = signal("");

/** The group that stands so many places after another in the list; asks for it if need be. */
export async function neighbour(group: string, by: number): Promise<string | undefined> {
  if (!order.value.includes(group)) {
    const found = await get("/api/failures/groups", {
      query: { ...asked(), limit: MOST } as Asked & object,
    });
    order.value = found.groups.map((it) => it.id);
  }
  const at = order.value.indexOf(group);
  return at < 0 ? order.value[0] : order.value[at + by];
}
