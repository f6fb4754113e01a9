import { useState } from "preact/hooks";
import { type Problem, post } from "../../api/client";
import { problemOf } from "../../api/useAsked";
import { Dialog, ProblemBox, Segments, toast } from "../../parts";
import { Reviewer, asReviewer } from "./MarkDialog";

const LENGTHS = ["30m", "2h", "8h", "1d", "1w"] as const;

/** Keep alerts from being told for a while, with a reason. */
export function SilenceDialog({ matchers, onClose, onDone }: {
  matchers: string[];
  onClose: () => void;
  onDone: () => void;
}) {
  const [lines, setLines] = useState(matchers.join("\n"));
  const [length, setLength] = useState<(typeof LENGTHS)[number]>("2h");
  const [comment, setComment] = useState("");
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const submit = async () => {
    setBusy(true);
    setProblem(undefined);
    const wanted = lines.split("\n").map((it) => it.trim()).filter(Boolean);
    try {
      await post("/api/silences", { headers: asReviewer(), body: { matchers: wanted, for: length, comment } });
      toast("The silence holds. What it matches is still listed.");
      onDone();
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };
  const actions = (
    <>
      <button type="button" class="button" onClick={onClose}>Cancel</button>
      <button type="submit" form="scars-silence" class="button button-main" disabled={busy}>Silence</button>
    </>
  );
  return (
    <Dialog title="Silence alerts" onClose={onClose} actions={actions}>
      <form id="scars-silence" class="stack" onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}>
        {problem && <ProblemBox problem={problem} />}
        <label class="stack stack-tight">
          <span>Matchers <span class="muted">(one a line; all of them must match)</span></span>
          <textarea class="input mono" rows={3} required autofocus value={lines} placeholder={'host=~"web-.*"'} spellcheck={false}
            onInput={(event) => setLines(event.currentTarget.value)} />
        </label>
        <Segments label="For" value={length} choices={LENGTHS.map((value) => ({ value, label: value }))} onChange={setLength} />
        <label class="stack stack-tight">
          <span>Why</span>
          <input class="input" required maxLength={2000} value={comment} onInput={(event) => setComment(event.currentTarget.value)} />
        </label>
        <Reviewer />
      </form>
    </Dialog>
  );
}
