import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { who } from "../state/session";
import { type Asking, type Got, Problem, address, send } from "./client";
import { type Topic, useEvents } from "./events";
import type { paths } from "./types";

export interface Asked<Body> {
  /** The last good answer; it stays while a new one is on its way, so that nothing jumps. */
  data: Body | undefined;
  problem: Problem | undefined;
  loading: boolean;
  again: () => void;
}

interface Kept {
  url: string;
  data: unknown;
  tag: string;
}

/**
 * Ask for what stands at a path, again whenever the question changes or one of `topics` moved.
 * Without a path nothing is asked.
 */
export function useAsked<Path extends keyof paths>(
  path: Path | undefined,
  asking: Pick<Asking, "query" | "parts"> = {},
  topics: Topic[] = [],
): Asked<Got<Path>> {
  const url = path === undefined ? "" : address(path, asking);
  const token = who.value;
  const kept = useRef<Kept>({ url: "", data: undefined, tag: "" });
  const [round, setRound] = useState(0);
  const [, show] = useState({});
  const state = useRef<{ problem: Problem | undefined; loading: boolean }>({
    problem: undefined,
    loading: url !== "",
  });
  const again = useCallback(() => setRound((it) => it + 1), []);
  useEvents(topics, again);

  useEffect(() => {
    if (!url) {
      kept.current = { url: "", data: undefined, tag: "" };
      state.current = { problem: undefined, loading: false };
      show({});
      return undefined;
    }
    const abort = new AbortController();
    state.current.loading = true;
    show({});
    asked(url, kept.current, abort.signal)
      .then((found) => {
        if (found) kept.current = found;
        state.current = { problem: undefined, loading: false };
        show({});
      })
      .catch((error: unknown) => {
        if (abort.signal.aborted) return;
        state.current = { problem: problemOf(error), loading: false };
        show({});
      });
    return () => abort.abort();
  }, [url, round, token]);

  return { data: kept.current.data as Got<Path> | undefined, ...state.current, again };
}

/** Return what was found, or nothing if it is what we have. */
async function asked(url: string, kept: Kept, signal: AbortSignal): Promise<Kept | undefined> {
  const same = kept.url === url && kept.tag;
  const headers: Record<string, string> = same ? { "If-None-Match": kept.tag } : {};
  const answer = await send("GET", url, { headers, signal });
  if (answer.status === 304) return undefined;
  return { url, data: await answer.json(), tag: answer.headers.get("etag") ?? "" };
}

/** Return a problem that can be shown, whatever was thrown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(0, "Fault", error instanceof Error ? error.message : String(error));
}
