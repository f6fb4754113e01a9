import type { ElementDefinition } from "cytoscape";
import { formats } from "../../parts";
import { type Edge, type Node, type Twin, edgeId } from "./view";

const LONGEST = 200;
const BESIDE = 32; // pixels of a box that no name may take: the mark and a little air

export const STUB = "more ";

/** What stands on an edge: what is known of latency and errors. */
export function edgeLabel(edge: Pick<Edge, "latency_ms" | "error_rate">): string {
  const parts = [];
  if (edge.latency_ms !== null) parts.push(formats.latency(edge.latency_ms));
  if (edge.error_rate !== null) parts.push(formats.share(edge.error_rate));
  return parts.join(" · ");
}

/** Names are cut for the canvas: a megabyte of text would be measured at each frame. */
export const nodeLabel = (node: Node): string => node.title.slice(0, LONGEST);

/** What a graph shows of the twin, by the ids of its elements. */
export function elementsOf(twin: Twin): Map<string, ElementDefinition> {
  const places = new Map(twin.nodes.map((it) => [it.id, it]));
  const ways = new Set(twin.edges.map(edgeId));
  const found = new Map<string, ElementDefinition>();
  for (const node of twin.nodes) {
    const { width } = node;
    found.set(node.id, {
      group: "nodes",
      data: { id: node.id, label: nodeLabel(node), width, room: width - BESIDE, health: node.health },
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
        back: ways.has(edgeId({ from: edge.to, to: edge.from })),
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
