import { zone } from "../state/preferences";
import { ago, moment } from "./formats";

interface Props {
  /** RFC 3339; a dash is shown without one. */
  at: string | null | undefined;
  /** "5 min. ago", with both times in the title. */
  relative?: boolean;
}

/** A moment in the reader's zone, with the other one in its title. */
export function Time({ at, relative = false }: Props) {
  if (!at) return <span class="muted">–</span>;
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return <span class="name">{at}</span>;
  const other = moment(date, zone.value === "local" ? "utc" : "local");
  const title = relative ? `${moment(date)} · ${other}` : other;
  return (
    <time dateTime={at} title={title} class="time">
      {relative ? ago(date) : moment(date)}
    </time>
  );
}
