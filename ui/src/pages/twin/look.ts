import type { StylesheetJson } from "cytoscape";
import type { Colours } from "../../parts";
import type { Health } from "../../parts";

const HEALTHS: Health[] = ["healthy", "degraded", "failed", "unknown"];

/** The marks of `parts/marks`, as pictures that a canvas can draw. */
function mark(health: Health, colour: string): string {
  const shapes: Record<Health, string> = {
    healthy: `<circle cx='6' cy='6' r='4.5' fill='${colour}'/>`,
    degraded: `<path d='M6 .9 11.4 10.6H.6z' fill='${colour}'/>`,
    failed: `<path d='M3.7.8h4.6l2.9 2.9v4.6l-2.9 2.9H3.7L.8 8.3V3.7z' fill='${colour}'/>`,
    unknown: `<circle cx='6' cy='6' r='4' fill='none' stroke='${colour}' stroke-width='1.6' stroke-dasharray='2.2 1.6'/>`,
  };
  // With the fewest escapes, as the library reads it letter by letter for every system; a space
  // would be the end of it.
  const svg = `<svg xmlns='http://www.w3.org/2000/svg' width='48' height='48' viewBox='0 0 12 12'>${shapes[health]}</svg>`;
  return `data:image/svg+xml,${svg.replace(/[#%\s]/g, encodeURIComponent)}`;
}

export const LINES = { observed: "solid", inferred: "dashed", declared: "dotted" } as const;

/** How the graph looks, in these colours. */
export function look(colours: Colours): StylesheetJson {
  const sans = getComputedStyle(document.body).fontFamily;
  return [
    {
      selector: "node",
      style: {
        shape: "round-rectangle",
        width: "data(width)",
        height: 34,
        "background-color": colours.surface,
        "border-width": 1.25,
        "border-color": colours["line-strong"],
        label: "data(label)",
        "font-family": sans,
        "font-size": 13,
        "font-weight": 500,
        color: colours.text,
        "text-valign": "center",
        "text-margin-x": 9,
        "text-max-width": "data(room)",
        "text-wrap": "ellipsis",
        "min-zoomed-font-size": 5,
        "background-width": "12px",
        "background-height": "12px",
        "background-position-x": "10px",
      },
    },
    ...HEALTHS.map((health) => ({
      selector: `node[health = "${health}"]`,
      style: { "background-image": mark(health, colours[health]) },
    })),
    {
      selector: 'node[health = "failed"]',
      style: { "border-color": colours.failed, "border-width": 2, "background-color": colours["failed-ground"] },
    },
    {
      selector: 'node[health = "degraded"]',
      style: { "border-color": colours.degraded, "border-width": 1.75, "background-color": colours["degraded-ground"] },
    },
    { selector: 'node[health = "unknown"]', style: { "border-style": "dashed" } },
    {
      selector: "node.stub",
      style: {
        width: "data(width)",
        height: 18,
        "background-color": colours.ground,
        "border-style": "dashed",
        "border-width": 1,
        "font-size": 10.5,
        "text-margin-x": 0,
        "text-wrap": "none",
        color: colours.muted,
        "background-image": "none",
      },
    },
    {
      selector: "edge",
      style: {
        width: 1.4,
        "line-color": colours["line-strong"],
        "line-opacity": 0.75,
        "curve-style": "straight",
        "target-arrow-shape": "triangle",
        "target-arrow-color": colours["line-strong"],
        "arrow-scale": 0.85,
      },
    },
    {
      // Only these are ever read: hundreds of labels that are too small cost time before the first sight.
      selector: 'edge.told, edge.near, edge.chosen, edge.gone, edge[status = "degraded"], edge[status = "failed"]',
      style: {
        label: "data(label)",
        "font-family": sans,
        "font-size": 10.5,
        color: colours.muted,
        "text-background-color": colours.ground,
        "text-background-opacity": 0.9,
        "text-background-padding": "2px",
        "min-zoomed-font-size": 11, // from full size on
      },
    },
    // Two that lead to and fro lie beside one another.
    { selector: "edge[?back]", style: { "curve-style": "bezier" } },
    {
      selector: "edge[weights]",
      style: {
        "curve-style": "round-segments",
        "segment-weights": "data(weights)",
        "segment-distances": "data(distances)",
        "segment-radii": 24,
        "edge-distances": "node-position",
      } as never,
    },
    ...(["degraded", "failed"] as const).map((status) => ({
      selector: `edge[status = "${status}"]`,
      style: {
        "line-color": colours[status],
        "target-arrow-color": colours[status],
        color: colours[status],
        "line-opacity": 1,
        width: 2.2,
        "min-zoomed-font-size": 4,
      },
    })),
    { selector: "edge.near", style: { "min-zoomed-font-size": 4, "line-opacity": 1 } },
    { selector: 'edge[known = "inferred"]', style: { "line-style": "dashed", "line-dash-pattern": [7, 4] } },
    { selector: 'edge[known = "declared"]', style: { "line-style": "dotted", "line-dash-pattern": [1.5, 4] } },
    { selector: ".added", style: { "line-color": colours.healthy, "target-arrow-color": colours.healthy, width: 3.4, "line-opacity": 1 } },
    { selector: ".changed", style: { "line-color": colours.accent, "target-arrow-color": colours.accent, width: 3.4, "line-opacity": 1 } },
    { selector: ".gone", style: { "line-color": colours.failed, "target-arrow-color": colours.failed, "line-style": "dashed", width: 2, "line-opacity": 0.8 } },
    { selector: "node.found", style: { "outline-color": colours.accent, "outline-width": 3, "outline-opacity": 0.6 } },
    { selector: "node.chosen", style: { "border-color": colours.accent, "border-width": 3 } },
    { selector: "edge.chosen", style: { width: 3.6, "line-opacity": 1, "min-zoomed-font-size": 0, "z-index": 9 } },
    { selector: ".faint", style: { opacity: 0.22 } },
  ] as StylesheetJson;
}
