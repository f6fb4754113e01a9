"""One page of spans: its rows and the cursor after it, or what is wrong with it. Pure."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

import msgspec

from scarline.errors import SourceChanged
from scarline.sources.datadog.refusals import Complaint, complaints
from scarline.sources.datadog.shapes import CutShort, decoded

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
    """One page; its rows are read one by one, since most are done with as soon as they are read.

    All at once they would not fit into the cache of a processor, and be slow to look at.
    """

    data: list[msgspec.Raw] = field(default_factory=list)
    meta: Meta | None = None
    errors: Any = None

    @property
    def after(self) -> str | None:
        """Return the cursor of the next page, None at the end."""
        return (self.meta.page.after or None) if self.meta and self.meta.page else None


_PAGE = msgspec.json.Decoder(Page)
_ROW = msgspec.json.Decoder()


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


def read_row(row: msgspec.Raw) -> Any:
    """Read one row of a page; halves of characters and numbers too large spoil only themselves."""
    try:
        return _ROW.decode(row)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _mended(bytes(row))


def _decoded(body: bytes) -> Page:
    """Decode a page; what spoils only itself in a row is not what fails the page."""
    try:
        return decoded(_PAGE, body)
    except (CutShort, SourceChanged):
        try:
            mended = _mended(body)
        except (ValueError, RecursionError):
            mended = None
        if not isinstance(mended, dict):
            raise
    return decoded(_PAGE, json.dumps(mended).encode())


def _mended(body: bytes) -> Any:
    """Return what JSON holds that is not quite that; raises ``ValueError`` where it is not at all.

    Halves of characters become U+FFFD, what stands for no number becomes null.
    """
    whole = LONE.sub(lambda it: it[0] if it[2] else it[1] + rb"\ufffd", body)
    return json.loads(whole.decode(errors="replace"), parse_constant=lambda _: None)
