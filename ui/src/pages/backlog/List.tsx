import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useAsked } from "../../api/useAsked";
import { Act, Empty, ProblemBox, Skeleton, Time } from "../../parts";
import { go } from "../../state/place";
import type { Shortcut } from "../../state/keys";
import { type Groups, addressOf, asked, clearFilters, cursor, filtered, order } from "./asking";
import { type Target, targetOf } from "./deciding";
import { useActions, useKeys } from "./Dialogs";
import { Filters } from "./Filters";
import { apart } from "./apart";
import { Rows, focusRow } from "./Rows";
import { many } from "./words";

const STEP = 100;
const MOST = 1000;

/** All groups, the worst first, then those that come most often. */
export function List() {
  const [limit, setLimit] = useState(STEP);
  const { data, problem, again } = useAsked(
    "/api/failures/groups",
    { query: { ...asked(), limit } },
    ["failures"],
  );
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const groups = data?.groups ?? [];
  const ids = groups.map((it) => it.id);
  const kept = ids.filter((it) => chosen.has(it));
  const named = kept.length ? kept : [cursor.value];
  const differing = useMemo(() => apart(groups), [data]);
  const titleOf = (it: Target) => [it.title, differing.get(it.id)].filter(Boolean).join(" · ");
  const targets = (groups as Target[])
    .filter((it) => named.includes(it.id))
    .map((it) => targetOf({ ...it, title: titleOf(it) }));
  const done = () => {
    setChosen(new Set());
    again();
  };
  const actions = useActions({ targets, onDone: done });
  useCursor(ids, data !== undefined);

  const toggle = (id: string) => {
    const next = new Set(kept);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  useKeys([
    ...walking(ids),
    {
      key: "x",
      what: "Choose the group, for a decision about several",
      act: () => cursor.value && toggle(cursor.value),
    },
    ...actions.shortcuts,
    { key: "/", what: "Find in titles", act: focusSearch },
  ]);

  return (
    <div class="page backlog-page">
      <div class="spread">
        <h1>Backlog</h1>
        <button type="button" class="button" onClick={actions.deliveries}>
          Deliveries
        </button>
      </div>
      <Filters data={data} onFilter={() => setLimit(STEP)} />
      {data && <Result data={data} />}
      {problem && <ProblemBox problem={problem} onAgain={again} />}
      {!data && !problem && <div class="backlog-result" />}
      {!data && !problem && <Skeleton lines={14} label="Loading groups" />}
      {data && groups.length > 0 && (
        <Rows
          data={data}
          apart={differing}
          chosen={kept}
          onToggle={toggle}
          onAll={() => setChosen(new Set(kept.length === ids.length ? [] : ids))}
        />
      )}
      {data && groups.length < data.total && (
        <More data={data} onMore={() => setLimit(Math.min(MOST, limit * 2))} />
      )}
      {data && !groups.length && <Nothing data={data} />}
      {kept.length > 0 && (
        <div class="backlog-chosen" role="toolbar" aria-label="Chosen groups">
          <span>{many(kept.length, "group")} chosen</span>
          <Act class="button" onAct={() => actions.decide("triaged")}>
            Triage
          </Act>
          <Act class="button" onAct={() => actions.decide("dismissed")}>
            Dismiss
          </Act>
          <Act class="button" onAct={actions.merge}>
            Merge
          </Act>
          <button type="button" class="button" onClick={actions.give}>
            Export
          </button>
          <button type="button" class="button button-quiet" onClick={() => setChosen(new Set())}>
            Clear
          </button>
        </div>
      )}
      {actions.dialog}
    </div>
  );
}

/** Keep the keys at a row that is there: after a decision at the one that took its place. */
function useCursor(ids: string[], ready: boolean): void {
  const at = useRef(0);
  useEffect(() => {
    if (!ready) return;
    order.value = ids;
    const found = ids.indexOf(cursor.value);
    if (found >= 0) at.current = found;
    else if (cursor.value) {
      cursor.value = ids[Math.min(at.current, ids.length - 1)] ?? "";
      if (document.activeElement === document.body) focusRow(cursor.value);
    }
  }, [ids.join("\n"), ready, cursor.value]);
}

function walking(ids: string[]): Shortcut[] {
  const step = (by: number) => () => {
    const at = ids.indexOf(cursor.value);
    const to = ids[at < 0 ? 0 : Math.max(0, Math.min(ids.length - 1, at + by))];
    if (to === undefined) return;
    cursor.value = to;
    focusRow(to);
  };
  const open = () => {
    const active = document.activeElement;
    if (active instanceof HTMLElement && active !== document.body && active.id !== "main")
      active.click();
    else if (cursor.value) go(addressOf(cursor.value));
  };
  return [
    { key: "j", what: "Next group", act: step(1) },
    { key: "k", what: "Group before", act: step(-1) },
    { key: "Enter", what: "Open the group", act: open },
  ];
}

function focusSearch(): void {
  document.querySelector<HTMLInputElement>(".backlog-page input[type=search]")?.focus();
}

/** How many there are, and how far that can be believed. */
function Result({ data }: { data: Groups }) {
  const shown = data.groups.length;
  return (
    <div class="backlog-result" role="status">
      <span class="number">
        {shown < data.total ? `${shown} of ${many(data.total, "group")}` : many(shown, "group")}
      </span>
      <Unseen data={data} />
    </div>
  );
}

/** Which parts of the stretch nobody looked at: an empty place there says nothing. */
function Unseen({ data }: { data: Groups }) {
  const { missing, looked, asked: over } = data.coverage;
  if (!missing.length || !looked) return null;
  const [last] = missing;
  // What came since the last pull is no fault: the next one looks there.
  if (missing.every((it) => it.to === over?.to))
    return (
      <span>
        Looked at until <Time at={last?.from} />, not since
      </span>
    );
  return (
    <details class="backlog-unseen">
      <summary>
        {many(missing.length, "part")} of this stretch {missing.length === 1 ? "was" : "were"} not
        looked at
      </summary>
      <ul>
        {missing.map((it) => (
          <li key={`${it.what} ${it.from}`}>
            <span class="name mono">{it.what}</span> <Time at={it.from} /> – <Time at={it.to} />{" "}
            <span class="muted name">{it.reason}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Nothing({ data }: { data: Groups }) {
  if (filtered())
    return (
      <Empty title="No group fits these filters">
        {!data.coverage.looked && (
          <p>No pull has looked at this stretch: that it is empty says nothing.</p>
        )}
        <button type="button" class="button" onClick={clearFilters}>
          Clear filters
        </button>
      </Empty>
    );
  if (data.coverage.looked)
    return (
      <Empty title="No failures">
        <p>
          Pulls looked from <Time at={data.coverage.asked?.from} /> to{" "}
          <Time at={data.coverage.asked?.to} />, and found none.
        </p>
      </Empty>
    );
  return (
    <Empty title="Nobody has looked for failures yet">
      <p>Bring home the failing spans of your LLM applications, redacted on the way:</p>
      <pre class="backlog-command">
        <code>scarline pull failures --last 24h</code>
      </pre>
      <p class="muted">
        <code>--dry-run</code> says what it would ask of Datadog, and sends nothing. What fails
        alike becomes a group here.
      </p>
    </Empty>
  );
}

function More({ data, onMore }: { data: Groups; onMore: () => void }) {
  if (data.groups.length >= MOST)
    return (
      <p class="muted">
        The first {many(MOST, "group")} of {data.total}: filter to see others.
      </p>
    );
  return (
    <p class="row">
      <button type="button" class="button" onClick={onMore}>
        Show more
      </button>
      <span class="muted">
        {data.groups.length} of {data.total}
      </span>
    </p>
  );
}
