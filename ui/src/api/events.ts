import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { authorization, who } from "../state/session";

export type Topic = "runs" | "flows" | "scars" | "failures";

/** A chain moved: `run` wrote its last entry, which says `word`. */
export interface Moved {
  type: "moved" | "polled";
  topic: Topic;
  stream?: string;
  run?: string;
  word?: string;
}

/** How far a pull that this server does has come. */
export interface Going {
  type: "progress";
  topic: "runs";
  stream: string;
  done: number;
  total: number;
  rows: number;
  requests: number;
  retries: number;
  waited_seconds: number;
  left: number | null;
  waiting_seconds: number;
  ended: boolean;
}

export type Told = Moved | Going;

/** How news come in: live, by asking now and then, or not yet. */
export const line = signal<"live" | "polling" | "off">("off");

const TOPICS: readonly Topic[] = ["runs", "flows", "scars", "failures"];
const POLL_MS = 15_000;
const LONGEST_WAIT_MS = 30_000;
const SILENCE_MS = 45_000; // three heartbeats
const TRIES = 3;

interface Listener {
  topics: ReadonlySet<Topic>;
  hear: (told: Told) => void;
}

const listeners = new Set<Listener>();
let last = "";
let running: AbortController | undefined;

function tell(told: Told): void {
  for (const it of [...listeners]) if (it.topics.has(told.topic)) it.hear(told);
}

/** Call `hear` for what happens to these topics while the component stands. */
export function useEvents(topics: Topic[], hear: (told: Told) => void): void {
  const current = useRef(hear);
  current.current = hear;
  const words = topics.join();
  const token = who.value;
  useEffect(() => {
    if (!words) return undefined;
    const own: Listener = {
      topics: new Set(words.split(",") as Topic[]),
      hear: (told) => current.current(told),
    };
    listeners.add(own);
    // After what the page itself asks for.
    const begin = setTimeout(start, 0);
    return () => {
      clearTimeout(begin);
      listeners.delete(own);
      if (!listeners.size) stop();
    };
  }, [words, token]);
}

function stop(): void {
  running?.abort();
  running = undefined;
  line.value = "off";
}

function start(): void {
  if (running || !listeners.size) return;
  running = new AbortController();
  void listen(running.signal);
}

async function listen(over: AbortSignal): Promise<void> {
  let failed = 0;
  while (!over.aborted) {
    try {
      await stream(over, () => {
        // What was asked for while nobody answered must be asked for again.
        if (failed) for (const topic of TOPICS) tell({ type: "polled", topic });
        failed = 0;
      });
    } catch {
      failed += 1;
    }
    if (over.aborted) return;
    if (failed >= TRIES) {
      line.value = "polling";
      for (const topic of TOPICS) tell({ type: "polled", topic });
    }
    await pause(failed >= TRIES ? POLL_MS : Math.min(LONGEST_WAIT_MS, 500 * 2 ** failed), over);
  }
}

function pause(ms: number, over: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    over.addEventListener("abort", () => (clearTimeout(timer), done()), { once: true });
  });
}

/** Read one answer to its end. EventSource cannot send a token, so fetch reads the stream. */
async function stream(over: AbortSignal, begun: () => void): Promise<void> {
  const own = new AbortController();
  const end = () => own.abort();
  over.addEventListener("abort", end, { once: true });
  let watch = setTimeout(end, SILENCE_MS);
  try {
    const headers: Record<string, string> = { ...authorization(), Accept: "text/event-stream" };
    if (last) headers["Last-Event-ID"] = last;
    const answer = await fetch("/api/events", { headers, signal: own.signal, credentials: "omit" });
    if (!answer.ok || !answer.body) throw new Error(`events: ${answer.status}`);
    begun();
    line.value = "live";
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(watch);
      watch = setTimeout(end, SILENCE_MS);
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) hear(block);
    }
  } finally {
    clearTimeout(watch);
    over.removeEventListener("abort", end);
  }
}

function hear(block: string): void {
  const fields = new Map<string, string>();
  for (const text of block.split("\n")) {
    const at = text.indexOf(":");
    if (at > 0) fields.set(text.slice(0, at), text.slice(at + 1).trimStart());
  }
  const id = fields.get("id");
  if (id !== undefined) last = id;
  const data = fields.get("data");
  if (data) tell({ type: fields.get("event"), ...JSON.parse(data) } as Told);
}
