import type { ComponentChildren } from "preact";
import type { Problem } from "../api/client";

/** What went wrong, in the server's own sentence, and a way to try again. */
export function ProblemBox({ problem, onAgain }: { problem: Problem; onAgain?: () => void }) {
  return (
    <div class="problem" role="alert">
      <p>
        <strong>{sentence(problem.title)}</strong> {sentence(problem.message)}
      </p>
      {problem.errors.length > 0 && (
        <ul>
          {problem.errors.map((it) => (
            <li key={`${it.where} ${it.reason}`}>
              {it.where && <code>{it.where}</code>} {it.reason}
            </li>
          ))}
        </ul>
      )}
      {onAgain && (
        <button type="button" class="button" onClick={onAgain}>
          Try again
        </button>
      )}
    </div>
  );
}

function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

/** Nothing is here: why, and what to do. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** Grey lines where something will be; as tall as that, so that nothing jumps. */
export function Skeleton({ lines = 6, label = "Loading" }: { lines?: number; label?: string }) {
  return (
    <div class="skeleton" role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, number) => (
        <div key={number} class={`skeleton-line skeleton-${number % 4}`} />
      ))}
    </div>
  );
}

/** A path to which no page belongs. */
export function NothingHere() {
  return (
    <div class="empty">
      <h1>There is no page here</h1>
      <p>
        <a href="/">The digital twin</a> shows the systems and their flows.
      </p>
    </div>
  );
}
