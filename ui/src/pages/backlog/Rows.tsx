import { Time, formats } from "../../parts";
import { go } from "../../state/place";
import { type Group, type Groups, addressOf, cursor } from "./asking";
import { Columns, SeveritySign, StateWord, TrendWord } from "./signs";
import { Told } from "./Told";
import { type Severity, type State, spelled } from "./words";

const rowId = (group: string): string => `group-${group}`;

/** Put the focus on the link of a group in the list. */
export function focusRow(group: string): void {
  const link = document.getElementById(rowId(group))?.querySelector("a");
  link?.focus();
  link?.scrollIntoView({ block: "nearest" });
}

/** How long the columns of counts reach, in words. */
export function lengthOf(over: { from: string; to: string }): string {
  const hours = Math.round((Date.parse(over.to) - Date.parse(over.from)) / 3_600_000);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}

export function Rows({
  data,
  apart,
  chosen,
  onToggle,
  onAll,
}: {
  data: Groups;
  /** What tells groups of one title apart, by their ids. */
  apart: ReadonlyMap<string, string>;
  chosen: string[];
  onToggle: (group: string) => void;
  onAll: () => void;
}) {
  const length = lengthOf(data.over);
  return (
    <table class="table backlog-table">
      <caption class="unseen">Groups of failures, the worst first</caption>
      <thead>
        <tr>
          <th scope="col" class="backlog-cell-choose">
            <label class="backlog-box">
              <input
                type="checkbox"
                aria-label="Choose all groups"
                onChange={onAll}
                checked={chosen.length > 0 && chosen.length === data.groups.length}
              />
            </label>
          </th>
          <th scope="col" class="backlog-cell-title">
            Group
          </th>
          <th scope="col" class="backlog-cell-trend">
            Trend, {length}
          </th>
          <th scope="col" class="number backlog-cell-failures">
            Failures
          </th>
          <th scope="col" class="number backlog-cell-users">
            Users
          </th>
          <th scope="col" class="backlog-cell-seen">
            Last seen
          </th>
          <th scope="col" class="backlog-cell-state">
            State
          </th>
        </tr>
      </thead>
      <tbody>
        {data.groups.map((it) => (
          <Row
            key={it.id}
            group={it}
            apart={apart.get(it.id)}
            length={length}
            chosen={chosen.includes(it.id)}
            onToggle={onToggle}
          />
        ))}
      </tbody>
    </table>
  );
}

function Row({
  group,
  apart,
  length,
  chosen,
  onToggle,
}: {
  group: Group;
  apart: string | undefined;
  length: string;
  chosen: boolean;
  onToggle: (group: string) => void;
}) {
  const { id } = group;
  const about = [
    group.failure_types.map(spelled),
    group.applications,
    group.services.filter((it) => !group.applications.includes(it)),
  ]
    .map((it) => it.join(", "))
    .filter(Boolean);
  return (
    <tr
      id={rowId(id)}
      class={`backlog-row backlog-is-${group.state}`}
      aria-current={cursor.value === id || undefined}
      data-chosen={chosen || undefined}
      onFocusIn={() => (cursor.value = id)}
      onClick={(event) => {
        const pressed = (event.target as Element).closest("a, label");
        if (!pressed && !getSelection()?.toString()) go(addressOf(id));
      }}
    >
      <td class="backlog-cell-choose">
        <label class="backlog-box">
          <input
            type="checkbox"
            checked={chosen}
            aria-label={`Choose ${[group.title, apart].filter(Boolean).join(" · ")}`}
            onChange={() => onToggle(id)}
          />
        </label>
      </td>
      <td class="backlog-cell-title">
        <div class="backlog-title">
          <SeveritySign severity={group.severity as Severity} />
          <a href={addressOf(id)} class="name clipped">
            <Told text={group.title} />
            {apart && (
              <span class="backlog-apart">
                {" · "}
                <Told text={apart} />
              </span>
            )}
          </a>
        </div>
        <div class="backlog-about muted clipped name">{about.join(" · ")}</div>
      </td>
      <td class="backlog-cell-trend">
        <div class="backlog-trending">
          <Columns counts={group.activity} label={`in ${length}`} />
          <TrendWord trend={group.trend} />
        </div>
      </td>
      <td class="number backlog-cell-failures">{formats.count(group.failures)}</td>
      <td class="number backlog-cell-users">{group.users ? formats.count(group.users) : "–"}</td>
      <td class="backlog-cell-seen">
        <Time at={group.last_seen} relative />
      </td>
      <td class="backlog-cell-state">
        <StateWord state={group.state as State} />
      </td>
    </tr>
  );
}
