import { useEffect, useState } from "preact/hooks";
import { type Problem, post } from "../../api/client";
import { problemOf, useAsked } from "../../api/useAsked";
import { Act, Dialog, HealthMark, ProblemBox, Time, formats } from "../../parts";
import { type Verified, capital, many, pathOf } from "./words";

const LOOK_MS = 700;

/** Opens the verification of the ledger; says how the last one ended. */
export function VerifyButton({ last, onEnd }: { last: Verified | undefined; onEnd: () => void }) {
  const [open, setOpen] = useState(false);
  return (
    <div class="row">
      {last && (
        <span class={`health tone-${last.holds ? "healthy" : "failed"}`}>
          <HealthMark health={last.holds ? "healthy" : "failed"} />
          <span>
            {last.holds ? "all held" : many(last.fault_count, "fault")}{" "}
            <Time at={last.at} relative />
          </span>
        </span>
      )}
      <button type="button" class="button" onClick={() => setOpen(true)}>
        Verify the ledger…
      </button>
      {open && <VerifyDialog onClose={() => (setOpen(false), onEnd())} />}
    </div>
  );
}

function VerifyDialog({ onClose }: { onClose: () => void }) {
  const { data, problem: unknown, again } = useAsked("/api/verify");
  const [busy, setBusy] = useState(false);
  const [found, setFound] = useState<Verified>();
  const [problem, setProblem] = useState<Problem>();
  const under = data?.under_way;
  useEffect(() => {
    if (!busy && !under) return undefined;
    const timer = setInterval(again, LOOK_MS);
    return () => clearInterval(timer);
  }, [busy, Boolean(under)]);

  const start = async () => {
    setBusy(true);
    setFound(undefined);
    setProblem(undefined);
    try {
      setFound(await post("/api/verify"));
    } catch (error) {
      setProblem(problemOf(error));
    }
    setBusy(false);
    again();
  };
  const working = busy || Boolean(under);
  const shown = found ?? data?.last ?? undefined;
  const actions = (
    <>
      <button type="button" class="button" onClick={onClose}>
        Close
      </button>
      <Act class="button button-main" disabled={working} onAct={() => void start()}>
        {working ? "Verifying…" : shown ? "Verify again" : "Verify now"}
      </Act>
    </>
  );
  return (
    <Dialog title="Verify the ledger" wide onClose={onClose} actions={actions}>
      <p class="muted">
        Every chain is walked, and every row is read and held against the entry that tells of it. It
        reads all that is stored, and changes nothing.
      </p>
      {unknown && <ProblemBox problem={unknown} onAgain={again} />}
      {problem && <ProblemBox problem={problem} />}
      {working && <Working under={under ?? undefined} last={data?.last ?? undefined} />}
      {!working && shown && <Found it={shown} />}
    </Dialog>
  );
}

const within = (seconds: number): string =>
  seconds < 0.1 ? "less than 0.1 s" : formats.duration(seconds);

type Under = { at: string; phase: string; entries: number | null; rows: number | null };

function Working({ under, last }: { under: Under | undefined; last: Verified | undefined }) {
  const what =
    under?.phase === "rows"
      ? `${many(under.entries ?? 0, "entry", "entries")} counted; reading ${
          under.rows === null ? "all rows" : many(under.rows, "row")
        }`
      : "Counting entries";
  return (
    <div class="stack" role="status">
      <progress class="runs-bar" aria-label="Verification" />
      <p class="muted">
        {what}.{last && ` The last one took ${within(last.seconds)}.`}
      </p>
    </div>
  );
}

function Found({ it }: { it: Verified }) {
  const rows = it.rows === null ? "the rows" : many(it.rows, "row");
  const entries = `${many(it.entries, "entry", "entries")} of ${many(it.streams, "stream")}`;
  return (
    <div class="stack" role="status">
      <p class={`runs-verdict tone-${it.holds ? "healthy" : "failed"}`}>
        <HealthMark health={it.holds ? "healthy" : "failed"} />
        <strong>
          {it.holds
            ? "All holds"
            : `${many(it.fault_count, "thing")} ${it.fault_count === 1 ? "does" : "do"} not hold`}
        </strong>
      </p>
      <p>
        {entries} and {rows} looked at in {within(it.seconds)}, <Time at={it.at} />.
      </p>
      {!it.holds && (
        <ul class="runs-faults">
          {it.faults.map((fault) => (
            <li key={fault} class="name">
              <Fault text={fault} />
            </li>
          ))}
        </ul>
      )}
      {it.fault_count > it.faults.length && (
        <p class="muted">
          The first {formats.count(it.faults.length)} are told; <code>scarline verify</code> tells
          all.
        </p>
      )}
    </div>
  );
}

const RUN = /\brun ([\w-]+-\d{8}T\d{6}Z-\d+)/;

/** A sentence about what does not hold; the run in it leads to its page. */
function Fault({ text }: { text: string }) {
  const run = RUN.exec(text)?.[1];
  if (!run) return <>{capital(text)}.</>;
  const [before = "", after = ""] = text.split(run, 2);
  return (
    <>
      {capital(before)}
      <a class="mono" href={pathOf(run)}>
        {run}
      </a>
      {after}.
    </>
  );
}
