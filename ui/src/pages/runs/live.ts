import { useState } from "preact/hooks";
import { type Going, useEvents } from "../../api/events";

export type { Going };

/**
 * How far the pulls of this server have come, by stream. `again` is called when a run began,
 * ended or was taken back; not for each batch of one whose progress is told anyway, nor for
 * others where `only` one is of interest.
 */
export function useGoing(known: (run: string) => boolean, again: () => void, only?: string) {
  const [going, setGoing] = useState<Record<string, Going>>({});
  useEvents(["runs"], (told) => {
    if (told.type === "progress") {
      setGoing(({ [told.stream]: _, ...others }) =>
        told.ended ? others : { ...others, [told.stream]: told },
      );
      return;
    }
    const { word, run, stream } = told;
    const followed = word === "wrote" && run && known(run) && stream && going[stream];
    const other = only && run && run !== only;
    if (!followed && !other) again();
  });
  return going;
}
