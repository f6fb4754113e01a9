"""The command line. Data goes to stdout, messages to stderr.

Exit codes: 0 done, 1 failed, 2 not possible as it was said, 3 partial.
"""

import asyncio
import os
import sys

import typer

from scarline import bootstrap, settings
from scarline.cli import alerts, console, failures, filters, road, scars, serving, upkeep
from scarline.cli.running import Exit
from scarline.errors import ScarlineError, UsageError

app = typer.Typer(
    help="Bring facts home from Datadog into stores that you own.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for part in (road, filters, serving, upkeep):
    app.add_typer(part.app)
app.add_typer(failures.app, name="failures")
app.add_typer(alerts.app, name="alerts")
app.add_typer(scars.app, name="scars")


def main() -> None:
    """Run the command line; every error that has a name is one sentence on stderr."""
    try:
        app()
    except ScarlineError as error:
        _leave(error, Exit.USAGE if isinstance(error, UsageError) else Exit.FAILED)
    except (KeyboardInterrupt, asyncio.CancelledError):
        console.say("stopped; what is stored stays, and the next pull goes on from there")
        sys.exit(Exit.INTERRUPTED)
    except BrokenPipeError:
        # Nobody reads on; what Python flushes at its end goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Exit.DONE)


@app.callback()
def _begin() -> None:
    from scarline import telemetry  # for every command, before any of them speaks

    own = settings.load()
    telemetry.configure(own.log, lambda event: bootstrap.clean(own, event))


def _leave(error: ScarlineError, code: Exit) -> None:
    for sentence in (f"scarline: {error}", *getattr(error, "__notes__", [])):
        console.say(sentence)
    sys.exit(code)
