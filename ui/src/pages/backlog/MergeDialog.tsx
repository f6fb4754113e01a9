import { useEffect, useRef, useState } from "preact/hooks";
import { useAsked } from "../../api/useAsked";
import { Dialog, ProblemBox, Search, Skeleton, formats, toast } from "../../parts";
import type { Group } from "./asking";
import { Conflicts, Reasons, type Target, merge, useDeciding } from "./deciding";
import { SeveritySign } from "./signs";
import { Told } from "./Told";
import { type Severity, many, spelled } from "./words";

const FORM = "backlog-merge";
const SHOWN = 8;
const MOST = 200;
const ALL = 1000;

interface Candidate {
  id: string;
  title: string;
  /** What tells it from others of its title. */
  about: string;
  severity: Severity;
  failures: number;
  likeness?: number;
}

/** Puts groups into one of them, or a single one into another that is chosen: alike ones first. */
export function MergeDialog({
  targets,
  onClose,
  onDone,
}: {
  targets: Target[];
  onClose: () => void;
  onDone: (into: string) => void;
}) {
  const [only] = targets.length === 1 ? targets : [];
  const [text, setText] = useState("");
  const [into, setInto] = useState(only ? "" : (targets[0]?.id ?? ""));
  const [why, setWhy] = useState("");
  const all = useAsked("/api/failures/groups", { query: { limit: only ? MOST : ALL, text } });
  const own = useAsked(only ? "/api/failures/groups/{group}" : undefined, {
    parts: { group: only?.id ?? "" },
    query: { limit: 1 },
  });
  const deciding = useDeciding((count) => {
    toast(`${many(count, "group")} merged. The group that stays says how to take it back.`);
    onDone(into);
  });
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => search.current?.focus(), []);
  const again = deciding.conflicts.length > 0;
  const pending = again ? deciding.conflicts.map((it) => it.target) : targets;
  const shown = candidates(all.data?.groups ?? [], targets, own.data?.suggestions ?? []);
  const submit = (event: Event) => {
    event.preventDefault();
    const going = pending.filter((it) => it.id !== into);
    void deciding.submit(going, (it) => merge(it, { into, why }));
  };

  return (
    <Dialog
      title={
        only ? "Merge this group into another" : `Merge ${many(targets.length, "group")} into one`
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
            disabled={!into || deciding.busy}
          >
            {again ? "Merge all the same" : "Merge"}
          </button>
        </>
      }
    >
      {again && <Conflicts conflicts={deciding.conflicts} />}
      {deciding.problem && <ProblemBox problem={deciding.problem} />}
      {only && (
        <>
          <p class="name">
            <Told text={only.title} />
          </p>
          <Search
            label="Find a group by its title"
            value={text}
            onChange={setText}
            inputRef={search}
          />
        </>
      )}
      {all.problem && <ProblemBox problem={all.problem} onAgain={all.again} />}
      {(!all.data || (only && !own.data && !own.problem)) && !all.problem && <Skeleton lines={4} />}
      <form id={FORM} class="stack" onSubmit={submit}>
        <fieldset class="backlog-choices">
          <legend class="muted">{only ? "Into" : "The group that stays"}</legend>
          {shown.slice(0, only ? SHOWN : ALL).map((it) => (
            <label key={it.id} class="backlog-choice">
              <input
                type="radio"
                name="into"
                checked={it.id === into}
                onChange={() => setInto(it.id)}
              />
              <SeveritySign severity={it.severity} />
              <span class="name clipped">
                <Told text={it.title} /> <span class="muted">{it.about}</span>
              </span>
              <span class="muted number">
                {it.likeness !== undefined && `${formats.share(it.likeness)} alike · `}
                {many(it.failures, "failure")}
              </span>
            </label>
          ))}
          {all.data && !shown.length && <p class="muted">No other group has that in its title.</p>}
        </fieldset>
        <p class="muted">Failures that come later go there too. It can be taken back.</p>
        <Reasons why={why} onWhy={setWhy} />
      </form>
    </Dialog>
  );
}

function candidates(
  groups: Group[],
  targets: Target[],
  suggestions: { group: string; likeness: number | null }[],
): Candidate[] {
  const chosen = new Set(targets.map((it) => it.id));
  const likeness = new Map(suggestions.map((it) => [it.group, it.likeness ?? 0]));
  return groups
    .filter((it) => (targets.length > 1 ? chosen.has(it.id) : !chosen.has(it.id)))
    .map((it) => {
      const alike = likeness.get(it.id);
      const about = [...it.applications, ...it.failure_types.map(spelled)].join(" · ");
      const severity = it.severity as Severity;
      const own = { id: it.id, title: it.title, about, severity, failures: it.failures };
      return alike === undefined ? own : { ...own, likeness: alike };
    })
    .sort((a, b) => ("likeness" in b ? b.likeness : 0) - ("likeness" in a ? a.likeness : 0));
}
