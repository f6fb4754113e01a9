import { Time, formats } from "../../parts";
import { setQuery } from "../../state/place";
import type { GroupTold, Shown } from "./asking";

/** Which failure of the group this is, the ones beside it, and its page in Datadog. */
export function Pager({ data, shown }: { data: GroupTold; shown: Shown }) {
  const at = data.failures.findIndex(
    (it) => it.trace_id === shown.trace_id && it.span_id === shown.span_id,
  );
  const to = (place: number) => {
    const found = data.failures[place];
    return found && (() => setQuery({ trace: found.trace_id, span: found.span_id }, true));
  };
  const newer = to(at - 1);
  const older = at < 0 ? to(0) : to(at + 1);
  return (
    <div class="row">
      <span class="muted number">
        {at >= 0 && `${formats.count(at + 1)} of ${formats.count(data.group?.failures)}`}
        {" · "}
        <Time at={shown.failed_at} />
      </span>
      <button
        type="button"
        class="button"
        aria-label="Newer failure"
        disabled={!newer}
        onClick={newer}
      >
        ‹
      </button>
      <button
        type="button"
        class="button"
        aria-label="Older failure"
        disabled={!older}
        onClick={older}
      >
        ›
      </button>
      <Permalink url={shown.datadog_url} />
    </div>
  );
}

/** Leads to the span in Datadog, in a tab of its own that knows nothing of this one. */
export function Permalink({ url, small = false }: { url: string | null; small?: boolean }) {
  if (!url?.startsWith("https://")) return null;
  return (
    <a
      class={small ? "backlog-permalink" : "button"}
      href={url}
      target="_blank"
      rel="noopener noreferrer"
    >
      {small ? <span class="unseen">Datadog</span> : "Datadog"} <span aria-hidden="true">↗</span>
      <span class="unseen">, in a new tab</span>
    </a>
  );
}
