import { authorization, role, signInNeeded } from "../state/session";
import type { paths } from "./types";

/** What went wrong, as RFC 9457 has it; `message` is a sentence for a person. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    detail: string,
    readonly errors: { where?: string; reason?: string }[] = [],
  ) {
    super(detail);
  }
}

type Method = "get" | "post" | "patch" | "delete";
type Json<Answer> = Answer extends { content: { "application/json": infer Body } } ? Body : unknown;
type Answer<Path extends keyof paths, Verb extends Method> = paths[Path] extends {
  [verb in Verb]: { responses: { 200: infer Good } };
}
  ? Json<Good>
  : unknown;
type Query<Path extends keyof paths, Verb extends Method> = paths[Path] extends {
  [verb in Verb]: { parameters: { query?: infer Asked } };
}
  ? Asked
  : never;

export type Values = Record<string, string | number | boolean | undefined>;

export interface Asking {
  query?: Values;
  /** What stands for the parts of the path in braces. */
  parts?: Record<string, string>;
  body?: unknown;
  /** Of a body that is a text or a file; else it is JSON. */
  type?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** The address of a path with its parts and query; empty values are left out. */
export function address(path: string, { query = {}, parts = {} }: Asking = {}): string {
  const whole = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(parts[name] ?? ""),
  );
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== "") words.set(name, String(value));
  const text = words.toString();
  return text ? `${whole}?${text}` : whole;
}

/**
 * Send a request and return the answer, whatever is in it (304 too, for who sent a tag). Throws
 * `Problem`; when the server does not know us, the field for the token is shown too.
 */
export async function send(method: string, path: string, asking: Asking = {}): Promise<Response> {
  const headers: Record<string, string> = { ...authorization(), ...asking.headers };
  const init: RequestInit = { method, headers, credentials: "omit", signal: asking.signal ?? null };
  if (asking.body !== undefined) {
    headers["Content-Type"] = asking.type ?? "application/json";
    init.body = asking.type ? (asking.body as BodyInit) : JSON.stringify(asking.body);
  }
  let answer: Response;
  try {
    answer = await fetch(address(path, asking), init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(0, "No answer", "the server cannot be reached: is scarline serve running?");
  }
  role.value = answer.headers.get("X-Scarline-Role") ?? role.value;
  if (!answer.ok && answer.status !== 304) throw await problem(answer);
  return answer;
}

async function problem(answer: Response): Promise<Problem> {
  if (answer.status === 401) signInNeeded.value = true;
  try {
    const told = (await answer.json()) as { title: string; detail: string; errors?: [] };
    return new Problem(answer.status, told.title, told.detail, told.errors);
  } catch {
    const detail = `the server answered ${answer.status} without saying why`;
    return new Problem(answer.status, answer.statusText, detail);
  }
}

async function json(method: Method, path: string, asking: Asking): Promise<unknown> {
  return (await send(method.toUpperCase(), path, asking)).json();
}

type Typed<Path extends keyof paths, Verb extends Method> = Omit<Asking, "query"> & {
  query?: Query<Path, Verb>;
};

/** Ask for what stands at a path of the OpenAPI description; typed by it. */
export function get<Path extends keyof paths>(
  path: Path,
  asking: Typed<Path, "get"> = {},
): Promise<Answer<Path, "get">> {
  return json("get", path, asking as Asking) as Promise<Answer<Path, "get">>;
}

/** Tell, to a path of the OpenAPI description; typed by it. */
export function post<Path extends keyof paths>(
  path: Path,
  asking: Typed<Path, "post"> = {},
): Promise<Answer<Path, "post">> {
  return json("post", path, asking as Asking) as Promise<Answer<Path, "post">>;
}

/** Change what stands at a path. */
export function patch<Path extends keyof paths>(
  path: Path,
  asking: Typed<Path, "patch"> = {},
): Promise<Answer<Path, "patch">> {
  return json("patch", path, asking as Asking) as Promise<Answer<Path, "patch">>;
}

export type Got<Path extends keyof paths> = Answer<Path, "get">;
