"""Lists in pages: which request comes next, and when an answer cannot be trusted to go on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, NoReturn, TypeVar
from urllib.parse import urljoin

import msgspec

from scarline.errors import SourceChanged, SourceError
from scarline.sources.datadog.api import Api, Request
from scarline.sources.datadog.services_asking import Inquiry, reason
from scarline.sources.datadog.shapes import decoded

T = TypeVar("T")

PAGE_ROWS = 100
"""The most that both kinds of list give at once: the catalog's default in recorded answers, and
the documented maximum of service definitions."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows a page has by its own account."""

    count: int | None = None


@dataclass(frozen=True, slots=True)
class Links:
    """Where the next page is; None at the end."""

    next: str | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list."""

    data: list[T]
    meta: Count | None = None
    links: Links = field(default_factory=Links)


@dataclass(frozen=True, slots=True)
class List(Generic[T]):
    """A list to read: its first request, its rows' shape, their names, and the way on.

    ``following`` returns the request for the next page, None at the end, given the last
    request, its page, and the most rows that a page had; it raises ``SourceChanged``.
    """

    what: str
    first: Request
    decoder: "msgspec.json.Decoder[Page[T]]"
    name: Callable[[T], str]
    following: "Callable[[Api, str, Turn[T]], Request | None]"


@dataclass(frozen=True, slots=True)
class Turn(Generic[T]):
    """Where a page ends: what was asked, what came, and the most rows of a page so far."""

    request: Request
    page: Page[T]
    largest: int


async def listed(inquiry: Inquiry, wanted: List[T]) -> Sequence[T]:
    """Return all rows of a list, each once; of one that breaks off, those before the break.

    Raises ``SourceError`` if not even the first page can be had.
    """
    rows: dict[str, T] = {}
    request: Request | None = wanted.first
    largest = 0
    try:
        while request is not None:
            page = await inquiry.fetch(request, lambda body: _page(wanted.decoder, body))
            fresh = {wanted.name(row): row for row in page.data}
            if page.data and fresh.keys() <= rows.keys():
                _changed("a page has only rows that came before")
            rows |= fresh
            largest = max(largest, len(page.data))
            turn = Turn(request, page, largest)
            request = wanted.following(inquiry.api, inquiry.config.url, turn)
    except SourceError as error:
        if not rows:
            raise
        said = reason(wanted.first.path, error)
        inquiry.miss(wanted.what, f"it broke off after {len(rows)} rows: {said}")
    else:
        inquiry.have(wanted.what)
    return list(rows.values())


def by_link(api: Api, url: str, turn: Turn[T]) -> Request | None:
    """Return what the link to the next page asks for: the same, from a later row.

    Links are relative in recorded answers. Of the link only the offset is taken, since it may
    have dropped the filters; one to another host, or that does not lead on, is refused.
    """
    link = turn.page.links.next
    if not link:
        return None
    there = api.linked(urljoin(url, link))
    offset, before = there.params.get("page[offset]", ""), turn.request.params["page[offset]"]
    leads_on = offset.isascii() and offset.isdecimal() and int(offset) > int(before)
    if not (leads_on and turn.page.data and there.path == turn.request.path):
        _changed("its link to the next page does not lead on")
    return replace(turn.request, params={**turn.request.params, "page[offset]": offset})


def by_number(_api: Api, _url: str, turn: Turn[T]) -> Request | None:
    """Return the request for the page of the next number; None after one that is shorter.

    A page may be capped below what was asked for, so the first is not the last for being short.
    """
    if len(turn.page.data) < turn.largest or not turn.page.data:
        return None
    number = str(int(turn.request.params["page[number]"]) + 1)
    return replace(turn.request, params={**turn.request.params, "page[number]": number})


def _page(decoder: "msgspec.json.Decoder[Page[T]]", body: bytes) -> Page[T]:
    page = decoded(decoder, body)
    told = page.meta.count if page.meta else None
    if told is not None and told != len(page.data):
        _changed(f"a page says that it has {told} rows, and has {len(page.data)}")
    return page


def _changed(what: str) -> NoReturn:
    message = f"the answer is not of the documented shape: {what}"
    raise SourceChanged(message)
