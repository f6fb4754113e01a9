import { Folding, Told, Value } from "./Told";
import type { Piece, Trouble, Turn } from "./payload";
import { capital } from "./words";

const ROLES: Record<string, string> = {
  system: "System",
  developer: "Developer",
  user: "User",
  assistant: "Assistant",
  tool: "Tool",
  input: "Input",
  output: "Output",
};

/** What was said to a model or a tool and what it answered, turn by turn. */
export function Talk({ turns, silent }: { turns: Turn[]; silent: string }) {
  return (
    <ol class="backlog-talk">
      {turns.map((turn, at) => (
        <li
          key={at}
          class={`backlog-turn backlog-role-${turn.role in ROLES ? turn.role : "other"}`}
        >
          <div class="backlog-role">
            <Told text={ROLES[turn.role] ?? capital(turn.role)} />
          </div>
          <div class="backlog-said">
            {turn.pieces.map((it, place) => (
              <Said key={place} piece={it} />
            ))}
            {!turn.pieces.length && <p class="muted">Nothing was said.</p>}
          </div>
        </li>
      ))}
      {silent && (
        <li class="backlog-turn">
          <div class="backlog-role">Output</div>
          <div class="backlog-said muted">{silent}</div>
        </li>
      )}
    </ol>
  );
}

function Said({ piece }: { piece: Piece }) {
  const { value } = piece;
  if (piece.kind === "text")
    return isEmpty(value) ? <p class="muted">Empty</p> : <Value value={value} />;
  return (
    <div class={`backlog-tool backlog-tool-${piece.kind}`}>
      <p class="backlog-tool-name">
        <span class="muted">{piece.kind === "call" ? "calls" : "result"}</span>{" "}
        <span class="mono">
          <Told text={piece.name} />
        </span>
      </p>
      {isEmpty(value) ? <p class="muted">Empty</p> : <Value value={value} />}
    </div>
  );
}

function isEmpty(value: unknown): boolean {
  if (typeof value === "string") return !value.trim();
  return value === null || value === undefined;
}

/** What went wrong, as the span tells it. */
export function ErrorBox({ trouble }: { trouble: Trouble }) {
  return (
    <div class="backlog-error">
      {trouble.type && (
        <p class="mono backlog-error-type">
          <Told text={trouble.type} />
        </p>
      )}
      {trouble.message && <Folding text={trouble.message} />}
      {trouble.stack && (
        <details>
          <summary>Stack</summary>
          <Folding text={trouble.stack} code />
        </details>
      )}
    </div>
  );
}
