import type { ButtonHTMLAttributes } from "preact";
import { readsOnly } from "../state/session";
import { toast } from "./overlays";

const READS_ONLY = "Your token only reads: this needs the operator's.";

/** Do what changes something, or say why this reader cannot. */
export function acting(act: () => void): () => void {
  return () => (readsOnly.peek() ? toast(READS_ONLY, true) : act());
}

/** A button that changes something. To whom only reads it is dimmed, and says why. */
export function Act({ onAct, ...rest }: Omit<ButtonHTMLAttributes, "onClick"> & { onAct: () => void }) {
  const barred = readsOnly.value ? ({ "aria-disabled": "true", title: READS_ONLY } as const) : {};
  return <button type="button" {...rest} {...barred} onClick={acting(onAct)} />;
}
