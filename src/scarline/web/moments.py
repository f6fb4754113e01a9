"""Moments as they are told to us: RFC 3339, with an offset."""

import re
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, WithJsonSchema

from scarline.errors import UsageError

INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


def _instant(text: object) -> object:
    if isinstance(text, str) and INSTANT.fullmatch(text):
        return text
    raise ValueError("must be a time of RFC 3339, such as 2026-03-02T08:30:00Z")


Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_instant),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


def ordered(since: Moment | None, until: Moment | None) -> tuple[Moment | None, Moment | None]:
    """Return start and end; raises ``UsageError`` for an end that is not after the start."""
    if since is not None and until is not None and since >= until:
        raise UsageError("from must be before to")
    return since, until
