import { useMemo, useRef, useState } from "preact/hooks";
import { type Listed, type Points, type Series, many } from "./words";

/** Which question an answer is to: while a new one is asked, the old answer still stands. */
function useQuestion(data: object | undefined, question: string): string {
  const own = useRef({ data, question });
  if (own.current.data !== data) own.current = { data, question };
  return own.current.question;
}

/**
 * Rows in the order in which the reader first saw them: what comes live changes a drawing in its
 * place, and moves nothing. `moved` says that another order would be right by now.
 */
export function useKept(data: Listed | undefined, asked: string) {
  const question = useQuestion(data, asked);
  const seen = useRef({ question: "", places: new Map<string, number>() });
  const [round, again] = useState({});
  return useMemo(() => {
    const rows = data?.series ?? [];
    const known = seen.current;
    if (known.question !== question) {
      known.question = question;
      known.places = new Map();
    }
    for (const it of rows) if (!known.places.has(it.series)) known.places.set(it.series, known.places.size);
    const place = (it: Series) => known.places.get(it.series) ?? 0;
    const kept = [...rows].sort((a, b) => place(a) - place(b));
    return {
      rows: kept,
      moved: kept.some((it, at) => it !== rows[at]),
      order: () => {
        known.question = "";
        again({});
      },
    };
  }, [data, question, round]);
}

/**
 * The answer that the reader looks at. One over a later stretch waits until they ask for it; one
 * over the same is shown at once, for it moves nothing.
 */
export function useHeld(data: Points | undefined, asked: string) {
  const question = useQuestion(data, asked);
  const held = useRef<{ points: Points; question: string } | undefined>(undefined);
  const [, again] = useState({});
  const own = held.current;
  if (data && (own?.question !== question || own.points.window.to === data.window.to))
    held.current = { points: data, question };
  const points = held.current?.points;
  if (!data || !points || data === points) return { points, newer: "", show: () => undefined };
  const known = new Set(points.scars.map((it) => it.onset));
  const fresh = data.scars.filter((it) => !known.has(it.onset)).length;
  const marked = points.scars.map((it) => data.scars.find((its) => its.onset === it.onset) ?? it);
  return {
    points: { ...points, scar: data.scar, scars: marked } as Points,
    newer: fresh ? `Newer points came, with ${many(fresh, "new scar")}.` : "Newer points came.",
    show: () => {
      held.current = { points: data, question };
      again({});
    },
  };
}
