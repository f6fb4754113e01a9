/** What stands in a message, one after the other. */
export type Piece =
  | { kind: "text"; value: unknown }
  | { kind: "call"; name: string; value: unknown }
  | { kind: "result"; name: string; value: unknown };

export interface Turn {
  role: string;
  pieces: Piece[];
}

export interface Trouble {
  type: string;
  message: string;
  stack: string;
}

export interface Conversation {
  turns: Turn[];
  /** Whether the span tells an output, be it an empty one. */
  answered: boolean;
  trouble: Trouble | undefined;
  metadata: Record<string, unknown>;
  tags: string[];
}

type Fields = Record<string, unknown>;

const fields = (value: unknown): Fields =>
  value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Fields) : {};

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const text = (value: unknown): string => (typeof value === "string" ? value : "");

const isSome = (value: unknown): boolean => value !== undefined && value !== null && value !== "";

/** What JSON in a text holds; anything else stays as it is. */
export function held(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** A value by a name with dots, which may be one key or keys within keys. */
function dug(value: unknown, name: string): unknown {
  const own = fields(value);
  if (name in own) return own[name];
  const at = name.indexOf(".");
  return at < 0 ? undefined : dug(own[name.slice(0, at)], name.slice(at + 1));
}

// As LLM Observability and OpenTelemetry name them; APM has them under attributes or custom.
const INPUTS = ["input", "gen_ai.input.messages", "gen_ai.input", "gen_ai.prompt", "llm.input"];
const OUTPUTS = [
  "output",
  "gen_ai.output.messages",
  "gen_ai.output",
  "gen_ai.completion",
  "llm.output",
];

function first(places: unknown[], names: string[]): unknown {
  for (const place of places)
    for (const name of names) {
      const found = dug(place, name);
      if (isSome(found)) return found;
    }
  return undefined;
}

/** Read a span as it was told: what was said to it and by it, and what went wrong. */
export function conversation(payload: unknown, kind: string | null): Conversation {
  const span = fields(held(payload));
  const attributes = fields(span["attributes"]);
  const places = [span, attributes, fields(attributes["custom"]), fields(span["meta"])];
  const name = text(span["name"]) || text(attributes["resource_name"]) || "tool";
  const output = turnsOf(first(places, OUTPUTS), kind === "tool" ? "result" : "output", name);
  const input = turnsOf(first(places, INPUTS), kind === "tool" ? "call" : "input", name);
  const turns = [...input, ...output];
  const tags = list(span["tags"]).concat(list(attributes["tags"])).map(String);
  const metadata = fields(first(places, ["metadata"]));
  const trouble = troubleOf([...places, metadata], tags);
  return { turns, answered: output.length > 0, trouble, metadata, tags };
}

type Side = "input" | "output" | "call" | "result";

function turnsOf(told: unknown, side: Side, name: string): Turn[] {
  if (!isSome(told)) return [];
  const value = held(told);
  const own = fields(value);
  const messages = Array.isArray(value) ? value : list(own["messages"]);
  const role = side === "input" ? "input" : "output";
  if (messages.some((it) => isMessage(it))) return messages.map((it) => turnOf(it, role));
  if (Array.isArray(own["documents"]))
    return [{ role, pieces: [{ kind: "text", value: own["documents"] }] }];
  const inner = held("value" in own ? own["value"] : value);
  if (side === "call" || side === "result")
    return [{ role: "tool", pieces: [{ kind: side, name, value: inner }] }];
  return [{ role, pieces: [{ kind: "text", value: inner }] }];
}

const isMessage = (it: unknown): boolean =>
  ["role", "content", "tool_calls", "tool_results", "parts"].some((name) => name in fields(it));

function turnOf(message: unknown, otherwise: string): Turn {
  const own = fields(message);
  const role = text(own["role"]) || otherwise;
  const pieces: Piece[] = [];
  const called = isSome(own["tool_call_id"]) || role === "tool" || role === "function";
  const said = [...parts(own["content"]), ...parts(own["parts"])];
  for (const it of said)
    pieces.push(
      called && it.kind === "text" ? { ...it, kind: "result", name: text(own["name"]) } : it,
    );
  for (const it of list(own["tool_calls"])) pieces.push(call(fields(it)));
  for (const it of list(own["tool_results"])) pieces.push(result(fields(it)));
  return { role, pieces };
}

function parts(content: unknown): Piece[] {
  if (!isSome(content)) return [];
  if (!Array.isArray(content)) return [{ kind: "text", value: held(content) }];
  return content.map((it) => {
    const own = fields(it);
    const type = text(own["type"]);
    if (type === "text" || type === "input_text" || type === "output_text")
      return { kind: "text", value: held(own["text"] ?? own["content"]) };
    if (type === "tool_call" || type === "tool_use" || type === "function_call") return call(own);
    if (type === "tool_result" || type === "tool_call_response") return result(own);
    return { kind: "text", value: it };
  });
}

function call(own: Fields): Piece {
  const inner = fields(own["function"]);
  const value = own["arguments"] ?? own["input"] ?? inner["arguments"] ?? {};
  return {
    kind: "call",
    name: text(own["name"]) || text(inner["name"]) || "tool",
    value: held(value),
  };
}

function result(own: Fields): Piece {
  const value = own["result"] ?? own["response"] ?? own["content"];
  return { kind: "result", name: text(own["name"]), value: held(value) };
}

// In the order in which they are read when a failure is judged.
const TYPES = ["error.type", "error_type", "exception.type", "_type"];
const MESSAGES = ["error.message", "error.msg", "error_message", "exception.message"];
const STACKS = ["error.stack", "error_stack", "error.stacktrace", "exception.stacktrace"];

function troubleOf(places: unknown[], tags: string[]): Trouble | undefined {
  const tagged = (names: string[]) => {
    for (const name of names) {
      const found = tags.find((it) => it.startsWith(`${name}:`));
      if (found) return found.slice(name.length + 1);
    }
    return "";
  };
  const plain = places.map((it) => dug(it, "error")).find((it) => typeof it === "string");
  const trouble = {
    type: text(first(places, TYPES)) || tagged(TYPES),
    message: text(first(places, MESSAGES)) || text(plain) || tagged(MESSAGES),
    stack: text(first(places, STACKS)) || tagged(STACKS),
  };
  return trouble.type || trouble.message || trouble.stack ? trouble : undefined;
}

/** How often each mark stands in a text of JSON, by its name. */
export function marksIn(value: unknown, known: Record<string, string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [, name = ""] of JSON.stringify(value ?? "").matchAll(MARK))
    if (name in known || name === "dropped") counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** `[email]`, or with a pseudonym `[email:key:token]`. */
export const MARK = /\[([a-z][a-z0-9_]*)(?::([a-z2-7]{4}):([a-z2-7]{24}))?\]/g;
