import { Time } from "../../parts";
import { zone } from "../../state/preferences";
import { stretchOf } from "./Chart";
import { moment } from "./ticks";
import type { Points } from "./words";

interface Happened {
  at: number;
  text: string;
  bad: boolean;
}

/** What happened beside a series, on its chart's own axis of time; lists below say the same. */
export function Lanes({ points }: { points: Points }) {
  const { beside } = points;
  if (!beside) return null;
  const at = (text: string) => Date.parse(text) / 1000;
  const lanes: [string, Happened[]][] = [
    ["Flows", beside.flows.map((it) => ({
      at: at(it.at), text: `${it.system_from} → ${it.system_to} ${it.what}`, bad: it.what !== "added",
    }))],
    ["Failures", beside.failures.map((it) => ({ at: at(it.failed_at), text: it.title ?? it.failure_type, bad: true }))],
    ["Runs", beside.runs.map((it) => ({
      at: at(it.started_at), text: `${it.stream}: ${it.state}`, bad: ["failed", "rolled back", "partial"].includes(it.state),
    }))],
  ];
  const [from, to] = stretchOf(points);
  return (
    <dl class="scars-lanes" data-zone={zone.value}>
      {lanes.map(([name, found]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {!found.length && <span class="muted scars-none">none</span>}
            {found.length > 0 && <span class="unseen">{found.length}, listed below</span>}
            {found.filter((it) => it.at >= from && it.at < to).map((it, number) => (
              <span key={number} class={`scars-tick ${it.bad ? "scars-bad" : ""}`} title={`${moment(it.at)} ${it.text}`}
                style={{ left: `${((it.at - from) / (to - from)) * 100}%` }} />
            ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** A line of a list: when, and what. */
export function Line({ at, children }: { at: string; children: preact.ComponentChildren }) {
  return (
    <li class="scars-line-item">
      <Time at={at} />
      <span class="scars-what">{children}</span>
    </li>
  );
}
