import { computed, signal } from "@preact/signals";

interface Place {
  path: string;
  query: URLSearchParams;
}

const here = (): Place => ({
  path: location.pathname,
  query: new URLSearchParams(location.search),
});

/** Where the reader is: all state of a page that is worth a link is in its query. */
export const place = signal<Place>(here());

export const path = computed(() => place.value.path);

/** A part of a path without its escapes; as it stands where they are none. */
export function spoken(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

window.addEventListener("popstate", () => {
  place.value = here();
});

function move(url: string, replace: boolean): void {
  if (replace) history.replaceState(null, "", url);
  else history.pushState(null, "", url);
  place.value = here();
}

/** Go to a path of ours, with its query if it has one. */
export function go(url: string): void {
  move(url, false);
  window.scrollTo(0, 0);
}

/**
 * Change parts of the query: an empty text takes one away. `replace` leaves no step in the
 * history, as for what is typed letter by letter.
 */
export function setQuery(changes: Record<string, string>, replace = false): void {
  const query = new URLSearchParams(place.peek().query);
  for (const [name, value] of Object.entries(changes)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const text = query.toString();
  if (text === place.peek().query.toString()) return;
  move(place.peek().path + (text ? `?${text}` : ""), replace);
}

/** One part of the query, `otherwise` if it is not there, and what changes it. */
export function useQuery(
  name: string,
  otherwise = "",
): [string, (value: string, replace?: boolean) => void] {
  const value = place.value.query.get(name) ?? otherwise;
  const set = (to: string, replace = false) =>
    setQuery({ [name]: to === otherwise ? "" : to }, replace);
  return [value, set];
}
