"""The rules: what counts as personal or secret, one row each in ``tables/*.toml``.

Ours and those that users add are written in the same form and read by the same reader,
so that a row can be copied from the one to the other. A row carries a text that must go
and one that must stay: the table is documentation and test at once.
"""

import random
import re
import string
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

import re2

from scarline.errors import ConfigError
from scarline.privacy.validators import validator

TABLES = ("secrets", "money", "national", "web", "contact", "personal")
"""The tables of rules, in the order in which a finding takes its name where two overlap."""

_FILLERS: Mapping[str, str] = {
    "d": string.digits,
    "h": string.digits + "abcdef",
    "H": string.digits + "ABCDEF",
    "l": string.ascii_lowercase,
    "u": string.ascii_uppercase,
    "a": string.ascii_letters + string.digits,
    "L": string.ascii_lowercase + string.digits,
    "U": string.ascii_uppercase + string.digits,
    "b": string.ascii_letters + string.digits + "-_",
    "B": string.ascii_letters + string.digits + "+/",
}
_FILLER = re2.compile(r"\{([" + "".join(_FILLERS) + r"])(\d+)\}")
_PIECE = re.compile(r"\(\?&([a-z_]+)\)")
_MOST_NESTED = 8  # pieces in pieces
_LETTER = re2.compile(r"\pL")
_NAME = re2.compile(r"[a-z][a-z0-9_]*")


class Category(StrEnum):
    """What a rule is about; how a finding is replaced is decided for a whole category."""

    SECRET = "secret"  # noqa: S105 - opens a door: keys, tokens, passwords
    CONTACT = "contact"  # reaches a person: e-mail, phone
    FINANCIAL = "financial"  # cards, accounts, wallets
    NETWORK = "network"  # where a person's machine is
    IDENTITY = "identity"  # numbers that a state gave a person
    HEALTH = "health"
    PLACE = "place"  # where a person lives or is
    PERSON = "person"  # names, dates of birth
    ACCOUNT = "account"  # what a service calls its user


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing to take away. Its name stands in brackets where the thing was.

    ``pattern`` is RE2, matched against the UTF-8 bytes of the normalised text; the group
    ``value`` goes, or the whole match without one. A match that touches another ASCII
    letter or digit is none, so patterns need no border at their end. ``validator`` names
    what the value must pass. With ``keywords``, one of them must stand as a whole word
    shortly before the value or right after it, or in the name of its field.
    In ``goes``, ``{d9}`` stands for nine digits, drawn anew for each test: see ``drawn``.
    """

    name: str
    category: Category
    pattern: str
    goes: str
    stays: str
    validator: str = ""
    keywords: tuple[str, ...] = ()
    about: str = ""

    def valid(self) -> Callable[[str], bool] | None:
        """Return what decides whether a value is what it looks like."""
        return validator(self.validator) if self.validator else None


def drawn(template: str, seed: int = 0) -> str:
    """Return ``template`` with its fillers drawn: the letter says of what, the number how many.

    ``d`` digits, ``h``/``H`` hexadecimal, ``l``/``u`` letters, ``L``/``U`` letters of one
    case and digits, ``a`` letters and digits, ``b`` base64url, ``B`` base64. So no example
    in a table is itself a key, which those who scan repositories would report.
    """
    dice = random.Random(seed)  # noqa: S311 - examples, not keys

    def fill(match: Any) -> str:
        alphabet = _FILLERS[match.group(1)]
        return "".join(dice.choice(alphabet) for _ in range(int(match.group(2))))

    filled: str = _FILLER.sub(fill, template)
    return filled


@cache
def built_in() -> tuple[Rule, ...]:
    """Return the rules that Scarline brings."""
    folder = files("scarline.privacy").joinpath("tables")
    texts = [
        (f"{name}.toml", folder.joinpath(f"{name}.toml").read_text("utf-8")) for name in TABLES
    ]
    return tuple(
        rule for name, text in texts for rule in read_rules(tomllib.loads(text), text, name)
    )


def read_rules(
    table: Mapping[str, Any], text: str, where: str, check: Callable[[Rule], None] | None = None
) -> list[Rule]:
    """Return the ``[[rule]]`` rows of ``table``, which was read from ``text``.

    Where ``(?&name)`` stands in a pattern, the piece of that name in ``[pieces]`` is put.
    Raises ``ConfigError`` with the line of the first row that is not a rule, or for which
    ``check`` raises.
    """
    rules = []
    for number, row in enumerate(table.get("rule", ())):
        try:
            rule = _rule(row, table.get("pieces", {}))
            if check is not None:
                check(rule)
            rules.append(rule)
        except (ValueError, re2.error) as error:
            reason = error.args[0]
            told = reason.decode() if isinstance(reason, bytes) else reason
            line = line_of(text, "rule", number)
            message = f"{where}, line {line}: rule {row.get('name', '?')!r}: {told}"
            raise ConfigError(message) from None
    return rules


def line_of(text: str, table: str, number: int) -> int:
    """Return the line on which the ``number``-th row (from 0) of an array of tables begins."""
    heads = [
        at
        for at, line in enumerate(text.splitlines(), 1)
        if line.strip().replace(" ", "").startswith(f"[[{table}]]")
    ]
    return heads[number]


def _rule(row: Mapping[str, Any], pieces: Mapping[str, Any]) -> Rule:
    known = {field.name for field in fields(Rule)}
    if unknown := sorted(row.keys() - known):
        raise ValueError(f"has no {', '.join(unknown)}: there are {', '.join(sorted(known))}")
    if lacking := sorted({"name", "category", "pattern", "goes", "stays"} - row.keys()):
        raise ValueError(f"lacks {', '.join(lacking)}")
    given = dict(row)
    keywords = given.pop("keywords", ())
    if not isinstance(keywords, (list, tuple)) or not all(isinstance(it, str) for it in keywords):
        raise ValueError("keywords is a list of words")
    if wrong := sorted(name for name, value in given.items() if not isinstance(value, str)):
        raise ValueError(f"{', '.join(wrong)} must be text")
    rule = Rule(
        **given
        | {
            "category": category_named(given["category"]),
            "pattern": _whole(given["pattern"], pieces),
        },
        keywords=tuple(keywords),
    )
    if not _NAME.fullmatch(rule.name):
        raise ValueError("its name is not in lower_snake_case")
    if not all(_LETTER.search(it) for it in rule.keywords):
        raise ValueError("a keyword has no letter")
    return rule


def _whole(pattern: str, pieces: Mapping[str, Any], depth: int = 0) -> str:
    """Return ``pattern`` with its pieces put in, and theirs; RE2 itself has no such syntax."""

    def piece(match: re.Match[str]) -> str:
        own = pieces.get(match[1])
        if not isinstance(own, str) or depth > _MOST_NESTED:
            raise ValueError(f"there is no piece {match[1]!r} under [pieces]")
        return _whole(own, pieces, depth + 1)

    return _PIECE.sub(piece, pattern)


def category_named(name: str) -> Category:
    """Return the category of that name; raises ``ValueError`` if there is none."""
    try:
        return Category(name)
    except ValueError:
        raise ValueError(
            f"there is no category {name!r}: there are {', '.join(Category)}"
        ) from None


def quiet() -> Any:
    """Return RE2's options with its complaints kept from standard error."""
    options = re2.Options()
    options.log_errors = False
    return options


def names(rules: Sequence[Rule]) -> list[str]:
    """Return the names of ``rules``, each once, in their order."""
    return list(dict.fromkeys(rule.name for rule in rules))
