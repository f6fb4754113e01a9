import { Chip, type Tone } from "../../parts";
import { type Mark, isLink } from "./words";

const TONES: Record<Mark, Tone> = { real: "failed", expected: "healthy", noise: "unknown" };

/** Each mark has a shape of its own: no colour is needed to tell them apart. */
const SIGNS: Record<Mark, string> = { real: "●", expected: "◆", noise: "○" };

/** What a person said a scar is. */
export function MarkChip({ mark }: { mark: Mark | null }) {
  if (!mark) return null;
  return <Chip tone={TONES[mark]}><span aria-hidden="true">{SIGNS[mark]} </span>{mark}</Chip>;
}

/** That a scar goes on, or that marks keep it quiet. */
export function Standing({ open, quiet }: { open: boolean; quiet: boolean }) {
  return (
    <>
      {open && <Chip tone="failed">goes on</Chip>}
      {quiet && <Chip tone="unknown">quiet</Chip>}
    </>
  );
}

/** A note and its runbook, as a person wrote them: texts, and a link only if it is one. */
export function Note({ note, runbook }: { note: string | null; runbook: string | null }) {
  if (!note && !runbook) return null;
  return (
    <div class="scars-note">
      {note && <q class="name">{note}</q>}
      {runbook && (isLink(runbook)
        ? <a class="name" href={runbook} rel="noreferrer noopener">Runbook</a>
        : <span class="name">Runbook: {runbook}</span>)}
    </div>
  );
}
