"""How scars are shown on a terminal."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from scarline.cli.asked import Ending, ended, harmless
from scarline.cli.console import count, out, say
from scarline.cli.tables import show_facts

COLOURS = {"real": "red", "expected": "cyan", "noise": "dim"}

EXPERTS = {
    "spike": "the distance from the near forecast",
    "level": "the distance from the level and the season",
    "pair": "two points in a row that are off on one side",
    "run": "four points in a row that are off on one side",
    "long_run": "twelve points in a row that are off on one side",
    "extreme": "how far it is beyond all that was seen",
    "stuck": "for how many points the series has hardly moved",
}
"""What each expert looks at, as docs/scars.md has it."""

_BARS = "▁▂▃▄▅▆▇█"


def show_scars(found: Mapping[str, Any], now: datetime | None) -> None:
    """Write a page of scars as a table, and what was not looked at until ``now``, or an end."""
    rows = found["scars"]
    if rows:
        table = _table("onset", "lasted", "metric", "host", "side", "score", "seen before", "mark")
        table.add_column("series", no_wrap=True)
        for it in rows:
            mark = it["mark"] or ("quiet" if it["quiet"] else "")
            seen = _times(it["seen_before"]) if it["seen_before"] else ""
            cells = (it["onset"], _lasted(it), it["metric"], it["host"], it["direction"])
            _row(table, *cells, f"{it['peak_score']:.2f}", seen, mark, it["series"])
        out().print(table)
    ended(found, len(rows), Ending("scar", "metrics", now))


def show_scar(found: Mapping[str, Any]) -> None:
    """Write one scar: what it is, what resembles it, what was said of it."""
    facts = {name: found[name] for name in ("series", "metric", "host", "tags", "onset")}
    facts |= {"lasted": _lasted(found), "side": found["direction"], **_numbers(found)}
    facts |= {"shape": _sparkline(found["shape"]), "mark": found["mark"], "note": found["note"]}
    facts |= {"runbook": found["runbook"], "version": found["version"]}
    facts |= {"quiet": found["why_quiet"], "incident": found["incident"]["name"]}
    show_facts(facts)
    _show_twins(found)
    for it in found["history"]:
        what = it["mark"] or "took the mark back"
        told = f"{it['at']}  {it['who']}: {what}  {it['note'] or ''}  {it['runbook'] or ''}"
        out().print(harmless(told.rstrip()), markup=False)


def show_explained(found: Mapping[str, Any]) -> None:
    """Write sentences about one scar: who spoke and why, what it resembles, what was beside it."""
    for sentence in sentences(found):
        out().print(harmless(sentence), markup=False)


def sentences(found: Mapping[str, Any]) -> list[str]:
    """Return what there is to say of a scar and of its incident."""
    expert = found["expert"]
    looks = f", which looks at {EXPERTS[expert]}" if expert in EXPERTS else ""
    where = found["host"] or "all hosts"
    told = [
        f"{found['metric']} on {where} went wrong at {found['onset']} and {_until(found)}.",
        f"The expert {expert or 'unknown'} spoke{looks}.",
        _missed(found),
    ]
    seen = found["seen_before"]
    told.append(
        f"Seen before, {_times(seen)}, last on {found['seen_last']}."
        if seen
        else "Nothing like it was seen before in this metric."
    )
    told += [f"  {_twin(it)}" for it in found["twins"][:_MOST_TWINS]]
    told.append(f"It is quiet: {found['why_quiet']}." if found["quiet"] else "It is told.")
    incident = found["incident"]
    own = f"It is of the incident {incident['id']}: {incident['name']}"
    told.append(f"{own}, {count(len(incident['scars']), 'scar')}.")
    told += [f"  service {it['service']}, by its {it['known_by']}" for it in incident["services"]]
    told += [
        f"  flow {it['system_from']} to {it['system_to']} is {it['status']}"
        for it in incident["flows"]
    ]
    if incident["failures_total"]:
        failures = count(incident["failures_total"], "LLM failure")
        told.append(f"  {failures} of its services in its time")
    return told


_MOST_TWINS = 5


def _missed(found: Mapping[str, Any]) -> str:
    unit = f" {found['unit']}" if found["unit"] else ""
    peak = f"At its peak, {found['peak_at']}, it was {_number(found['peak_value'])}{unit}"
    if found["expected"] is None:
        return f"{peak}; nothing was expected yet."
    band = f"{_number(found['low'])} to {_number(found['high'])} would have been calm"
    by = f"missed by {_number(abs(found['missed_by'] or 0.0))} mean absolute deviations"
    return f"{peak}; {_number(found['expected'])} was expected ({band}): {by}."


def _twin(it: Mapping[str, Any]) -> str:
    mark = f", marked {it['mark']}" if it["mark"] else ""
    note = f': "{it["note"]}"' if it["note"] else ""
    link = f" {it['runbook']}" if it["runbook"] else ""
    where = it["host"] or "all hosts"
    return f"{it['likeness']:.0%} like {where} at {it['onset']}{mark}{note}{link}"


def _show_twins(found: Mapping[str, Any]) -> None:
    if not found["twins"]:
        return
    say(f"seen before, {_times(found['seen_before'])}, last on {found['seen_last']}")
    table = _table("twin", "host", "alike", "mark", "note", "runbook")
    for it in found["twins"]:
        cells = (it["onset"], it["host"], f"{it['likeness']:.0%}", it["mark"], it["note"])
        _row(table, *cells, it["runbook"])
    out().print(table)


def _numbers(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the numbers of a scar as a person reads them; what is not known stays None."""
    plain = {name: found[name] for name in ("expert", "peak_at")}
    plain["peak_score"] = f"{found['peak_score']:.2f}"
    numbers = ("peak_value", "expected", "low", "high", "missed_by")
    told = plain | {it: None if found[it] is None else _number(found[it]) for it in numbers}
    return {name.replace("_", " "): it for name, it in told.items()}


def _lasted(it: Mapping[str, Any]) -> str:
    if it["ended_at"] is None:
        return "goes on"
    minutes = it["points"] * it["interval_seconds"] / 60
    return f"{minutes:,.0f} min"


def _until(found: Mapping[str, Any]) -> str:
    return "goes on" if found["ended_at"] is None else f"was calm again at {found['ended_at']}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _number(value: float | None) -> str:
    return "nothing" if value is None else f"{value:,.4g}"


def _sparkline(shape: Sequence[int]) -> str:
    """Return a shape, -100 to 100, as a line of bars."""
    return "".join(_BARS[min(len(_BARS) - 1, (it + 100) * len(_BARS) // 201)] for it in shape)


def _table(*names: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in names:
        table.add_column(name, no_wrap=name in ("onset", "twin"), overflow="fold")
    return table


def _row(table: Table, *cells: str | None) -> None:
    texts = [harmless(it or "").replace("\n", " ") for it in cells]
    table.add_row(*(Text(it, style=COLOURS.get(it, "")) for it in texts))
