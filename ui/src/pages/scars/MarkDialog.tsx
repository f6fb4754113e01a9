import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { type Problem, get, patch } from "../../api/client";
import { problemOf } from "../../api/useAsked";
import { Dialog, ProblemBox, Segments, Time, toast } from "../../parts";
import { MarkChip, Note } from "./signs";
import { MARKS, type Mark, MEANINGS, type Told } from "./words";

const KEY = "scarline.reviewer";
const LONGEST = 40;

/** The name under which this reader decides, as on the other pages. */
export const reviewer = signal(localStorage.getItem(KEY) ?? "");

export function nameReviewer(name: string): void {
  reviewer.value = name.toLowerCase().replace(/[^a-z0-9._-]+/g, "-").slice(0, LONGEST);
  localStorage.setItem(KEY, reviewer.value);
}

/** Headers that say who decides. */
export const asReviewer = (): Record<string, string> =>
  reviewer.peek() ? { "X-Scarline-User": reviewer.peek() } : {};

type Said = Told["history"][number];

const partsOf = (scar: Told) => ({ series: scar.series, onset: scar.onset });

/** Mark a scar, with a note and a link. Of two people at once the second is shown the first. */
export function MarkDialog({ scar, mark, onClose, onDone }: {
  scar: Told;
  mark: Mark;
  onClose: () => void;
  onDone: () => void;
}) {
  const [own, setOwn] = useState<Mark>(mark);
  const [note, setNote] = useState(scar.note ?? "");
  const [runbook, setRunbook] = useState(scar.runbook ?? "");
  const [version, setVersion] = useState(scar.version);
  const [first, setFirst] = useState<Said[]>([]);
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);

  const submit = async (said: Mark | null) => {
    setBusy(true);
    setProblem(undefined);
    const body = said ? { mark: said, note: note || null, runbook: runbook || null } : { mark: null };
    const headers = { "If-Match": `"${version}"`, ...asReviewer() };
    try {
      await patch("/api/scars/{series}/{onset}/mark", { parts: partsOf(scar), headers, body });
      toast(said ? `The scar is marked as ${said}.` : "The mark was taken back.");
      onDone();
    } catch (error) {
      const met = problemOf(error);
      if (met.status === 412) await lookAgain();
      else setProblem(met);
      setBusy(false);
    }
  };

  const lookAgain = async () => {
    try {
      const now = await get("/api/scars/{series}/{onset}", { parts: partsOf(scar) });
      setFirst(now.history.filter((it) => it.version > version));
      setVersion(now.version);
    } catch (error) {
      setProblem(problemOf(error));
    }
  };

  const actions = (
    <>
      {scar.mark && (
        <button type="button" class="button button-quiet" disabled={busy} onClick={() => void submit(null)}>
          Take the mark back
        </button>
      )}
      <button type="button" class="button" onClick={onClose}>Cancel</button>
      <button type="submit" form="scars-mark" class="button button-main" disabled={busy}>
        {first.length ? "Mark it anyway" : "Mark"}
      </button>
    </>
  );
  return (
    <Dialog title="Mark this scar" onClose={onClose} actions={actions}>
      <form id="scars-mark" class="stack" onSubmit={(event) => {
        event.preventDefault();
        void submit(own);
      }}>
        {first.length > 0 && <First said={first} />}
        {problem && <ProblemBox problem={problem} />}
        <Segments label="Mark" value={own} choices={MARKS.map((value) => ({ value, label: value }))} onChange={setOwn} />
        <p class="muted">{MEANINGS[own]}</p>
        <label class="stack stack-tight">
          <span>Note <span class="muted">(shown when its like comes again)</span></span>
          <textarea class="input" rows={3} autofocus maxLength={2000} value={note}
            onInput={(event) => setNote(event.currentTarget.value)} />
        </label>
        <label class="stack stack-tight">
          <span>Runbook <span class="muted">(a link)</span></span>
          <input class="input" type="url" maxLength={2000} placeholder="https://" value={runbook}
            onInput={(event) => setRunbook(event.currentTarget.value)} />
        </label>
        <Reviewer />
      </form>
    </Dialog>
  );
}

/** Under which name one decides. */
export function Reviewer() {
  return (
    <label class="scars-reviewer">
      <span class="muted">Your name</span>
      <input class="input" value={reviewer.value} placeholder="kept in this browser" autocomplete="off"
        maxLength={LONGEST} onChange={(event) => nameReviewer(event.currentTarget.value)} />
    </label>
  );
}

function First({ said }: { said: Said[] }) {
  return (
    <div class="scars-conflict" role="alert">
      <p><strong>Somebody marked it first.</strong> Nothing was overwritten. Look, then mark it anyway or leave it so.</p>
      {said.map((it) => (
        <p key={it.version} class="row">
          <b class="name">{it.who}</b> {it.mark ? <MarkChip mark={it.mark} /> : "took the mark back"} <Time at={it.at} relative />
          <Note note={it.note} runbook={it.runbook} />
        </p>
      ))}
    </div>
  );
}
