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

addEventListener("keydown", (event) => {
  const modified = event.ctrlKey || event.metaKey || event.altKey;
  if (modified || typing(event.target) || document.querySelector("dialog[open]")) return;
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
