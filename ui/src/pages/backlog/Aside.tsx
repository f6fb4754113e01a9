import { Act, Time, formats } from "../../parts";
import { type Decision, type GroupTold, addressOf } from "./asking";
import { told } from "./deciding";
import { lengthOf } from "./Rows";
import { Columns, TrendWord } from "./signs";
import { Told } from "./Told";
import { COLUMNS, PARTS, TREND_MEANS, capital, many, spelled } from "./words";

/** What stands beside the failures of a group: how often, why one, of what, what was decided. */
export function Aside({
  data,
  onMerge,
  onUnmerge,
  onUnsplit,
}: {
  data: GroupTold;
  onMerge: () => void;
  onUnmerge: (from: GroupTold["merged_here"][number]) => void;
  onUnsplit: () => void;
}) {
  const { group } = data;
  return (
    <aside class="backlog-aside" aria-label="About this group">
      {group && (
        <Box title={`Seen in ${lengthOf(data.over)}`}>
          <Columns
            counts={data.activity}
            label={`in ${lengthOf(data.over)}`}
            width={288}
            height={48}
          />
          <dl class="facts">
            <dt>Trend</dt>
            <dd>
              <TrendWord trend={group.trend} />
              <div class="muted">{TREND_MEANS[group.trend]}</div>
            </dd>
            <dt>Failures</dt>
            <dd>
              {formats.count(group.failures)} in {many(group.traces, "trace")}
              {group.users ? ` of ${many(group.users, "user")}` : ""}
            </dd>
            <dt>First seen</dt>
            <dd>
              <Time at={group.first_seen} relative />
            </dd>
            <dt>Last seen</dt>
            <dd>
              <Time at={group.last_seen} relative />
            </dd>
          </dl>
        </Box>
      )}
      {group && (
        <Box title="Why these are one group">
          <dl class="facts">
            {Object.entries(group.why).map(([name, value]) => (
              <Part key={name} name={name} value={value} />
            ))}
          </dl>
          {!Object.keys(group.why).length && <p class="muted">Their signature tells no parts.</p>}
          <Origin data={data} onUnsplit={onUnsplit} />
          {data.merged_here.map((it) => (
            <p key={it.group} class="backlog-joined">
              <span>
                With{" "}
                <a class="name" href={addressOf(it.group)}>
                  {it.title ?? it.group}
                </a>
                , which was merged into it
              </span>
              <Act class="button" onAct={() => onUnmerge(it)}>
                Undo merge
              </Act>
            </p>
          ))}
        </Box>
      )}
      {group && data.suggestions.length > 0 && (
        <Box title="Alike">
          <ul class="stack">
            {data.suggestions.map((it) => (
              <li key={it.group} class="spread">
                <a class="name" href={addressOf(it.group)}>
                  {formats.share(it.likeness)} alike
                </a>
                <Act class="button" onAct={onMerge}>
                  Merge…
                </Act>
              </li>
            ))}
          </ul>
        </Box>
      )}
      {group && <Values data={data} />}
      <Box title="History">
        <History decisions={data.history} />
      </Box>
    </aside>
  );
}

function Box({ title, children }: { title: string; children: preact.ComponentChildren }) {
  return (
    <section class="backlog-aside-box">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Part({ name, value }: { name: string; value: unknown }) {
  const words = Array.isArray(value) ? value.join(" ") : String(value);
  return (
    <>
      <dt>
        <Told text={PARTS[name] ?? capital(spelled(name))} />
      </dt>
      <dd>
        <Told text={name === "cause" ? spelled(words) : words} />
      </dd>
    </>
  );
}

function Origin({ data, onUnsplit }: { data: GroupTold; onUnsplit: () => void }) {
  const from = data.split_from;
  if (!from) return null;
  return (
    <p class="backlog-joined">
      <span>
        {from.by
          ? `A part by ${COLUMNS[from.by] ?? from.by}`
          : `${many(from.failures, "failure")} that somebody split off`}{" "}
        of{" "}
        <a class="name" href={addressOf(from.group)}>
          another group
        </a>
      </span>
      <Act class="button" onAct={onUnsplit}>
        Undo split
      </Act>
    </p>
  );
}

/** In which columns the failures of a group differ, and how. */
function Values({ data }: { data: GroupTold }) {
  const total = data.group?.failures ?? 1;
  const shown = Object.entries(data.values).filter(([, it]) => it.distinct > 1);
  if (!shown.length) return null;
  return (
    <Box title="Where they differ">
      {shown.map(([column, { distinct, most }]) => (
        <div key={column} class="backlog-values">
          <h3>{capital(COLUMNS[column] ?? column)}</h3>
          <ul>
            {most.slice(0, 4).map((it) => (
              <li key={it.value}>
                <span
                  class="backlog-bar"
                  aria-hidden="true"
                  style={{ width: `${(it.failures / total) * 100}%` }}
                />
                <span class="name clipped">{it.value ?? "none"}</span>
                <span class="number">{formats.count(it.failures)}</span>
              </li>
            ))}
          </ul>
          {distinct > 4 && <p class="muted">and {distinct - 4} more</p>}
        </div>
      ))}
    </Box>
  );
}

function History({ decisions }: { decisions: Decision[] }) {
  if (!decisions.length) return <p class="muted">Nobody has decided about it yet.</p>;
  return (
    <ol class="backlog-history">
      {[...decisions].reverse().map((it) => (
        <li key={it.version}>
          <b class="name">{it.who}</b> <span class="name">{told(it)}</span>{" "}
          <Time at={it.at} relative />
          {it.why && <q class="backlog-quote name">{it.why}</q>}
        </li>
      ))}
    </ol>
  );
}
