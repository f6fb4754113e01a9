"""What the command line understands: options and arguments, each with its help."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import typer

from scarline.errors import UsageError
from scarline.settings.types import duration

Json = Annotated[bool, typer.Option("--json", help="Write JSON to stdout.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done; do nothing.")]
Stream = Annotated[str, typer.Argument(help="The stream: metrics, flows or failures.")]
Last = Annotated[str | None, typer.Option(help="The stretch up to now: 90s, 15m, 1h, 30d.")]
Since = Annotated[str | None, typer.Option("--from", help="Start, in UTC: 2026-11-01T08:30.")]
Until = Annotated[str | None, typer.Option("--to", help="End, in UTC; now if left out.")]
Env = Annotated[
    list[str] | None, typer.Option(help="Only flows of this environment, such as prod; repeatable.")
]
MlApp = Annotated[
    list[str] | None, typer.Option(help="Only failures of this LLM application; repeatable.")
]
OfService = Annotated[
    list[str] | None, typer.Option("--service", help="Only failures of this service; repeatable.")
]
Complete = Annotated[
    bool, typer.Option("--complete", help="Fetch the rest of each failing trace too.")
]
Approve = Annotated[bool, typer.Option("--approve", help="Pull failures whatever that takes.")]
File = Annotated[Path, typer.Argument(help="A list of services: CSV, with a header.")]
OfSource = Annotated[str, typer.Option("--source", help="What the flows are said to come from.")]
OfEnv = Annotated[str, typer.Option("--env", help="Environment of rows that name none.")]
Strict = Annotated[bool, typer.Option("--strict", help="Load nothing if one row is bad.")]
RunName = Annotated[str | None, typer.Argument(help="The run, as `scarline runs` names it.")]
FromSource = Annotated[
    str | None, typer.Option("--source", help="Every live run of this source, such as datadog.")
]
Reason = Annotated[str, typer.Option(help="Why; it is kept on the ledger.")]
OfStream = Annotated[str | None, typer.Option("--stream", help="Only the runs of this stream.")]
Limit = Annotated[int | None, typer.Option(help="Only that many, the newest.", min=1)]
PageLimit = Annotated[int, typer.Option("--limit", help="Only that many.", min=1, max=1_000)]
After = Annotated[str, typer.Option("--cursor", help="Go on after this; from the page before.")]
Print = Annotated[
    bool, typer.Option("--print", help="Print all migrations as SQL; connect to nothing.")
]
Port = Annotated[int, typer.Option(help="Port on 127.0.0.1.", min=0, max=65_535)]
Host = Annotated[str, typer.Option(help="Address to listen at.")]
ServePort = Annotated[int, typer.Option(help="Port to listen at.", min=0, max=65_535)]
Every = Annotated[
    list[str] | None,
    typer.Option(help="Pull too, so long after the last time: metrics=1m; repeatable."),
]
Seed = Annotated[int, typer.Option(help="Another seed, another estate.")]
Hosts = Annotated[int, typer.Option(help="Number of hosts.", min=1, max=10_000)]
Spans = Annotated[
    int, typer.Option("--spans-a-day", help="LLM spans a day; 0 for an account without.", min=0)
]
Faults = Annotated[
    list[str] | None, typer.Option("--fault", help="A fault, such as 429 or slow:2; repeatable.")
]
JsonLines = Annotated[bool, typer.Option("--jsonl", help="Each line is one JSON value.")]
Report = Annotated[
    typer.FileTextWrite | None,
    typer.Option(help="Write what was removed, by class and rule, to this file, as JSON."),
]
OfMetric = Annotated[
    str, typer.Option("--metric", help="Its name, which tells on which side it is bad.")
]
Side = Annotated[
    Literal["both", "low", "high"] | None, typer.Option("--bad", help="On which side it is bad.")
]
Budget = Annotated[
    float | None, typer.Option("--budget", help="Alerts a week that may be for no reason.")
]
Plot = Annotated[
    Path | None, typer.Option(help="At the end, draw points, band and alerts in this SVG.")
]
Once = Annotated[bool, typer.Option("--once", help="Pull everything, print the summary, end.")]


def stretch(
    now: datetime, last: str | None, since: str | None = None, until: str | None = None
) -> tuple[datetime, datetime] | None:
    """Return start and end of what the options name, if anything; raises ``UsageError``."""
    if last is not None:
        if since is not None or until is not None:
            message = "--last names the whole stretch: leave out --from and --to"
            raise UsageError(message)
        return now - _length(last), now
    if since is None:
        if until is not None:
            message = "--to needs --from: a stretch has a start"
            raise UsageError(message)
        return None
    return _moment("--from", since), _moment("--to", until) if until else now


def stream_and_time(told: str) -> tuple[str, timedelta]:
    """Return what ``metrics=1m`` names; raises ``UsageError`` for anything else."""
    stream, _, text = told.partition("=")
    try:
        return stream, duration(text)
    except ValueError:
        message = f"--every: {told!r} is no stream and time: write metrics=1m, or flows=1h"
        raise UsageError(message) from None


def _length(text: str) -> timedelta:
    try:
        return duration(text)
    except ValueError as error:
        message = f"--last: {error}"
        raise UsageError(message) from None


def _moment(option: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        message = f"{option}: {text!r} is no time: write 2026-11-01, or 2026-11-01T08:30 (UTC)"
        raise UsageError(message) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
