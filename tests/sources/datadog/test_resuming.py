"""The law of the cursor: however a period is cut into pulls, and whatever fails, it is whole."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from scarline.model import Cursor, Window
from scarline.ports import Ask
from scarline.sources.datadog.windows import Span
from scarline.stores.memory import MemoryStore
from tests.sources.datadog.pretend import (
    NOON,
    PAGE,
    UNFINISHED,
    Pretend,
    Received,
    Reply,
    refusal,
    reply,
    source,
    value,
)

METRICS = {"system.cpu.idle": ("a", "b"), "system.load.1": ("a",)}
SETTINGS = {
    "metrics": tuple(METRICS),
    "max_points_per_answer": 1_000,  # windows of ten minutes
    "first_pull_seconds": 1_200,
    "look_back_seconds": 120,
    "attempts": 1,
}

FAILURES: dict[str, Reply | None] = {
    "none": None,
    "down": refusal(503),
    "page": PAGE,
    "refused": refusal(403),
    "bad query": refusal(400),
    "complaint": reply({"errors": ["timed out"]}),
    "throttled": refusal(429, Retry_After="1"),
}


@dataclass(frozen=True)
class Step:
    """One pull: so many minutes later, perhaps of a window (minutes ago, length).

    ``fails`` says of each request in turn how it fails, ``about`` which metric it must be
    about; after ``stops`` batches the process is killed.
    """

    minutes: int
    window: tuple[int, int] | None
    fails: list[str]
    about: str
    stops: int


STEPS = st.lists(
    st.builds(
        Step,
        minutes=st.integers(0, 45),
        window=st.none() | st.tuples(st.integers(1, 90), st.integers(1, 90)),
        fails=st.lists(st.sampled_from(list(FAILURES)), max_size=6),
        about=st.sampled_from(["", "cpu", "load"]),
        stops=st.sampled_from([0, 1, 2, 3, 99, 99, 99]),
    ),
    max_size=7,
)


@dataclass
class History:
    """A store of sorts, and the cursor of its last batch."""

    pretend: Pretend = field(default_factory=lambda: Pretend(metrics=METRICS, unfinished=120))
    notes: MemoryStore = field(default_factory=MemoryStore)
    rows: dict[tuple[str, str, int], float] = field(default_factory=dict)
    cursor: Cursor | None = None
    began: int | None = None

    async def pull(self, step: Step) -> int:
        """Do one step; return how much is missing."""
        self.pretend.time.now += 60 * step.minutes
        self.pretend.troubles = [Failing(step)]
        ask = Ask("metrics", self._window(step), self.cursor)
        gone, before = 0, len(self.pretend.asked)
        async with (
            source(self.pretend, self.notes, **SETTINGS) as opened,
            aclosing(opened.pull(ask)) as batches,
        ):
            left = step.stops
            async for batch in batches:
                if left == 0:
                    break
                left -= 1
                for row in batch.rows.to_pylist():
                    key = (row["metric"], row["host"], int(row["ts"].timestamp()))
                    self.rows[key] = row["value"]
                self.cursor = batch.cursor
                gone += len(batch.missing)
        if self.began is None and self.cursor is not None:
            self.began = self.pretend.asked[before][2][0]
        return gone

    def _window(self, step: Step) -> Window | None:
        if step.window is None or self.cursor is None:
            return None
        ago, length = step.window
        now = int(self.pretend.time.now) // 60 * 60
        return Span(now - 60 * ago, now - 60 * ago + 60 * length).window


@dataclass
class Failing:
    """Fails the requests about a metric as a step says, each in its turn."""

    step: Step
    serial: int = 0

    def __call__(self, came: Received) -> Reply | None:
        if self.step.about not in str(came.params) + str(came.body):
            return None
        self.serial += 1
        listed = self.step.fails
        return FAILURES[listed[self.serial - 1]] if self.serial <= len(listed) else None


@given(STEPS)
@settings(max_examples=60)
def test_however_it_was_pulled_it_is_whole(steps: list[Step]) -> None:
    """Windows, failures, kills: one more pull in peace, and every point is there, and right."""
    history = History()

    async def play() -> None:
        for step in steps:
            await history.pull(step)
        assert await history.pull(Step(0, None, [], "", 99)) == 0

    asyncio.run(play())
    assert UNFINISHED not in history.rows.values()
    assert all(was == value(*key) for key, was in history.rows.items())
    if history.cursor is None:
        return
    assert history.began is not None
    edge = int(history.pretend.time.now) // 60 * 60 - 120
    whole = {
        (metric, host, at)
        for metric, hosts in METRICS.items()
        for host in hosts
        for at in range(history.began, edge, 60)
    }
    assert whole <= history.rows.keys()


@given(st.integers(1, 200), st.integers(0, 12), st.integers(0, 8))
@settings(max_examples=25)
def test_a_backfill_that_broke_off_goes_on(length: int, stops: int, fails: int) -> None:
    """The same window again asks for what is left, and a little before it."""

    async def play() -> None:
        history = History()
        history.pretend.time.now = NOON
        for step in (
            Step(0, None, [], "", 99),
            Step(0, (length + 2, length), ["none"] * fails + ["down"] * 2, "", stops),
        ):
            await history.pull(step)
        asked = len(history.pretend.asked)
        gone = await history.pull(Step(0, (length + 2, length), [], "", 99))
        again = history.pretend.asked[asked:]
        assert gone == 0
        for metric, hosts in METRICS.items():
            spans = [span for _, query, span in again if metric in query]
            assert spans == sorted(spans)
            for host in hosts:
                for at in range(NOON - 60 * (length + 2), NOON - 120, 60):
                    assert history.rows[metric, host, at] == value(metric, host, at)

    asyncio.run(play())
