import { useRef, useState } from "preact/hooks";
import { problemOf, useAsked } from "../../api/useAsked";
import { Empty, ProblemBox, Segments, Skeleton, toast } from "../../parts";
import { go, setQuery, useQuery } from "../../state/place";
import { Aside } from "./Aside";
import { type GroupTold, type Shown, addressOf, cursor, neighbour } from "./asking";
import { type Target, merge, split, stateOf } from "./deciding";
import { type Actions, useActions, useKeys } from "./Dialogs";
import { FailureList } from "./FailureList";
import { FailureView } from "./FailureView";
import { Pager } from "./Pager";
import { SeveritySign, StateWord } from "./signs";
import { Told } from "./Told";
import { STATES, type Severity, TRANSITIONS, VERBS, many, spelled } from "./words";

const STEP = 100;
const MOST = 1000;

/** One group: its failures one by one or as a list, why it is one, and what was decided. */
export function GroupPage({ id }: { id: string }) {
  const [trace] = useQuery("trace");
  const [span] = useQuery("span");
  const [limit, setLimit] = useState(STEP);
  const [view, setView] = useQuery("view", "one");
  const [chosen, setChosen] = useState<[string, string][]>([]);
  const asking = { full: true, trace_id: trace, span_id: span, limit };
  const { data, problem, again } = useAsked(
    "/api/failures/groups/{group}", { parts: { group: id }, query: asking }, ["failures"],
  );
  const shown = useShown(data?.failure ?? undefined, trace);
  const target: Target[] = data ? [{ id, title: data.group?.title ?? id, version: data.version, state: stateOf(data) }] : [];
  const done = (into?: string) => {
    setChosen([]);
    if (into) go(addressOf(into));
    else again();
  };
  const actions = useActions({ targets: data?.group ? target : [], chosen, onDone: done });
  const undo = async (act: () => Promise<unknown>, what: string) => {
    try {
      await act();
      toast(what);
    } catch (error) {
      const told = problemOf(error);
      toast(told.status === 412 ? "Somebody decided about it since: look at it again." : told.message, true);
    }
    again();
  };
  const unmerge = (it: { group: string; version: number }) =>
    void undo(
      () => merge({ id: it.group, title: "", version: it.version, state: "new" }, { into: null, why: "" }),
      "The merge was taken back.",
    );
  const unsplit = () => {
    const from = data?.split_from;
    if (!from) return;
    const parent: Target = { id: from.group, title: "", version: from.version, state: "new" };
    const how = from.by === null ? { failures: [], part: id } : { by: null };
    void undo(() => split(parent, { ...how, why: "" }), "The split was taken back.").then(() => go(addressOf(from.group)));
  };
  useKeys([...walking(id, data, shown), ...actions.shortcuts]);

  return (
    <div class="page backlog-page backlog-page-group">
      <nav class="backlog-crumbs" aria-label="Backlog">
        <a href={addressOf()} onClick={() => (cursor.value = id)}>← Backlog</a>
      </nav>
      {problem && <ProblemBox problem={problem} onAgain={again} />}
      {!data && <h1 class="unseen">Group of failures</h1>}
      {!data && !problem && <Skeleton lines={16} label="Loading the group" />}
      {data && <Head data={data} actions={actions} />}
      {data && !data.group && <Gone data={data} onUnmerge={(version) => unmerge({ group: id, version })}
        onUnsplit={() => void undo(() => split(target[0]!, { by: null, why: "" }), "The split was taken back.")} />}
      {data && (
        <div class="backlog-columns-two">
          <div class="backlog-main">
            {data.group && (
              <div class="spread">
                <Segments label="View" value={view === "all" ? "all" : "one"} onChange={(to) => setView(to)}
                  choices={[{ value: "one", label: "Failure" }, { value: "all", label: `All ${data.group.failures}` }]} />
                {view !== "all" && shown && <Pager data={data} shown={shown} />}
              </div>
            )}
            {view === "all" && data.group && (
              <FailureList data={data} chosen={chosen} onChosen={setChosen} onSplit={actions.split}
                onMore={limit < MOST ? () => setLimit(Math.min(MOST, limit * 2)) : undefined} />
            )}
            {view !== "all" && shown && (
              <>
                {shown.group !== id && (
                  <p class="problem">
                    This failure is in <a class="name" href={addressOf(shown.group ?? "", { trace: shown.trace_id, span: shown.span_id })}>another group</a> now.
                  </p>
                )}
                <FailureView shown={shown} />
              </>
            )}
          </div>
          <Aside data={data} onMerge={actions.merge} onUnmerge={unmerge} onUnsplit={unsplit} />
        </div>
      )}
      {actions.dialog}
    </div>
  );
}

/**
 * The failure that is read stays the one that is read: a newer one that comes meanwhile takes its
 * place only when the reader goes on.
 */
function useShown(told: Shown | undefined, named: string): Shown | undefined {
  const held = useRef<Shown | undefined>(undefined);
  if (told && (named || !held.current || told.span_id === held.current.span_id)) held.current = told;
  return held.current;
}

function walking(id: string, data: GroupTold | undefined, shown: Shown | undefined) {
  const walk = (by: number) => () => {
    neighbour(id, by)
      .then((to) => {
        if (to) go(addressOf(to));
        else toast(by > 0 ? "This is the last group." : "This is the first group.");
      })
      .catch((error: unknown) => toast(problemOf(error).message, true));
  };
  const turn = (by: number) => () => {
    const at = data?.failures.findIndex((it) => it.trace_id === shown?.trace_id && it.span_id === shown.span_id) ?? -1;
    const to = data?.failures[at + by];
    if (to) setQuery({ trace: to.trace_id, span: to.span_id, view: "" }, true);
  };
  const back = () => {
    cursor.value = id;
    go(addressOf());
  };
  return [
    { key: "j", what: "Next group", act: walk(1) },
    { key: "k", what: "Group before", act: walk(-1) },
    { key: "n", what: "Next failure of the group", act: turn(1) },
    { key: "p", what: "Failure before", act: turn(-1) },
    { key: "u", what: "Back to the list", act: back },
  ];
}

function Head({ data, actions }: { data: GroupTold; actions: Actions }) {
  const { group } = data;
  const state = stateOf(data);
  const [forward, ...others] = STATES.filter((it) => group && TRANSITIONS[state].includes(it))
    .sort((a, b) => rank(a, state) - rank(b, state));
  return (
    <header class="backlog-head">
      <div class="backlog-head-words">
        <h1 class="name">
          {group && <SeveritySign severity={group.severity as Severity} />} <Told text={group?.title ?? data.id} />
        </h1>
        <p class="row muted">
          <StateWord state={state} />
          {group && <span class="name">{[...group.applications, ...group.failure_types.map(spelled)].join(" · ")}</span>}
        </p>
      </div>
      {group && (
        <div class="row">
          {forward && <button type="button" class="button button-main" onClick={() => actions.decide(forward)}>{VERBS[forward]}</button>}
          {others.map((it) => (
            <button key={it} type="button" class="button" onClick={() => actions.decide(it)}>{VERBS[it]}</button>
          ))}
          <button type="button" class="button" onClick={actions.merge}>Merge</button>
          <button type="button" class="button" onClick={actions.split}>Split</button>
          <button type="button" class="button" onClick={actions.give}>Export</button>
        </div>
      )}
    </header>
  );
}

/** What brings a group on stands first, what ends it last. */
function rank(to: string, from: string): number {
  if (to === "dismissed") return 3;
  return STATES.indexOf(to as never) > STATES.indexOf(from as never) ? 0 : 1;
}

/** A group without failures: where they are now, and how to have them back. */
function Gone({ data, onUnmerge, onUnsplit }: {
  data: GroupTold;
  onUnmerge: (version: number) => void;
  onUnsplit: () => void;
}) {
  if (data.merged_into)
    return (
      <Empty title="This group was merged">
        <p>Its failures are in <a class="name" href={addressOf(data.merged_into)}>the group it was merged into</a>.</p>
        <button type="button" class="button" onClick={() => onUnmerge(data.version)}>Undo merge</button>
      </Empty>
    );
  if (data.split_by)
    return (
      <Empty title={`This group was split into ${many(data.parts.length, "part")}`}>
        <ul class="stack">
          {data.parts.map((it) => (
            <li key={it.group}>
              <a class="name" href={addressOf(it.group)}>{it.title}</a> <span class="muted">{many(it.failures, "failure")}</span>
            </li>
          ))}
        </ul>
        <button type="button" class="button" onClick={onUnsplit}>Undo split</button>
      </Empty>
    );
  return (
    <Empty title="This group has no failures">
      <p>They were rolled back, or are in other groups. What was decided about it stays.</p>
    </Empty>
  );
}
