import type { ComponentType } from "preact";

export interface Page {
  /** The paths that it stands at: this one, and those below it. */
  path: string;
  title: string;
  /** In the navigation, under this letter after `g`. */
  key?: string;
  load: () => Promise<{ default: ComponentType }>;
}

const twin = () => import("./pages/twin/Page");

/** As the navigation has them; a page reads the rest of its path from `state/place`. */
export const PAGES: Page[] = [
  { path: "/", title: "Twin", key: "t", load: twin },
  { path: "/scars", title: "Scars", key: "s", load: () => import("./pages/scars/Page") },
  { path: "/backlog", title: "Backlog", key: "b", load: () => import("./pages/backlog/Page") },
  { path: "/runs", title: "Runs", key: "r", load: () => import("./pages/runs/Page") },
  { path: "/dev/graph-prototype", title: "Twin", load: twin },
];
