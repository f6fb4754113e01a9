import type { ElementDefinition } from "cytoscape";
import { formats } from "../../parts";
import { type Edge, type Node, type Twin, edgeId } from "./view";

const LETTER = 7.4;
const ROOM = 44;
const NARROWEST = 84;
const WIDEST = 196;
const LONGEST = 200;

export const STUB = "more ";

/** How wide the box of a name is, in pixels. */
export const widthOf = (label: string): number =>
  Math.min(WIDEST, Math.max(NARROWEST, label.length * LETTER + ROOM));

/** What stands on an edge: what is known of latency and errors. */
export function edgeLabel(edge: Pick<Edge, "latency_ms" | "error_rate">): string {
  const parts = [];
  if (edge.latency_ms !== null) parts.push(formats.latency(edge.latency_ms));
  if (edge.error_rate !== null) parts.push(formats.share(edge.error_rate));
  return parts.join(" · ");
}

/** Names are cut for the canvas: a megabyte of text would be measured at each frame. */
export const nodeLabel = (node: Node, withEnv: boolean): string => {
  const name = node.label.slice(0, LONGEST);
  return withEnv && node.env ? `${name} · ${node.env.slice(0, LONGEST)}` : name;
};

/** What a graph shows of the twin, by the ids of its elements. */
export function elementsOf(twin: Twin, withEnv: boolean): Map<string, ElementDefinition> {
  const places = new Map(twin.nodes.map((it) => [it.id, it]));
  const found = new Map<string, ElementDefinition>();
  for (const node of twin.nodes) {
    const label = nodeLabel(node, withEnv);
    const width = widthOf(label);
    found.set(node.id, {
      group: "nodes",
      data: { id: node.id, label, width, health: node.health },
      position: { x: node.x, y: node.y },
    });
    if (node.hidden) {
      const more = `+${node.hidden} more`;
      found.set(STUB + node.id, {
        group: "nodes",
        classes: "stub",
        data: { id: STUB + node.id, label: more, width: more.length * 6 + 12, of: node.id },
        position: { x: node.x + width / 2 - 16, y: node.y + 22 },
      });
    }
  }
  for (const edge of twin.edges) {
    const id = edgeId(edge);
    found.set(id, {
      group: "edges",
      data: {
        id,
        source: edge.from,
        target: edge.to,
        status: edge.status,
        known: edge.known_by,
        label: edgeLabel(edge),
        ...bent(edge, places.get(edge.from), places.get(edge.to)),
      },
    });
  }
  return found;
}

/** The bends of an edge as the graph library wants them: along and beside the straight line. */
function bent(edge: Edge, from: Node | undefined, to: Node | undefined): object {
  if (!edge.bends.length || !from || !to) return {};
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy) || 1;
  const weights: string[] = [];
  const distances: string[] = [];
  for (const [x = 0, y = 0] of edge.bends) {
    const [px, py] = [x - from.x, y - from.y];
    weights.push(((px * dx + py * dy) / length ** 2).toFixed(4));
    distances.push(((py * dx - px * dy) / length).toFixed(1));
  }
  return { weights: weights.join(" "), distances: distances.join(" ") };
}
