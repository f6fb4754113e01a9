import { Dialog } from "../parts/overlays";
import { PAGES } from "../pages";
import { shortcuts } from "../state/keys";

const NAMES: Record<string, string> = {
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Escape: "Esc",
};

/** The keys of the page that is shown. */
export function Help({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl class="keys">
        {shortcuts().map((it) => (
          <div key={it.key + it.what}>
            <dt>
              <kbd>{NAMES[it.key] ?? it.key}</kbd>
            </dt>
            <dd>{it.what}</dd>
          </div>
        ))}
        {PAGES.filter((it) => it.key).map((it) => (
          <div key={it.path}>
            <dt>
              <kbd>g</kbd> <kbd>{it.key}</kbd>
            </dt>
            <dd>{it.title}</dd>
          </div>
        ))}
      </dl>
      <p class="muted">
        Tables: arrows walk over rows, Enter chooses one. All that a page shows is in its address:
        copy it to show somebody else the same.
      </p>
    </Dialog>
  );
}
