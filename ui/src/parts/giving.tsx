import { toast } from "./overlays";

/** Give a file to the reader; nothing is sent anywhere. */
export function download(name: string, content: Blob | string, type = "text/plain"): void {
  const blob = typeof content === "string" ? new Blob([content], { type }) : content;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Put a text where the reader pastes from. */
export async function copy(text: string, what = "It"): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast(`${what} was copied.`);
  } catch {
    toast("The browser does not let this page copy.", true);
  }
}

export function CopyButton({ text, label }: { text: string; label: string }) {
  return (
    <button type="button" class="button" onClick={() => void copy(text, label)}>
      Copy {label.toLowerCase()}
    </button>
  );
}

export interface Action {
  label: string;
  act: () => void;
}

/** Several actions under one button. It closes by Esc, by a choice, and by a press elsewhere. */
export function Menu({ label, actions }: { label: string; actions: Action[] }) {
  const close = (from: EventTarget | null) =>
    (from as HTMLElement | null)?.closest("details")?.removeAttribute("open");
  return (
    <details
      class="menu"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        event.currentTarget.removeAttribute("open");
        event.currentTarget.querySelector("summary")?.focus();
      }}
      onFocusOut={(event) => {
        const to = event.relatedTarget;
        if (to instanceof Node && !event.currentTarget.contains(to)) close(event.currentTarget);
      }}
    >
      <summary class="button">{label}</summary>
      <ul class="menu-list">
        {actions.map((it) => (
          <li key={it.label}>
            <button
              type="button"
              onClick={(event) => {
                close(event.currentTarget);
                it.act();
              }}
            >
              {it.label}
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
