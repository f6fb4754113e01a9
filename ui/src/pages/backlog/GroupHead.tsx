import { Act } from "../../parts";
import type { GroupTold } from "./asking";
import { stateOf } from "./deciding";
import type { Actions } from "./Dialogs";
import { SeveritySign, StateWord } from "./signs";
import { Told } from "./Told";
import { STATES, type Severity, type State, TRANSITIONS, VERBS, spelled } from "./words";

/** What a group is called, how it stands, and what can be done with it. */
export function GroupHead({ data, actions }: { data: GroupTold; actions: Actions }) {
  const { group } = data;
  const state = stateOf(data);
  const [forward, ...others] = STATES.filter((it) => group && TRANSITIONS[state].includes(it)).sort(
    (a, b) => rank(a, state) - rank(b, state),
  );
  return (
    <header class="backlog-head">
      <div class="backlog-head-words">
        <h1 class="name">
          {group && <SeveritySign severity={group.severity as Severity} />}{" "}
          <Told text={group?.title ?? data.id} />
        </h1>
        <p class="row muted">
          <StateWord state={state} />
          {group && (
            <span class="name">
              {[...group.applications, ...group.failure_types.map(spelled)].join(" · ")}
            </span>
          )}
        </p>
      </div>
      {group && (
        <div class="row">
          {forward && (
            <Act class="button button-main" onAct={() => actions.decide(forward)}>
              {VERBS[forward]}
            </Act>
          )}
          {others.map((it) => (
            <Act key={it} class="button" onAct={() => actions.decide(it)}>
              {VERBS[it]}
            </Act>
          ))}
          <Act class="button" onAct={actions.merge}>
            Merge
          </Act>
          <Act class="button" onAct={actions.split}>
            Split
          </Act>
          <button type="button" class="button" onClick={actions.give}>
            Export
          </button>
        </div>
      )}
    </header>
  );
}

/** What brings a group on stands first, what ends it last. */
function rank(to: State, from: State): number {
  if (to === "dismissed") return 3;
  return STATES.indexOf(to) > STATES.indexOf(from) ? 0 : 1;
}
