"""The commands that copy stdin to stdout: redact, watch."""

import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from scarline import bootstrap, settings
from scarline.bootstrap.watching import preferences
from scarline.cli import console, files, options
from scarline.cli.running import Exit

if TYPE_CHECKING:  # it brings Arrow with it, which --help does without
    from scarline.cli.watching_drawn import Drawing

app = typer.Typer()


@app.command()
def redact(jsonl: options.JsonLines = False, report: options.Report = None) -> None:
    """Copy standard input to standard output without personal data and secrets."""
    done = bootstrap.redact(settings.load(), sys.stdin.buffer, sys.stdout.buffer, jsonl=jsonl)
    if report is not None:
        console.as_json(done.report(), report)
    for line in done.not_json:
        console.say(f"line {line} is not JSON: it was cleaned and written as a text of JSON")
    raise typer.Exit(Exit.PARTIAL if done.not_json else Exit.DONE)


@app.command()
def watch(
    metric: options.OfMetric = "",
    bad: options.Side = None,
    budget: options.Budget = None,
    plot: options.Plot = None,
) -> None:
    """Judge CSV from stdin, timestamp,value, as it comes: stdout has score and alert beside."""
    from scarline.cli.watching import nothing, watched
    from scarline.scars import Direction, Options

    drawing = None if plot is None else _drawing(plot)
    own = preferences(settings.load()).of(metric)
    side = own.direction if bad is None else Direction(bad)
    asked = Options(side, own.false_onsets_per_week if budget is None else budget)
    if isinstance(sys.stdin, TextIOWrapper):  # a line that is no text is named as any other
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    faults: list[int] = []

    def tell(line: int, reason: str) -> None:
        faults.append(line)
        console.say(f"line {line}: {reason}")

    draw = drawing.add if drawing else nothing
    try:
        for line in watched(sys.stdin, asked, metric, tell, draw):
            sys.stdout.write(line)
            sys.stdout.flush()
    finally:  # Ctrl-C ends what has no end: then, too, it is drawn
        if drawing and plot:
            _drawn(drawing, plot, metric)
    raise typer.Exit(Exit.PARTIAL if faults else Exit.DONE)


def _drawing(out: Path) -> "Drawing":
    from scarline.cli.watching_drawn import Drawing

    files.for_a_picture(out)
    return Drawing()


def _drawn(drawing: "Drawing", out: Path, metric: str) -> None:
    from scarline.cli.scars_drawn import picture

    if not drawing.total:
        console.say(f"no point was read, so nothing is drawn in {out}")
        return
    files.write(out, picture(drawing.told(metric)).encode())
    points = console.count(drawing.total, "point")
    console.say(f"{points} and {console.count(drawing.alerts, 'alert')} are drawn in {out}")
