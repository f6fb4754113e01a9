import { useMemo } from "preact/hooks";
import { useAsked } from "../../api/useAsked";
import { Empty, FilterBar, ProblemBox, Select, Skeleton, Table } from "../../parts";
import { go, setQuery, useQuery } from "../../state/place";
import { columnsOf } from "./columns";
import { useGoing } from "./live";
import { Streams } from "./Streams";
import { VerifyButton } from "./Verify";
import { type Run, type Stream, STATES, many, pathOf, sum } from "./words";

const PER_PAGE = 50;

/** Every run, newest first, under how each stream stands. */
export function List() {
  const [stream] = useQuery("stream");
  const [state] = useQuery("state");
  const [source] = useQuery("source");
  const [cursor] = useQuery("after");
  const filtered = Boolean(stream || state || source);
  const query = { stream, state: state as Run["state"], source, cursor, limit: PER_PAGE };
  const asking = { query: { ...query, brief: true, health: true } };
  const { data, problem, again } = useAsked("/api/runs", asking);
  const going = useGoing((run) => Boolean(data?.runs.some((it) => it.run === run)), again);
  const columns = useMemo(() => columnsOf(going), [going]);
  const none = data?.runs.length === 0 && !filtered && !cursor;
  const streams = data?.streams ?? [];

  return (
    <div class="page runs">
      <div class="spread">
        <h1>Runs</h1>
        <VerifyButton last={data?.verified ?? undefined} onEnd={again} />
      </div>
      {problem && <ProblemBox problem={problem} onAgain={again} />}
      {!data && !problem && <Skeleton lines={14} />}
      {data && <Streams streams={streams} at={data.at ?? ""} going={going} />}
      {data && (
        <section class="runs-list stack" aria-labelledby="runs-all">
          <h2 id="runs-all" class="unseen">
            All runs
          </h2>
          {!none && (
            <Filters
              stream={stream}
              state={state}
              source={source}
              streams={streams}
              result={resultOf(data.runs.length, cursor, data.next)}
            />
          )}
          {data.runs.length > 0 && (
            <Table
              caption="Runs, newest first"
              columns={columns}
              rows={data.runs}
              rowKey={(it) => it.run}
              onSelect={(it) => go(pathOf(it.run))}
            />
          )}
          {data.runs.length === 0 && <Nothing filtered={!none} />}
          <Pager cursor={cursor} next={data.next} />
        </section>
      )}
    </div>
  );
}

/** A filter that is set begins with the newest run again. */
const filter = (name: string) => (value: string) => setQuery({ [name]: value, after: "" });

function Filters({
  stream,
  state,
  source,
  streams,
  result,
}: {
  stream: string;
  state: string;
  source: string;
  streams: Stream[];
  result: string;
}) {
  const names = [...new Set(streams.map((it) => it.stream))];
  const sources = [...new Set(streams.flatMap((it) => it.source ?? []))].sort();
  return (
    <FilterBar label="Filters of runs" result={result}>
      <Select
        label="Stream"
        value={stream}
        onChange={filter("stream")}
        choices={names.map((value) => ({ value, count: counted(streams, value) }))}
      />
      <Select
        label="State"
        value={state}
        onChange={filter("state")}
        choices={STATES.map((value) => ({ value }))}
      />
      <Select
        label="Source"
        value={source}
        onChange={filter("source")}
        choices={sources.map((value) => ({ value }))}
      />
      {(stream || state || source) && (
        <button
          type="button"
          class="button button-quiet"
          onClick={() => setQuery({ stream: "", state: "", source: "", after: "" })}
        >
          Clear
        </button>
      )}
    </FilterBar>
  );
}

const counted = (streams: Stream[], name: string): number =>
  streams.filter((it) => it.stream === name).reduce((all, it) => all + sum(it.runs), 0);

const resultOf = (shown: number, cursor: string, next: string | null): string => {
  if (!cursor && !next) return many(shown, "run");
  return cursor ? `${many(shown, "older run")}` : `the newest ${many(shown, "run")}`;
};

function Nothing({ filtered }: { filtered: boolean }) {
  if (filtered)
    return (
      <Empty title="No run fits these filters">
        <p>Clear them to see all runs.</p>
      </Empty>
    );
  return (
    <Empty title="No run yet">
      <p>
        A run is one pull, load or decision. Start one above, or from a shell with{" "}
        <code>scarline pull metrics --last 1h</code>;{" "}
        <code>scarline load-flows services.csv</code> loads a list.
      </p>
    </Empty>
  );
}

function Pager({ cursor, next }: { cursor: string; next: string | null }) {
  if (!cursor && !next) return null;
  return (
    <nav class="row" aria-label="Pages of runs">
      {cursor && (
        <button type="button" class="button" onClick={() => setQuery({ after: "" })}>
          Newest
        </button>
      )}
      {next && (
        <button type="button" class="button" onClick={() => setQuery({ after: next })}>
          Older
        </button>
      )}
    </nav>
  );
}
