import { useState } from "preact/hooks";
import { useAsked } from "../../api/useAsked";
import { Dialog, ProblemBox, Skeleton, toast } from "../../parts";
import type { GroupTold } from "./asking";
import { Conflicts, Reasons, type Target, split, useDeciding } from "./deciding";
import { Told } from "./Told";
import { COLUMNS, capital, many } from "./words";

const FORM = "backlog-split";
const LISTED = "listed";
const SHOWN = 4;

type Values = GroupTold["values"][keyof GroupTold["values"]];

/** Splits a group by what its failures have in a column, or splits off those that were chosen. */
export function SplitDialog({
  target,
  chosen,
  onClose,
  onDone,
}: {
  target: Target;
  chosen: [string, string][];
  onClose: () => void;
  onDone: () => void;
}) {
  const {
    data,
    problem,
    again: ask,
  } = useAsked("/api/failures/groups/{group}", {
    parts: { group: target.id },
    query: { limit: 1 },
  });
  const [how, setHow] = useState(chosen.length ? LISTED : "");
  const [why, setWhy] = useState("");
  const deciding = useDeciding(() => {
    toast("The group is split. It can be taken back from its parts.");
    onDone();
  });
  const again = deciding.conflicts.length > 0;
  const pending = again ? deciding.conflicts.map((it) => it.target) : [target];
  const columns = data ? Object.entries(data.values).filter(([, it]) => it.distinct > 1) : [];
  const submit = (event: Event) => {
    event.preventDefault();
    const by = how === LISTED ? { failures: chosen } : { by: how };
    void deciding.submit(pending, (it) => split(it, { ...by, why }));
  };

  return (
    <Dialog
      title="Split this group"
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
            disabled={!how || deciding.busy}
          >
            {again ? "Split all the same" : "Split"}
          </button>
        </>
      }
    >
      {again && <Conflicts conflicts={deciding.conflicts} />}
      {deciding.problem && <ProblemBox problem={deciding.problem} />}
      {problem && <ProblemBox problem={problem} onAgain={ask} />}
      <p class="name">
        <Told text={target.title} />
      </p>
      {!data && !problem && <Skeleton lines={4} />}
      <form id={FORM} class="stack" onSubmit={submit}>
        <fieldset class="backlog-choices">
          <legend class="unseen">How</legend>
          {chosen.length > 0 && (
            <Choice
              value={LISTED}
              how={how}
              onHow={setHow}
              title={`Split off the ${many(chosen.length, "chosen failure")}`}
              about="The others stay, and so do those to come."
            />
          )}
          {columns.map(([column, values]) => (
            <Choice
              key={column}
              value={column}
              how={how}
              onHow={setHow}
              title={`By ${COLUMNS[column] ?? column}: ${many(values.distinct, "part")}`}
              about={parts(values)}
            />
          ))}
        </fieldset>
        {data && !columns.length && !chosen.length && (
          <p>
            Its failures are the same in every column. To split some of them off, choose them in the
            list of its failures.
          </p>
        )}
        <Reasons why={why} onWhy={setWhy} />
      </form>
    </Dialog>
  );
}

function parts({ distinct, most }: Values): string {
  const named = most.slice(0, SHOWN).map((it) => `${it.value ?? "none"} (${it.failures})`);
  return named.join(", ") + (distinct > SHOWN ? ` and ${distinct - SHOWN} more` : "");
}

function Choice({
  value,
  how,
  onHow,
  title,
  about,
}: {
  value: string;
  how: string;
  onHow: (how: string) => void;
  title: string;
  about: string;
}) {
  return (
    <label class="backlog-choice">
      <input type="radio" name="how" checked={how === value} onChange={() => onHow(value)} />
      <span class="backlog-choice-text">
        {capital(title)}
        <span class="muted name">{about}</span>
      </span>
    </label>
  );
}
