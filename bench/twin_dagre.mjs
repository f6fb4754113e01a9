// What cytoscape-dagre makes of a graph: seconds, and where each system stands.
import { readFileSync } from "node:fs";
import cytoscape from "cytoscape";
import dagre from "cytoscape-dagre";

cytoscape.use(dagre);
const { n, s, t } = JSON.parse(readFileSync(process.argv[2]));
const nodes = Array.from({ length: n }, (_, at) => ({ data: { id: `n${at}` } }));
const edges = s.map((from, at) => ({ data: { id: `e${at}`, source: `n${from}`, target: `n${t[at]}` } }));
const graph = cytoscape({
  headless: true,
  styleEnabled: true,
  elements: [...nodes, ...edges],
  style: [{ selector: "node", style: { width: 120, height: 34 } }],
});
const begun = performance.now();
graph.layout({ name: "dagre", rankDir: "LR", animate: false, fit: false }).run();
const seconds = (performance.now() - begun) / 1000;
const places = nodes.map((it) => graph.$id(it.data.id).position());
// The library keeps a timer, so that the process would not end by itself.
process.stdout.write(JSON.stringify({ seconds, x: places.map((it) => it.x), y: places.map((it) => it.y) }), () => process.exit(0));
