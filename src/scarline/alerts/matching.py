"""Matchers as Alertmanager has them, and globs: which labels are meant.

A matcher is a label, one of ``=``, ``!=``, ``=~``, ``!~``, and a value that may stand in double
quotes. Patterns are of RE2 and match the whole value. A label that is not there is empty.
(prometheus.io/docs/alerting/latest/configuration, "Matcher")
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache

import re2

Labels = Mapping[str, str]

_MATCHER = re.compile(r"\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!=|!~|=)\s*(.*?)\s*", re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\n])')
_LONGEST_PATTERN = 1_000


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on one label."""

    label: str
    test: str
    value: str

    def matches(self, labels: Labels) -> bool:
        """Return whether labels are as it says."""
        own = labels.get(self.label, "")
        same = own == self.value if self.test in ("=", "!=") else _fits(self.value, own)
        return same is not self.test.startswith("!")

    def __str__(self) -> str:
        escaped = self.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'{self.label}{self.test}"{escaped}"'


def matcher(text: str) -> Matcher:
    """Read ``label=~"value"``; raises ``ValueError`` with a sentence."""
    found = _MATCHER.fullmatch(text)
    if found is None:
        raise ValueError(f'{text!r} is no matcher: write host="web-1" or host=~"web-.*"')
    label, test, value = found.groups()
    if value.startswith('"'):
        if not re.fullmatch(r'"(?:[^"\\]|\\.)*"', value, re.DOTALL):
            raise ValueError(f'{text!r} has a quote without its end: write \\" for one in a value')
        value = _ESCAPED.sub(lambda it: "\n" if it[1] == "n" else it[1], value[1:-1])
    elif '"' in value:
        raise ValueError(f"{text!r} has a quote in its value: put the whole value in quotes")
    if "~" in test:
        _checked(value)
    return Matcher(label, test, value)


def all_match(matchers: Iterable[Matcher], labels: Labels) -> bool:
    """Return whether labels are as each matcher says; without any they are."""
    return all(it.matches(labels) for it in matchers)


def glob_matches(glob: str, text: str) -> bool:
    """Return whether the whole of ``text`` is as ``glob`` says: ``*``, ``?`` and ``[seq]``."""
    return glob == "*" or _glob(glob).match(text) is not None


def tags_match(globs: Sequence[str], tags: str) -> bool:
    """Return whether each glob fits one of the tags in ``env:prod,service:web``."""
    own = tags.split(",")
    return all(any(glob_matches(it, tag) for tag in own) for it in globs)


def _fits(pattern: str, text: str) -> bool:
    return re2.fullmatch(pattern, text) is not None


def _checked(pattern: str) -> None:
    if len(pattern) > _LONGEST_PATTERN:
        raise ValueError(f"a pattern has at most {_LONGEST_PATTERN:,} characters")
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error as error:
        raise ValueError(f"{pattern!r} is no pattern of RE2: {_reason(error)}") from None


def _reason(error: re2.error) -> str:
    told = error.args[0] if error.args else ""
    return told.decode(errors="replace") if isinstance(told, bytes) else str(told)


@lru_cache(maxsize=512)
def _glob(glob: str) -> re.Pattern[str]:
    return re.compile(translate(glob))
