import type { Got } from "../../api/client";
import { setQuery, spoken } from "../../state/place";

export type Twin = Got<"/api/twin">;
export type Node = Twin["nodes"][number];
export type Edge = Twin["edges"][number];
export type Flow = Edge["flows"][number];

/** Where an edge leads, in a word for the address; ids hold no ">" that is not of a name's own. */
export const edgeId = (edge: Pick<Edge, "from" | "to">): string => `${edge.from} > ${edge.to}`;

export interface Selection {
  node?: Node;
  edge?: Edge;
}

/** What the address says is selected, as far as it is shown. */
export function selectionOf(twin: Twin | undefined, selected: string): Selection {
  const node = twin?.nodes.find((it) => it.id === selected);
  if (node) return { node };
  const edge = twin?.edges.find((it) => edgeId(it) === selected);
  return edge ? { edge } : {};
}

/** All flows that are shown, each once. */
export const flowsOf = (twin: Twin): Flow[] => [
  ...twin.edges.flatMap((it) => it.flows),
  ...twin.nodes.flatMap((it) => it.flows),
];

/** The flows of a selection, or all of them without one. */
export function flowsOfSelection(twin: Twin, { node, edge }: Selection): Flow[] {
  if (edge) return edge.flows;
  if (!node) return flowsOf(twin);
  const beside = twin.edges.filter((it) => it.from === node.id || it.to === node.id);
  return [...beside.flatMap((it) => it.flows), ...node.flows];
}

export const select = (id: string): void => setQuery({ select: id }, true);

/** Show what is near to a system. */
export const focusOn = (id: string, hops = 1): void =>
  setQuery({ focus: id, hops: hops === 1 ? "" : String(hops), select: id });

const ORDER = ["failed", "degraded", "unknown", "healthy"];

/** Worst first, then slowest. */
export const byTrouble = (a: Flow, b: Flow): number =>
  ORDER.indexOf(a.status) - ORDER.indexOf(b.status) ||
  (b.error_rate ?? -1) - (a.error_rate ?? -1) ||
  (b.latency_ms ?? -1) - (a.latency_ms ?? -1);

/** The sources that are to stand out, by the address; those that tell nothing here are left out. */
export function overlaysOf(twin: Twin | undefined, told: string): ReadonlySet<string> {
  const known = new Set(twin ? flowsOf(twin).map((it) => it.source) : []);
  return new Set(told.split(",").map(spoken).filter((it) => known.has(it)));
}

/** Have one more source stand out, or one less; all are equal without any. */
export function turnOverlay(chosen: ReadonlySet<string>, source: string): void {
  const next = new Set(chosen);
  if (!next.delete(source)) next.add(source);
  setQuery({ overlay: [...next].sort().map(encodeURIComponent).join(",") });
}
