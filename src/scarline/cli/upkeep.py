"""The commands that look after an installation: migrate, doctor, config show."""

import sys

import typer

from scarline import bootstrap, settings
from scarline.cli import console, options, running
from scarline.cli.running import Exit

app = typer.Typer()
config = typer.Typer(help="Look at the settings.", no_args_is_help=True)
app.add_typer(config, name="config")


@app.command()
def migrate(print_: options.Print = False, json: options.Json = False) -> None:
    """Bring the database's tables to this version. Pulls do it too."""
    if print_:
        sys.stdout.write(bootstrap.schema())
        return
    applied = running.run(bootstrap.migrate(settings.load()))
    told = f"applied {', '.join(applied)}" if applied else "nothing to apply"
    console.as_json({"applied": applied}) if json else console.say(told)


@app.command()
def doctor(json: options.Json = False) -> None:
    """Check keys, permissions, clock and database, and say what to do."""
    checks = running.run(bootstrap.diagnose(settings.load()))
    console.as_json(console.checks_as_data(checks)) if json else console.show_checks(checks)
    raise typer.Exit(Exit.DONE if all(check.well for check in checks) else Exit.FAILED)


@config.command("show")
def config_show(json: options.Json = False) -> None:
    """Show every setting, its value and where it comes from; secrets only as set or not."""
    from scarline.settings.shown import told

    rows = told(settings.load())
    console.as_json(rows) if json else console.show_settings(rows)
