"""How failures and groups are shown on a terminal, whatever stands in them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson
from rich.table import Table
from rich.text import Text

from scarline.cli.asked import Ending, ended, harmless
from scarline.cli.console import count, out, say
from scarline.cli.tables import show_facts

if TYPE_CHECKING:  # they bring tables with them, which --help does without
    from scarline.failures.judge import Explained
    from scarline.failures.record import Grouping

COLOURS = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "dim"}


_SHORT = 60  # characters of a title in a table


def show_failures(found: Mapping[str, Any], now: datetime | None) -> None:
    """Write a page of failures as a table, and what was not looked at until ``now``, or an end."""
    rows = found["failures"]
    if rows:
        table = _table("failed at", "severity", "type", "application", "title", "trace", "span")
        for it in rows:
            app = it["ml_app"] or it["service_name"]
            cells = (it["failed_at"], it["severity"], it["failure_type"], app, it["title"])
            _row(table, *cells, it["trace_id"], it["span_id"])
        out().print(table)
    ended(found, len(rows), Ending("failure", "failures", now))


def show_groups(found: Mapping[str, Any], now: datetime | None) -> None:
    """Write a page of groups as a table, and what was not looked at until ``now``, or an end."""
    rows = found["groups"]
    if rows:
        table = _table("group", "severity", "state", "trend", "failures", "last seen", "title")
        for it in rows:
            failures = f"{it['failures']:,}"
            cells = (it["id"], it["severity"], it["state"], it["trend"], failures, it["last_seen"])
            _row(table, *cells, it["title"])
        out().print(table)
    ended(found, len(rows), Ending("group", "failures", now))


def show_delivery(found: Mapping[str, Any]) -> None:
    """Say how a delivery stands, and what becomes of it."""
    own = f"export {found['id']} of {count(len(found['groups']), 'group')}"
    why = harmless(found["detail"])
    due = f"the next attempt is due at {found['next_attempt_at']}"
    say(
        {
            "delivered": f"{own} is delivered",
            "waiting": f"{own} waits ({why}): {due}; `scarline serve` makes it, or this command "
            "from then on",
            "sending": f"{own} is being sent by another process",
            "failed": f"{own} failed ({why}): nothing waits; this command begins anew",
        }[found["state"]]
    )


def show_group(found: Mapping[str, Any]) -> None:
    """Write one group: what it is, why it is one, what was decided, its failures."""
    own = found["group"]
    if found["merged_into"] is not None:
        say(f"{found['id']} was merged into {harmless(found['merged_into'])}")
    if own is not None:
        why = {f"why: {name}": _words(it) for name, it in own["why"].items()}
        lists = {name: _words(it) for name, it in own.items() if isinstance(it, list) and it}
        plain = {name: it for name, it in own.items() if isinstance(it, str | int) and name != "id"}
        show_facts({"group": own["id"]} | plain | lists | why)
    for it in found["history"]:
        value = orjson.dumps(it["value"]).decode()
        told = f"{it['at']}  {it['who']}: {it['what']} {value}  {it['why'] or ''}"
        out().print(harmless(told.rstrip()), markup=False)
    for it in found["suggestions"]:
        say(f"{it['group']} may be the same: {it['likeness']:.0%} of the words are")
    if found["failures"]:
        table = _table("failed at", "severity", "title", "trace", "span")
        for it in found["failures"]:
            cells = (it["failed_at"], it["severity"], it["title"])
            _row(table, *cells, it["trace_id"], it["span_id"])
        out().print(table)
    if found["next"]:
        say(f"there are more: --cursor {found['next']}")


def show_failure(found: Mapping[str, Any]) -> None:
    """Write all that is known of one failure; what is not known is left out."""
    documents = ("reasons", "evaluations", "grouped_by", "trace_payload")
    show_facts({name: it for name, it in found.items() if it is not None and name not in documents})
    for name in documents:
        if found[name] is not None:
            text = orjson.dumps(found[name], option=orjson.OPT_INDENT_2).decode()
            out().print(f"{name}:\n{harmless(text)}", markup=False)


def explained_as_data(rules: "Sequence[Explained]", group: "Grouping | None") -> dict[str, Any]:
    """Return what the rules say of a span as it is written as JSON."""
    spoke = [it.verdict for it in rules if it.verdict is not None]
    return {
        "failure": bool(spoke),
        "rules": [
            {
                "rule": it.rule.name,
                "spoke": it.verdict is not None,
                "type": it.rule.type,
                "severity": it.verdict.severity if it.verdict else it.rule.severity,
                "raised_by": list(it.verdict.raised_by) if it.verdict else [],
                "why": it.why,
            }
            for it in rules
        ],
        "signature": group.signature if group else None,
        "title": group.title if group else None,
        "grouped_by": dict(group.parts) if group else None,
    }


def show_explained(told: Mapping[str, Any]) -> None:
    """Write which rules spoke of a span, and what the others would need."""
    table = _table("rule", "severity", "type", "why")
    for it in sorted(told["rules"], key=lambda it: not it["spoke"]):
        severity = it["severity"] if it["spoke"] else "-"
        _row(table, it["rule"], severity, it["type"], it["why"], short=False)
    out().print(table)
    if not told["failure"]:
        say("no rule speaks of this span: it is no failure")
        return
    show_facts({"signature": told["signature"], "title": told["title"]})


def _table(*names: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in names:
        whole = name in {"group", "trace", "span", "rule"}
        table.add_column(
            name, justify="right" if name == "failures" else "left", no_wrap=whole, overflow="fold"
        )
    return table


def _row(table: Table, *cells: str | None, short: bool = True) -> None:
    texts = [harmless(it or "").replace("\n", " ") for it in cells]
    if short:
        names = [str(it.header) for it in table.columns]
        texts = [
            f"{it[: _SHORT - 1]}…" if name == "title" and len(it) > _SHORT else it
            for name, it in zip(names, texts, strict=True)
        ]
    table.add_row(*(Text(it, style=COLOURS.get(it, "")) for it in texts))


def _words(told: Any) -> str:
    return ", ".join(map(str, told)) if isinstance(told, list) else str(told)
