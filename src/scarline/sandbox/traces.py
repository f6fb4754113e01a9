"""The plan of the agents' traces: which begin in a minute, what happens in them, when it is seen.

Everything is a function of the seed, the number of spans a day and the minute, so any window can
be made alone. Traces are numbered through all time, and the number decides what is planted:

    every 12th trace      fails, by the mishaps in turn
    every 48th            has a malformed span, by the kinds in turn; it never fails
    every 17th            has one span that comes twice: the copy has a later time of arrival
    every 29th            tells every other span only minutes later
    every 83rd            is seen only hours later

An ordinary span is seen within half a minute of its end.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from scarline.sandbox.agents import AGENTS, Agent
from scarline.sandbox.draw import Draw
from scarline.sandbox.malformed import MALFORMED
from scarline.sandbox.mishaps import MISHAPS, Mishap, Plot, plot

MINUTE = 60
SECOND_NS = 1_000_000_000
LATEST_MINUTES = 3
"""A trace's rows all arrive before so many minutes have passed since the minute it began in."""

_MILLISECOND_NS = 1_000_000
_DAY_MINUTES = 1440
_SWING = 0.6
_FAILS, _MALFORMED, _TWICE, _MINUTES_LATE, _HOURS_LATE = 12, 48, 17, 29, 83
_CROWD = tuple(agent for agent in AGENTS.values() for _ in range(agent.share))
_LASTS_MS = {
    "llm": (600, 4500),
    "tool": (80, 900),
    "retrieval": (60, 400),
    "embedding": (30, 150),
    "task": (5, 60),
}


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """One trace: `number` counts through all time, `id` is the low 64 bits of its id.

    The high half of `id` is the second in which it began. `starts` (epoch) and `lasts` are in
    nanoseconds, one for each step of the plot. `seen` is the time, in epoch seconds, at which
    each span can be found. `malformed` is the kind of malformed span and its place, or None.
    """

    seed: int
    number: int
    id: int
    agent: Agent
    mishap: Mishap | None
    plot: Plot
    starts: tuple[int, ...]
    lasts: tuple[int, ...]
    seen: tuple[float, ...]
    malformed: tuple[str, int] | None

    @property
    def trace_id(self) -> str:
        """Its id as the agent's library writes it: hexadecimal, or decimal."""
        return str(self.id) if self.agent.decimal else self.hex_id

    @property
    def hex_id(self) -> str:
        """Its id of 128 bits, in hexadecimal."""
        return f"{self.id >> 32:08x}{self.id:024x}"

    def span_id(self, place: int) -> int:
        """Give the id of a step."""
        return (self.id * 0x9E3779B97F4A7C15 + (place + 1) * 0xD1B54A32D192ED03) % 2**63


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A span as it arrived: `at` is its time for search (epoch nanoseconds), `order` breaks ties.

    Copies of a span have another `at`, and are the same otherwise.
    """

    at: int
    order: int
    trace: Trace
    place: int

    @property
    def seen(self) -> float:
        """The epoch second from which on it can be found."""
        return self.trace.seen[self.place]


@lru_cache(maxsize=256)
def rows(seed: int, spans_a_day: int, minute: int) -> tuple[Row, ...]:
    """Give all that arrives in a minute (counted from the epoch), by time."""
    first, last = minute * MINUTE * SECOND_NS, (minute + 1) * MINUTE * SECOND_NS
    begun = range(minute - LATEST_MINUTES + 1, minute + 1)
    found = [
        row
        for one in begun
        for trace in traces(seed, spans_a_day, one)
        for row in _arrivals(trace)
        if first <= row.at < last
    ]
    return tuple(sorted(found, key=lambda row: (row.at, row.order)))


def _arrivals(trace: Trace) -> Iterator[Row]:
    tie = trace.number * 128
    for place, start in enumerate(trace.starts):
        yield Row(start, tie + 2 * place, trace, place)
    if trace.number % _TWICE == 3:
        place = trace.number // _TWICE % len(trace.starts)
        later = (1 + trace.number % 50) * SECOND_NS
        yield Row(trace.starts[place] + later, tie + 2 * place + 1, trace, place)


@lru_cache(maxsize=256)
def traces(seed: int, spans_a_day: int, minute: int) -> tuple[Trace, ...]:
    """Give the traces that begin in a minute, counted from the epoch."""
    numbers = range(_count(spans_a_day, minute), _count(spans_a_day, minute + 1))
    return tuple(_trace(seed, number, minute) for number in numbers)


def _count(spans_a_day: int, minute: int) -> int:
    """Count the traces that began before a minute: steady over days, most at two in the day."""
    a_minute = spans_a_day / _DAY_MINUTES / _mean_spans()
    turn = 2 * math.pi / _DAY_MINUTES
    wave = _SWING / turn * math.sin(turn * (minute - 120))
    return math.floor(a_minute * (minute - wave))


@cache
def _mean_spans() -> float:
    """Count the spans of a trace, on average, copies included."""
    usual = sum(len(agent.steps) for agent in _CROWD) / len(_CROWD)
    failing = sum(len(plot(one.ml_app, one).steps) for one in MISHAPS) / len(MISHAPS)
    return usual * (1 - 1 / _FAILS) + failing / _FAILS + 1 / _TWICE


_plot = cache(plot)


def _trace(seed: int, number: int, minute: int) -> Trace:
    draw = Draw("trace", seed, number)
    mishap = MISHAPS[number // _FAILS % len(MISHAPS)] if number % _FAILS == 5 else None
    agent = AGENTS[mishap.ml_app] if mishap else draw.pick(_CROWD)
    laid = _plot(agent.ml_app, mishap)
    begun = (minute * MINUTE * 1000 + draw.below(MINUTE * 1000)) * _MILLISECOND_NS
    starts, lasts = _times(draw, laid, begun, mishap.seconds if mishap else 0)
    malformed = None
    if number % _MALFORMED == 13:
        kind = MALFORMED[number // _MALFORMED % len(MALFORMED)]
        malformed = (kind, draw.below(len(starts)))
    return Trace(
        seed,
        number,
        (begun // SECOND_NS << 32) | draw.below(2**32),
        agent,
        mishap,
        laid,
        starts,
        lasts,
        _seen(draw, number, starts, lasts),
        malformed,
    )


def _times(
    draw: Draw, laid: Plot, begun: int, slow: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Run the steps one after another; whatever has children lasts as long as they do."""
    clock = begun
    starts, ends = [], []
    for place, step in enumerate(laid.steps):
        starts.append(clock)
        clock += draw.between(1_000_000, 3_000_000)
        if step.kind in _LASTS_MS:
            lasts = draw.between(*_LASTS_MS[step.kind]) * _MILLISECOND_NS
            clock += slow * SECOND_NS if slow and place == laid.hit else lasts
        ends.append(clock)
    for place in range(len(ends) - 1, 0, -1):
        parent = laid.steps[place].parent
        ends[parent] = max(ends[parent], ends[place] + 400_000)
    return tuple(starts), tuple(end - start for start, end in zip(starts, ends, strict=True))


def _seen(
    draw: Draw, number: int, starts: tuple[int, ...], lasts: tuple[int, ...]
) -> tuple[float, ...]:
    """Say when each span can be found: soon after it ended, or late."""
    whole = draw.between(3600, 4 * 3600) if number % _HOURS_LATE == 50 else 0
    odd = draw.between(180, 720) if number % _MINUTES_LATE == 7 else 0
    return tuple(
        (start + last) / SECOND_NS + draw.between(5, 30) + whole + odd * (place % 2)
        for place, (start, last) in enumerate(zip(starts, lasts, strict=True))
    )
