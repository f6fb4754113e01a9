import type { Group } from "./asking";

/** The parts of a signature by which groups of one title are told apart, the plainest first. */
const PARTS = [
  ...["application", "place", "evaluations", "tool", "dependency", "object"],
  ...["error_type", "frame", "cause", "words"],
];

const DIGITS = 8; // of an id

function said({ why }: Group, part: string): string {
  const value = (why as Record<string, unknown>)[part];
  return Array.isArray(value) ? value.join(", ") : String(value ?? "");
}

const words = (group: Group, parts: string[]): string =>
  parts
    .map((it) => said(group, it))
    .filter(Boolean)
    .join(" · ");

const kinds = (groups: Group[], parts: string[]): number =>
  new Set(groups.map((it) => words(it, parts))).size;

/** As few parts as tell most of these groups apart. */
function telling(groups: Group[]): string[] {
  let parts: string[] = [];
  for (const it of PARTS)
    if (kinds(groups, [...parts, it]) > kinds(groups, parts)) parts = [...parts, it];
  return parts;
}

function grouped(groups: Group[], by: (group: Group) => string): Map<string, Group[]> {
  const found = new Map<string, Group[]>();
  for (const it of groups) found.set(by(it), [...(found.get(by(it)) ?? []), it]);
  return found;
}

/** What groups of the same title differ in, by their ids; nothing for a title that stands alone. */
export function apart(groups: Group[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const alike of grouped(groups, (it) => it.title).values()) {
    if (alike.length === 1) continue;
    const parts = telling(alike);
    for (const [told, same] of grouped(alike, (it) => words(it, parts)))
      for (const { id } of same)
        found.set(id, [told, same.length > 1 ? id.slice(0, DIGITS) : ""].filter(Boolean).join(" · "));
  }
  return found;
}
