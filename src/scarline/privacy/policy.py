"""What goes and what takes its place: our rules and fields, and what a user's file adds.

A file adds; it cannot switch a rule off. What a rule takes wrongly is let stay by value::

    allow = ["support@example.com", "*@docs.example.com"]
    deny = ["Project Falcon"]

    [modes]
    person = "pseudonym"

    [[rule]]
    name = "badge"
    ...
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import translate
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import re2
from pydantic import SecretBytes

from scarline.errors import ConfigError
from scarline.privacy.fields import Field, built_in_fields, read_fields
from scarline.privacy.finder import Finder
from scarline.privacy.marks import Marks, Mode
from scarline.privacy.names import find_each
from scarline.privacy.rules import (
    Category,
    Rule,
    built_in,
    category_named,
    drawn,
    quiet,
    read_rules,
)

Names = Callable[[Sequence[str]], Sequence[Sequence[tuple[int, int, str]]]]
"""Finds people and places in each of several texts: where each begins and ends, and ``person`` or
``place``."""


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """What goes and what takes its place."""

    rules: tuple[Rule, ...]
    fields: tuple[Field, ...]
    marks: Marks = field(default_factory=Marks)
    allow: tuple[str, ...] = ()
    names: Names = find_each

    def allows(self, value: str) -> bool:
        """Return whether ``value`` is one that the user lets stay."""
        return bool(self.allow) and _any_of(self.allow).fullmatch(value.strip()) is not None

    @property
    def fingerprint(self) -> str:
        """Return a short digest of all that decides, kept beside what was cleaned by it."""
        return _fingerprint(self)


@cache
def _fingerprint(policy: Policy) -> str:
    marks = policy.marks
    modes = sorted((str(key), str(mode)) for key, mode in marks.modes.items())
    said = (policy.rules, policy.fields, policy.allow, modes, marks.key_id, policy.names.__module__)
    return sha256(repr(said).encode()).hexdigest()[:16]


@cache
def default_policy() -> Policy:
    """Return the policy without a user's file and without a key."""
    return Policy(built_in(), built_in_fields())


def read_policy(
    path: Path | None, key: SecretBytes | None = None, names: Names = find_each
) -> Policy:
    """Return the policy that the file at ``path`` adds to ours.

    Raises ``ConfigError`` with the line of what is wrong: of a rule too whose own examples
    do not do as they say.
    """
    if path is None:
        return Policy(built_in(), built_in_fields(), Marks({}, key), names=names)
    where = str(path)
    try:
        text = path.read_text("utf-8")
        table = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{where} cannot be read as rules: {error}") from None
    known = {"allow", "deny", "modes", "rule", "field", "pieces"}
    if unknown := sorted(table.keys() - known):
        raise ConfigError(
            f"{where} has {', '.join(unknown)}: a file of rules has {', '.join(sorted(known))}"
        )
    return Policy(
        (
            *_denied(_words(table, "deny", where)),
            *read_rules(table, text, where, _prove),
            *built_in(),
        ),
        (*built_in_fields(), *read_fields(table, text, where)),
        Marks(_modes(table.get("modes", {}), where), key),
        _words(table, "allow", where),
        names,
    )


def _prove(rule: Rule) -> None:
    """Raise ``ValueError`` or ``re2.error`` for a rule that cannot be applied or fails its row."""
    if re2.compile(rule.pattern, quiet()).search("") is not None:
        raise ValueError("its pattern matches nothing at all, so it would match everywhere")
    rule.valid()
    finder = Finder([rule])
    if not finder.find(drawn(rule.goes).encode()):
        raise ValueError("it does not find its own example of what must go")
    if finder.find(drawn(rule.stays).encode()):
        raise ValueError("it finds what must stay by its own example")


def _words(table: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    words = table.get(name, [])
    if not isinstance(words, list) or not all(isinstance(it, str) and it.strip() for it in words):
        raise ConfigError(f"{where}: {name} is a list of texts")
    return tuple(words)


def _modes(table: Any, where: str) -> dict[Category, Mode]:
    if not isinstance(table, dict):
        raise ConfigError(f"{where}: [modes] gives each category a mode")
    modes = {}
    for name, mode in table.items():
        try:
            modes[category_named(name)] = Mode(mode)
        except ValueError:
            raise ConfigError(
                f"{where}: [modes] {name} = {mode!r}: the categories are {', '.join(Category)}, "
                f"the modes {', '.join(Mode)}"
            ) from None
    return modes


def _denied(words: Sequence[str]) -> list[Rule]:
    """Return a rule for each word that must go wherever it stands."""
    return [
        Rule("denied", Category.SECRET, "(?i)" + re2.escape(word), word, stays="") for word in words
    ]


@cache
def _any_of(patterns: tuple[str, ...]) -> Any:
    joined = "|".join(translate(pattern).replace(r"\Z", "") for pattern in patterns)
    return re2.compile(f"(?is)(?:{joined})", quiet())
