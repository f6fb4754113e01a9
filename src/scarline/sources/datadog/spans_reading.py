"""One window of one search: its pages, one after the other, until it ends or cannot go on."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import structlog

from scarline.errors import SourceChanged, SourceError
from scarline.sources.datadog.api import Api, Request
from scarline.sources.datadog.meter import Meter
from scarline.sources.datadog.spans_config import Spans
from scarline.sources.datadog.spans_judging import Failing, Judged, Judging, Part, Read
from scarline.sources.datadog.spans_pages import Page, read_page
from scarline.sources.datadog.spans_searches import asks_page, most
from scarline.sources.datadog.windows import Span as Stretch

log = structlog.get_logger(__name__)

T = TypeVar("T")

EMPTY = 5
"""So many empty pages of one window, each with a way on, lead nowhere."""


@dataclass
class Asker:
    """Sends the requests of a pull at the pace that is set for it, retries included."""

    api: Api
    config: Spans
    meter: Meter
    _turn: float = 0.0

    async def fetch(self, request: Request, read: Callable[[bytes], T], meter: Meter) -> T:
        """Return what ``read`` makes of the answer; raises as ``Api.fetch`` does."""
        nature, before = self.api.nature, self.meter.usage.requests
        await nature.wait(self._turn - nature.now(), meter)
        turn = max(self._turn, nature.now())
        try:
            return await self.api.fetch(request, read, meter)
        finally:
            sent = self.meter.usage.requests - before
            self._turn = turn + sent * 60 / self.config.requests_per_minute


@dataclass
class Reading:
    """One window being read.

    Once it has been read, ``error`` says why it broke off, ``full`` that it has more pages than
    a window may have, or that nobody knows whether it has. ``spans`` counts those in the window,
    ``reached`` is how far into it, in seconds, the last of them began.
    """

    asker: Asker
    judging: Judging
    part: Part
    window: Stretch
    meter: Meter
    error: SourceError | None = None
    full: bool = False
    spans: int = 0
    reached: float = 0.0
    _pages: int = 0
    _empty: int = 0
    _after: set[str] = field(default_factory=set)
    _prints: set[int] = field(default_factory=set)

    async def failing(self, stretch: Stretch) -> AsyncGenerator[list[Failing], None]:
        """Yield the failing spans of ``stretch``, page by page.

        A page is judged once the one after it was read: what a span's children say then counts,
        wherever the page ends.
        """
        waiting: list[Judged] = []
        after: str | None = None
        while self.error is None and not self.full:
            try:
                page = await self._page(stretch, after)
            except SourceError as error:
                self.error = error
                break
            came = await asyncio.to_thread(self.judging.read, page.data, self.part)
            yield await asyncio.to_thread(self.judging.judged, waiting)
            waiting = came.fresh
            self._noted(came)
            self.error = self._astray(page, came, after)
            after = page.after
            if after is None or (self.part.search.by == "apm" and not page.data):
                self._stopped(page)
                break
            self.full = self._crowded() and self._divisible()
        yield await asyncio.to_thread(self.judging.judged, waiting)

    async def _page(self, stretch: Stretch, after: str | None) -> Page:
        limit = self.asker.config.page_size
        request = asks_page(self.part.search, stretch, limit, after)
        page = await self.asker.fetch(request, read_page, self.meter)
        self._pages += 1
        log.info(
            "page read",
            search=self.part.search.key,
            window=str(stretch.window),
            page=self._pages,
            spans=len(page.data),
            last=page.after is None,
        )
        return page

    def _astray(self, page: Page, came: Read, after: str | None) -> SourceChanged | None:
        """Return what is wrong with a page that leads back, or nowhere."""
        if after is not None:
            self._after.add(after)
        if page.after in self._after:
            return _changed("the cursor of a page led back to one that came before")
        if not page.data:
            self._empty += 1
            return _changed(f"{EMPTY} pages were empty") if self._empty == EMPTY else None
        if came.mark in self._prints:
            return _changed("a page came twice, under another cursor")
        self._prints.add(came.mark)
        return None

    def _noted(self, came: Read) -> None:
        self.spans += came.inside
        if came.reached is not None:
            self.reached = max(self.reached, came.reached - self.window.start)

    def _stopped(self, page: Page) -> None:
        """Doubt a page that is full and names no next one: shorter windows show what there is."""
        if len(page.data) < most(self.part.search, self.asker.config.page_size):
            return
        if self._divisible():
            self.full = True
        elif self.error is None:
            self.error = _changed("a page is full and names no next one")

    def _crowded(self) -> bool:
        """Return whether there are too many pages, and so many to come that the rest may wait.

        To read a window again costs requests too: one that will soon be at its end is read.
        """
        length, most_pages = self.window.end - self.window.start, self.asker.config.pages_per_window
        return self._pages >= most_pages and self._pages * length > 2 * most_pages * self.reached

    def _divisible(self) -> bool:
        """Return whether the window can be cut, and has what would be parted."""
        return self.spans > 0 and self.window.end - self.window.start > 1


def _changed(what: str) -> SourceChanged:
    return SourceChanged(f"the pages lead nowhere: {what}")
