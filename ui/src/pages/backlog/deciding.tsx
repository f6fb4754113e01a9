import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { type Problem, get, patch, post } from "../../api/client";
import { problemOf } from "../../api/useAsked";
import { Time } from "../../parts";
import type { Decision, GroupTold } from "./asking";
import { COLUMNS, type State, many } from "./words";

/** A group as the reader saw it when they began to decide. */
export interface Target {
  id: string;
  title: string;
  version: number;
  state: State;
}

/** A group that somebody else decided about since. */
export interface Conflict {
  target: Target;
  since: Decision[];
}

const KEY = "scarline.reviewer";
const LONGEST = 40;

/** The name under which this reader decides; without one the server says what they are. */
export const reviewer = signal(localStorage.getItem(KEY) ?? "");

export function nameReviewer(name: string): void {
  reviewer.value = name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .slice(0, LONGEST);
  localStorage.setItem(KEY, reviewer.value);
}

export const targetOf = (group: Target): Target => ({
  id: group.id,
  title: group.title,
  version: group.version,
  state: group.state,
});

function seen(version: number): Record<string, string> {
  const who = reviewer.peek();
  return { "If-Match": `"${version}"`, ...(who ? { "X-Scarline-User": who } : {}) };
}

const asking = (target: Target, body: object) => ({
  parts: { group: target.id },
  headers: seen(target.version),
  body,
});

export const move = (target: Target, body: { state: State; why: string; resolved: boolean }) =>
  patch("/api/failures/groups/{group}", asking(target, body));

export const merge = (target: Target, body: { into: string | null; why: string }) =>
  post("/api/failures/groups/{group}/merge", asking(target, body));

export interface Splitting {
  by?: string | null;
  failures?: [string, string][];
  part?: string;
  why: string;
}

export const split = (target: Target, body: Splitting) =>
  post("/api/failures/groups/{group}/split", asking(target, body));

/** What stands after somebody else was first: the group as it is, and what they decided. */
async function lost(target: Target): Promise<Conflict> {
  const now = await get("/api/failures/groups/{group}", {
    parts: { group: target.id },
    query: { limit: 1 },
  });
  const since = now.history.filter((it) => it.version > target.version);
  return { target: { ...target, version: now.version, state: stateOf(now) }, since };
}

/** Decide; return what stands instead if somebody was first. */
async function beaten(
  target: Target,
  act: (target: Target) => Promise<unknown>,
): Promise<Conflict | undefined> {
  try {
    await act(target);
    return undefined;
  } catch (error) {
    if (problemOf(error).status !== 412) throw error;
    return lost(target);
  }
}

export function stateOf(told: GroupTold): State {
  if (told.group) return told.group.state as State;
  const moved: Record<string, unknown> =
    told.history.findLast((it) => it.what === "state")?.value ?? {};
  return (moved["state"] as State | undefined) ?? "new";
}

export interface Deciding {
  conflicts: Conflict[];
  problem: Problem | undefined;
  busy: boolean;
  /** Decide about each; whom somebody else was first with is a conflict, to decide again. */
  submit: (targets: Target[], act: (target: Target) => Promise<unknown>) => Promise<void>;
}

export function useDeciding(onDone: (count: number) => void): Deciding {
  const [conflicts, setConflicts] = useState<Conflict[]>([]);
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const submit: Deciding["submit"] = async (targets, act) => {
    setBusy(true);
    setProblem(undefined);
    const found: Conflict[] = [];
    let failed: Problem | undefined;
    for (const target of targets) {
      try {
        const first = await beaten(target, act);
        if (first) found.push(first);
      } catch (error) {
        failed ??= problemOf(error);
      }
    }
    setConflicts(found);
    setProblem(failed);
    setBusy(false);
    if (!found.length && !failed) onDone(targets.length);
  };
  return { conflicts, problem, busy, submit };
}

/** What a decision was, in words after the name of who made it. */
export function told(it: Decision): string {
  const value: Record<string, unknown> = it.value;
  if (it.what === "merge")
    return value["into"] ? `merged it into ${value["into"]}` : "took the merge back";
  if (it.what === "split") {
    const failures = value["failures"] as unknown[] | undefined;
    if (failures)
      return failures.length
        ? `split off ${many(failures.length, "failure")}`
        : "took a split back";
    const by = value["by"];
    return typeof by === "string" ? `split it by ${COLUMNS[by] ?? by}` : "took the split back";
  }
  const word = { triaged: "triaged it", ready: "marked it ready", dismissed: "dismissed it" }[
    String(value["state"])
  ];
  if (word) return word;
  const sent = value["export"] ? " to the webhook" : "";
  return `exported it${value["resolved"] ? ", as resolved" : ""}${sent}`;
}

/** That somebody else decided first, what they did, and that one may decide again. */
export function Conflicts({ conflicts }: { conflicts: Conflict[] }) {
  return (
    <div class="backlog-conflict" role="alert">
      <p>
        <strong>Somebody decided first.</strong> Nothing was overwritten. Look at what they did,
        then decide again or leave it so.
      </p>
      <ul class="stack">
        {conflicts.map((it) => (
          <li key={it.target.id}>
            {conflicts.length > 1 && <p class="name">{it.target.title}</p>}
            {it.since.map((made) => (
              <p key={made.version}>
                <b class="name">{made.who}</b> {told(made)}, <Time at={made.at} relative />
                {made.why && <q class="backlog-quote name">{made.why}</q>}
              </p>
            ))}
            {it.since.length === 0 && <p>What was decided about it was taken back since.</p>}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Why, and under which name: what every decision asks. */
export function Reasons({
  why,
  onWhy,
  needed = false,
}: {
  why: string;
  onWhy: (why: string) => void;
  needed?: boolean;
}) {
  return (
    <>
      <label class="stack stack-tight">
        <span>
          Note <span class="muted">{needed ? "(needed)" : "(kept in the history)"}</span>
        </span>
        <textarea
          class="input"
          rows={2}
          autofocus
          maxLength={2000}
          value={why}
          required={needed}
          onInput={(event) => onWhy(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey) return;
            event.preventDefault();
            event.currentTarget.form?.requestSubmit();
          }}
        />
      </label>
      <label class="backlog-reviewer">
        <span class="muted">Decided by</span>
        <input
          class="input"
          value={reviewer.value}
          placeholder="your name"
          autocomplete="off"
          maxLength={LONGEST}
          onChange={(event) => nameReviewer(event.currentTarget.value)}
        />
      </label>
    </>
  );
}
