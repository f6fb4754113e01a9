import { useRef, useState } from "preact/hooks";
import { problemOf, useAsked } from "../../api/useAsked";
import { ProblemBox, Segments, Skeleton, toast } from "../../parts";
import { go, setQuery, useQuery } from "../../state/place";
import { Aside } from "./Aside";
import { type Failure, type GroupTold, type Shown, addressOf, cursor, neighbour } from "./asking";
import { type Target, stateOf } from "./deciding";
import { useActions, useKeys } from "./Dialogs";
import { FailureList } from "./FailureList";
import { FailureView } from "./FailureView";
import { Gone } from "./Gone";
import { GroupHead } from "./GroupHead";
import { Pager } from "./Pager";
import { rejoin, unmerge, unsplit } from "./undoing";

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
    "/api/failures/groups/{group}",
    { parts: { group: id }, query: asking },
    ["failures"],
  );
  const shown = useShown(data, trace);
  const target: Target[] = data
    ? [{ id, title: data.group?.title ?? id, version: data.version, state: stateOf(data) }]
    : [];
  const done = (into?: string) => {
    setChosen([]);
    if (into) go(addressOf(into));
    else again();
  };
  const actions = useActions({ targets: data?.group ? target : [], chosen, onDone: done });
  useKeys([...walking(id, data, shown), ...actions.shortcuts]);

  return (
    <div class="page backlog-page backlog-page-group">
      <nav class="backlog-crumbs" aria-label="Backlog">
        <a href={addressOf()} onClick={() => (cursor.value = id)}>
          ← Backlog
        </a>
      </nav>
      {problem && <ProblemBox problem={problem} onAgain={again} />}
      {!data && <h1 class="unseen">Group of failures</h1>}
      {!data && !problem && <Skeleton lines={16} label="Loading the group" />}
      {data && <GroupHead data={data} actions={actions} />}
      {data && !data.group && (
        <Gone
          data={data}
          onUnmerge={() => unmerge(id, data.version, again)}
          onUnsplit={() => unsplit(id, data.version, again)}
        />
      )}
      {data && (
        <div class="backlog-columns-two">
          <div class="backlog-main">
            {data.group && (
              <div class="spread">
                <Segments
                  label="View"
                  value={view === "all" ? "all" : "one"}
                  onChange={(to) => setView(to)}
                  choices={[
                    { value: "one", label: "Failure" },
                    { value: "all", label: `All ${data.group.failures}` },
                  ]}
                />
                {view !== "all" && shown && <Pager data={data} shown={shown} />}
              </div>
            )}
            {view === "all" && data.group && (
              <FailureList
                data={data}
                chosen={chosen}
                onChosen={setChosen}
                onSplit={actions.split}
                onMore={limit < MOST ? () => setLimit(Math.min(MOST, limit * 2)) : undefined}
              />
            )}
            {view !== "all" && shown && (
              <>
                {shown.group !== id && <Elsewhere shown={shown} />}
                <FailureView shown={shown} />
              </>
            )}
          </div>
          <Aside
            data={data}
            onMerge={actions.merge}
            onUnmerge={(it) => unmerge(it.group, it.version, again)}
            onUnsplit={() => data.split_from && rejoin(id, data.split_from)}
          />
        </div>
      )}
      {actions.dialog}
    </div>
  );
}

/** That the failure which the address names is in another group now. */
function Elsewhere({ shown }: { shown: Shown }) {
  const there = addressOf(shown.group ?? "", { trace: shown.trace_id, span: shown.span_id });
  return (
    <p class="problem">
      <span>
        This failure is in{" "}
        <a class="name" href={there}>
          another group
        </a>{" "}
        now.
      </span>
    </p>
  );
}

const isSame = (one: Failure, other: Failure): boolean =>
  one.trace_id === other.trace_id && one.span_id === other.span_id;

/**
 * The failure that is read stays the one that is read, as long as it is in the group: a newer one
 * that comes meanwhile takes its place only when the reader goes on.
 */
function useShown(data: GroupTold | undefined, named: string): Shown | undefined {
  const held = useRef<Shown | undefined>(undefined);
  const { current } = held;
  const stays = current && data?.failures.some((it) => isSame(it, current));
  const told = data?.failure ?? undefined;
  if (data && (named || !stays || (told && isSame(told, current)))) held.current = told;
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
    const listed = data?.failures ?? [];
    const at = listed.findIndex((it) => shown && isSame(it, shown));
    const to = listed[at + by];
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
