import type { Core } from "cytoscape";
import { type Action, download } from "../../parts/giving";
import { colours } from "../../parts";
import { labelEdges } from "./Graph";
import { edgeLabel, nodeLabel } from "./elements";
import type { Edge, Node, Twin } from "./view";

const HEIGHT = 34;
const MARGIN = 40;
const DASHES = { observed: "", inferred: "7 4", declared: "1.5 4" };

/** The ways to take the view along. A table has no picture, so without a graph there is no PNG. */
export function exportsOf(twin: Twin, graph: Core | undefined): Action[] {
  const name = "scarline-twin";
  const png = () => {
    if (!graph) return;
    labelEdges(graph);
    const picture = graph.png({ full: true, scale: 2, bg: colours().ground, output: "blob", maxWidth: 8000, maxHeight: 8000 });
    download(`${name}.png`, picture as unknown as Blob);
  };
  const written: Action[] = [
    { label: "SVG", act: () => download(`${name}.svg`, svg(twin), "image/svg+xml") },
    { label: "JSON", act: () => download(`${name}.json`, JSON.stringify(twin, null, 1), "application/json") },
    { label: "Mermaid", act: () => download(`${name}.mmd`, mermaid(twin)) },
  ];
  return graph ? [{ label: "PNG", act: png }, ...written] : written;
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

// Control characters have no place in XML 1.0.
const escaped = (text: string): string =>
  // eslint-disable-next-line no-control-regex
  text.replace(/[&<>"]/g, (it) => ENTITIES[it] ?? "").replace(/[\u0000-\u001f\ufffe\uffff]/g, " ");

/** The view as a picture of lines and letters. */
export function svg(twin: Twin): string {
  const tone = colours();
  const places = new Map(twin.nodes.map((it) => [it.id, it]));
  const x = twin.nodes.map((it) => it.x);
  const y = twin.nodes.map((it) => it.y);
  const left = Math.min(...x) - 100 - MARGIN;
  const top = Math.min(...y) - HEIGHT - MARGIN;
  const box = [left, top, Math.max(...x) - left + 100 + MARGIN, Math.max(...y) - top + HEIGHT + MARGIN];
  const path = (edge: Edge): string => {
    const [from, to] = [places.get(edge.from), places.get(edge.to)];
    if (!from || !to) return "";
    const points = [[from.x, from.y], ...edge.bends, [to.x, to.y]].map((it) => it.join(" "));
    const colour = edge.status === "failed" || edge.status === "degraded" ? tone[edge.status] : tone["line-strong"];
    const dash = DASHES[edge.known_by] ? ` stroke-dasharray="${DASHES[edge.known_by]}"` : "";
    const title = `${edge.from} calls ${edge.to}: ${edge.status} ${edgeLabel(edge)}`;
    return `<path d="M${points.join("L")}" fill="none" stroke="${colour}" stroke-width="1.5"${dash}><title>${escaped(title)}</title></path>`;
  };
  const system = (node: Node): string => {
    const label = nodeLabel(node);
    const { width } = node;
    const [left, top] = [node.x - width / 2, node.y - HEIGHT / 2];
    return (
      `<rect x="${left}" y="${top}" width="${width}" height="${HEIGHT}" rx="6" fill="${tone.surface}" stroke="${tone[node.health]}" stroke-width="1.5"/>` +
      `<text x="${node.x}" y="${node.y + 4.5}" text-anchor="middle" fill="${tone.text}">${escaped(label)}<title>${escaped(node.health)}</title></text>`
    );
  };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box.join(" ")}" font-family="sans-serif" font-size="13">`,
    `<rect x="${box[0]}" y="${box[1]}" width="${box[2]}" height="${box[3]}" fill="${tone.ground}"/>`,
    ...twin.edges.map(path),
    ...twin.nodes.map(system),
    "</svg>\n",
  ].join("\n");
}

const ARROWS = { observed: "-->", inferred: "-.->", declared: "-.->" };

/** The view as a flowchart of Mermaid; names are quoted, with entities for what would end them. */
export function mermaid(twin: Twin): string {
  const number = new Map(twin.nodes.map((it, at) => [it.id, `s${at}`]));
  const quoted = (text: string) =>
    `"${text.replace(/[^\p{L}\p{N} ._/·%()-]/gu, (it) => `#${it.codePointAt(0)};`)}"`;
  return [
    "flowchart LR",
    ...twin.nodes.map((it) => `  ${number.get(it.id)}[${quoted(nodeLabel(it))}]:::${it.health}`),
    ...twin.edges.map((it) => {
      const label = edgeLabel(it);
      return `  ${number.get(it.from)} ${ARROWS[it.known_by]}${label ? `|${quoted(label)}|` : ""} ${number.get(it.to)}`;
    }),
    "  classDef failed stroke:#c2282b,stroke-width:2px",
    "  classDef degraded stroke:#9a5b00,stroke-width:2px",
    "  classDef unknown stroke-dasharray:4 3",
    "",
  ].join("\n");
}
