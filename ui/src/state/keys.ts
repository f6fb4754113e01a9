import { useLayoutEffect } from "preact/hooks";

export interface Shortcut {
  /** As `KeyboardEvent.key` has it: "/", "j", "Escape". */
  key: string;
  what: string;
  act: () => void;
}

const known = new Set<Shortcut>();

/** What the keys of this page do, for the help. */
export const shortcuts = (): Shortcut[] => [...known];

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches("input, select, textarea, [contenteditable]");

/** Enter and the space bar press what has the focus: a shortcut may not take them from it. */
const pressing = (event: KeyboardEvent): boolean =>
  (event.key === "Enter" || event.key === " ") &&
  event.target instanceof Element &&
  event.target.matches("a[href], button, summary");

addEventListener("keydown", (event) => {
  const modified = event.ctrlKey || event.metaKey || event.altKey;
  if (modified || event.defaultPrevented || typing(event.target) || pressing(event)) return;
  if (document.querySelector("dialog[open]")) return;
  const found = [...known].findLast((it) => it.key === event.key);
  if (!found) return;
  event.preventDefault();
  found.act();
});

/**
 * Have these keys while the component stands. Not while somebody types, nor behind a dialog.
 */
export function useShortcuts(own: Shortcut[]): void {
  // With the render, not after it: the next key must meet what is shown.
  useLayoutEffect(() => {
    for (const it of own) known.add(it);
    return () => {
      for (const it of own) known.delete(it);
    };
  });
}
