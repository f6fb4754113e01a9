"""The commands about alerts: ``scarline alerts list|test|silence|silences|expire|check``."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from scarline import bootstrap, settings
from scarline.cli import console, options, running
from scarline.cli.running import Exit
from scarline.errors import ConfigError, UsageError
from scarline.settings.types import duration

if TYPE_CHECKING:  # they bring Arrow with them, which --help does without
    from scarline.bootstrap.alerting import Alerting
    from scarline.pipeline import Pipeline

app = typer.Typer(help="Who is told of scars: alerts, silences, receivers.", no_args_is_help=True)

SOURCE = "cli"
"""What the ledger calls the source of what is decided by a command."""

State = Annotated[
    Literal["pending", "firing", "silenced", "inhibited"] | None,
    typer.Option(help="Only those that stand so."),
]
Receivers = Annotated[
    list[str] | None, typer.Option("--receiver", help="Only this receiver; repeatable.")
]
Matchers = Annotated[
    list[str],
    typer.Argument(help="What it matches, such as alertname=Starved or 'host=~\"web-.*\"'."),
]
Lasts = Annotated[str, typer.Option("--for", help="For how long: 90s, 15m, 2h, 1d.")]
Begins = Annotated[str | None, typer.Option("--from", help="From when on, in UTC; else from now.")]
Comment = Annotated[str, typer.Option(help="Why.")]
Who = Annotated[str, typer.Option("--as", help="Who says so.", metavar="NAME")]
Expired = Annotated[bool, typer.Option("--expired", help="Those that are over, too.")]
Id = Annotated[str, typer.Argument(help="The silence, as `scarline alerts silences` names it.")]
Rules = Annotated[Path, typer.Argument(help="A file of alerts: docs/alerts.md.")]


@app.command("list")
def list_(state: State = None, json: options.Json = False) -> None:
    """List the alerts that are pending or fire; exits with 3 if nobody looked for two weeks."""
    from scarline.alerts.shown import listed
    from scarline.bootstrap.alerting import standing
    from scarline.cli.alerts_shown import show_alerts, why_silent
    from scarline.cli.asked import Ending, told_coverage
    from scarline.ledger import replay
    from scarline.web.alerts.covering import alerts_covered
    from scarline.web.looked import looked_by

    alerting = _alerting()

    async def work(road: "Pipeline") -> tuple[list[dict[str, Any]], dict[str, Any]]:
        now = await standing(road, alerting)
        runs = replay(await road.store.entries("metrics"))
        return listed(alerting.rules, now.seen, now.log), alerts_covered(road, looked_by(runs))

    stands, covered = running.ask(work)
    found = [it for it in stands if state in (None, it["state"])]
    if json:
        console.as_json(found)
    elif found or covered["looked"]:
        show_alerts(found)
    told_coverage(covered, Ending("alert", "metrics", bootstrap.clock()))
    for sentence in why_silent(alerting.rules):
        console.say(sentence)
    raise typer.Exit(Exit.DONE if covered["looked"] else Exit.PARTIAL)


@app.command("test")
def try_receivers(receiver: Receivers = None, json: options.Json = False) -> None:
    """Send a test notice to each receiver, and say what came back; exits with 1 if one failed."""
    from scarline.bootstrap.silencing import tried

    came = running.run(tried(_alerting(), bootstrap.clock(), receiver or ()))
    told = [
        {"receiver": name, "delivered": it.delivered, "status": it.status, "detail": it.detail}
        for name, it in came
    ]
    if json:
        console.as_json(told)
    else:
        for it in told:
            mark = "ok" if it["delivered"] else "no"
            console.out().print(f"{mark}  {it['receiver']}: {it['detail']}", markup=False)
    raise typer.Exit(Exit.DONE if all(it["delivered"] for it in told) else Exit.FAILED)


@app.command()
def silence(
    matchers: Matchers,
    comment: Comment,
    lasts: Lasts = "2h",
    begins: Begins = None,
    who: Who = "local",
    json: options.Json = False,
) -> None:
    """Tell nobody of alerts that match all of these, for a while."""
    from scarline.alerts import silence
    from scarline.alerts.silences import as_data
    from scarline.bootstrap.silencing import add

    now = bootstrap.clock()
    start = now if begins is None else (options.stretch(now, None, begins) or (now, now))[0]
    wanted = silence(matchers, start, start + _length(lasts), who, comment)
    kept = running.ask(lambda road: add(road, wanted, SOURCE))
    told = as_data(kept, now)
    sentence = f"silence {kept.id} holds until {told['ends_at']}"
    console.as_json(told) if json else console.say(sentence)


@app.command()
def silences(expired: Expired = False, json: options.Json = False) -> None:
    """List the silences that hold or are to come."""
    from scarline.alerts.silences import EXPIRED, as_data
    from scarline.bootstrap.silencing import found
    from scarline.cli.alerts_shown import show_silences

    now = bootstrap.clock()
    told = [as_data(it, now) for it in running.ask(found) if expired or it.state(now) != EXPIRED]
    console.as_json(told) if json else show_silences(told)


@app.command()
def expire(silence: Id, who: Who = "local", json: options.Json = False) -> None:
    """End a silence now; what fires still is told of."""
    from scarline.alerts.silences import as_data
    from scarline.bootstrap.silencing import expire

    gone = running.ask(lambda road: expire(road, silence, SOURCE, who))
    told = as_data(gone, bootstrap.clock())
    console.as_json(told) if json else console.say(f"silence {gone.id} is over")


@app.command()
def check(file: Rules, json: options.Json = False) -> None:
    """Read a file of alerts and say what is in it, or every fault with its line (exit code 2)."""
    from scarline.alerts import read_rules
    from scarline.cli.alerts_shown import why_silent

    rules = read_rules(file)
    names, receivers = [it.name for it in rules.rules], rules.receivers.values()
    routes = [f"{it.path} -> {it.receiver}" for it in rules.route.all()]
    needs = sorted({name for it in receivers for name in it.secrets.values()})
    if json:
        console.as_json(
            {
                "rules": names,
                "promoted": sorted(rules.promoted),
                "routes": routes,
                "inhibits": len(rules.inhibits),
                "receivers": {it.name: it.type for it in receivers},
                "needs": needs,
            }
        )
        return
    told = ", ".join(f"{it.name} ({it.type})" for it in receivers)
    lines = [
        f"{console.count(len(names), 'rule')}: {', '.join(names)}",
        *routes,
        f"receivers: {told}",
    ]
    console.out().print("\n".join(lines), markup=False)
    if needs:
        console.say(f"to be set: {', '.join(needs)}")
    for sentence in why_silent(rules):
        console.say(sentence)


def _alerting() -> "Alerting":
    from scarline.bootstrap.alerting import open_alerting

    found = open_alerting(settings.load())
    if found is None:
        raise ConfigError("SCARLINE_ALERTS is not set: set it to a file of alerts, docs/alerts.md")
    return found


def _length(text: str) -> timedelta:
    try:
        return duration(text)
    except ValueError as error:
        raise UsageError(f"--for: {error}") from None
