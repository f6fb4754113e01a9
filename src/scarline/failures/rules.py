"""The rules: what is a failure, of which type, how severe. Data, in ``rules.toml``.

Ours and those of a user are written in the same form and read by the same reader::

    off = ["latency"]

    [[rule]]
    name = "slow_search"
    type = "latency"
    severity = "medium"
    kinds = ["retrieval"]
    when = { duration_ms_above = 5_000 }

A rule of a user takes the place of ours with the same name; the others stand before ours.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from scarline.errors import ConfigError
from scarline.failures.condition import Condition, Known, phrases
from scarline.failures.limits import Limits
from scarline.failures.refusals import read_refusals
from scarline.failures.seen import ROOT, Seen
from scarline.failures.severity import SEVERITIES, Raise, read_raise
from scarline.failures.span import KINDS
from scarline.failures.tables import our_tables, their_tables
from scarline.failures.vocabulary import read_conditions

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_MOST_SORTS = 4_096  # sorts of spans whose rules are remembered


@dataclass(frozen=True, slots=True)
class Rule:
    """What makes a span a failure: any one of ``conditions``.

    ``kinds`` are the kinds of span that it looks at, all if there are none; ``root`` lets it look
    only at roots of traces.
    """

    name: str
    type: str
    severity: str
    conditions: tuple[Condition, ...]
    kinds: frozenset[str] = frozenset()
    root: bool = False
    about: str = ""

    def looks_at(self, kind: str, *, root: bool) -> bool:
        """Return whether it looks at spans of a kind."""
        return (not self.kinds or kind in self.kinds) and root >= self.root

    def speaks(self, seen: Seen) -> tuple[str, str] | None:
        """Return the sort of evidence and why, if it speaks of a span."""
        for condition in self.conditions:
            if (why := condition.test(seen)) is not None:
                return condition.sort, why
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """All rules, the most telling first: of two that are as severe the first names the failure.

    ``quality`` are the names of evaluations that are the quality score, in their order.
    """

    rules: tuple[Rule, ...]
    raises: tuple[Raise, ...]
    quality: tuple[str, ...]
    known: Known
    of: Callable[[str, int, tuple[str, ...]], tuple[Rule, ...]] = field(init=False)
    """Returns the rules that can speak of a span of a kind, each with the conditions that can, by
    what is told of it and which evaluations it did not pass (``Seen``)."""

    def __post_init__(self) -> None:
        # The spans of an application are alike: what is asked of them is worked out once.
        object.__setattr__(self, "of", lru_cache(_MOST_SORTS)(self._of))

    def _of(self, kind: str, told: int, names: tuple[str, ...]) -> tuple[Rule, ...]:
        found = []
        for rule in self.rules:
            if rule.looks_at(kind, root=told & ROOT != 0):
                able = tuple([it for it in rule.conditions if it.can_speak(told, names)])
                found += [replace(rule, conditions=able)] if able else []
        return tuple(found)


def read_rules(path: Path | None = None, limits: Limits | None = None) -> Rules:
    """Return our rules with what the file at ``path`` adds, replaces and switches off.

    Raises ``ConfigError`` with the file, the line and the reason for what is wrong in it.
    """
    ours, theirs = our_tables(), their_tables(path)
    known = Known(
        limits or Limits(),
        ours.one("refusal", read_refusals).joined(theirs.one("refusal", read_refusals)),
        _named([*ours.rows("rule"), *theirs.rows("rule")]),
    )
    added = theirs.each("rule", lambda row: _rule(row, known))
    kept = ours.each("rule", lambda row: _rule(row, known))
    rules = {name: rule for name, rule in added.items() if name not in kept} | kept | added
    off = theirs.one("off", _off)
    if unknown := sorted(off - rules.keys()):
        message = f"{theirs.where}: off names {', '.join(unknown)}: there are {', '.join(rules)}"
        raise ConfigError(message)
    raises = ours.each("raise", read_raise) | theirs.each("raise", read_raise)
    return Rules(
        tuple(rule for name, rule in rules.items() if name not in off),
        tuple(raises.values()),
        theirs.one("quality", _quality) + ours.one("quality", _quality),
        known,
    )


def _named(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return all evaluations whose failing some rule names."""
    whens = [row.get("when") for row in rows]
    lists = [
        when["evaluation"]
        for when in whens
        if isinstance(when, dict) and when.get("fails") and isinstance(when.get("evaluation"), list)
    ]
    return tuple(name for own in lists for name in phrases("evaluation", own))


def _off(told: Any) -> frozenset[str]:
    if told is not None and not (
        isinstance(told, list) and all(isinstance(it, str) for it in told)
    ):
        raise ValueError("off is a list of names of rules")
    return frozenset(told or ())


def _quality(told: Any) -> tuple[str, ...]:
    if told is None:
        return ()
    if not isinstance(told, dict) or told.keys() != {"evaluations"}:
        raise ValueError("[quality] holds evaluations, a list of names")
    return phrases("[quality] evaluations", told["evaluations"])


def _rule(row: Mapping[str, Any], known: Known) -> Rule:
    texts = ("name", "type", "severity")
    if unknown := sorted(row.keys() - {it.name for it in fields(Rule)} - {"when"}):
        raise ValueError(f"has no {', '.join(unknown)}")
    if lacking := sorted({*texts, "when"} - row.keys()):
        raise ValueError(f"lacks {', '.join(lacking)}")
    for name in ("name", "type"):
        if not isinstance(row[name], str) or not _NAME.fullmatch(row[name]):
            raise ValueError(f"its {name} is not in lower_snake_case")
    if row["severity"] not in SEVERITIES:
        raise ValueError(f"severity is {row['severity']!r}: it can be {', '.join(SEVERITIES)}")
    kinds, root = row.get("kinds", []), row.get("root", False)
    if not isinstance(kinds, list) or not all(it in KINDS for it in kinds):
        raise ValueError(f"kinds is a list of {', '.join(KINDS)}")
    if type(root) is not bool or type(row.get("about", "")) is not str:
        raise ValueError("root is true or false, about is text")
    conditions = read_conditions(row["when"], known)
    own = {name: row[name] for name in (*texts, "about") if name in row}
    return Rule(**own, conditions=conditions, kinds=frozenset(kinds), root=root)
