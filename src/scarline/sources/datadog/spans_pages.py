"""One page of spans: its rows and the cursor after it, or what is wrong with it. Pure."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

import msgspec

from scarline.errors import SourceChanged
from scarline.sources.datadog.refusals import Complaint, complaints
from scarline.sources.datadog.shapes import CutShort, decoded, uncollected

LONE = re.compile(
    rb"(?<!\\)((?:\\\\)*)"
    rb"(?:(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
"""Escapes of halves of a character. A pair is one character (group 2); half a pair is none."""

DONE = ("done", "ok")


@dataclass(frozen=True, slots=True)
class After:
    """Where the next page begins; absent on the last one."""

    after: str | None = None


@dataclass(frozen=True, slots=True)
class Meta:
    """What an answer says of itself. ``page`` may be null."""

    page: After | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page: spans as they are told, whatever they are."""

    data: list[Any] = field(default_factory=list)
    meta: Meta | None = None
    errors: Any = None

    @property
    def after(self) -> str | None:
        """Return the cursor of the next page, None at the end."""
        return (self.meta.page.after or None) if self.meta and self.meta.page else None


_PAGE = msgspec.json.Decoder(Page)


@uncollected()
def read_page(body: bytes) -> Page:
    """Read one page.

    Raises ``Complaint`` for one that says that it is not whole, ``SourceChanged`` for one of
    another shape, ``SourceUnavailable`` for a body that broke off.
    """
    page = _decoded(body)
    if page.errors:
        said = complaints(page.errors)
        message = f"Datadog answered with status 200, and errors: {said}"
        raise Complaint(message)
    status = page.meta.status if page.meta else None
    if status and status.lower() not in DONE:
        message = f"Datadog answered with status {status!r}: the page is not whole"
        raise Complaint(message)
    return page


def _decoded(body: bytes) -> Page:
    """Decode a page; halves of characters and numbers too large spoil themselves, not the page."""
    try:
        return decoded(_PAGE, body)
    except (CutShort, SourceChanged):
        mended = _mended(body)
        if mended is None:
            raise
        return mended


def _mended(body: bytes) -> Page | None:
    whole = LONE.sub(lambda it: it[0] if it[2] else it[1] + rb"\ufffd", body)
    try:
        document = json.loads(whole.decode(errors="replace"), parse_constant=lambda _: None)
        return msgspec.convert(document, Page)
    except (ValueError, RecursionError, msgspec.ValidationError):
        return None
