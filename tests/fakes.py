"""A source that plays a list, in which a crash is one of the values, and a clock by hand."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from scarline.flows import TOLD
from scarline.flows.normal import normalised
from scarline.flows.whole import whole
from scarline.kinds import INTEGRATION_FLOW, LLM_FAILURE, METRIC_POINT, Kind
from scarline.ledger import Entry
from scarline.model import Asked, Batch, Cursor, Window
from scarline.ports import Ask, Check, Plan, Store, Written

EPOCH = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday, at the start of a partition


class Killed(BaseException):
    """Stands for SIGKILL: after it, nothing the process does reaches the store."""


class Step(Enum):
    """What can happen in the middle of a list of batches."""

    CRASH = auto()


CRASH = Step.CRASH


@dataclass
class Clock:
    """Tells the time that it was set to."""

    at: datetime = EPOCH

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **amount: float) -> None:
        """Turn the clock on."""
        self.at += timedelta(**amount)


@dataclass
class FakeSource:
    """Plays ``steps``; its cursor is the number of the next step, so that it can resume.

    One that is not ``resuming`` plays all of them at every pull.
    """

    steps: Sequence[Batch | Step | Exception]
    resuming: bool = True
    dying: Callable[[], None] = lambda: None
    name: str = "fake"
    kinds: Mapping[str, Kind] = field(default_factory=lambda: {"metrics": METRIC_POINT})

    def streams(self) -> Mapping[str, Kind]:
        return self.kinds

    async def pull(self, ask: Ask) -> AsyncGenerator[Batch, None]:
        first = int(ask.cursor or 0) if self.resuming else 0
        for number, step in list(enumerate(self.steps))[first:]:
            if isinstance(step, Exception):
                raise step
            if step is CRASH:
                self.dying()
                raise Killed
            assert isinstance(step, Batch)
            yield replace(step, cursor=Cursor(str(number + 1)))

    async def plan(self, ask: Ask) -> Plan:
        return Plan([], costs=[ask.stream])

    async def check(self) -> Sequence[Check]:
        return []


class Mortal:
    """A store seen from a process that can be killed: then nothing reaches it any more."""

    def __init__(self, store: Store, dies_at: int | None = None, after: bool = False) -> None:
        self._store, self._left, self._after = store, dies_at, after
        self._dead = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def append(self, entry: Entry) -> None:
        await self._writing(self._store.append, entry)

    async def commit(self, batch: Any, entry: Entry) -> Written:
        written: Written = await self._writing(self._store.commit, batch, entry)
        return written

    async def _writing(self, verb: Any, *what: Any) -> Any:
        if self._dead:
            raise Killed
        if self._left == 0:
            self._dead = True
            if self._after:
                await verb(*what)
            raise Killed
        if self._left is not None:
            self._left -= 1
        return await verb(*what)

    def kill(self) -> None:
        """Let nothing more through."""
        self._dead = True


def points(*rows: tuple[str, str, int, float], unit: str | None = "percent") -> pa.RecordBatch:
    """Return rows of (metric, host, minute after ``EPOCH``, value), in the order of a batch."""
    ordered = sorted(rows)
    return pa.RecordBatch.from_pylist(
        [
            {
                "source": "fake",
                "metric": metric,
                "host": host,
                "tags": "env:prod",
                "interval_seconds": 60,
                "aggregation": "avg",
                "unit": unit,
                "ts": EPOCH + timedelta(minutes=minute),
                "value": value,
            }
            for metric, host, minute, value in ordered
        ],
        schema=METRIC_POINT.schema,
    )


def failures(*rows: Mapping[str, Any]) -> pa.RecordBatch:
    """Return failed spans with these values; what is not said is the same for all, or null."""
    like: dict[str, Any] = {
        "trace_id": "t1",
        "span_id": "s1",
        "fetched_at": EPOCH + timedelta(hours=1),
        "failed_at": EPOCH,
        "service_name": "shop",
        "failure_type": "timeout",
        "severity": "high",
    }
    return pa.RecordBatch.from_pylist([like | dict(row) for row in rows], schema=LLM_FAILURE.schema)


def failed(*rows: Mapping[str, Any], **facts: Any) -> Batch:
    """Return a batch of failed spans that says it asked for them."""
    told = {"asked": (Asked("@ml_app:fake", Window(EPOCH, EPOCH + timedelta(hours=1))),)} | facts
    return Batch(LLM_FAILURE, failures(*rows), Cursor(""), **told)


def loaded(flows: Mapping[tuple[str, str], Mapping[str, Any]], *envs: str) -> Batch:
    """Return flows of the environment prod, by systems; of ``envs`` these are all there are."""
    like = {"env": "prod", "known_by": "declared", "tags": ""}
    rows = [
        like | {"system_from": caller, "system_to": called} | dict(own)
        for (caller, called), own in flows.items()
    ]
    told = normalised(pa.RecordBatch.from_pylist(rows, schema=TOLD), "fake")
    hour = Window(EPOCH, EPOCH + timedelta(hours=1))
    asked = (Asked("flows", hour),)
    return Batch(INTEGRATION_FLOW, whole(told, "fake", envs), Cursor(""), asked)


def flows_of(batch: Batch) -> pa.RecordBatch:
    """Return the flows of a batch, without the rows that only say that these are all."""
    return batch.rows.filter(pc.not_equal(batch.rows.column("system_from").cast(pa.string()), ""))


def batch(*rows: tuple[str, str, int, float], unit: str | None = "percent", **facts: Any) -> Batch:
    """Return a batch of those rows that says it asked for them."""
    minutes = [row[2] for row in rows] or [0]
    window = Window(
        EPOCH + timedelta(minutes=min(minutes)), EPOCH + timedelta(minutes=max(minutes) + 1)
    )
    told = {"asked": (Asked("avg:fake{*}", window),)} | facts
    return Batch(METRIC_POINT, points(*rows, unit=unit), Cursor(""), **told)
