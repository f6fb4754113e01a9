"""What the spans of a trace say of one another: repeated calls, tools that failed.

One pass: each span is fed once, in any order, and may be fed again. Only tools are kept, by
digests; of many traces those that were not fed for longest are forgotten.
"""

from bisect import bisect_left, insort
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any

import orjson

from scarline.failures.answer import tool_failed
from scarline.failures.payload import as_json
from scarline.failures.span import Span

MOST_TRACES = 20_000
"""How many traces with tools are remembered: an hour of a busy application, in some 20 MB."""

MOST_CALLS = 1_000
"""How many calls of one tool with the same arguments are told apart in a trace."""


@dataclass(slots=True)
class TraceFacts:
    """What is known of a trace so far."""

    calls: dict[bytes, list[tuple[datetime, str]]] = field(default_factory=dict)
    made: dict[str, tuple[bytes, datetime]] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)  # spans that called a tool that failed

    def turn(self, span_id: str) -> int:
        """Return which call of its tool with the same arguments a span is, from 1; 0 for none.

        Calls are counted by their start, so that the answer does not depend on the order in
        which they were fed, and stays the same when the tool is called again later.
        """
        if span_id not in self.made:
            return 0
        call, at = self.made[span_id]
        return bisect_left(self.calls[call], (at, span_id)) + 1

    def called_failing_tool(self, span_id: str) -> bool:
        """Return whether a tool that the span called itself has failed."""
        return span_id in self.failed

    def add(self, span: Span) -> None:
        """Take note of a tool's span, once."""
        if span.parent_id is not None and tool_failed(span):
            self.failed.add(span.parent_id)
        call = _call(span)
        turns = self.calls.setdefault(call, [])
        if span.span_id not in self.made and len(turns) < MOST_CALLS:
            self.made[span.span_id] = call, span.started_at
            insort(turns, (span.started_at, span.span_id))


@dataclass(slots=True)
class TraceAccount:
    """The traces of a pull: feed it the spans of a page or a window, then judge them.

    It may be kept over windows. A loop that goes on in the next one is then still seen.
    """

    most_traces: int = MOST_TRACES
    traces: OrderedDict[str, TraceFacts] = field(default_factory=OrderedDict)

    def feed(self, span: Span) -> None:
        """Take note of a span."""
        if span.kind != "tool":
            return
        facts = self.traces.get(span.trace_id)
        if facts is None:
            facts = self.traces[span.trace_id] = TraceFacts()
            if len(self.traces) > self.most_traces:
                self.traces.popitem(last=False)
        else:
            self.traces.move_to_end(span.trace_id)
        facts.add(span)

    def facts(self, trace_id: str) -> TraceFacts | None:
        """Return what is known of a trace; None if no tool of it was fed."""
        return self.traces.get(trace_id)


def _call(span: Span) -> bytes:
    """Return a digest of the tool and its arguments, whatever the order of their keys."""
    told = as_json([span.name, _arguments(span.input)])
    return blake2b(told.encode(), digest_size=12).digest()


def _arguments(value: Any) -> Any:
    if isinstance(value, dict) and value.keys() == {"value"}:
        value = value["value"]
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value
