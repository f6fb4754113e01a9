"""The stream ``metrics``: windows of each query, several on their way, told of in order."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from scarline.kinds import METRIC_POINT
from scarline.model import Batch, empty, stamp
from scarline.ports import Ask, Progress
from scarline.sources.datadog import bookmark
from scarline.sources.datadog.api import Api
from scarline.sources.datadog.asking import OF_THE_QUERY, Answer, Asking
from scarline.sources.datadog.config import Config
from scarline.sources.datadog.lanes import Lane, outset
from scarline.sources.datadog.meter import CapReached, Meter
from scarline.sources.datadog.queries import Query, Question
from scarline.sources.datadog.telling import Account, batches, begins
from scarline.sources.datadog.unknown import unknown
from scarline.sources.datadog.windows import Span, floor

SILENT_WINDOWS = 2
"""So many windows in a row without any answer end the asking."""

KNOWN_SECONDS = 30 * 86_400
"""A metric that was reported within this time exists, though it may be silent now."""

RETENTION_SECONDS = 456 * 86_400
"""Fifteen months: how long Datadog keeps metrics on its standard plan."""


@dataclass(frozen=True, slots=True)
class Flight:
    """A question on its way."""

    question: Question
    lane: Lane
    meter: Meter
    answer: "asyncio.Task[Answer]"


class Pull:
    """One pull of the stream, from its first request to the account of what is missing."""

    def __init__(self, api: Api, config: Config, ask: Ask) -> None:
        begun = outset(ask, config, edge(api, config))
        self._api, self._config, self._ask = api, config, ask
        self._bookmark, self._lanes, self._named = begun.bookmark, begun.lanes, begun.named
        self._shown = begun.shown
        self._series: dict[Query, int] = {}
        self._held: set[Query] = set()
        self._asking = Asking(api, config.api, settled=begun.settled)
        self._meter = Meter(config.requests_per_run, self._tell)
        self._flights: deque[Flight] = deque()
        self._done = self._silent = 0
        self._stop: str | None = None

    async def batches(self) -> AsyncGenerator[Batch, None]:
        """Yield what comes, in the order in which it was asked for; then what is missing."""
        try:
            while self._send():
                flight = self._flights[0]
                answer = await flight.answer
                self._flights.popleft()
                for batch in self._landed(flight, answer):
                    yield batch
            async for batch in self._end():
                yield batch
        finally:
            for flight in self._flights:
                flight.answer.cancel()
            await asyncio.gather(*(it.answer for it in self._flights), return_exceptions=True)

    def _send(self) -> bool:
        """Send what may be on its way at once; return whether anything is."""
        while len(self._flights) < self._config.concurrency and (lane := self._next()):
            question = Question(tuple(lane.queries), self._window(lane))
            lane.at, lane.feeling = question.span.end, not lane.known(self._shown)
            meter = self._meter.part()
            answer = asyncio.create_task(self._asking.ask(question, meter))
            self._flights.append(Flight(question, lane, meter, answer))
        return bool(self._flights)

    def _next(self) -> Lane | None:
        """Return the lane that is farthest behind, of those that may go on."""
        if self._stop or self._asking.dead:
            return None
        ready = [it for it in self._lanes if it.queries and not it.feeling]
        ready = [it for it in ready if it.at < self._window(it).end]
        return min(ready, key=lambda lane: lane.at, default=None)

    def _window(self, lane: Lane) -> Span:
        width = lane.width(self._shown, self._config.max_points_per_answer)
        span = Span(lane.at, min(lane.at + width, lane.end))
        return span.until(edge(self._api, self._config))

    def _landed(self, flight: Flight, answer: Answer) -> Iterator[Batch]:
        flight.lane.feeling = False
        before = bookmark.closed(self._bookmark)
        # The first answer may show that our clock is ahead: then the newest buckets still fill.
        span = flight.question.span.until(edge(self._api, self._config))
        account = Account(usage=flight.meter.usage)
        for query in flight.question.queries:
            if query.key in answer.errors:
                self._missed(flight, query, answer, account)
            else:
                self._answered(query, span, answer, account)
        for reading in answer.readings:
            account.kept_out.update(reading.kept_out)
        self._judge(answer)
        self._done += 1
        self._tell()
        cursors = (before, bookmark.closed(self._bookmark))
        yield from batches(answer, span.end, account, cursors)

    def _answered(self, query: Query, span: Span, answer: Answer, account: Account) -> None:
        found = [it.found[query.key] for it in answer.readings if query.key in it.found]
        series = max([it.series for it in found] + [self._series.get(query, 0)])
        self._series[query] = self._shown[query.key] = series
        account.have(query, span)
        self._forgotten(query, span, answer, account)
        settled = self._asking.settled.get(query.key)
        self._bookmark = bookmark.seen(self._bookmark, query.key, series, settled)
        if query not in self._held:
            self._bookmark = bookmark.answered(self._bookmark, query.key, span, named=self._named)

    def _forgotten(self, query: Query, span: Span, answer: Answer, account: Account) -> None:
        """Tell of what is too old to be had; the cursor passes it, for it will never come."""
        kept_from = edge(self._api, self._config) - RETENTION_SECONDS
        if span.start < kept_from:
            first = begins(answer, query)
            lost = span.until(kept_from if first is None else min(first, kept_from))
            reason = "nothing came, and it lies before the 15 months that Datadog keeps"
            account.lack(query, lost, reason)

    def _missed(self, flight: Flight, query: Query, answer: Answer, account: Account) -> None:
        """Tell of a missing window; if the query itself is at fault, of all after it too."""
        error, span, lane = answer.errors[query.key], flight.question.span, flight.lane
        self._held.add(query)
        if isinstance(error, OF_THE_QUERY) and query in lane.queries:
            lane.queries.remove(query)
            if lane.at == span.end:
                span = Span(span.start, lane.end)
            else:
                account.miss(query, lane.rest(), str(error))
        account.miss(query, span, str(error))

    def _judge(self, answer: Answer) -> None:
        """Find out whether there is any use in asking on."""
        errors = list(answer.errors.values())
        passing = bool(errors) and not any(isinstance(it, OF_THE_QUERY) for it in errors)
        self._silent = self._silent + 1 if passing and not answer.readings else 0
        capped = next((str(it) for it in errors if isinstance(it, CapReached)), None)
        if self._silent >= SILENT_WINDOWS and not self._stop:
            self._stop = (
                f"not asked for, since Datadog did not answer {SILENT_WINDOWS} times in a row "
                f"(last: {errors[-1]}): pull again later to go on from here"
            )
        self._stop = capped or self._stop

    async def _end(self) -> AsyncGenerator[Batch, None]:
        account = Account()
        meter = self._meter.part()
        reason = str(self._asking.dead or self._stop or "")
        if reason:
            for lane in self._lanes:
                for query in lane.queries:
                    account.miss(query, lane.rest(), reason)
        else:
            await self._name_unknown(account, meter)
        account.usage = meter.usage
        if account.asked or account.usage.requests:
            yield account.batch(empty(METRIC_POINT), bookmark.closed(self._bookmark))

    async def _name_unknown(self, account: Account, meter: Meter) -> None:
        """Tell of queries that showed nothing because there is no such metric."""
        silent = {
            query: Span(lane.start, lane.at)
            for lane in self._lanes
            for query in lane.queries
            if self._series.get(query) == 0
        }
        if not silent:
            return
        month_ago = edge(self._api, self._config) - KNOWN_SECONDS
        since = min([month_ago, *(span.start for span in silent.values())])
        names = await unknown(self._api, [query.metric for query in silent], since, meter)
        reason = (
            "Datadog knows no metric of that name, for none was reported since "
            f"{stamp(datetime.fromtimestamp(since, UTC))}: check how it is spelt"
        )
        for query, span in silent.items():
            if query.metric in names:
                account.miss(query, span, reason)

    def _tell(self, waiting_seconds: float = 0.0) -> None:
        points = self._config.max_points_per_answer
        ahead = sum(
            -(-(lane.end - lane.at) // lane.width(self._shown, points))
            for lane in self._lanes
            if lane.queries
        )
        self._ask.notify(
            Progress(
                done=self._done,
                total=self._done + len(self._flights) + ahead,
                usage=self._meter.usage,
                left=self._api.governor.left(),
                waiting_seconds=waiting_seconds,
            )
        )


def edge(api: Api, config: Config) -> int:
    """Return where the buckets end that are complete by Datadog's clock."""
    return floor(api.now() - config.hold_back_seconds, config.interval_seconds)
