"""A file of alerts, read and checked whole: see docs/alerts.md for what is in it."""

import tomllib
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

from scarline.alerts.fields import LABEL, Fields
from scarline.alerts.file import File
from scarline.alerts.matching import Matcher
from scarline.alerts.receivers import address_fault, receiver
from scarline.alerts.rules import (
    DIRECTIONS,
    EVERY_LABEL,
    SEVERITIES,
    Inhibit,
    Route,
    Rule,
    Rules,
)
from scarline.errors import ConfigError

TABLES = ("promoted", "link", "rule", "route", "inhibit", "receiver")
"""What a file of alerts may have."""

# Alertmanager's own defaults.
_ROOT = Route("{}", "", (), timedelta(seconds=30), timedelta(minutes=5), timedelta(hours=4))

_RULE = {it.name for it in fields(Rule)} - {"held"} | {"for"}
_ROUTE = {
    *("receiver", "group_by", "group_wait", "group_interval", "repeat_interval"),
    *("matchers", "continue", "routes"),
}
_RESERVED = ("alertname", "severity", "metric", "detector", "tags")


def read_rules(path: Path) -> Rules:
    """Read the file at ``path``; raises ``ConfigError`` with line and reason of each fault."""
    try:
        return parsed(path.read_text("utf-8-sig"), str(path))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read as alerts: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} cannot be read as alerts: it is no text of UTF-8") from None


def parsed(text: str, where: str = "alerts.toml") -> Rules:
    """Read the text of a file that is called ``where``; raises as :func:`read_rules`."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where} cannot be read as alerts: {error}") from None
    file = File(where, text, told)
    if unknown := sorted(told.keys() - set(TABLES)):
        known = ", ".join(TABLES)
        file.wrong(f"has {', '.join(unknown)}: a file of alerts has {known}")
    promoted = file.made("promoted", {it: told[it] for it in TABLES[:1] if it in told}, _promoted)
    link = file.made("link", {it: told[it] for it in TABLES[1:2] if it in told}, _link)
    rules = [file.made("rule", it, _rule) for it in file.rows("rule")]
    receivers = [file.made("receiver", it, receiver) for it in file.rows("receiver")]
    inhibits = [file.made("inhibit", it, _inhibit) for it in file.rows("inhibit")]
    first = told.get("route", {})
    route = file.made("route", first, lambda it: _route(file, it, _ROOT, "route"))
    _named_once(file, "rule")
    _named_once(file, "receiver")
    if file.faults or route is None or promoted is None:
        raise ConfigError("\n".join(file.sentences()))
    return Rules(
        promoted=promoted,
        rules=tuple(it for it in rules if it),
        route=route,
        inhibits=tuple(it for it in inhibits if it),
        receivers={it.name: it for it in receivers if it},
        link=link,
    )


def _named_once(file: File, kind: str) -> None:
    names = file.names(kind)
    for name in sorted({it for it in names if names.count(it) > 1}):
        file.wrong(f"has {kind} {name!r} twice: give each its own name")


def _promoted(own: Fields) -> frozenset[str]:
    return frozenset(own.texts("promoted"))


def _link(own: Fields) -> str | None:
    link = own.maybe("link")
    if link is None:
        return None
    if fault := address_fault("link", link):
        own.wrong("link", fault)
    return link.rstrip("/")


def _rule(own: Fields) -> Rule:
    own.only(_RULE)
    labels = own.pairs("labels", labels=True)
    if taken := sorted(labels.keys() & set(_RESERVED)):
        own.wrong("labels", f"labels cannot have {', '.join(taken)}: these are given by the scar")
    name = own.text("name")
    if name and not LABEL.fullmatch(name):
        own.wrong("name", "its name has letters, digits and _ only, such as CpuStarved")
    return Rule(
        name=name,
        severity=own.one_of("severity", SEVERITIES, "warning"),
        metric=own.text("metric", "*"),
        host=own.text("host", "*"),
        tags=own.texts("tags"),
        matchers=own.matchers("matchers"),
        direction=own.one_of("direction", DIRECTIONS) if "direction" in own.told else None,
        min_score=own.number("min_score", 0.5, 1.0, 0.0),
        min_missed_by=own.number("min_missed_by", 0.0, 1e9, 0.0),
        held=own.length("for", timedelta(0)),
        labels=labels,
        annotations=own.pairs("annotations"),
    )


def _route(file: File, own: Fields, above: Route, head: str) -> Route:
    """Return a route, which has from the one above what it does not say itself."""
    own.only(_ROUTE)
    is_root = above is _ROOT
    matchers = own.matchers("matchers")
    if is_root and (matchers or "continue" in own.told):
        own.wrong("matchers", "the first route takes every alert: put matchers in [[route.routes]]")
    group_by = own.texts("group_by") if "group_by" in own.told else above.group_by
    for name in group_by:
        if name != EVERY_LABEL and not LABEL.fullmatch(name):
            own.wrong("group_by", f"group_by has {name!r}, which is no name of a label")
    route = Route(
        path=above.path if is_root else f"{above.path}/{_spelled(matchers)}",
        receiver=_receiver(file, own, above),
        group_by=group_by,
        group_wait=own.length("group_wait", above.group_wait),
        group_interval=own.length("group_interval", above.group_interval, least_seconds=1),
        repeat_interval=own.length("repeat_interval", above.repeat_interval, least_seconds=1),
        matchers=matchers,
        goes_on=own.flag("continue", default=False),
    )
    beneath = f"{head}.routes"
    rows = file.listed(beneath, own.told.get("routes", []))
    made = [file.made(beneath, it, lambda row: _route(file, row, route, beneath)) for it in rows]
    return replace(route, routes=tuple(it for it in made if it))


def _receiver(file: File, own: Fields, above: Route) -> str:
    """Return who is told; those that are at fault themselves are known, too."""
    name, there = own.text("receiver", above.receiver or None), file.names("receiver")
    if name and name not in there and "receiver" in own.told:
        others = ", ".join(sorted(there)) or "none"
        own.wrong("receiver", f"no [[receiver]] is called {name!r}: there is {others}")
    return name


def _spelled(matchers: Sequence[Matcher]) -> str:
    return "{" + ",".join(map(str, matchers)) + "}"


def _inhibit(own: Fields) -> Inhibit:
    own.only({it.name for it in fields(Inhibit)})
    source, target = own.matchers("source"), own.matchers("target")
    if not own.faults and not (source and target):
        own.wrong("", "needs source and target, lists of matchers")
    return Inhibit(source, target, own.texts("equal"))
