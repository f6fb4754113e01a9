"""How alerts and silences are shown to people."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table

from scarline.alerts import Rules
from scarline.cli import console
from scarline.scars.growing import DETECTOR

COLOURS = {"firing": "red", "pending": "yellow", "silenced": "dim", "inhibited": "dim"}
"""How each state of an alert is shown."""


def show_alerts(found: Sequence[Mapping[str, Any]]) -> None:
    """Write alerts as a table, with why one is not told of and who was told."""
    if not found:
        console.say("nothing fires, and nothing is pending")
        return
    table = Table(box=None, pad_edge=False)
    for name in ("alert", "severity", "metric", "host", "since", "state", "why"):
        table.add_column(name, overflow="fold")
    for it in found:
        labels, state = it["labels"], it["state"]
        texts = [
            escape(labels.get(name, "")) for name in ("alertname", "severity", "metric", "host")
        ]
        table.add_row(*texts, it["starts_at"], f"[{COLOURS[state]}]{state}[/]", escape(_why(it)))
    console.out().print(table)


def why_silent(rules: Rules) -> Iterator[str]:
    """Yield for what reason nobody is told of anything new, whatever happens."""
    if not rules.rules:
        yield "there is no [[rule]], so nobody is told: docs/alerts.md has one"
    if DETECTOR not in rules.promoted:
        named = ", ".join(sorted(rules.promoted)) or "no detector"
        yield f'{named} is promoted, so nobody is told of new scars: promoted = ["{DETECTOR}"]'


def show_silences(found: Sequence[Mapping[str, Any]]) -> None:
    """Write silences as a table."""
    if not found:
        console.say("there are no silences: `scarline alerts silence` makes one")
        return
    table = Table(box=None, pad_edge=False)
    for name in ("silence", "state", "matchers", "until", "author", "comment"):
        table.add_column(name, overflow="fold")
    for it in found:
        texts = (it["id"], it["state"], " ".join(it["matchers"]), it["ends_at"])
        table.add_row(*map(escape, (*texts, it["author"], it["comment"])))
    console.out().print(table)


def _why(it: Mapping[str, Any]) -> str:
    if it["state"] == "pending":
        return f"fires at {it['fires_at']}"
    if it["silenced_by"]:
        return f"by silence {', '.join(it['silenced_by'])}"
    if it["inhibited_by"]:
        return f"by alert {', '.join(it['inhibited_by'])}"
    return "; ".join(_told(own) for own in it["receivers"])


def _told(own: Mapping[str, Any]) -> str:
    name = own["receiver"]
    if own["told"]:
        return f"{name} was told at {own['told_at']}"
    failed = own["delivery"] in ("waiting", "failed")
    return f"{name} could not be told: {own['detail']}" if failed else f"{name} is not told yet"
