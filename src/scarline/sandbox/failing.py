"""The truth about failures: which spans fail, and how, read from the plan and not from answers."""

from collections.abc import Iterator
from dataclasses import dataclass

from scarline.sandbox.mishaps import UNSEEN_BY_APM
from scarline.sandbox.traces import MINUTE, SECOND_NS, Trace, traces
from scarline.sandbox.words import person_of


@dataclass(frozen=True, slots=True)
class Failing:
    """A span that fails.

    trace_id, span_id: as LLM Observability writes them. APM writes both in decimal: `apm_trace_id`
    is that of the trace, span ids are the same.
    types: the sorts of failure that it is (see `mishaps.py`); mishap: the name of what was planted.
    start, seen: epoch seconds of its start, and from when on it can be found.
    certain: False for the calls of a loop: a rule may speak of any of them, but must of one.
    secrets: data of the trace's person that has a form of its own: no store may hold any of it.
    name: of the person whose trace it is.
    """

    trace_id: str
    span_id: str
    apm_trace_id: str
    types: tuple[str, ...]
    mishap: str
    ml_app: str
    start: float
    seen: float
    certain: bool
    secrets: tuple[str, ...]
    name: str

    @property
    def apm_types(self) -> tuple[str, ...]:
        """The sorts of failure that APM can tell; none where only an evaluation or cost says it."""
        return tuple(one for one in self.types if one not in UNSEEN_BY_APM)


def between(
    seed: int, spans_a_day: int, window: tuple[float, float], now: float | None = None
) -> Iterator[Failing]:
    """Give the failing spans that start in a window (epoch seconds), by time.

    With `now`, only those that can be found by then.
    """
    start, end = window
    # A trace's spans start within a minute or so of it; those of the minute before reach in.
    minutes = range(int(start // MINUTE) - 1, int(-(-end // MINUTE)))
    found = (
        span
        for minute in minutes
        for trace in traces(seed, spans_a_day, minute)
        if trace.mishap is not None
        for span in _of(trace, trace.mishap.name)
        if start <= span.start < end and (now is None or span.seen <= now)
    )
    yield from sorted(found, key=lambda span: (span.start, span.span_id))


def _of(trace: Trace, mishap: str) -> Iterator[Failing]:
    own = person_of(trace)
    again = dict.fromkeys(trace.plot.again, trace.plot.fails[trace.plot.hit])
    for place, types in sorted({**again, **trace.plot.fails}.items()):
        yield Failing(
            trace.trace_id,
            str(trace.span_id(place)),
            str(trace.id),
            types,
            mishap,
            trace.agent.ml_app,
            trace.starts[place] / SECOND_NS,
            trace.seen[place],
            "tool_loop" not in types,
            own.secrets(),
            own.name,
        )
