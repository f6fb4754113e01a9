import type { ComponentChildren } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";

export interface Column<Row> {
  key: string;
  title: string;
  /** What a cell shows. */
  cell: (row: Row) => ComponentChildren;
  /** What rows are ordered by; null goes last. Without it the column cannot be sorted by. */
  order?: (row: Row) => string | number | null;
  numeric?: boolean;
}

export interface Sorting {
  key: string;
  down: boolean;
}

interface Props<Row> {
  caption: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
  selected?: string | undefined;
  onSelect?: (row: Row) => void;
  sort?: Sorting;
  onSort?: (sort: Sorting) => void;
  /** Rows shown at first and added by each press on "Show more". */
  step?: number;
}

const STEP = 200;

function compare(a: string | number | null, b: string | number | null, down: boolean): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  const order = typeof a === "number" && typeof b === "number" ? a - b : `${a}` < `${b}` ? -1 : 1;
  return down ? -order : order;
}

function sorted<Row>(rows: Row[], columns: Column<Row>[], sort: Sorting | undefined): Row[] {
  const order = columns.find((it) => it.key === sort?.key)?.order;
  if (!sort || !order) return rows;
  return rows
    .map((row) => ({ row, by: order(row) }))
    .sort((a, b) => compare(a.by, b.by, sort.down))
    .map((it) => it.row);
}

/** A table that is sorted by its headings; arrow keys walk over rows, Enter selects one. */
export function Table<Row>(props: Props<Row>) {
  const { caption, columns, rows, rowKey, selected, onSelect, step = STEP } = props;
  const [own, setOwn] = useState<Sorting>();
  const [most, setMost] = useState(step);
  const sort = props.sort ?? own;
  const body = useRef<HTMLTableSectionElement>(null);
  const all = useMemo(() => sorted(rows, columns, sort), [rows, columns, sort?.key, sort?.down]);
  const shown = all.slice(0, most);
  const focusable = Math.max(0, shown.findIndex((row) => rowKey(row) === selected));

  const walk = (event: KeyboardEvent, row: Row) => {
    const at = event.currentTarget as HTMLTableRowElement;
    const next: Record<string, Element | null | undefined> = {
      ArrowDown: at.nextElementSibling,
      ArrowUp: at.previousElementSibling,
      Home: body.current?.firstElementChild,
      End: body.current?.lastElementChild,
    };
    if (event.target !== at) return;
    if (event.key in next) (next[event.key] as HTMLElement | null | undefined)?.focus();
    else if (event.key === "Enter" || event.key === " ") onSelect?.(row);
    else return;
    event.preventDefault();
  };

  return (
    <div class="table-box" role="region" aria-label={caption} tabIndex={0}>
      <table class="table">
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading
                key={column.key}
                column={column}
                sort={sort}
                onSort={props.onSort ?? setOwn}
              />
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {shown.map((row, number) => {
            const key = rowKey(row);
            const chosen = onSelect
              ? {
                  tabIndex: number === focusable ? 0 : -1,
                  "aria-current": key === selected ? ("true" as const) : undefined,
                  onClick: () => onSelect(row),
                  onKeyDown: (event: KeyboardEvent) => walk(event, row),
                }
              : {};
            return (
              <tr key={key} class={onSelect ? "can-be-chosen" : ""} {...chosen}>
                {columns.map((column) => (
                  <td key={column.key} class={column.numeric ? "number" : ""}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
      {all.length > most && (
        <p class="table-more">
          <button type="button" class="button" onClick={() => setMost(most + step)}>
            Show more
          </button>
          <span class="muted">
            {most} of {all.length}
          </span>
        </p>
      )}
    </div>
  );
}

interface HeadingProps<Row> {
  column: Column<Row>;
  sort: Sorting | undefined;
  onSort: (sort: Sorting) => void;
}

function Heading<Row>({ column, sort, onSort }: HeadingProps<Row>) {
  const name = column.numeric ? "number" : "";
  if (!column.order) return <th class={name} scope="col">{column.title}</th>;
  const here = sort?.key === column.key;
  const state = here ? (sort.down ? "descending" : "ascending") : "none";
  return (
    <th class={name} scope="col" aria-sort={state}>
      <button
        type="button"
        class="heading"
        onClick={() => onSort({ key: column.key, down: here ? !sort.down : !!column.numeric })}
      >
        {column.title}
        <span aria-hidden="true" class="heading-arrow">
          {here ? (sort.down ? "↓" : "↑") : ""}
        </span>
      </button>
    </th>
  );
}
