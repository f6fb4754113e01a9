"""What a list is asked for on the command line, and what is said at its end."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from scarline.cli.console import say
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


def ended(found: Mapping[str, Any], shown: int, what: str, stream: str) -> None:
    """Say how many there are, what of ``stream`` was not looked at, and what to do next."""
    covered = found["coverage"]
    if shown < found["total"]:
        say(f"{shown:,} of {found['total']:,} {what}")
    if found["next"]:
        say(f"there are more: --cursor {found['next']}")
    if not covered["looked"]:
        say(f"nobody has looked: scarline pull {stream} --last 24h")
        return
    if not found["total"]:
        say(f"no {what} that fit in what was looked at: other filters, or a longer --last")
    for it in covered["missing"][:MOST_GAPS]:
        why = f"not looked at: {it['what']} from {it['from']} to {it['to']}: {it['reason']}"
        say(harmless(why))
    if len(covered["missing"]) > MOST_GAPS:
        say(f"and {len(covered['missing']) - MOST_GAPS:,} more: --json has all")
