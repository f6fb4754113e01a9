import { createContext } from "preact";
import { useContext, useMemo, useState } from "preact/hooks";
import { formats } from "../../parts";
import { MARK } from "./payload";
import { CLASSES, spelled } from "./words";

/** The class of each mark that can stand in the texts below. */
export const Marks = createContext<Record<string, string>>({});

const FOLDED = 2_000;
const FOLDED_LINES = 24;

// The note where a text was cut, and characters that are obeyed instead of shown: controls, what
// turns the direction of writing, and what takes no room.
const CUT = /\[\.\.\. \d+ characters were cut here \.\.\.\]/;
const OBEYED =
  /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;
const SPECIAL = new RegExp([MARK, CUT, OBEYED].map((it) => it.source).join("|"), "g");

/** What stood where a mark stands. */
export function meaning(name: string, category: string | undefined): string {
  if (name === "dropped") return "what could not be cleaned";
  return CLASSES[category ?? ""] ?? "something personal";
}

function hint(name: string, category: string | undefined, pseudonym: boolean): string {
  const same = pseudonym ? " The same token stands for the same value." : "";
  return `Taken away before anything was stored: ${meaning(name, category)}.${same}`;
}

/** A text from outside as text: marks as chips, and no character of it obeyed. */
export function Told({ text }: { text: string }) {
  const marks = useContext(Marks);
  const pieces = useMemo(() => split(text, marks), [text, marks]);
  return <span class="name backlog-told">{pieces}</span>;
}

function split(text: string, marks: Record<string, string>): preact.ComponentChildren[] {
  const pieces: preact.ComponentChildren[] = [];
  let from = 0;
  for (const found of text.matchAll(SPECIAL)) {
    const [whole, name, , token] = found;
    if (name && !(name in marks) && name !== "dropped") continue;
    pieces.push(text.slice(from, found.index));
    from = found.index + whole.length;
    pieces.push(
      name ? (
        <span class="backlog-mark" title={hint(name, marks[name], !!token)}>
          {spelled(name)}
          {token && <span class="backlog-token"> {token.slice(0, 6)}</span>}
        </span>
      ) : whole.length > 1 ? (
        <span class="backlog-cut">{whole.slice(5, -5)}</span>
      ) : (
        <span class="backlog-control" title="A character without a shape: shown, not obeyed">
          U+{whole.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}
        </span>
      ),
    );
  }
  pieces.push(text.slice(from));
  return pieces;
}

/** Where a text is folded: after so many characters or lines, not within a pair of surrogates. */
function foldAt(text: string): number {
  let at = -1;
  for (let line = 0; line < FOLDED_LINES; line += 1) {
    at = text.indexOf("\n", at + 1);
    if (at < 0 || at > FOLDED) break;
  }
  const end = at >= 0 && at < FOLDED ? at : FOLDED;
  const code = text.charCodeAt(end - 1);
  return code >= 0xd800 && code <= 0xdbff ? end - 1 : end;
}

const encoder = new TextEncoder();

/** A text that may be very long: folded, with a button that shows all of it. */
export function Folding({ text, code = false }: { text: string; code?: boolean }) {
  const [open, setOpen] = useState(false);
  const end = foldAt(text);
  // A few characters more are shown rather than hidden behind a button.
  const long =
    text.length > end + FOLDED / 4 || (text.indexOf("\n", end) >= 0 && text.length > end + 200);
  return (
    <div class={`backlog-text ${code ? "mono" : ""}`}>
      <Told text={long && !open ? text.slice(0, end) : text} />
      {long && (
        <button
          type="button"
          class="backlog-fold"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {open ? "Show less" : `Show all (${formats.bytes(encoder.encode(text).length)})`}
        </button>
      )}
    </div>
  );
}

/** Any value: a text as it is, everything else as JSON. */
export function Value({ value }: { value: unknown }) {
  if (typeof value === "string") return <Folding text={value} />;
  return <Folding text={JSON.stringify(value, null, 2) ?? "–"} code />;
}
