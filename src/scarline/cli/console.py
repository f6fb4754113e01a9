"""How the command line shows things: data on stdout, messages and progress on stderr."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, TextIO

import orjson
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

if TYPE_CHECKING:  # they bring Arrow with them, which --help does without
    from scarline.ledger import Run
    from scarline.ports import Check, Notify, Plan
    from scarline.ports import Progress as Told

COLOURS = {
    "done": "green",
    "partial": "yellow",
    "failed": "red",
    "interrupted": "red",
    "running": "cyan",
    "rolled back": "dim",
}
"""How each state of a run is shown."""


def out() -> Console:
    """Return the console for data; lines are as long as they are where no terminal is."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else 400)


def err() -> Console:
    """Return the console for messages."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def say(sentence: str) -> None:
    """Write one message to stderr, as it is."""
    err().print(sentence, markup=False)


def as_json(value: object, to: TextIO | None = None) -> None:
    """Write ``value`` as JSON, to stdout unless another place is given."""
    option = orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z
    (to or sys.stdout).write(orjson.dumps(value, option=option).decode() + "\n")


def count(number: int, what: str) -> str:
    """Return how many of something there are, ``what`` is one of it: 1 scar, 1,200 scars."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


@contextmanager
def progress(stream: str) -> "Iterator[Notify]":
    """Show a bar while a pull goes on, if stderr is a terminal; give what to tell it."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total} answers"),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err()) as bar:
        task = bar.add_task(stream, total=None, told="")

        def notify(told: "Told") -> None:
            bar.update(task, completed=told.done, total=told.total, told=_spoken(told))

        yield notify


def _spoken(told: "Told") -> str:
    parts = [count(told.rows, "point"), count(told.usage.requests, "request")]
    if told.left is not None:
        parts.append(f"{told.left} left")
    if told.waiting_seconds:
        parts.append(f"waiting {told.waiting_seconds:.0f} s")
    elif told.usage.waited_seconds:
        parts.append(f"waited {told.usage.waited_seconds:.0f} s")
    return " · ".join(parts)


def show_run(run: "Run") -> None:
    """Write what one pull brought: which subjects, from when to when, how many points."""
    table = Table(box=None, pad_edge=False)
    subject, unit = _words(run)
    for name in (subject, "series", f"{unit}s", "from", "to"):
        table.add_column(name, justify="right" if name in ("series", f"{unit}s") else "left")
    for name, part in sorted(run.tally.items()):
        row = (str(part["series"]), f"{part['rows']:,}", part.get("first"), part.get("last"))
        table.add_row(name or "none", *row)
    console = out()
    if run.tally:
        console.print(table)
    console.print(_summary(run), markup=False)
    for gap in run.missing[:MOST_GAPS]:
        say(f"missing: {gap['what']} for {gap['window']}: {gap['reason']}")
    if len(run.missing) > MOST_GAPS:
        say(f"and {len(run.missing) - MOST_GAPS} more: `scarline runs --json` has all")


MOST_GAPS = 10
"""How many missing windows are named one by one."""


WORDS = {
    "flows": ("environment", "flow"),
    "failures": ("type", "failure"),
    "decisions": ("about", "decision"),
}
"""By stream, what its runs are told by, and what each of their rows is."""


def _words(run: "Run") -> tuple[str, str]:
    """Return what a run is told by, and what each of its rows is."""
    return WORDS.get(run.stream, ("metric", "point"))


def _summary(run: "Run") -> str:
    counts = run.counts
    parts = [
        f"{count(run.rows, _words(run)[1])} in all",
        f"{counts.get('new', 0):,} new",
        f"{counts.get('changed', 0):,} changed",
        f"{counts.get('same', 0):,} known",
    ]
    parts += [count(number, f"new {name}") for name, number in run.found.items()]
    parts += [f"{number:,} kept out ({reason})" for reason, number in run.kept_out.items()]
    usage = run.usage
    requests = count(int(usage.get("requests", 0)), "request")
    parts.append(f"{requests}, {usage.get('waited_seconds', 0):.0f} s waited")
    return f"{run.run} is {run.state}: " + ", ".join(parts)


def show_runs(runs: "Sequence[Run]") -> None:
    """Write a list of runs as a table."""
    if not runs:
        say("no runs yet: `scarline pull metrics --last 1h` makes the first")
        return
    table = Table(box=None, pad_edge=False)
    for name in ("run", "state", "window", "points", "new", "changed", "missing", "requests"):
        number = name not in ("run", "state", "window")
        table.add_column(name, justify="right" if number else "left", no_wrap=name == "run")
    for run in runs:
        table.add_row(
            run.run,
            f"[{COLOURS[run.state]}]{run.state}[/]",
            str(run.request.get("window") or "what came since"),
            f"{run.rows:,}",
            f"{run.counts.get('new', 0):,}",
            f"{run.counts.get('changed', 0):,}",
            str(len(run.missing)),
            str(run.usage.get("requests", 0)),
        )
    out().print(table)


def show_rollback(runs: "Sequence[Run]", *, planned: bool) -> None:
    """Write what was taken away, or would be, and how to read it again."""
    if not runs:
        say("nothing to roll back: no live run of that source")
    for run in runs:
        verb = "would take away" if planned else "took away"
        out().print(f"{run.run}: {verb} {count(run.rows, _words(run)[1])}", markup=False)
        window = run.request.get("window")
        if window and not planned:
            start, end = window.split("/")
            say(f"to read them again: scarline pull {run.stream} --from {start} --to {end}")


def show_plan(plan: "Plan") -> None:
    """Write what a pull would send, and what that costs."""
    for planned in plan.requests:
        out().print(f"{planned.request}  {planned.what}  {planned.window}", markup=False)
    for cost in plan.costs:
        say(cost)


def plan_as_data(plan: "Plan") -> dict[str, Any]:
    """Return a plan as it is written as JSON."""
    return {
        "requests": [
            {"request": it.request, "what": it.what, "window": str(it.window)}
            for it in plan.requests
        ],
        "costs": list(plan.costs),
    }


def show_checks(checks: "Sequence[Check]") -> None:
    """Write what doctor found, and what to do."""
    for check in checks:
        mark, colour = ("ok", "green") if check.well else ("no", "red")
        out().print(f"[{colour}]{mark}[/]  {check.name}: ", end="")
        out().print(check.finding, markup=False)
        if check.remedy:
            out().print(f"    {check.remedy}", markup=False)


def checks_as_data(checks: "Sequence[Check]") -> list[dict[str, Any]]:
    """Return what doctor found as it is written as JSON."""
    return [asdict(check) for check in checks]


def show_faults(faults: Sequence[str]) -> None:
    """Write what verify found."""
    for fault in faults:
        out().print(fault, markup=False)
    say(count(len(faults), "fault") if faults else "all is as the ledger says")


def show_settings(rows: Sequence[Mapping[str, str]]) -> None:
    """Write the settings as a table."""
    table = Table(box=None, pad_edge=False)
    for name in ("name", "value", "from", "what"):
        table.add_column(name, no_wrap=name == "name", overflow="fold")
    for row in rows:
        table.add_row(*(row[name] for name in ("name", "value", "from", "what")))
    out().print(table)


def at(moment: datetime) -> str:
    """Write a time of today."""
    return f"{moment:%H:%M:%S}"
