import { Time, formats, type Column } from "../../parts";
import type { Going } from "./live";
import { CoverageStrip, Progress, StateWord, gaps } from "./marks";
import { type Run, many, pathOf, sum, took } from "./words";

const goingOf = (run: Run, going: Record<string, Going>): Going | undefined =>
  run.state === "running" ? going[run.stream] : undefined;

/** What the table of runs shows of each; of one that is under way, how far it has come. */
export const columnsOf = (going: Record<string, Going>): Column<Run>[] => [
  {
    key: "run",
    title: "Run",
    cell: (it) => <Named run={it} />,
    order: (it) => it.run,
  },
  {
    key: "began",
    title: "Began",
    cell: (it) => (
      <div class="runs-cell">
        <Time at={it.started_at} />
        <span class="muted">
          {it.ended_at ? "took" : "for"} {formats.duration(took(it))}
        </span>
      </div>
    ),
    order: (it) => it.started_at,
  },
  {
    key: "coverage",
    title: "Coverage",
    cell: (it) => <Covered run={it} going={goingOf(it, going)} />,
    order: (it) => (it.coverage.asked ? it.coverage.answered / it.coverage.asked : null),
  },
  {
    key: "rows",
    title: "Rows",
    numeric: true,
    cell: (it) => (
      <div class="runs-cell">
        {formats.count(goingOf(it, going)?.rows ?? it.counts.rows)}
        <span class="muted">{changesOf(it)}</span>
      </div>
    ),
    order: (it) => it.counts.rows,
  },
  {
    key: "out",
    title: "Kept out",
    numeric: true,
    cell: (it) => <Tallied counts={it.counts.kept_out} />,
    order: (it) => sum(it.counts.kept_out),
  },
  {
    key: "redacted",
    title: "Redacted",
    numeric: true,
    cell: (it) => <Tallied counts={it.counts.redacted} />,
    order: (it) => sum(it.counts.redacted),
  },
  {
    key: "requests",
    title: "Requests",
    numeric: true,
    cell: (it) => (
      <div class="runs-cell">
        {formats.count(goingOf(it, going)?.requests ?? it.usage["requests"])}
        <span class="muted">{costOf(it)}</span>
      </div>
    ),
    order: (it) => it.usage["requests"] ?? null,
  },
];

function Named({ run }: { run: Run }) {
  const scars = run.found["scar"] ?? 0;
  return (
    <div class="runs-named">
      <StateWord state={run.state} />
      <div class="runs-cell">
        <a class="mono name" href={pathOf(run.run)}>
          {run.run}
        </a>
        <span class="row">
          <span class="muted name">
            {run.stream}
            {run.source && ` from ${run.source}`}
          </span>
          {scars > 0 && <span class="chip tone-info">{many(scars, "scar")} found</span>}
        </span>
        {run.error && <span class="runs-error name tone-failed">{run.error}</span>}
      </div>
    </div>
  );
}

function Covered({ run, going }: { run: Run; going: Going | undefined }) {
  if (going) return <Progress going={going} />;
  const { coverage } = run;
  const missing = gaps(coverage);
  const why = coverage.reasons[0]?.reason;
  return (
    <div class="runs-cell runs-covered">
      {coverage.asked === 0 && (
        <span class="muted">{run.ended_at ? "nothing was asked" : "nothing asked yet"}</span>
      )}
      {coverage.asked > 0 && <CoverageStrip coverage={{ ...coverage, missing }} />}
      {coverage.asked > 0 && (
        <span class="muted">
          {missing ? (
            <>
              <strong class="tone-failed">{formats.count(missing)} missing</strong> of{" "}
              {formats.count(coverage.asked)}
            </>
          ) : (
            `${formats.count(coverage.asked)} of ${formats.count(coverage.asked)} answered`
          )}
        </span>
      )}
      {missing > 0 && why && <span class="muted name runs-why">{why}</span>}
    </div>
  );
}

function Tallied({ counts }: { counts: Record<string, number> }) {
  const total = sum(counts);
  const said = Object.entries(counts).map(([name, count]) => `${name}: ${formats.count(count)}`);
  return total ? (
    <span title={said.join("\n")}>{formats.count(total)}</span>
  ) : (
    <span class="muted">0</span>
  );
}

function changesOf({ counts }: Run): string {
  if (counts.new === undefined) return "";
  const { new: fresh = 0, changed = 0, same = 0 } = counts;
  const parts = [
    fresh && `${formats.count(fresh)} new`,
    changed && `${formats.count(changed)} changed`,
  ];
  return (
    [...parts, same && `${formats.count(same)} known`].filter(Boolean).join(", ") || "nothing new"
  );
}

function costOf({ usage }: Run): string {
  const retries = usage["retries"] ?? 0;
  const waited = usage["waited_seconds"] ?? 0;
  const parts = [
    retries && many(retries, "retry", "retries"),
    waited && `waited ${formats.duration(waited)}`,
  ];
  return parts.filter(Boolean).join(", ");
}
