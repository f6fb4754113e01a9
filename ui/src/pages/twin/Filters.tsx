import type { RefObject } from "preact";
import { useState } from "preact/hooks";
import { FilterBar, Range, Search, Select, Toggle, formats } from "../../parts";
import { setQuery, useQuery } from "../../state/place";
import type { Twin } from "./view";

const HOPS = ["1", "2", "3", "4"].map((value) => ({ value, label: value === "1" ? "1 hop" : `${value} hops` }));
const LIMITS = ["100", "300", "600", "1000", "2000"].map((value) => ({ value, label: `${value} systems` }));

/** What is left out of the view, and what was typed to find a system. */
export function Filters({ twin, searchRef, onFind }: {
  twin: Twin | undefined;
  searchRef: RefObject<HTMLInputElement | null>;
  onFind: (typed: string) => void;
}) {
  const [q, setQ] = useQuery("q");
  const [env, setEnv] = useQuery("env");
  const [owner, setOwner] = useQuery("owner");
  const [status, setStatus] = useQuery("status");
  const [source, setSource] = useQuery("source");
  const [least, setLeast] = useQuery("min_confidence");
  const [oms, setOms] = useQuery("oms");
  const [focus] = useQuery("focus");
  const [hops, setHops] = useQuery("hops", "1");
  const [limit, setLimit] = useQuery("limit", "300");
  const [open, setOpen] = useState(false);
  const set = [env, owner, status, source, least, oms].filter(Boolean).length;
  const facets = twin?.facets;
  return (
    <FilterBar label="Filters" result={twin && <Result twin={twin} />}>
      <Search
        label="Find a system"
        value={q}
        shortcut="/"
        inputRef={searchRef}
        onChange={(value) => setQ(value, true)}
        onKeyDown={(event) => {
          if (event.key === "Enter") onFind(searchRef.current?.value ?? "");
          if (event.key !== "Escape") return;
          setQ("", true);
          searchRef.current?.blur();
        }}
      />
      <button type="button" class="button twin-more" aria-expanded={open} onClick={() => setOpen(!open)}>
        Filters{set > 0 && ` (${set})`}
      </button>
      <div class="twin-fields" data-open={open}>
      <Select label="Env" value={env} choices={facets?.env ?? []} onChange={setEnv} />
      <Select label="Owner" value={owner} choices={facets?.owner ?? []} onChange={setOwner} />
      <Select label="Status" value={status} choices={facets?.status ?? []} onChange={setStatus} />
      <Select label="Source" value={source} choices={facets?.source ?? []} onChange={setSource} />
      <Range
        label="Confidence ≥"
        value={Number(least) || 0}
        min={0}
        max={1}
        step={0.05}
        show={formats.ratio}
        onChange={(value) => setLeast(value ? String(value) : "")}
      />
      <Toggle label="OMS-linked" value={oms === "true"} onChange={(value) => setOms(value ? "true" : "")} />
      </div>
      {focus && (
        <>
          <Select label="Within" value={hops} choices={HOPS} all={null} onChange={setHops} />
          <button type="button" class="button" onClick={() => setQuery({ focus: "", hops: "" })}>
            End focus
          </button>
        </>
      )}
      {twin && twin.matching.systems > 100 && (
        <Select label="At most" value={limit} choices={LIMITS} all={null} onChange={setLimit} />
      )}
    </FilterBar>
  );
}

/** How much is shown of what there is: nothing is left out without saying so. */
function Result({ twin: { shown, matching, total } }: { twin: Twin }) {
  const filtered = matching.systems < total.systems;
  return (
    <>
      Showing <strong>{formats.count(shown.systems)}</strong> of {formats.count(matching.systems)} systems
      {filtered && `, of ${formats.count(total.systems)} in all`} · {formats.count(shown.flows)} of{" "}
      {formats.count(matching.flows)} flows
    </>
  );
}
