import { useRef, useState } from "preact/hooks";
import { acting, toast } from "../../parts";
import { type Shortcut, useShortcuts } from "../../state/keys";
import { DecideDialog } from "./DecideDialog";
import type { Target } from "./deciding";
import { ExportDialog } from "./ExportDialog";
import { MergeDialog } from "./MergeDialog";
import { SplitDialog } from "./SplitDialog";
import { STATE_KEYS, type State, TRANSITIONS, VERBS } from "./words";

type Open =
  | { what: "decide"; to: State; targets: Target[] }
  | { what: "merge" | "export"; targets: Target[] }
  | { what: "split"; target: Target; chosen: [string, string][] };

export interface Actions {
  decide: (to: State) => void;
  merge: () => void;
  split: () => void;
  give: () => void;
  deliveries: () => void;
  /** The dialog that is open. */
  dialog: preact.ComponentChildren;
  shortcuts: Shortcut[];
}

/** Have these keys; each does what it means now, also in the moment before the next frame. */
export function useKeys(own: Shortcut[]): void {
  const now = useRef(own);
  now.current = own;
  useShortcuts(own.map((it, at) => ({ ...it, act: () => now.current[at]?.act() })));
}

/** What can be done with groups: by buttons, by keys, and the dialog that each opens. */
export function useActions({
  targets,
  chosen = [],
  onDone,
}: {
  targets: Target[];
  chosen?: [string, string][];
  onDone: (into?: string) => void;
}): Actions {
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const done = (into?: string) => {
    close();
    onDone(into);
  };
  const [first] = targets;
  const some = (act: () => void) => () =>
    first ? act() : toast("Choose a group first: j and k walk over them.");
  const changing = (act: () => void) => acting(some(act));
  const decide = (to: State) =>
    changing(() => {
      const stuck = targets.find((it) => !TRANSITIONS[it.state].includes(to));
      if (stuck) toast(`A group that is ${stuck.state} cannot become ${to}.`, true);
      else setOpen({ what: "decide", to, targets });
    })();
  const merge = changing(() => setOpen({ what: "merge", targets }));
  const split = changing(() => {
    if (targets.length > 1 || !first) toast("Split one group at a time.", true);
    else setOpen({ what: "split", target: first, chosen });
  });
  const give = some(() => setOpen({ what: "export", targets }));
  const deliveries = () => setOpen({ what: "export", targets: [] });
  const dialog = open && shown(open, close, done);
  const shortcuts: Shortcut[] = [
    ...STATE_KEYS.map(([key, to]) => ({ key, what: VERBS[to], act: () => decide(to) })),
    { key: "m", what: "Merge", act: merge },
    { key: "s", what: "Split", act: split },
    { key: "b", what: "Export as a bundle", act: give },
    { key: "w", what: "Deliveries to the webhook", act: deliveries },
  ];
  return { decide, merge, split, give, deliveries, dialog, shortcuts };
}

function shown(open: Open, close: () => void, done: (into?: string) => void) {
  if (open.what === "split")
    return <SplitDialog target={open.target} chosen={open.chosen} onClose={close} onDone={done} />;
  const { targets } = open;
  if (open.what === "decide")
    return <DecideDialog targets={targets} to={open.to} onClose={close} onDone={done} />;
  if (open.what === "merge") return <MergeDialog targets={targets} onClose={close} onDone={done} />;
  return <ExportDialog targets={targets} onClose={close} />;
}
