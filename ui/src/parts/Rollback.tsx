import { useState } from "preact/hooks";
import { type Got, post } from "../api/client";
import { problemOf, useAsked } from "../api/useAsked";
import type { Problem } from "../api/client";
import { count } from "./formats";
import { Dialog, toast } from "./overlays";
import { ProblemBox, Skeleton } from "./states";
import { Time } from "./Time";

type Run = Got<"/api/runs">["runs"][number];

const MOST_RUNS = 1000;

/**
 * Asks before a run is taken back, and shows what will go: its rows, by how the store counted
 * them. `onDone` is called when it is gone.
 */
export function RollbackDialog({ run, onClose, onDone }: {
  run: string;
  onClose: () => void;
  onDone: () => void;
}) {
  const asked = useAsked("/api/runs", { query: { limit: MOST_RUNS } });
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const found = asked.data?.runs.find((it) => it.run === run);
  const later = (asked.data?.runs ?? []).filter((it) => found && isLater(it, found)).length;

  const act = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await post("/api/runs/{run}/rollback", { parts: { run } });
      toast(`Run ${run} was rolled back.`);
      onDone();
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };

  const actions = (
    <>
      <button type="button" class="button" onClick={onClose}>
        Keep it
      </button>
      <button
        type="button"
        class="button button-danger"
        disabled={busy || !found || found.state === "rolled back"}
        onClick={() => void act()}
      >
        {busy ? "Rolling back…" : "Roll back"}
      </button>
    </>
  );

  return (
    <Dialog title="Roll this run back?" onClose={onClose} actions={actions}>
      {!asked.data && !asked.problem && <Skeleton lines={5} />}
      {asked.problem && <ProblemBox problem={asked.problem} onAgain={asked.again} />}
      {asked.data && !found && (
        <p>This run is not among the newest {count(MOST_RUNS)}: its page tells of it.</p>
      )}
      {found && <WhatGoes run={found} later={later} />}
      {problem && <ProblemBox problem={problem} />}
    </Dialog>
  );
}

const isLater = (it: Run, than: Run): boolean =>
  it.stream === than.stream && it.started_at > than.started_at && it.state !== "rolled back";

function WhatGoes({ run, later }: { run: Run; later: number }) {
  const counts = run.counts as Record<string, unknown>;
  const number = (name: string) => (typeof counts[name] === "number" ? counts[name] : 0);
  return (
    <>
      <dl class="facts">
        <dt>Run</dt>
        <dd class="mono name">{run.run}</dd>
        <dt>Stream</dt>
        <dd>{run.stream}</dd>
        <dt>Source</dt>
        <dd class="name">{run.source ?? "–"}</dd>
        <dt>Began</dt>
        <dd>
          <Time at={run.started_at} />
        </dd>
        <dt>Rows that go</dt>
        <dd>
          {count(number("rows"))} ({count(number("new"))} new, {count(number("changed"))} changed,{" "}
          {count(number("same"))} the same as before)
        </dd>
      </dl>
      <p>
        What it replaced comes back, and what another run saw too stays
        {later > 0 ? `: ${later} later ${later === 1 ? "run" : "runs"} of this stream stand` : ""}.
        The ledger keeps the story of both.
      </p>
    </>
  );
}
