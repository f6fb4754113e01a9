import cytoscape, { type Core, type ElementDefinition } from "cytoscape";
import { useLayoutEffect, useRef } from "preact/hooks";
import { colours } from "../../parts";
import { dark } from "../../state/preferences";
import { STUB, elementsOf } from "./elements";
import { look } from "./look";
import { type Twin, edgeId, focusOn, select } from "./view";

/** What is drawn beside the twin itself. */
export interface Marks {
  /** Ids of edges by what became of them between two moments. */
  added: ReadonlySet<string>;
  changed: ReadonlySet<string>;
  gone: { from: string; to: string }[];
  /** Ids of nodes that a search found. */
  found: ReadonlySet<string>;
  /** The sources whose flows stand out; all are equal without any. */
  overlays: ReadonlySet<string>;
}

interface Props {
  twin: Twin;
  selected: string;
  marks: Marks;
  /** Changes when something else is looked at: then all of it is brought into view. */
  frame: string;
  /** Given the graph once it stands, for exports and keys. */
  onReady: (graph: Core | undefined) => void;
}

const MARGIN = 40;
const FULL = 1100; // pixels of a stage on which names are as large as the text beside it
const LARGEST = 1.15;
const NEAREST = 4;
const LEGIBLE = 1; // from this zoom on all labels of edges are large enough to be shown

/** Bring everything into view, but never larger than it is read well. */
export function fit(graph: Core): void {
  const largest = Math.max(LARGEST, graph.width() / FULL);
  graph.fit(undefined, MARGIN);
  if (graph.zoom() > largest) {
    graph.zoom(largest);
    graph.center();
  }
  graph.data("moved", false);
}

/** Have all edges bear their labels, not only those in trouble. */
export function labelEdges(graph: Core): void {
  graph.data("labelled", true);
  graph.edges().addClass("told");
}

/** The graph of systems and flows. New data patches it; places come from the server. */
export function Graph({ twin, selected, marks, frame, onReady }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const graph = useRef<Core>(null);
  const isDark = dark.value;

  // All of it before the browser paints: one frame shows the page with its graph, not two.
  useLayoutEffect(() => {
    ownSheet();
    const made = cytoscape({
      container: box.current,
      minZoom: 0.05,
      maxZoom: NEAREST,
      autoungrabify: true,
      autounselectify: true,
      boxSelectionEnabled: false,
      hideEdgesOnViewport: false,
      textureOnViewport: false,
      layout: { name: "preset" },
    });
    made.on("tap", (event) => {
      if (event.target === made) select("");
      else if (event.target.hasClass("stub")) focusOn(event.target.data("of") as string);
      else if (!event.target.hasClass("gone")) select(event.target.id() as string);
    });
    made.on("dbltap", "node", (event) => {
      if (!event.target.hasClass("stub")) focusOn(event.target.id() as string);
    });
    made.on("dragpan pinchzoom scrollzoom", () => made.data("moved", true));
    made.on("zoom", () => {
      if (made.zoom() >= LEGIBLE && !made.data("labelled")) labelEdges(made);
    });
    const sized = new ResizeObserver(() => {
      made.resize();
      if (!made.data("moved")) fit(made);
    });
    if (box.current) sized.observe(box.current);
    graph.current = made;
    onReady(made);
    return () => {
      sized.disconnect();
      onReady(undefined);
      made.destroy();
    };
  }, []);

  useLayoutEffect(() => {
    graph.current?.style(look(colours()));
  }, [isDark]);

  useLayoutEffect(() => {
    if (graph.current) patch(graph.current, elementsOf(twin));
  }, [twin]);

  useLayoutEffect(() => {
    if (graph.current) mark(graph.current, twin, selected, marks);
  }, [twin, selected, marks]);

  useLayoutEffect(() => {
    if (!graph.current) return;
    fit(graph.current);
    graph.current.one("render", () => performance.mark("twin drawn"));
  }, [frame]);

  const words = `Graph of ${twin.shown.systems} systems and ${twin.shown.flows} flows; the table shows the same`;
  return <div ref={box} class="twin-graph" role="img" aria-label={words} />;
}

/** The library writes a style sheet into the page unless this is there; ours has what it says. */
function ownSheet(): void {
  const id = "__________cytoscape_stylesheet";
  if (document.getElementById(id)) return;
  const stand = document.createElement("meta");
  stand.id = id;
  document.head.append(stand);
}

/** Make the graph show these elements; what stays is not touched, and nothing moves by itself. */
function patch(graph: Core, wanted: Map<string, ElementDefinition>): void {
  graph.batch(() => {
    graph.elements().filter((it) => !wanted.has(it.id())).remove();
    const added: ElementDefinition[] = [];
    for (const [id, element] of wanted) {
      const there = graph.getElementById(id);
      if (there.empty()) {
        added.push(element);
        continue;
      }
      if (element.position) there.position(element.position);
      if (there.data("weights") && !element.data["weights"]) there.removeData("weights distances");
      there.data(element.data);
    }
    graph.add(added.filter((it) => it.group === "nodes"));
    graph.add(added.filter((it) => it.group === "edges"));
    if (graph.data("labelled")) labelEdges(graph);
  });
}

function mark(graph: Core, twin: Twin, selected: string, marks: Marks): void {
  graph.batch(() => {
    graph.elements(".gone").remove();
    graph.elements().removeClass("chosen near faint found added changed");
    for (const { from, to } of marks.gone) {
      const ends = graph.getElementById(from).union(graph.getElementById(to));
      const id = `gone ${from} > ${to}`;
      if (ends.length === 2 && graph.getElementById(id).empty())
        graph.add({ group: "edges", classes: "gone", data: { id, source: from, target: to, label: "gone" } });
    }
    for (const id of marks.added) graph.getElementById(id).addClass("added");
    for (const id of marks.changed) graph.getElementById(id).addClass("changed");
    for (const id of marks.found) graph.getElementById(id).addClass("found");
    const stands = standing(graph, twin, selected, marks);
    if (selected) stands?.edges().addClass("near");
    if (stands) graph.elements().difference(stands).addClass("faint");
    graph.getElementById(selected).addClass("chosen");
  });
}

/** What stands out: what is beside the selection, or of the overlays; nothing if all is equal. */
function standing(graph: Core, twin: Twin, selected: string, marks: Marks) {
  const chosen = graph.getElementById(selected);
  if (chosen.nonempty()) {
    const near = chosen.closedNeighborhood().union(chosen.connectedNodes());
    const stubs = graph.nodes(".stub").filter((it) => near.has(graph.getElementById(it.id().slice(STUB.length))));
    return near.union(stubs);
  }
  if (!marks.overlays.size) return undefined;
  let found = graph.collection();
  for (const edge of twin.edges)
    if (edge.flows.some((it) => marks.overlays.has(it.source))) found = found.union(graph.getElementById(edgeId(edge)));
  return found.union(found.connectedNodes());
}
