import { useRef, useState } from "preact/hooks";
import { type Problem, post } from "../../api/client";
import { problemOf } from "../../api/useAsked";
import { readsOnly } from "../../state/session";
import { ProblemBox, formats, toast } from "../../parts";

interface Told {
  accepted: number;
  rejected: number;
  errors: { line?: number; row?: number; reason: string }[];
}

const SHOWN = 8;

/** No flows are here: how to have some, and a list of services that can be loaded at once. */
export function LoadFlows({ onLoaded }: { onLoaded: () => void }) {
  const file = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const [told, setTold] = useState<Told>();

  const load = async (chosen: File) => {
    setBusy(true);
    setProblem(undefined);
    try {
      const query = { name: chosen.name.slice(0, 255) };
      const answer = (await post("/api/ale/integration-flows", {
        query,
        body: chosen,
        type: "text/csv",
      })) as Told;
      setTold(answer);
      toast(`${formats.count(answer.accepted)} rows were loaded, ${formats.count(answer.rejected)} kept out.`);
      if (answer.accepted) onLoaded();
    } catch (error) {
      setProblem(problemOf(error));
    }
    setBusy(false);
    if (file.current) file.current.value = "";
  };

  return (
    <div class="stack twin-load-flows">
      <p>
        <strong>No flows yet.</strong> A flow says that one system calls another, how fast, and how
        often it fails.
      </p>
      <p>
        Have them from Datadog: <code>scarline pull flows --env prod</code>
      </p>
      <p>
        Or load a list of services, such as Datadog's own export: a CSV with a header that has{" "}
        <code>service</code>, and perhaps <code>env</code>, <code>team</code> and{" "}
        <code>dependencies</code>.
      </p>
      {readsOnly.value && <p>Your token only reads: to load a list here needs the operator's.</p>}
      <label class="button button-main twin-file" aria-disabled={readsOnly.value}>
        {busy ? "Loading…" : "Load a CSV file"}
        <input
          ref={file}
          type="file"
          class="unseen"
          accept=".csv,text/csv,text/plain"
          disabled={busy || readsOnly.value}
          onChange={(event) => {
            const chosen = event.currentTarget.files?.[0];
            if (chosen) void load(chosen);
          }}
        />
      </label>
      {problem && <ProblemBox problem={problem} />}
      {told && told.rejected > 0 && (
        <div class="problem" role="alert">
          <p>{formats.count(told.rejected)} rows were kept out:</p>
          <ul>
            {told.errors.slice(0, SHOWN).map((it) => (
              <li key={`${it.line} ${it.reason}`}>
                line {it.line}: {it.reason}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
