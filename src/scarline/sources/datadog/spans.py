"""The stream ``failures``: spans of LLM applications, window by window; those that failed."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime

import pyarrow as pa
import structlog

from scarline.errors import SourceError
from scarline.kinds import LLM_FAILURE
from scarline.model import Batch, Usage, empty
from scarline.ports import Ask, Progress
from scarline.sources.datadog import bookmark
from scarline.sources.datadog.api import Api
from scarline.sources.datadog.config import Config
from scarline.sources.datadog.meter import CapReached, Meter
from scarline.sources.datadog.refusals import (
    FORBIDDEN,
    NOT_FOUND,
    UNAUTHORISED,
    Complaint,
    NoSpans,
    Refused,
)
from scarline.sources.datadog.spans_account import Account
from scarline.sources.datadog.spans_config import Spans
from scarline.sources.datadog.spans_judging import Failing, Judging, Part
from scarline.sources.datadog.spans_lanes import Lane, joined
from scarline.sources.datadog.spans_reading import Asker, Reading
from scarline.sources.datadog.spans_rest import completed
from scarline.sources.datadog.spans_rows import recording, rows
from scarline.sources.datadog.spans_searches import PERMISSIONS
from scarline.sources.datadog.spans_start import begun, cap, edge
from scarline.sources.datadog.windows import Span as Stretch

log = structlog.get_logger(__name__)

BATCH_ROWS = 40
"""So many failures are yielded before their window ends. A payload has up to 200 kB, and redaction
takes many times that, so that larger batches show in the memory of the whole run."""

SILENT_WINDOWS = 2
"""So many windows in a row without an answer end the asking."""

DIVIDED_SECONDS = 300
"""A longer window that Datadog could not finish in time is asked for in two halves."""

KEPT_SECONDS = 15 * 86_400
"""How long APM keeps indexed spans (docs.datadoghq.com, "Trace Retention"), and LLM Observability
too as far as is known, unless more was bought."""

TOO_OLD = "nothing came, and it lies before the 15 days that Datadog keeps spans, as a rule"
STANDS_IN = "the search of APM stands in; set the api of spans to apm to ask only that"


class Pull:
    """One pull of the stream, from its first request to the account of what is missing."""

    def __init__(self, api: Api, config: Config, own: Spans, ask: Ask) -> None:
        start = begun(api, config, own, ask, own.api)
        self._api, self._config, self._own, self._ask = api, config, own, ask
        self._bookmark, self._lanes, self._trigger = start.bookmark, start.lanes, start.trigger
        most, self._capped = cap(config, own, ask)
        self._meter = Meter(most, self._tell)
        self._asker = Asker(api, own, self._meter)
        self._judging = Judging(own)
        self._stop: str | None = None
        self._silent = self._done = 0

    async def batches(self) -> AsyncGenerator[Batch, None]:
        """Yield failures, oldest windows first; the cursor goes on only after whole windows."""
        log.info(
            "pull of failures",
            trigger=self._trigger,
            searches=[lane.search.key for lane in self._lanes],
            windows=[str(lane.rest().window) for lane in self._lanes],
        )
        while self._stop is None and (lane := self._next()) is not None:
            async for batch in self._window(lane):
                yield batch
        log.info("pull of failures ended", requests=self._meter.usage.requests, stopped=self._stop)
        account = Account()
        for lane in self._lanes:
            account.miss(lane.search.key, lane.rest(), self._stop or "")
        if account.asked:
            yield account.batch(empty(LLM_FAILURE), bookmark.closed(self._bookmark), Usage())

    def _next(self) -> Lane | None:
        """Return the lane that is farthest behind."""
        going = [lane for lane in self._lanes if lane.at < lane.end]
        return min(going, key=lambda lane: lane.at, default=None)

    async def _window(self, lane: Lane) -> AsyncGenerator[Batch, None]:
        """Read one window; its batches lead back to before it, but for the last one."""
        window, before = lane.window(), bookmark.closed(self._bookmark)
        account, meter = Account(), self._meter.part()
        part = Part(lane.search, window.start, lane.known_until)
        reading = Reading(self._asker, self._judging, part, window, meter)
        stretch = Stretch(window.start - lane.lead, window.end)
        waiting: list[Failing] = []
        async with aclosing(reading.failing(stretch)) as pages:
            async for failing in pages:
                waiting += failing
                while len(waiting) > BATCH_ROWS:
                    made = await self._rows(waiting[:BATCH_ROWS], reading, account)
                    yield Batch(LLM_FAILURE, made, before)
                    del waiting[:BATCH_ROWS]
        made = await self._rows(waiting, reading, account)
        account.kept_out += self._judging.told()
        if reading.error is None:
            self._ended(lane, reading, account)
        else:
            self._broke_off(lane, reading, reading.error, account)
        self._done += 1
        self._tell()
        yield account.batch(made, bookmark.closed(self._bookmark), meter.usage)

    async def _rows(
        self, failing: list[Failing], reading: Reading, account: Account
    ) -> pa.RecordBatch:
        own, by, paths = self._own, reading.part.search.by, self._judging.paths
        if own.complete:
            failing, lacking = await completed(failing, by, self._asker, reading.meter, paths)
            for reason, traces in lacking.items():
                account.lack(f"rest of failing traces ({traces})", reading.window, reason)
        at = datetime.fromtimestamp(self._api.now(), UTC)
        return await asyncio.to_thread(
            rows, failing, paths, recording(self._config.url, by, own, at)
        )

    def _ended(self, lane: Lane, reading: Reading, account: Account) -> None:
        """Go on after a window that was read to its end; one that was too full is cut."""
        self._silent = lane.lead = 0
        if reading.full:
            lane.cut(reading.window, reading.reached)
            return
        key, window = lane.search.key, reading.window
        account.have(key, window)
        if not reading.spans and window.end < edge(self._api, self._own) - KEPT_SECONDS:
            account.lack(key, window, TOO_OLD)
        lane.passed(window, reading.spans, self._own)
        self._answered(lane, window)

    def _answered(self, lane: Lane, window: Stretch) -> None:
        key, named = lane.search.key, self._ask.window is not None
        self._bookmark = bookmark.seen(self._bookmark, key, lane.rate or 0, None)
        self._bookmark = bookmark.answered(self._bookmark, key, window, named=named)

    def _broke_off(
        self, lane: Lane, reading: Reading, error: SourceError, account: Account
    ) -> None:
        """Tell what is missing, and find out whether there is any use in asking on."""
        key, window = lane.search.key, reading.window
        if isinstance(error, CapReached):
            self._stop = self._capped
        elif isinstance(error, NoSpans) and not lane.rate and not reading.spans:
            log.warning("Datadog has no span of this organisation", search=key, said=str(error))
            account.have(f"{key}: the organisation has never sent any", lane.rest())
            self._answered(lane, lane.rest())
            lane.at = lane.end
        elif isinstance(error, Refused):
            self._refused(lane, error, account)
        elif isinstance(error, Complaint) and window.end - window.start > DIVIDED_SECONDS:
            lane.cut(window, window.end - window.start)
        else:
            account.miss(key, window, str(error))
            lane.at, lane.lead = window.end, 0
            self._silent += 1
            if self._silent >= SILENT_WINDOWS:
                self._stop = (
                    f"not asked for, since Datadog did not answer {SILENT_WINDOWS} times in a "
                    f"row (last: {error}): pull again later to go on from here"
                )

    def _refused(self, lane: Lane, error: Refused, account: Account) -> None:
        """Leave a search that is refused; where it is the endpoint, APM's stands in."""
        by = lane.search.by
        why = str(error)
        if error.status == FORBIDDEN:
            why = (
                f"{error.said}; the application key lacks the permission {PERMISSIONS[by]}, or "
                "the keys were revoked or belong to another site: `scarline doctor` says which"
            )
        if error.status == UNAUTHORISED:
            self._stop = f"{why}; nothing more was asked"
            return
        elsewhere = error.status in (FORBIDDEN, NOT_FOUND)
        leaving = [it for it in self._lanes if it.search.by == by] if elsewhere else [lane]
        stands_in = elsewhere and by == "llm"
        for it in leaving:
            account.miss(it.search.key, it.rest(), f"{why}; {STANDS_IN}" if stands_in else why)
            it.at = it.end
        if stands_in:
            log.warning("LLM spans are refused, the search of APM stands in", reason=why)
            more = begun(self._api, self._config, self._own, self._ask, "apm")
            self._bookmark = joined(self._bookmark, more.bookmark, more.lanes)
            self._lanes += more.lanes

    def _tell(self, waiting_seconds: float = 0.0) -> None:
        ahead = sum(-(-(lane.end - lane.at) // lane.width) for lane in self._lanes)
        self._ask.notify(
            Progress(
                done=self._done,
                total=self._done + ahead,
                usage=self._meter.usage,
                left=self._api.governor.left(),
                waiting_seconds=waiting_seconds,
            )
        )
