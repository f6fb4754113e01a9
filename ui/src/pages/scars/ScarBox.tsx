import { useState } from "preact/hooks";
import { useAsked } from "../../api/useAsked";
import { useShortcuts } from "../../state/keys";
import { Act, ProblemBox, acting, Skeleton, Time, formats } from "../../parts";
import { MarkDialog } from "./MarkDialog";
import { MarkChip, Note, Standing } from "./signs";
import { type Told, EXPERTS, MARKS, type Mark, MEANINGS, addressOf, amount, lasted, many } from "./words";

const KEYS: Record<Mark, string> = { real: "r", expected: "e", noise: "n" };

/** One scar: what was missed and by how much, whether it was seen before, what people said. */
export function ScarBox({ series, onset, unit, until, told, onMarked }: {
  series: string;
  onset: string;
  unit: string | null;
  /** The newest moment that is known, for a scar that goes on. */
  until: number;
  /** The scar, if it came with the points; undefined if it is to be asked for. */
  told: Told | null | undefined;
  onMarked: () => void;
}) {
  const asking = onset && told === undefined ? ("/api/scars/{series}/{onset}" as const) : undefined;
  const { data, problem, again } = useAsked(asking, { parts: { series, onset } }, asking ? ["scars"] : []);
  const scar = told ?? (data?.onset === onset ? data : undefined);
  const [mark, setMark] = useState<Mark>();
  useShortcuts(scar ? MARKS.map((it) => ({ key: KEYS[it], what: `Mark the scar as ${it}`, act: acting(() => setMark(it)) })) : []);
  const done = () => {
    setMark(undefined);
    again();
    onMarked();
  };
  return (
    <section class="scars-box stack scars-one" aria-labelledby="scars-one" aria-live="polite">
      <h2 id="scars-one">{scar ? `${sideOf(scar)} for ${lasted(scar, until)}` : "Scar"}</h2>
      {!onset && <p class="muted">Choose a scar in the chart or the list, or press j.</p>}
      {problem && asking && <ProblemBox problem={problem} onAgain={again} />}
      {onset && told === null && <p class="muted">There is no scar of this onset: the run that found it may have been rolled back.</p>}
      {onset && !scar && told !== null && !problem && <Skeleton lines={8} label="Loading the scar" />}
      {scar && (
        <>
          <div class="row">
            <MarkChip mark={scar.mark} />
            <Standing open={scar.ended_at === null} quiet={scar.quiet} />
            <Note note={scar.note} runbook={scar.runbook} />
          </div>
          {scar.why_quiet && <p class="scars-why name">{scar.why_quiet}</p>}
          <Evidence scar={scar} unit={unit} />
          <div class="row" role="group" aria-label="Mark this scar">
            {MARKS.map((it) => (
              <Act key={it} class="button" aria-pressed={scar.mark === it} title={MEANINGS[it]}
                aria-keyshortcuts={KEYS[it]} onAct={() => setMark(it)}>
                {formatsOf(it)} <kbd aria-hidden="true">{KEYS[it]}</kbd>
              </Act>
            ))}
          </div>
          <Before scar={scar} unit={unit} />
          <Said scar={scar} />
          {mark && <MarkDialog scar={scar} mark={mark} onClose={() => setMark(undefined)} onDone={done} />}
        </>
      )}
    </section>
  );
}

const formatsOf = (mark: Mark): string => mark.charAt(0).toUpperCase() + mark.slice(1);

const SIDES = { high: "High", low: "Low", both: "Off" } as const;

const sideOf = (scar: Told): string => SIDES[scar.direction];

function Evidence({ scar, unit }: { scar: Told; unit: string | null }) {
  return (
    <dl class="facts">
      <dt>Began</dt>
      <dd><Time at={scar.onset} /></dd>
      <dt>Ended</dt>
      <dd>{scar.ended_at ? <Time at={scar.ended_at} /> : "goes on"}</dd>
      <dt>Farthest off</dt>
      <dd><b>{amount(scar.peak_value, unit)}</b> at <Time at={scar.peak_at} /></dd>
      <dt>Expected</dt>
      <dd>{amount(scar.expected, unit)}, calm from {amount(scar.low, unit)} to {amount(scar.high, unit)}</dd>
      <dt>Missed by</dt>
      <dd>{formats.short(scar.missed_by)} mean absolute deviations</dd>
      <dt>Score</dt>
      <dd>{formats.ratio(scar.peak_score)}; {formats.ratio(scar.needs_score)} is needed to tell of it</dd>
      <dt>Found by</dt>
      <dd>{EXPERTS[scar.expert ?? ""] ?? scar.expert ?? "–"}</dd>
      <dt>Incident</dt>
      <dd><a class="name" href={`/scars/incidents/${encodeURIComponent(scar.incident.id)}`}>{scar.incident.name}</a></dd>
    </dl>
  );
}

/** The earlier scars that it is like, the likest first, with what was said of them. */
function Before({ scar, unit }: { scar: Told; unit: string | null }) {
  return (
    <div class="stack">
      <h3>Seen before</h3>
      {!scar.seen_before && <p class="muted">Nothing like it is known of this metric.</p>}
      {scar.seen_before > 0 && (
        <p>
          {many(scar.seen_before, "time")}, last on <Time at={scar.seen_last} />
        </p>
      )}
      {scar.twins.length > 0 && (
        <ul class="scars-twins">
          {scar.twins.map((it) => (
            <li key={`${it.series} ${it.onset}`}>
              <div class="spread">
                <span><a href={addressOf(it)}><Time at={it.onset} /></a> <span class="name muted">{it.host}</span></span>
                <span class="row">
                  <MarkChip mark={it.mark} />
                  <span class="muted number">{formats.share(it.likeness)} alike</span>
                </span>
              </div>
              <span class="muted">farthest off {amount(it.peak_value, unit)}, missed by {formats.short(it.missed_by)} ×</span>
              <Note note={it.note} runbook={it.runbook} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Said({ scar }: { scar: Told }) {
  if (!scar.history.length) return null;
  return (
    <details>
      <summary>Said of it ({scar.history.length})</summary>
      <ul class="scars-twins">
        {[...scar.history].reverse().map((it) => (
          <li key={it.version}>
            <div class="spread"><span><b class="name">{it.who}</b> {it.mark ? <MarkChip mark={it.mark} /> : "took the mark back"}</span><Time at={it.at} /></div>
            <Note note={it.note} runbook={it.runbook} />
          </li>
        ))}
      </ul>
    </details>
  );
}
