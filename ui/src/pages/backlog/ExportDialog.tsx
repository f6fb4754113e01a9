import { useState } from "preact/hooks";
import { type Problem, send } from "../../api/client";
import { problemOf, useAsked } from "../../api/useAsked";
import {
  Act,
  type Column,
  Dialog,
  Empty,
  ProblemBox,
  Skeleton,
  Table,
  Time,
  download,
  toast,
} from "../../parts";
import type { Delivery } from "./asking";
import { type Target, reviewer } from "./deciding";
import { Told } from "./Told";
import { many } from "./words";

const PATH = "/api/failures/exports";
const MOST_EVIDENCE = 100;

const COLUMNS: Column<Delivery>[] = [
  { key: "state", title: "State", cell: (it) => it.state },
  { key: "groups", title: "Groups", cell: (it) => it.groups.length, numeric: true },
  { key: "attempts", title: "Attempts", cell: (it) => it.attempts, numeric: true },
  { key: "status", title: "Answer", cell: (it) => it.status ?? "–", numeric: true },
  { key: "at", title: "Last", cell: (it) => <Time at={it.at} relative /> },
  { key: "next", title: "Next", cell: (it) => <Time at={it.next_attempt_at} relative /> },
  { key: "who", title: "By", cell: (it) => <span class="name">{it.who}</span> },
  { key: "detail", title: "Detail", cell: (it) => <span class="name">{it.detail || "–"}</span> },
];

/** Gives groups with their evidence as a file or to the webhook, and shows how deliveries stand. */
export function ExportDialog({ targets, onClose }: { targets: Target[]; onClose: () => void }) {
  const { data, problem, again } = useAsked(PATH, {}, ["failures"]);
  const [evidence, setEvidence] = useState(10);
  const [failed, setFailed] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const early = targets.filter((it) => it.state !== "ready" && it.state !== "exported");

  const give = async (to: "file" | "webhook") => {
    setBusy(true);
    setFailed(undefined);
    const headers: Record<string, string> = reviewer.value
      ? { "X-Scarline-User": reviewer.value }
      : {};
    try {
      const body = { groups: targets.map((it) => it.id), evidence, to };
      const answer = await send("POST", PATH, { body, headers });
      if (to === "file") {
        const named = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "");
        download(named?.[1] ?? "failures.jsonl", await answer.blob());
      } else {
        const told = (await answer.json()) as Delivery;
        toast(`The webhook: ${told.state}.`, told.state === "failed");
        again();
      }
    } catch (error) {
      setFailed(problemOf(error));
    }
    setBusy(false);
  };

  return (
    <Dialog
      title={targets.length ? `Export ${many(targets.length, "group")}` : "Deliveries"}
      wide
      onClose={onClose}
    >
      {failed && <ProblemBox problem={failed} />}
      {targets.length > 0 && (
        <>
          <ul class="backlog-targets">
            {targets.map((it) => (
              <li key={it.id} class="name clipped">
                <Told text={it.title} />
              </li>
            ))}
          </ul>
          <div class="row">
            <label class="field">
              <span class="field-label">Failures of each, the worst first</span>
              <input
                class="input backlog-number"
                type="number"
                min={0}
                max={MOST_EVIDENCE}
                value={evidence}
                onInput={(event) => setEvidence(event.currentTarget.valueAsNumber || 0)}
              />
            </label>
            <Act class="button button-main" disabled={busy} onAct={() => void give("file")}>
              Download
            </Act>
            {data?.webhook && (
              <Act
                class="button"
                disabled={busy || early.length > 0}
                onAct={() => void give("webhook")}
              >
                Send to the webhook
              </Act>
            )}
          </div>
          {data?.webhook && early.length > 0 && (
            <p class="muted">
              To the webhook go groups that are ready: {many(early.length, "group")} here{" "}
              {early.length === 1 ? "is" : "are"} not.
            </p>
          )}
        </>
      )}
      <h3>Deliveries to the webhook</h3>
      {problem && <ProblemBox problem={problem} onAgain={again} />}
      {!data && !problem && <Skeleton lines={2} />}
      {data && !data.webhook && (
        <p class="muted">
          No webhook is set. <code>SCARLINE_WEBHOOK_URL</code> and{" "}
          <code>SCARLINE_WEBHOOK_SECRET</code> of the service set one.
        </p>
      )}
      {data?.webhook && !data.deliveries.length && <Empty title="Nothing was sent yet" />}
      {data && data.deliveries.length > 0 && (
        <Table
          caption="Deliveries"
          columns={COLUMNS}
          rows={data.deliveries}
          rowKey={(it) => it.id}
        />
      )}
    </Dialog>
  );
}
