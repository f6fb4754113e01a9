"""The fields of one table of a file of alerts, each read as what it is to be."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from scarline.alerts.matching import Matcher, matcher

LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")

_UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_LENGTH = re.compile(r"(?:\d+[wdhms])+")
_MOST_DAYS = 3_650


def length(text: str) -> timedelta:
    """Read ``90s``, ``1h30m``, ``2d``, ``0s``; raises ``ValueError`` with a sentence."""
    if not _LENGTH.fullmatch(text):
        raise ValueError(f"{text!r} is no length of time: write 30s, 5m, 1h30m, 2d or 1w")
    parts = re.findall(r"(\d+)([wdhms])", text)
    if len(text) > len("3650d23h59m59s"):
        raise ValueError(f"{text!r} is longer than {_MOST_DAYS} days")
    seconds = sum(int(number) * _UNITS[unit] for number, unit in parts)
    if seconds > _MOST_DAYS * _UNITS["d"]:
        raise ValueError(f"{text!r} is longer than {_MOST_DAYS} days")
    return timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class Fields:
    """One table. What is wrong with a field is noted, and something harmless stands for it.

    So all faults of a table are told at once. ``faults`` are fields and sentences; what is made
    of a table that has any is thrown away.
    """

    told: Mapping[str, Any]
    faults: list[tuple[str, str]] = field(default_factory=list)

    def wrong(self, name: str, sentence: str) -> None:
        """Note what is wrong with a field, "" for the whole table."""
        self.faults.append((name, sentence))

    def only(self, known: Collection[str]) -> None:
        """Refuse fields that there are not."""
        for name in sorted(self.told.keys() - set(known)):
            self.wrong(name, f"has no {name}: it can have {', '.join(sorted(known))}")

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text that is not empty; one without a default must be there."""
        value = self.told.get(name, default)
        if value is None:
            self.wrong("", f"lacks {name}")
            return ""
        if not isinstance(value, str) or not value.strip():
            self.wrong(name, f"{name} is a text in quotes")
            return ""
        return value

    def maybe(self, name: str) -> str | None:
        """Return a text, None where there is none."""
        return self.text(name) or None if name in self.told else None

    def one_of(self, name: str, known: Collection[str], default: str | None = None) -> str:
        """Return one of the words that there are, "" for another."""
        value = self.text(name, default)
        if value and value not in known:
            self.wrong(name, f"{name} is {value!r}: it can be {', '.join(known)}")
        return value if value in known else ""

    def flag(self, name: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self.told.get(name, default)
        if type(value) is not bool:
            self.wrong(name, f"{name} is true or false")
        return bool(value)

    def number(self, name: str, least: float, most: float, default: float) -> float:
        """Return a number within bounds."""
        value = self.told.get(name, default)
        if not isinstance(value, int | float) or isinstance(value, bool):
            self.wrong(name, f"{name} is a number")
            return default
        if name in self.told and not least <= value <= most:
            self.wrong(name, f"{name} is {value:g}: it can be from {least:g} to {most:g}")
        return float(value)

    def length(self, name: str, default: timedelta, *, least_seconds: int = 0) -> timedelta:
        """Return a length of time."""
        text = self.maybe(name)
        if text is None:
            return default
        try:
            found = length(text)
        except ValueError as error:
            self.wrong(name, str(error))
            return default
        if found.total_seconds() < least_seconds:
            self.wrong(name, f"{name} is at least {least_seconds}s")
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts, empty where there is none."""
        value = self.told.get(name, [])
        if not isinstance(value, list) or not all(isinstance(it, str) and it for it in value):
            self.wrong(name, f"{name} is a list of texts")
            return ()
        return tuple(value)

    def matchers(self, name: str) -> tuple[Matcher, ...]:
        """Return a list of matchers, such as ``['host=~"web-.*"']``."""
        found = []
        for text in self.texts(name):
            try:
                found.append(matcher(text))
            except ValueError as error:
                self.wrong(name, str(error))
        return tuple(found)

    def pairs(self, name: str, *, labels: bool = False) -> dict[str, str]:
        """Return names and texts; with ``labels`` the names are those of labels."""
        value = self.told.get(name, {})
        if not isinstance(value, dict) or not all(isinstance(it, str) for it in value.values()):
            self.wrong(name, f'{name} is written {{ name = "text" }}')
            return {}
        for key in value if labels else ():
            if not LABEL.fullmatch(key):
                self.wrong(name, f"{key!r} is no name of a label: letters, digits and _")
        return value
