import { Fragment } from "preact";
import { Table, Time, copy, formats, type Column } from "../../parts";
import { CoverageStrip } from "./marks";
import type { Story } from "./words";

type Entry = Story["entries"][number];
type Lane = Story["lanes"][number];
type Gap = Story["coverage"]["missing"][number];
type Brought = { subject: string; rows?: number; series?: number; first?: string; last?: string };

const SHORT = 12; // digits of a digest that are shown

const STEP = 25;

const window = (text: string) => {
  const [from, to] = text.split("/");
  return (
    <span class="runs-window">
      <Time at={from} /> – <Time at={to} />
    </span>
  );
};

const LANES: Column<Lane>[] = [
  {
    key: "what",
    title: "Asked",
    cell: (it) => <div class="name runs-asked">{it.what}</div>,
    order: (it) => it.what,
  },
  {
    key: "strip",
    title: "Answered",
    cell: (it) => (
      <div class="runs-lane">
        <CoverageStrip coverage={it} what={it.what} />
      </div>
    ),
  },
  {
    key: "missing",
    title: "Missing",
    numeric: true,
    cell: (it) =>
      it.missing ? (
        <strong class="tone-failed">
          {formats.count(it.missing)} of {formats.count(it.asked)}
        </strong>
      ) : (
        <span class="muted">0 of {formats.count(it.asked)}</span>
      ),
    order: (it) => it.missing,
  },
];

/** Each thing that was asked, with its own strip. */
export function Lanes({ it }: { it: Story }) {
  return (
    <Table
      caption="What was asked, one by one"
      columns={LANES}
      rows={it.lanes}
      rowKey={(row) => row.what}
      step={STEP}
    />
  );
}

const GAPS: Column<Gap>[] = [
  {
    key: "what",
    title: "Asked",
    cell: (it) => <div class="name runs-asked">{it.what}</div>,
    order: (it) => it.what,
  },
  { key: "window", title: "Window", cell: (it) => window(it.window), order: (it) => it.window },
  {
    key: "reason",
    title: "Why",
    cell: (it) => <div class="name runs-text">{it.reason}</div>,
    order: (it) => it.reason,
  },
];

/** Every window that was not answered. */
export function Missing({ it }: { it: Story }) {
  return (
    <Table
      caption="What is missing"
      columns={GAPS}
      rows={it.coverage.missing}
      rowKey={(row) => `${row.what} ${row.window}`}
      step={STEP}
    />
  );
}

const BROUGHT: Column<Brought>[] = [
  {
    key: "subject",
    title: "Subject",
    cell: (it) => (
      <div class="name runs-subject">{it.subject || <span class="muted">no name</span>}</div>
    ),
    order: (it) => it.subject,
  },
  {
    key: "rows",
    title: "Rows",
    numeric: true,
    cell: (it) => formats.count(it.rows),
    order: (it) => it.rows ?? null,
  },
  {
    key: "series",
    title: "Series",
    numeric: true,
    cell: (it) => formats.count(it.series),
    order: (it) => it.series ?? null,
  },
  {
    key: "first",
    title: "From",
    cell: (it) => <Time at={it.first} />,
    order: (it) => it.first ?? null,
  },
  { key: "last", title: "To", cell: (it) => <Time at={it.last} />, order: (it) => it.last ?? null },
];

/** What was brought, by subject. */
export function Tally({ it }: { it: Story }) {
  const rows = Object.entries(it.tally as Record<string, Omit<Brought, "subject">>).map(
    ([subject, part]) => ({ subject, ...part }),
  );
  if (!rows.length) return <p class="muted">It brought nothing.</p>;
  return (
    <Table
      caption="What was brought, by subject"
      columns={BROUGHT}
      rows={rows}
      rowKey={(row) => row.subject}
      step={STEP}
    />
  );
}

function Digest({ value, what }: { value: string | null; what: string }) {
  if (!value) return <span class="muted">–</span>;
  return (
    <button
      type="button"
      class="runs-digest mono"
      title={`${value}: copy`}
      aria-label={`Copy ${what} ${value.slice(0, SHORT)}`}
      onClick={() => void copy(value, "The digest")}
    >
      {value.slice(0, SHORT)}
    </button>
  );
}

const ENTRIES: Column<Entry>[] = [
  {
    key: "position",
    title: "No.",
    numeric: true,
    cell: (it) => formats.count(it.position),
    order: (it) => it.position,
  },
  {
    key: "word",
    title: "Says",
    cell: (it) => <strong class="runs-word">{it.word}</strong>,
    order: (it) => it.word,
  },
  { key: "at", title: "At", cell: (it) => <Time at={it.at} />, order: (it) => it.at },
  { key: "told", title: "What", cell: (it) => <div class="name runs-text">{said(it)}</div> },
  {
    key: "rows",
    title: "Rows",
    numeric: true,
    cell: (it) => formats.count(it.rows),
    order: (it) => it.rows,
  },
  {
    key: "digest",
    title: "Digest",
    cell: (it) => <Digest value={it.digest} what={`digest of entry ${it.position}`} />,
  },
  {
    key: "rowsDigest",
    title: "Of its rows",
    cell: (it) => (
      <Digest value={it.rows_digest} what={`digest of the rows of entry ${it.position}`} />
    ),
  },
];

function said(it: Entry): string {
  if (it.word !== "wrote") return it.told ?? "";
  const missing = it.missing ? `, ${formats.count(it.missing)} missing` : "";
  const kind = (it.kind ?? "").replaceAll("_", " ");
  const more = it.whole ? `; ${formats.count(it.whole)} more say that this was everything` : "";
  return `${kind}: ${formats.count(it.asked)} asked${missing}${more}`;
}

/** The entries of the run, each with its digest. */
export function Entries({ it }: { it: Story }) {
  return (
    <>
      <Table
        caption="Entries of this run"
        columns={ENTRIES}
        rows={it.entries}
        rowKey={(row) => String(row.position)}
        step={STEP}
      />
      {it.entry_count > it.entries.length && (
        <p class="muted">
          {formats.count(it.entries.length)} of {formats.count(it.entry_count)} entries are listed.
        </p>
      )}
      <p class="muted">
        Each entry holds the digest of the one before it in its stream. A press copies a digest.
      </p>
    </>
  );
}

/** Counts by name, those first that count most. */
export function Tallied({ title, counts }: { title: string; counts: Record<string, number> }) {
  const found = Object.entries(counts).sort(([, a], [, b]) => b - a);
  return (
    <div>
      <h3>{title}</h3>
      {found.length === 0 && <p class="muted">None.</p>}
      <dl class="facts runs-figures">
        {found.map(([name, count]) => (
          <Fragment key={name}>
            <dt class="name">{name}</dt>
            <dd class="number">{formats.count(count)}</dd>
          </Fragment>
        ))}
      </dl>
    </div>
  );
}
