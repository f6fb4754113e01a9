"""The commands about scars: ``scarline scars list|show|mark|explain|plot``."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from scarline import bootstrap, settings
from scarline.bootstrap.watching import preferences
from scarline.cli import console, files, options, running
from scarline.cli.running import Exit

app = typer.Typer(help="Look at scars on metrics, and say what they are.", no_args_is_help=True)

Metric = Annotated[str, typer.Option(help="Only this metric.")]
Host = Annotated[str, typer.Option(help="Only this host.")]
Open = Annotated[bool | None, typer.Option("--open/--over", help="Those that go on, or are over.")]
Quiet = Annotated[
    bool | None, typer.Option("--quiet/--told", help="Those that marks keep quiet, or the others.")
]
OfMark = Annotated[
    Literal["real", "expected", "noise", "none"] | None,
    typer.Option("--mark", help="Only those that are marked so."),
]
Score = Annotated[float, typer.Option("--min-score", help="Of this peak or more.", min=0, max=1)]
Series = Annotated[str, typer.Argument(help="The series, as `scarline scars list` names it.")]
Onset = Annotated[str, typer.Argument(help="When the scar began, as the list tells it.")]
Said = Annotated[
    Literal["real", "expected", "noise", "none"],
    typer.Argument(help="What it is; none takes a mark back."),
]
Note = Annotated[str | None, typer.Option(help="Why; shown when a twin appears.")]
Runbook = Annotated[str | None, typer.Option(help="Link of what to do.")]
Who = Annotated[str, typer.Option("--as", help="Who says so.", metavar="NAME")]
Version = Annotated[
    int | None, typer.Option("--if-version", help="Only if this version stands.", min=0)
]
Drawn = Annotated[str, typer.Argument(help="The series, unless --metric and --host name it.")]
OfMetric = Annotated[str, typer.Option("--metric", help="The metric to draw.")]
OfHost = Annotated[str | None, typer.Option("--host", help="The host to draw it of.")]
Out = Annotated[Path, typer.Option(help="File to write: SVG, for light and dark pages.")]


@app.command("list")
def list_(
    last: options.Last = None,
    since: options.Since = None,
    until: options.Until = None,
    metric: Metric = "",
    host: Host = "",
    open_: Open = None,
    quiet: Quiet = None,
    mark: OfMark = None,
    min_score: Score = 0.0,
    limit: options.PageLimit = 50,
    cursor: options.After = "",
    json: options.Json = False,
) -> None:
    """List scars, the newest first; exits with 3 if nobody looked at any of the stretch."""
    from scarline.cli import scars_shown, scars_work
    from scarline.cli.asked import now_unless, stretch

    asked = stretch(last, since, until) | {"metric": metric, "host": host, "mark": mark or ""}
    asked |= {"open": _flag(open_), "quiet": _flag(quiet), "min_score": min_score}
    asked |= {"limit": limit, "cursor": cursor}
    found = running.ask(lambda road: scars_work.scars(road, asked))
    console.as_json(found) if json else scars_shown.show_scars(found, now_unless(until))
    raise typer.Exit(Exit.DONE if found["coverage"]["looked"] else Exit.PARTIAL)


@app.command()
def show(series: Series, onset: Onset, json: options.Json = False) -> None:
    """Show one scar: what was expected, what resembles it, what was said of it."""
    from scarline.cli import scars_shown, scars_work

    found = running.ask(lambda road: scars_work.scar(road, series, onset))
    console.as_json(found) if json else scars_shown.show_scar(found)


@app.command()
def mark(
    series: Series,
    onset: Onset,
    mark: Said,
    note: Note = None,
    runbook: Runbook = None,
    who: Who = "local",
    version: Version = None,
    json: options.Json = False,
) -> None:
    """Say what a scar is: what is noise or expected keeps its twins quiet from then on."""
    from scarline.cli import scars_work

    said: dict[str, Any] = {"mark": None if mark == "none" else mark}
    said |= {name: it for name, it in (("note", note), ("runbook", runbook)) if it is not None}
    done = running.ask(lambda road: scars_work.marked(road, series, onset, said, who, version))
    sentence = f"it is {mark} now, at version {done['version']}; run {done['run']} said so"
    console.as_json(done) if json else console.say(sentence)


@app.command()
def explain(series: Series, onset: Onset, json: options.Json = False) -> None:
    """Say of a scar which expert spoke, what was expected, what it resembles, why it is quiet."""
    from scarline.cli import scars_shown, scars_work

    found = running.ask(lambda road: scars_work.explained(road, series, onset))
    console.as_json(found) if json else scars_shown.show_explained(found)


@app.command()
def plot(
    out: Out,
    series: Drawn = "",
    metric: OfMetric = "",
    host: OfHost = None,
    last: options.Last = None,
    since: options.Since = None,
    until: options.Until = None,
    json: options.Json = False,
) -> None:
    """Draw a series with what was expected and its scars: the last 24 hours, or any stretch."""
    from scarline.cli import scars_drawn, scars_work

    files.for_a_picture(out)
    asked = _stretch(last, since, until) | {"series": series, "metric": metric, "host": host}
    judged_by = preferences(settings.load())
    found = running.ask(lambda road: scars_work.points(road, asked, judged_by))
    files.write(out, scars_drawn.picture(found).encode())
    told: dict[str, Any] = {"file": str(out), "points": found["total"]}
    told["scars"] = len(found["scars"])
    points, scars = console.count(told["points"], "point"), console.count(told["scars"], "scar")
    console.as_json(told) if json else console.say(f"{points} and {scars} are drawn in {out}")


def _flag(told: bool | None) -> str:
    return "" if told is None else str(told).lower()


def _stretch(last: str | None, since: str | None, until: str | None) -> dict[str, Any]:
    found = options.stretch(bootstrap.clock(), last, since, until)
    return {} if found is None else {"from": found[0].isoformat(), "to": found[1].isoformat()}
