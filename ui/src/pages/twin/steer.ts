import type { Core } from "cytoscape";
import { useShortcuts } from "../../state/keys";
import { setQuery } from "../../state/place";
import { type Selection, type Twin, focusOn, select } from "./view";

const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The systems whose names hold what was typed; those that begin with it first. */
export function foundIn(twin: Twin | undefined, typed: string): string[] {
  const word = typed.trim().toLowerCase();
  if (!word || !twin) return [];
  const place = (label: string) => label.toLowerCase().indexOf(word);
  return twin.nodes
    .filter((it) => place(it.label) >= 0)
    .sort((a, b) => place(a.label) - place(b.label) || a.label.length - b.label.length)
    .map((it) => it.id);
}

/** The system that lies next in a direction; sideways counts double. */
export function nextTo(twin: Twin, from: string, [dx, dy]: [number, number]): string | undefined {
  const here = twin.nodes.find((it) => it.id === from);
  if (!here) return twin.nodes[0]?.id;
  let best: string | undefined;
  let least = Infinity;
  for (const it of twin.nodes) {
    const [x, y] = [it.x - here.x, it.y - here.y];
    const ahead = x * dx + y * dy;
    const cost = ahead + 2 * Math.abs(x * dy) + 2 * Math.abs(y * dx);
    if (ahead > 1 && cost < least) [least, best] = [cost, it.id];
  }
  return best;
}

/** Bring a system into view if it is not. */
export function reveal(graph: Core | undefined, id: string): void {
  const node = graph?.getElementById(id);
  if (!graph || !node || node.empty() || !node.isNode()) return;
  const { x1, x2, y1, y2 } = graph.extent();
  const { x, y } = node.position();
  if (x < x1 || x > x2 || y < y1 || y > y2) graph.center(node);
}

/** The keys of the graph. */
export function useSteering(
  twin: Twin | undefined,
  selection: Selection,
  graph: Core | undefined,
  searchField: { current: HTMLInputElement | null },
  inGraph: boolean,
): void {
  const from = selection.node?.id ?? selection.edge?.from ?? "";
  const walk = (key: string) => {
    const to = twin && nextTo(twin, from, ARROWS[key] ?? [1, 0]);
    if (!to) return;
    select(to);
    reveal(graph, to);
  };
  const arrows = Object.keys(ARROWS).map((key) => ({
    key,
    what: "Select the system that lies there",
    act: () => walk(key),
  }));
  useShortcuts([
    { key: "/", what: "Find a system", act: () => searchField.current?.focus() },
    ...(inGraph ? arrows : []),
    ...(selection.node && inGraph
      ? [{ key: "Enter", what: "Focus on the selected system", act: () => focusOn(from) }]
      : []),
    {
      key: "Escape",
      what: "Select nothing, then end the focus",
      act: () => (from ? select("") : setQuery({ focus: "", hops: "" })),
    },
    { key: "v", what: "Graph or table", act: () => setQuery({ view: inGraph ? "table" : "" }) },
  ]);
}
