import { useState } from "preact/hooks";
import { Dialog, ProblemBox, toast } from "../../parts";
import { Conflicts, Reasons, type Target, move, useDeciding } from "./deciding";
import { StateWord } from "./signs";
import { Told } from "./Told";
import { STATES, type State, TRANSITIONS, VERBS, capital, many } from "./words";

const FORM = "backlog-decide";

const reachable = (targets: Target[]): State[] =>
  STATES.filter((to) => targets.every((it) => TRANSITIONS[it.state].includes(to)));

/** Brings groups to another state. Who was second sees what the first did, and decides again. */
export function DecideDialog({
  targets,
  to,
  onClose,
  onDone,
}: {
  targets: Target[];
  to: State;
  onClose: () => void;
  onDone: () => void;
}) {
  const [wanted, setWanted] = useState<State>(to);
  const [why, setWhy] = useState("");
  const [resolved, setResolved] = useState(false);
  const deciding = useDeciding((count) => {
    toast(`${many(count, "group")}: ${wanted}.`);
    onDone();
  });
  const again = deciding.conflicts.length > 0;
  const pending = again ? deciding.conflicts.map((it) => it.target) : targets;
  const choices = reachable(pending);
  const possible = choices.includes(wanted);
  const needed = wanted === "dismissed";
  const submit = (event: Event) => {
    event.preventDefault();
    void deciding.submit(pending, (target) => move(target, { state: wanted, why, resolved }));
  };

  return (
    <Dialog
      title={
        pending.length === 1
          ? "Decide about this group"
          : `Decide about ${many(pending.length, "group")}`
      }
      onClose={onClose}
      actions={
        <>
          <button type="button" class="button" onClick={onClose}>
            {again ? "Leave it so" : "Cancel"}
          </button>
          <button
            type="submit"
            form={FORM}
            class="button button-main"
            disabled={!possible || deciding.busy || (needed && !why.trim())}
          >
            {again ? `${VERBS[wanted]} all the same` : VERBS[wanted]}
          </button>
        </>
      }
    >
      {again && <Conflicts conflicts={deciding.conflicts} />}
      {deciding.problem && <ProblemBox problem={deciding.problem} />}
      <ul class="backlog-targets">
        {pending.map((it) => (
          <li key={it.id}>
            <StateWord state={it.state} />{" "}
            <span class="name clipped">
              <Told text={it.title} />
            </span>
          </li>
        ))}
      </ul>
      <form id={FORM} class="stack" onSubmit={submit}>
        <fieldset class="backlog-choices">
          <legend class="unseen">New state</legend>
          {choices.map((it) => (
            <label key={it} class="backlog-choice">
              <input
                type="radio"
                name="state"
                checked={it === wanted}
                onChange={() => setWanted(it)}
              />
              {capital(it)}
            </label>
          ))}
          {!choices.length && <p>These groups have no next state in common.</p>}
        </fieldset>
        {!possible && choices.length > 0 && (
          <p class="muted">
            A group that is {pending[0]?.state} cannot become {wanted}: choose another.
          </p>
        )}
        {wanted === "exported" && (
          <label class="toggle">
            <input
              type="checkbox"
              checked={resolved}
              onChange={(event) => setResolved(event.currentTarget.checked)}
            />
            It is mended: if it is seen again, it regressed
          </label>
        )}
        <Reasons why={why} onWhy={setWhy} needed={needed} />
      </form>
    </Dialog>
  );
}
