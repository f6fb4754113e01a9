import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { path } from "../state/place";

/** A row of fields above what they filter, with what it came to at its end. */
export function FilterBar({ label, children, result }: {
  label: string;
  children: ComponentChildren;
  result?: ComponentChildren;
}) {
  return (
    <div class="filter-bar">
      <div class="row" role="group" aria-label={label}>
        {children}
      </div>
      {result && <div class="filter-result" role="status">{result}</div>}
    </div>
  );
}

export interface Choice {
  value: string;
  label?: string;
  count?: number;
}

/** One value out of several; the empty one stands for all. */
export function Select({ label, value, choices, all = "All", onChange }: {
  label: string;
  value: string;
  choices: Choice[];
  all?: string | null;
  onChange: (value: string) => void;
}) {
  const known = !value || choices.some((it) => it.value === value);
  return (
    <label class={`field ${value ? "field-set" : ""}`}>
      <span class="field-label">{label}</span>
      <select class="input" value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {all !== null && <option value="">{all}</option>}
        {!known && <option value={value}>{value}</option>}
        {choices.map((it) => (
          <option key={it.value} value={it.value}>
            {it.label ?? it.value}
            {it.count === undefined ? "" : ` (${it.count})`}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A field that tells what was typed a moment after the last letter. */
export function Search({ label, value, onChange, shortcut, inputRef, ...more }: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  shortcut?: string;
  inputRef?: preact.RefObject<HTMLInputElement | null>;
  onKeyDown?: (event: KeyboardEvent) => void;
  list?: string;
  delay?: number;
}) {
  const [typed, setTyped] = useState(value);
  const timer = useRef(0);
  const given = useRef(value);
  useEffect(() => {
    if (given.current !== value) setTyped(value);
    given.current = value;
  }, [value]);
  const type = (text: string) => {
    setTyped(text);
    clearTimeout(timer.current);
    const here = path.peek();
    timer.current = window.setTimeout(() => {
      if (path.peek() !== here) return; // else it would filter the next page
      given.current = text;
      onChange(text);
    }, more.delay ?? 150);
  };
  return (
    <label class="field field-search">
      <span class="unseen">{label}</span>
      <input
        ref={inputRef ?? null}
        type="search"
        class="input"
        placeholder={label}
        autocomplete="off"
        spellcheck={false}
        value={typed}
        onInput={(event) => type(event.currentTarget.value)}
        onKeyDown={more.onKeyDown}
        aria-keyshortcuts={shortcut}
      />
      {shortcut && !typed && <kbd aria-hidden="true" class="field-key">{shortcut}</kbd>}
    </label>
  );
}

/** Yes or no. */
export function Toggle({ label, value, onChange }: {
  label: string;
  value: boolean;
  onChange: (value: boolean) => void;
}) {
  return (
    <label class={`toggle ${value ? "field-set" : ""}`}>
      <input
        type="checkbox"
        checked={value}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      {label}
    </label>
  );
}

/** A number between two others. */
export function Range({ label, value, min, max, step, show, onChange }: {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  show: (value: number) => string;
  onChange: (value: number) => void;
}) {
  const id = useId();
  const [held, setHeld] = useState<number>();
  const now = held ?? value;
  return (
    <span class={`field ${value === min ? "" : "field-set"}`}>
      <label class="field-label" for={id}>
        {label}
      </label>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={now}
        aria-valuetext={show(now)}
        onInput={(event) => setHeld(event.currentTarget.valueAsNumber)}
        onChange={(event) => {
          setHeld(undefined);
          onChange(event.currentTarget.valueAsNumber);
        }}
      />
      <output class="field-value number">{show(now)}</output>
    </span>
  );
}

/** Some ways to see the same; one holds. */
export function Segments<Value extends string>({ label, value, choices, onChange }: {
  label: string;
  value: Value;
  choices: { value: Value; label: string }[];
  onChange: (value: Value) => void;
}) {
  return (
    <div class="segments" role="group" aria-label={label}>
      {choices.map((it) => (
        <button
          key={it.value}
          type="button"
          aria-pressed={it.value === value}
          onClick={() => onChange(it.value)}
        >
          {it.label}
        </button>
      ))}
    </div>
  );
}
