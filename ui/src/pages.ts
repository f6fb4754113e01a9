import type { ComponentType } from "preact";
import { askEarly, askedOfTwin } from "./api/early";

export interface Page {
  /** The paths that it stands at: this one, and those below it. */
  path: string;
  title: string;
  /** In the navigation, under this letter after `g`. */
  key?: string;
  load: () => Promise<{ default: ComponentType }>;
  /** Asks for what the page shows first, before its script is there. */
  early?: () => void;
}

const twin = {
  title: "Twin",
  load: () => import("./pages/twin/Page"),
  early: () => askEarly("/api/twin", { query: askedOfTwin() }),
};

/** As the navigation has them; a page reads the rest of its path from `state/place`. */
export const PAGES: Page[] = [
  { path: "/", key: "t", ...twin },
  { path: "/scars", title: "Scars", key: "s", load: () => import("./pages/scars/Page") },
  { path: "/backlog", title: "Backlog", key: "b", load: () => import("./pages/backlog/Page") },
  { path: "/runs", title: "Runs", key: "r", load: () => import("./pages/runs/Page") },
  { path: "/dev/graph-prototype", ...twin },
];

const fits = (page: Page, at: string) =>
  at === page.path || (page.path !== "/" && at.startsWith(`${page.path}/`));

/** The page that a path leads to. */
export function pageAt(at: string): Page | undefined {
  return PAGES.find((it) => fits(it, at));
}
