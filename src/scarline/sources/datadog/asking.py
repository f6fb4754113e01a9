"""How one question is put: by v2 or v1, in one request or several, and once again if need be."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc
import structlog

from scarline.errors import SourceChanged, SourceError, SourceRefused
from scarline.sources.datadog.answers import read_v1, read_v2
from scarline.sources.datadog.api import Api, Request
from scarline.sources.datadog.meter import Meter
from scarline.sources.datadog.points import Reading
from scarline.sources.datadog.queries import Query, Question, by_v1, by_v2
from scarline.sources.datadog.refusals import (
    FORBIDDEN,
    NOT_FOUND,
    UNAUTHORISED,
    Complaint,
    Refused,
)
from scarline.sources.datadog.windows import halves

log = structlog.get_logger(__name__)

VALIDATE = Request("GET", "/api/v1/validate")

OF_THE_QUERY = (SourceRefused, Complaint, SourceChanged)
"""Errors that would come again for the same query; all others are of the moment."""


class Dead(SourceRefused):
    """The keys are no longer accepted: there is no use in asking for anything."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question: readings, and by key of the query why there is none."""

    readings: tuple[Reading, ...] = ()
    errors: Mapping[str, SourceError] = field(default_factory=dict)


@dataclass
class Asking:
    """Puts questions, and remembers for the length of a pull which way works.

    ``dead`` is set once the keys are no longer accepted. ``settled`` holds by key of a query
    the interval that Datadog was found to answer with.
    """

    api: Api
    by: str
    dead: Dead | None = None
    settled: dict[str, int] = field(default_factory=dict)
    _v1_refused: bool = False
    _valid: bool = False
    _validating: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def ask(self, question: Question, meter: Meter) -> Answer:
        """Return what Datadog says to ``question``; what it would not say is in ``errors``."""
        if self.dead:
            return _unanswered(question, self.dead)
        if self.by == "v1" and len(question.queries) > 1:
            return await self._singly(question, meter)
        try:
            reading = await self.put(question, self.by, meter)
        except Refused as error:
            return await self._refused(question, error, meter)
        except SourceError as error:
            if isinstance(error, OF_THE_QUERY) and len(question.queries) > 1:
                return await self._singly(question, meter)
            return _unanswered(question, error)
        return await self._refined(question, reading, meter)

    async def put(self, question: Question, by: str, meter: Meter) -> Reading:
        """Put ``question`` one way, without a second thought; raises ``SourceError``."""
        if by == "v1":
            request = by_v1(question)
            return await self.api.fetch(request, lambda body: read_v1(body, question), meter)
        settled = dict(self.settled)
        request = by_v2(question)
        return await self.api.fetch(request, lambda body: read_v2(body, question, settled), meter)

    async def _singly(self, question: Question, meter: Meter) -> Answer:
        return _together([await self.ask(one, meter) for one in question.singly()])

    async def _refused(self, question: Question, error: Refused, meter: Meter) -> Answer:
        if error.status == UNAUTHORISED:
            return _unanswered(question, self._give_up(error))
        if self.by == "v2" and error.status in (FORBIDDEN, NOT_FOUND):
            log.info("v2 is refused, asking v1 instead", reason=str(error))
            self.by = "v1"
            return await self.ask(question, meter)
        if error.status == FORBIDDEN:
            return _unanswered(question, await self._revoked(meter) or error)
        if len(question.queries) > 1:
            return await self._singly(question, meter)
        return _unanswered(question, error)

    async def _revoked(self, meter: Meter) -> Dead | None:
        """Find out, once, whether it is the API key itself that is refused."""
        async with self._validating:
            if self._valid or self.dead:
                return self.dead
            try:
                await self.api.fetch(VALIDATE, lambda _: None, meter)
            except Refused as error:
                return self._give_up(error)
            except SourceError as error:
                log.info("the key could not be validated", reason=str(error))
            else:
                self._valid = True
            return None

    def _give_up(self, error: Refused) -> Dead:
        self.dead = self.dead or Dead(
            f"{error.said}: the keys are no longer accepted, and nothing more was asked. Set "
            "DD_API_KEY and DD_APP_KEY to valid keys of this site, then pull again: it goes on "
            "from here"
        )
        return self.dead

    async def _refined(self, question: Question, reading: Reading, meter: Meter) -> Answer:
        """Ask again, in halves, for what seems to have come coarser than it was asked for."""
        coarse = [query for query in question.queries if self._is_coarse(query, reading)]
        if not coarse:
            return Answer((reading,))
        rest = _without(reading, coarse)
        again = [
            await self._again(Question((query,), question.span), reading, meter) for query in coarse
        ]
        return _together([Answer((rest,)), *again])

    def _is_coarse(self, query: Query, reading: Reading) -> bool:
        return query.key not in self.settled and reading.found[query.key].interval != query.interval

    async def _again(self, question: Question, before: Reading, meter: Meter) -> Answer:
        """Ask by v1, which states its interval, for each half; settle if it stays the same.

        A metric that is reported every five minutes looks like one that is folded into five
        minutes: only a stated interval tells them apart.
        """
        (query,) = question.queries
        readings = []
        for span in halves(question.span, query.interval):
            try:
                readings.append(await self._second(Question((query,), span), meter))
            except SourceError as error:
                return _unanswered(question, error)
        intervals = {reading.found[query.key].interval for reading in readings}
        points = sum(reading.rows.num_rows for reading in readings)
        if intervals != {query.interval} or points == _count(before, query):
            self.settled[query.key] = max(intervals)
        return Answer(tuple(readings))

    async def _second(self, question: Question, meter: Meter) -> Reading:
        if not self._v1_refused:
            try:
                return await self.put(question, "v1", meter)
            except Refused as error:
                if error.status not in (FORBIDDEN, NOT_FOUND):
                    raise
                self._v1_refused = True
        return await self.put(question, "v2", meter)


def _unanswered(question: Question, error: SourceError) -> Answer:
    return Answer(errors={query.key: error for query in question.queries})


def _together(answers: Iterable[Answer]) -> Answer:
    readings: tuple[Reading, ...] = ()
    errors: dict[str, SourceError] = {}
    for answer in answers:
        readings += answer.readings
        errors |= answer.errors
    return Answer(readings, errors)


def _of(reading: Reading, query: Query) -> pa.Array:
    return pc.equal(reading.rows.column("metric"), query.metric)


def _count(reading: Reading, query: Query) -> int:
    return int(pc.sum(_of(reading, query)).as_py() or 0)


def _without(reading: Reading, queries: Iterable[Query]) -> Reading:
    rows, found = reading.rows, dict(reading.found)
    for query in queries:
        del found[query.key]
        rows = rows.filter(pc.invert(pc.equal(rows.column("metric"), query.metric)))
    return replace(reading, rows=rows, found=found)
