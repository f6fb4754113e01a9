import type { ComponentChildren } from "preact";

export type Health = "healthy" | "degraded" | "failed" | "unknown";
export type Tone = Health | "info" | "plain";

/** Each state has a shape of its own, so that no colour is needed to tell them apart. */
const SHAPES: Record<Health, preact.JSX.Element> = {
  healthy: <circle cx="6" cy="6" r="4.5" fill="currentColor" />,
  degraded: <path d="M6 .9 11.4 10.6H.6z" fill="currentColor" />,
  failed: <path d="M3.7.8h4.6l2.9 2.9v4.6l-2.9 2.9H3.7L.8 8.3V3.7z" fill="currentColor" />,
  unknown: (
    <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" stroke-width="1.6" stroke-dasharray="2.2 1.6" />
  ),
};

/** The shape and colour of a state; without a word beside it, say `label`. */
export function HealthMark({ health, label }: { health: Health; label?: string }) {
  const spoken = label ? ({ role: "img", "aria-label": label } as const) : { "aria-hidden": true as const };
  return (
    <svg class={`mark tone-${health}`} viewBox="0 0 12 12" width="12" height="12" {...spoken}>
      {SHAPES[health]}
    </svg>
  );
}

/** The state in a word, with its mark. */
export function HealthWord({ health }: { health: Health }) {
  return (
    <span class={`health tone-${health}`}>
      <HealthMark health={health} />
      {health}
    </span>
  );
}

interface ChipProps {
  tone?: Tone;
  title?: string;
  children: ComponentChildren;
  /** Makes it a button with a cross. */
  onRemove?: () => void;
}

/** A short fact in a rounded box. */
export function Chip({ tone = "plain", title, children, onRemove }: ChipProps) {
  return (
    <span class={`chip tone-${tone}`} title={title}>
      <span class="clipped name">{children}</span>
      {onRemove && (
        <button type="button" class="chip-cross" onClick={onRemove} aria-label="Remove this filter">
          ×
        </button>
      )}
    </span>
  );
}
