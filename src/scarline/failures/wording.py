"""The tables of wording, read once: causes, dependencies, and what surrounds a message."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import re2

_OBJECT = "(?P<object>"
_TOGETHER = 8  # rows of a set: with more the states of its automaton no longer fit its memory
_MEMORY = 64 << 20  # bytes that RE2 may use for a set; it refuses to compile beyond
_LONG_TYPE = len("timeout")
_SUFFIX = re.compile(r"(?<=\w)(?:Error|Exception|Failure|Fault|Err)$")
_LONG_NAME = re.compile(r"(?:[A-Z][a-z]+|[A-Z]{2,}(?=[A-Z])){2,}\w*")
_NEVER = r"[^\x00-\x{10FFFF}]"  # no character: what is known by no wording
_BEGINS = r"(?i)(?:^|[^0-9A-Za-z])"


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause that many wordings name; ``causes.toml`` says what its parts mean."""

    name: str
    title: str
    keyed_by: str  # as causes.toml lists
    objects: Sequence[Any]  # RE2: patterns in which an identifier is part of the cause
    unless: Any | None
    family: str
    seen: Any | None
    weak: bool


@dataclass(frozen=True, slots=True)
class Causes:
    """All causes, in the order in which they are asked, and what names them shortly."""

    rows: Sequence[Cause]
    found: Mapping[bool, Sequence[tuple[Sequence[int], Any]]]  # by weak: rows, and a set of RE2
    by_type: Mapping[str, int]
    endings: tuple[str, ...]  # in which an application's own type may end: those of many letters
    by_code: Mapping[int, int]
    by_judgement: Mapping[str, int]  # types of failures and names of evaluations

    def speaking(self, text: str, *, weak: bool = False) -> Iterator[Cause]:
        """Yield the causes whose patterns a text has, in the order in which they are asked."""
        for rows, found in self.found[weak]:
            yield from (self.rows[rows[at]] for at in sorted(found.Match(text) or ()))

    def speaks(self, text: str) -> bool:
        """Return whether a text names any cause that not only a general wording names."""
        return next(self.speaking(text), None) is not None


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What applications call, by name, by port, and by the models that it makes."""

    names: Sequence[str]
    found: Any
    makers: Sequence[str]
    models: Any
    by_port: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Wording:
    """How messages are worded; ``wording.toml`` says what the parts mean."""

    wrappers: Sequence[Any]
    advice: Any
    details: Any
    quoting: Any
    naming: frozenset[str]
    stop: frozenset[str]
    same: Mapping[str, str]
    titled: frozenset[str]
    steps: Any
    affixes: Any
    plain_types: frozenset[str]
    no_tools: frozenset[str]
    overall: frozenset[str]
    grades: frozenset[str]
    members: frozenset[str]
    value_kinds: Mapping[str, Any]
    limit_measures: Mapping[str, Any]
    limit_periods: Mapping[str, Any]


@cache
def causes() -> Causes:
    """Return the causes of ``causes.toml``."""
    table = _table("causes")["cause"]
    rows = [_cause(row) for row in table]
    by_type = {
        bare_type(name): at
        for at, row in reversed(list(enumerate(table)))
        for name in row.get("types", ())
    }
    return Causes(
        rows=rows,
        found={weak: _sets(table, weak=weak) for weak in (False, True)},
        by_type=by_type,
        endings=tuple(name for name in by_type if len(name) >= _LONG_TYPE),
        by_judgement={
            name: at
            for at, row in enumerate(table)
            for name in (*row.get("failure_types", ()), *row.get("evaluations", ()))
        },
        by_code={code: at for at, row in enumerate(table) for code in row.get("codes", ())},
    )


@cache
def dependencies() -> Dependencies:
    """Return the dependencies of ``dependencies.toml``."""
    rows = _table("dependencies")["dependency"]
    makers = [row for row in rows if "models" in row]
    return Dependencies(
        names=[row["name"] for row in rows],
        found=_set(["(?i)" + "|".join(row["patterns"]) for row in rows]),
        makers=[row["name"] for row in makers],
        models=_set(["(?i)" + "|".join(row["models"]) for row in makers]),
        by_port={port: row["name"] for row in rows for port in row.get("ports", ())},
    )


@cache
def wording() -> Wording:
    """Return ``wording.toml``."""
    table = _table("wording")
    return Wording(
        wrappers=[_compiled(f"(?i)^(?:{it})") for it in table["wrappers"]],
        advice=_compiled("(?i)" + "|".join(table["advice"])),
        details=_compiled(table["details"]),
        quoting=_compiled("(?i)" + "|".join(table["quoting"])),
        naming=frozenset(table["naming"]),
        stop=frozenset(table["stop"]),
        same={word: first for first, *others in table["same"] for word in others},
        titled=frozenset(table["titled"]),
        steps=_compiled("|".join(f"(?:{it})" for it in table["steps"])),
        affixes=_compiled(table["affixes"]),
        plain_types=frozenset(name.lower() for name in table["plain_types"]),
        no_tools=frozenset(table["no_tools"]),
        overall=frozenset(table["overall"]),
        grades=frozenset(table["grades"]),
        members=frozenset(table["members"]),
        value_kinds=_named(table["value_kinds"]),
        limit_measures=_named(table["limit_measures"]),
        limit_periods=_named(table["limit_periods"]),
    )


def _named(patterns: Mapping[str, str]) -> Mapping[str, Any]:
    return {name: _compiled(f"(?i)(?:{it})") for name, it in patterns.items()}


def bare_type(name: str) -> str:
    """Return the name of a type of error without what only says that it is one."""
    return _SUFFIX.sub("", name.rpartition(".")[2]).lower()


def _cause(row: Mapping[str, Any]) -> Cause:
    unless, seen = row.get("unless", ()), row.get("seen", ())
    return Cause(
        name=row["name"],
        title=row["title"],
        keyed_by=row["keyed_by"],
        objects=[
            _compiled(_BEGINS + f"(?:{it})") for it in row.get("patterns", ()) if _OBJECT in it
        ],
        unless=_compiled(_either(unless)) if unless else None,
        family=row.get("family", ""),
        seen=_compiled("(?i)" + "|".join(seen)) if seen else None,
        weak=row.get("weak", False),
    )


def _sets(table: Sequence[Mapping[str, Any]], *, weak: bool) -> list[tuple[list[int], Any]]:
    """Return sets of patterns of a few rows each, with the numbers of their rows."""
    numbers = [at for at, row in enumerate(table) if row.get("weak", False) is weak]
    parts = [numbers[at : at + _TOGETHER] for at in range(0, len(numbers), _TOGETHER)]
    spoken = [_either([*row.get("patterns", ()), *_spelled(row)]) for row in table]
    return [(part, _set([spoken[at] for at in part])) for part in parts]


def _spelled(row: Mapping[str, Any]) -> list[str]:
    """Return patterns for types that a text names in passing: only those of several words."""
    names = (name.rpartition(".")[2] for name in row.get("types", ()))
    return [rf"{name}\b" for name in names if _LONG_NAME.fullmatch(name)]


def _either(patterns: Sequence[str]) -> str:
    if not patterns:
        return _NEVER
    return _BEGINS + "(?:" + "|".join(patterns).replace(_OBJECT, "(?:") + ")"


def _set(patterns: Sequence[str]) -> Any:
    found = re2.Set.SearchSet(_quiet())
    for pattern in patterns:
        found.Add(pattern)
    found.Compile()
    return found


def _compiled(pattern: str) -> Any:
    return re2.compile(pattern, _quiet())


def _quiet() -> Any:
    options = re2.Options()
    options.log_errors = False  # a bad row raises, and says the same
    options.max_mem = _MEMORY
    return options


def _table(name: str) -> Mapping[str, Any]:
    text = files("scarline.failures").joinpath(f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)
