import { useRef } from "preact/hooks";
import type { Page } from "../pages";
import { type Shortcut, useShortcuts } from "../state/keys";

const WAIT_MS = 1500;

/** `g` and then the letter of a page lead to it. */
export function useGo(pages: Page[], go: (path: string) => void): void {
  const until = useRef(0);
  const first: Shortcut = {
    key: "g",
    what: "Go to a page: g, then its letter",
    act: () => {
      until.current = Date.now() + WAIT_MS;
      addEventListener("keydown", second, { capture: true, once: true });
    },
  };
  const second = (event: KeyboardEvent) => {
    const page = pages.find((it) => it.key === event.key);
    if (!page || Date.now() > until.current) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    go(page.path);
  };
  useShortcuts([first]);
}
