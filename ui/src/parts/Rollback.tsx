import { useState } from "preact/hooks";
import { type Got, type Problem, post } from "../api/client";
import { problemOf, useAsked } from "../api/useAsked";
import { count, many } from "./formats";
import { Dialog } from "./overlays";
import { ProblemBox, Skeleton } from "./states";
import { Table, type Column } from "./Table";
import { Time } from "./Time";

export type Preview = Got<"/api/runs/{run}/preview">;
type Subject = Preview["subjects"][number];

const MOST_REASON = 1000;

/** What taking a run back will do, in numbers; and the button that does it. */
export function RollbackDialog({
  run,
  onClose,
  onDone,
}: {
  run: string;
  onClose: () => void;
  onDone: (what: Preview) => void;
}) {
  const { data, problem, again } = useAsked("/api/runs/{run}/preview", { parts: { run } });
  const [failed, setFailed] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const [reason, setReason] = useState("");

  const act = async (what: Preview) => {
    setBusy(true);
    setFailed(undefined);
    try {
      const body = reason.trim() ? { reason: reason.trim() } : undefined;
      await post("/api/runs/{run}/rollback", { parts: { run }, body });
      onDone(what);
    } catch (error) {
      setFailed(problemOf(error));
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
        onClick={() => data && void act(data)}
        disabled={busy || !data || data.state === "rolled back"}
      >
        {busy ? "Rolling back…" : "Roll back"}
      </button>
    </>
  );
  return (
    <Dialog title="Roll this run back?" wide onClose={onClose} actions={actions}>
      <p class="mono name">{run}</p>
      {!data && !problem && <Skeleton lines={6} label="Looking at what would go" />}
      {problem && <ProblemBox problem={problem} onAgain={again} />}
      {data && <WhatGoes it={data} />}
      {data && (
        <label class="rollback-reason">
          <span>Why, for the ledger (may be left out)</span>
          <input
            class="input"
            maxLength={MOST_REASON}
            value={reason}
            placeholder="wrong account"
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </label>
      )}
      {failed && <ProblemBox problem={failed} />}
    </Dialog>
  );
}

/** What a rollback does to the records that show, in a row of numbers. */
export function Effect({
  it,
  done = false,
}: {
  it: NonNullable<Preview["effect"]>;
  done?: boolean;
}) {
  const parts: [number, string][] = [
    [it.goes, done ? "went" : "will go"],
    [it.comes_back, done ? "came back" : "will come back"],
    [it.changes, done ? "changed back" : "will change back"],
    [it.stays, done ? "stayed: another run told them too" : "will stay: another run told them too"],
  ];
  return (
    <ul class="rollback-numbers">
      {parts.map(([number, what]) => (
        <li key={what}>
          <strong>{count(number)}</strong> <span class="muted">{what}</span>
        </li>
      ))}
    </ul>
  );
}

const COLUMNS: Column<Subject>[] = [
  {
    key: "subject",
    title: "This run told of",
    cell: (it) => <span class="name">{it.subject || <span class="muted">no name</span>}</span>,
    order: (it) => it.subject,
  },
  {
    key: "rows",
    title: "Rows",
    numeric: true,
    cell: (it) => count(it.rows),
    order: (it) => it.rows,
  },
  {
    key: "first",
    title: "From",
    cell: (it) => <Time at={it.first} />,
    order: (it) => it.first ?? null,
  },
  { key: "last", title: "To", cell: (it) => <Time at={it.last} />, order: (it) => it.last ?? null },
];

function WhatGoes({ it }: { it: Preview }) {
  const scars = it.found["scar"] ?? 0;
  return (
    <>
      {it.effect ? (
        <Effect it={it.effect} />
      ) : (
        <p>
          <strong>{many(it.rows, "row")}</strong> of this run go. A row that another run saw too
          stays; how many those are is not known before.
        </p>
      )}
      {scars > 0 && <p>{many(scars, "scar")} that were found in them go too.</p>}
      {it.subjects.length > 0 && (
        <div class="rollback-subjects">
          <Table
            caption="What this run told, by subject"
            columns={COLUMNS}
            rows={it.subjects}
            rowKey={(row) => row.subject}
            step={20}
          />
        </div>
      )}
      {it.subject_count > it.subjects.length && (
        <p class="muted">
          {count(it.subjects.length)} of {count(it.subject_count)} are listed.
        </p>
      )}
      <Others it={it} />
      {it.goes_on_elsewhere && (
        <p>The next pull goes on from where the run before this one ended.</p>
      )}
    </>
  );
}

function Others({ it }: { it: Preview }) {
  if (!it.other_count) return <p class="muted">No other run told of the same at the same time.</p>;
  return (
    <details>
      <summary>
        {many(it.other_count, "other run")} told of the same at the same time: what{" "}
        {it.other_count === 1 ? "it" : "they"} saw stays
      </summary>
      <ul class="rollback-others">
        {it.others.map((other) => (
          <li key={other.run}>
            <a class="mono name" href={`/runs/${encodeURIComponent(other.run)}`}>
              {other.run}
            </a>{" "}
            <span class="muted">
              {other.state}, <Time at={other.started_at} />
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
