"""The commands that copy stdin to stdout: redact, watch."""

import sys
from io import TextIOWrapper

import typer

from scarline import bootstrap, settings
from scarline.cli import console, options
from scarline.cli.running import Exit

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
    metric: options.OfMetric = "", bad: options.Side = None, budget: options.Budget = 1.0
) -> None:
    """Judge CSV from stdin, timestamp,value, as it comes: stdout has score and alert beside."""
    from scarline.cli.watching import watched
    from scarline.scars import Direction, Options

    if isinstance(sys.stdin, TextIOWrapper):  # a line that is no text is named as any other
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    faults: list[int] = []

    def tell(line: int, reason: str) -> None:
        faults.append(line)
        console.say(f"line {line}: {reason}")

    asked = Options(Direction(bad) if bad else None, budget)
    for line in watched(sys.stdin, asked, metric, tell):
        sys.stdout.write(line)
        sys.stdout.flush()
    raise typer.Exit(Exit.PARTIAL if faults else Exit.DONE)
