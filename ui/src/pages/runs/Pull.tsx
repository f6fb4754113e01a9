import { useState } from "preact/hooks";
import { post } from "../../api/client";
import { problemOf, useAsked } from "../../api/useAsked";
import { Act, CopyButton, Dialog, ProblemBox, Skeleton, formats, toast } from "../../parts";
import { type Run, capital, many } from "./words";

const command = (stream: string): string => `scarline pull ${stream}`;

/** What a pull would send and cost, and a button that starts it; or how to start it elsewhere. */
export function PullDialog({ stream, onClose }: { stream: string; onClose: () => void }) {
  const { data, problem } = useAsked("/api/plans/{stream}", { parts: { stream } });
  const [begun, setBegun] = useState(false);
  const start = () => {
    setBegun(true);
    void pull(stream);
    onClose();
  };
  const actions = (
    <>
      <button type="button" class="button" onClick={onClose}>
        {problem ? "Close" : "Not now"}
      </button>
      {!problem && (
        <Act class="button button-main" disabled={!data || begun} onAct={start}>
          Pull now
        </Act>
      )}
    </>
  );
  return (
    <Dialog title={`Pull ${stream}`} onClose={onClose} actions={actions}>
      {!data && !problem && <Skeleton lines={4} label="Planning" />}
      {problem && (
        <>
          <ProblemBox problem={problem} />
          <p>This server cannot pull it. Where the keys are set, a shell can:</p>
          <p class="row">
            <code class="runs-command">{command(stream)}</code>
            <CopyButton text={command(stream)} label="Command" />
          </p>
        </>
      )}
      {data && (
        <>
          <p>
            What came since the last pull: <strong>{many(data.requests, "request")}</strong> to the
            source, as far as that is known before.
          </p>
          <ul class="runs-costs">
            {data.costs.map((it) => (
              <li key={it}>{capital(it)}.</li>
            ))}
          </ul>
          {data.first.length > 0 && (
            <details>
              <summary>
                {data.first.length < data.requests ? `The first ${data.first.length}` : "All"} of
                them
              </summary>
              <ol class="runs-requests">
                {data.first.map((it, number) => (
                  <li key={number} class="name mono">
                    {it.request} · {it.what} · {it.window}
                  </li>
                ))}
              </ol>
            </details>
          )}
        </>
      )}
    </Dialog>
  );
}

/** Have a stream pulled; it goes on if the reader leaves the page, which tells of its end. */
async function pull(stream: string): Promise<void> {
  try {
    const run = (await post("/jobs/{stream}", { parts: { stream } })) as Run;
    const { rows, new: fresh } = run.counts;
    const came = `${many(rows, "row")} (${formats.count(fresh)} new)`;
    toast(`${capital(stream)}: ${run.state}, ${came}.`);
  } catch (error) {
    toast(`${capital(stream)} was not pulled: ${problemOf(error).message}`, true);
  }
}
