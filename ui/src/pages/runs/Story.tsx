import { type ComponentChildren, Fragment } from "preact";
import { useState } from "preact/hooks";
import { useAsked } from "../../api/useAsked";
import {
  Act,
  CopyButton,
  Effect,
  type Preview,
  ProblemBox,
  RollbackDialog,
  Skeleton,
  Time,
  formats,
} from "../../parts";
import { useShortcuts } from "../../state/keys";
import { go } from "../../state/place";
import { useGoing } from "./live";
import { CoverageStrip, Progress, StateWord, gaps } from "./marks";
import { Entries, Lanes, Missing, Tallied, Tally } from "./tables";
import { type Story as Told, capital, many, sum, took } from "./words";

/** One run: what it asked for and got, what it left out and cost, and its entries. */
export function Story({ name }: { name: string }) {
  const { data, problem, again } = useAsked("/api/runs/{run}", { parts: { run: name } });
  const going = useGoing((run) => run === name, again, name);
  const [asking, setAsking] = useState(false);
  const [gone, setGone] = useState<Preview>();
  useShortcuts([{ key: "u", what: "Back to all runs", act: () => go("/runs") }]);
  const now = data?.state === "running" ? going[data.stream] : undefined;
  const canGo = data && data.state !== "rolled back" && data.state !== "running";
  return (
    <div class="page runs">
      <header class="stack runs-head">
        <nav aria-label="Where this run stands">
          <a href="/runs">Runs</a>
        </nav>
        <div class="spread">
          <h1 class="mono name">{name}</h1>
          <div class="row">
            <CopyButton text={name} label="Name" />
            {canGo && (
              <Act class="button button-danger" onAct={() => setAsking(true)}>
                Roll back…
              </Act>
            )}
          </div>
        </div>
        {data && <Headline it={data} />}
      </header>
      {problem && <ProblemBox problem={problem} onAgain={again} />}
      {!data && !problem && <Skeleton lines={14} />}
      {gone && <Gone what={gone} />}
      {now && <Progress going={now} />}
      {data?.error && (
        <div class="problem">
          <p class="name">
            <strong>It was stopped.</strong> {data.error}
          </p>
        </div>
      )}
      {data && <Parts it={data} />}
      {asking && (
        <RollbackDialog
          run={name}
          onClose={() => setAsking(false)}
          onDone={(what) => (setGone(what), setAsking(false), again())}
        />
      )}
    </div>
  );
}

function Headline({ it }: { it: Told }) {
  return (
    <p class="runs-headline">
      <StateWord state={it.state} />
      <span class="name">
        {it.stream}
        {it.source && ` from ${it.source}`}
      </span>
      <span>
        began <Time at={it.started_at} />
      </span>
      <span>
        {it.ended_at ? "took" : "for"} {formats.duration(took(it))}
      </span>
      {it.state === "rolled back" && it.reason && <span class="name">taken back: {it.reason}</span>}
    </p>
  );
}

function Gone({ what }: { what: Preview }) {
  return (
    <div class="runs-gone" role="status">
      <p>
        <strong>Rolled back.</strong> What this run wrote is gone; its story stays on the ledger.
      </p>
      {what.effect ? <Effect it={what.effect} done /> : <p>{many(what.rows, "row")} of it went.</p>}
    </div>
  );
}

function Parts({ it }: { it: Told }) {
  return (
    <>
      <div class="runs-parts">
        <Part title="Coverage" wide>
          <Covered it={it} />
        </Part>
        <Part title="Rows">
          <Counted it={it} />
        </Part>
        <Part title="Cost">
          <Cost it={it} />
        </Part>
      </div>
      {gaps(it.coverage) > 0 && (
        <Part title="Missing">
          <Missing it={it} />
        </Part>
      )}
      <Part title="What it brought">
        <Tally it={it} />
      </Part>
      <Part title="On the ledger">
        <Entries it={it} />
      </Part>
    </>
  );
}

function Part({
  title,
  wide = false,
  children,
}: {
  title: string;
  wide?: boolean;
  children: ComponentChildren;
}) {
  const id = `runs-${title.toLowerCase().replaceAll(" ", "-")}`;
  return (
    <section class={`runs-part stack ${wide ? "runs-part-wide" : ""}`} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

function Covered({ it }: { it: Told }) {
  const { coverage, lanes } = it;
  const missing = gaps(coverage);
  const first = coverage.strip[0];
  const last = coverage.strip.at(-1);
  return (
    <>
      <p>
        <strong>{formats.count(coverage.answered)}</strong> of {formats.count(coverage.asked)}{" "}
        answered
        {missing > 0 && <strong class="tone-failed">, {formats.count(missing)} missing</strong>}
        <span class="muted name">
          {it.window ? ` · asked for ${it.window}` : " · what came since the last run"}
        </span>
      </p>
      {first && last && (
        <div>
          <CoverageStrip coverage={{ ...coverage, missing }} height={16} />
          <p class="spread muted runs-axis">
            <Time at={first.from} />
            <Time at={last.to} />
          </p>
        </div>
      )}
      {coverage.reasons.length > 0 && (
        <ul class="runs-reasons">
          {coverage.reasons.map(({ reason, count }) => (
            <li key={reason} class="name">
              {capital(reason)} <span class="muted">({many(count, "window")})</span>
            </li>
          ))}
        </ul>
      )}
      {lanes.length > 1 && <Lanes it={it} />}
    </>
  );
}

function Counted({ it: { counts, found, state } }: { it: Told }) {
  const scars = Object.entries(found);
  return (
    <>
      <dl class="facts runs-figures">
        <dt>Rows</dt>
        <dd class="number">{formats.count(counts.rows)}</dd>
        <dt>New</dt>
        <dd class="number">{formats.count(counts.new)}</dd>
        <dt>Changed</dt>
        <dd class="number">{formats.count(counts.changed)}</dd>
        <dt>Known</dt>
        <dd class="number">{formats.count(counts.same)}</dd>
        {scars.map(([kind, count]) => (
          <Fragment key={kind}>
            <dt>{capital(kind)}s found</dt>
            <dd class="number">{formats.count(count)}</dd>
          </Fragment>
        ))}
      </dl>
      <Tallied title="Kept out, by reason" counts={counts.kept_out} />
      <Tallied title="Redacted, by rule" counts={counts.redacted} />
      {state === "rolled back" && <p class="muted">None of it counts now.</p>}
    </>
  );
}

function Cost({ it }: { it: Told }) {
  const { usage, counts, quota } = it;
  const requests = usage["requests"];
  const seconds = took(it);
  const waited = usage["waited_seconds"];
  const known = requests !== undefined && requests > 0;
  return (
    <>
      <dl class="facts runs-figures">
        <dt>Requests</dt>
        <dd class="number">{formats.count(requests)}</dd>
        <dt>of them again</dt>
        <dd class="number">{formats.count(usage["retries"])}</dd>
        <dt>Answers</dt>
        <dd class="number">{formats.bytes(usage["answer_bytes"])}</dd>
        <dt>Waited</dt>
        <dd class="number">{formats.duration(waited)}</dd>
        {known && waited !== undefined && seconds > 0 && (
          <>
            <dt>of its time</dt>
            <dd class="number">{formats.share(Math.min(1, waited / seconds))}</dd>
          </>
        )}
        {known && counts.rows > 0 && (
          <>
            <dt>Rows a request</dt>
            <dd class="number">{formats.count(Math.round(counts.rows / requests))}</dd>
          </>
        )}
        <dt>Quota left</dt>
        <dd class="number">{formats.count(quota?.left)}</dd>
      </dl>
      <p class="muted">
        {quota
          ? "Requests are what it costs: they come out of the quota."
          : "No answer told what was left of a quota."}
        {sum(usage) === 0 && " Nothing was asked of anybody for this run."}
      </p>
    </>
  );
}
