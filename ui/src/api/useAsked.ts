import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { who } from "../state/session";
import { type Asking, type Got, Problem, address } from "./client";
import { type Kept, NOTHING, found, taken } from "./early";
import { type Topic, useEvents } from "./events";
import type { paths } from "./types";

export interface Asked<Body> {
  /** The last good answer; it stays while a new one is on its way, so that nothing jumps. */
  data: Body | undefined;
  problem: Problem | undefined;
  loading: boolean;
  again: () => void;
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
  const kept = useRef<Kept>(NOTHING);
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
      kept.current = NOTHING;
      state.current = { problem: undefined, loading: false };
      show({});
      return undefined;
    }
    const abort = new AbortController();
    state.current.loading = true;
    show({});
    (taken(url) ?? found(url, kept.current, abort.signal))
      .then((it) => {
        if (abort.signal.aborted) return;
        if (it) kept.current = it;
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

/** Return a problem that can be shown, whatever was thrown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(0, "Fault", error instanceof Error ? error.message : String(error));
}
