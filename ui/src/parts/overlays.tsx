import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

/** What is beside the page's own content; on a narrow screen below it. */
export function SidePanel({ title, label, children, onClose }: {
  title: ComponentChildren;
  label: string;
  children: ComponentChildren;
  onClose?: () => void;
}) {
  return (
    <aside class="panel" aria-label={label}>
      <header class="panel-head">
        <h2 class="name">{title}</h2>
        {onClose && (
          <button type="button" class="button button-quiet" onClick={onClose} aria-label="Close">
            ×
          </button>
        )}
      </header>
      <div class="panel-body">{children}</div>
    </aside>
  );
}

/** A dialog over the page. The element itself keeps the focus within, and closes by Esc. */
export function Dialog({ title, children, actions, onClose, wide = false }: {
  title: string;
  children: ComponentChildren;
  actions?: ComponentChildren;
  onClose: () => void;
  wide?: boolean;
}) {
  const own = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = own.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={own}
      class={`dialog ${wide ? "dialog-wide" : ""}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === own.current && onClose()}
    >
      <div class="dialog-inner">
        <header class="spread">
          <h2 id={id}>{title}</h2>
          <button type="button" class="button button-quiet" onClick={onClose} aria-label="Close">
            ×
          </button>
        </header>
        <div class="dialog-body stack">{children}</div>
        {actions && <footer class="dialog-actions">{actions}</footer>}
      </div>
    </dialog>
  );
}

interface Said {
  id: number;
  text: string;
  bad: boolean;
}

const said = signal<Said[]>([]);
const SHOWN_MS = 6000;
let number = 0;

/** Say a sentence at the foot of the page; it goes by itself, and is read out. */
export function toast(text: string, bad = false): void {
  number += 1;
  const id = number;
  said.value = [...said.value, { id, text, bad }];
  setTimeout(() => {
    said.value = said.value.filter((it) => it.id !== id);
  }, SHOWN_MS);
}

/** Where sentences of `toast` are shown; stands once, in the shell. */
export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {said.value.map((it) => (
        <p key={it.id} class={`toast ${it.bad ? "tone-failed" : ""}`}>
          {it.text}
        </p>
      ))}
    </div>
  );
}
