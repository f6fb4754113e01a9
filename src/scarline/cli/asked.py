"""What a list is asked for on the command line, and what is said at its end."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from scarline import bootstrap
from scarline.cli import options
from scarline.cli.console import count, say
from scarline.errors import UsageError

if TYPE_CHECKING:  # commands that show no list do without
    from pydantic import BaseModel

Asked = TypeVar("Asked", bound="BaseModel")

_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What a terminal obeys, or what turns text round (Unicode's bidirectional controls): failures
hold what anybody wrote to a model."""

MOST_GAPS = 5
"""How many stretches that were not looked at are named one by one."""


def harmless(text: str) -> str:
    """Return ``text`` with U+FFFD for each character that a terminal would obey, but line feeds."""
    return _CONTROL.sub("\ufffd", text)


def wanted(form: type[Asked], asked: Mapping[str, Any]) -> Asked:
    """Return what is asked for as ``form`` has it; raises ``UsageError`` for what cannot be."""
    from pydantic import ValidationError

    try:
        return form.model_validate(dict(asked))
    except ValidationError as error:
        first = error.errors()[0]
        where = " ".join(str(it) for it in first["loc"])
        raise UsageError(f"--{where} cannot be that: {first['msg']}") from None


def stretch(last: str | None, since: str | None, until: str | None) -> dict[str, Any]:
    """Return ``from`` and ``to`` as a list is asked for by HTTP; without --to there is no end."""
    found = options.stretch(bootstrap.clock(), last, since, until)
    if found is None:
        return {}
    start, end = (it.isoformat() for it in found)
    return {"from": start, "to": end} if until else {"from": start}


def now_unless(until: str | None) -> datetime | None:
    """Return what time it is if nobody asked for an end; see :class:`Ending`."""
    return None if until else bootstrap.clock()


@dataclass(frozen=True, slots=True)
class Ending:
    """What is said at the end of a list of ``what``, which ``stream`` brings.

    ``now`` is given where nobody asked for an end: then it is said up to when was looked.
    """

    what: str
    stream: str
    now: datetime | None = None


def ended(found: Mapping[str, Any], shown: int, ending: Ending) -> None:
    """Say how many there are, what was not looked at, and what to do next."""
    what = ending.what
    if shown < found["total"]:
        say(f"{shown:,} of {count(found['total'], what)}")
    if found["next"]:
        say(f"there are more: --cursor {found['next']}")
    if found["coverage"]["looked"] and not found["total"]:
        say(f"no {what}s that fit in what was looked at: other filters, or a longer --last")
    told_coverage(found["coverage"], ending)


def told_coverage(covered: Mapping[str, Any], ending: Ending) -> None:
    """Say what was not looked at, and up to when was looked if nobody asked for an end."""
    if not covered["looked"] and {it["what"] for it in covered["missing"]} <= {ending.stream}:
        say(f"nobody has looked: scarline pull {ending.stream} --last 24h")
    for it in covered["missing"][:MOST_GAPS]:
        why = f"not looked at: {it['what']} from {it['from']} to {it['to']}: {it['reason']}"
        say(harmless(why))
    if len(covered["missing"]) > MOST_GAPS:
        say(f"and {len(covered['missing']) - MOST_GAPS:,} more: --json has all")
    until = covered["answered"][-1]["to"] if covered["answered"] else None
    if ending.now is not None and until is not None and until == covered["asked"]["to"]:
        say(f"looked up to {until}, {ago(ending.now - datetime.fromisoformat(until))}")


def ago(length: timedelta) -> str:
    """Write how long ago something was, in the largest unit of which it is two or more."""
    seconds = int(length.total_seconds())
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * size:
            return f"{count(seconds // size, unit)} ago"
    return "a minute ago" if seconds >= _MINUTE else "just now"


_MINUTE = 60
