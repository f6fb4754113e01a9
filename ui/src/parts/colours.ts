const NAMES = [
  "ground", "surface", "raised", "sunken", "line", "line-strong", "text", "muted", "accent",
  "healthy", "degraded", "failed", "unknown",
  "healthy-ground", "degraded-ground", "failed-ground", "unknown-ground", "chosen",
] as const;

export type Colours = Record<(typeof NAMES)[number], string>;

/**
 * The tokens as `rgb(…)`, as they are now: for what draws on a canvas. Read them again when
 * `dark` of `state/preferences` changes.
 */
export function colours(): Colours {
  const probe = document.createElement("span");
  document.body.append(probe);
  const found = Object.fromEntries(
    NAMES.map((name) => {
      probe.style.color = `var(--${name})`;
      return [name, getComputedStyle(probe).color];
    }),
  ) as Colours;
  probe.remove();
  return found;
}
