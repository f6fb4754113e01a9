"""The rest of a failing trace, where it is wanted: the spans around the one that failed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import msgspec

from scarline.errors import SourceChanged, SourceError
from scarline.failures.span import Span
from scarline.sources.datadog.api import Request
from scarline.sources.datadog.meter import Meter
from scarline.sources.datadog.refusals import NOT_FOUND, Refused
from scarline.sources.datadog.shapes import decoded
from scarline.sources.datadog.spans_config import By
from scarline.sources.datadog.spans_judging import Failing
from scarline.sources.datadog.spans_known import Paths
from scarline.sources.datadog.spans_pages import Page, read_page, read_row
from scarline.sources.datadog.spans_read import parent
from scarline.sources.datadog.spans_reading import Asker
from scarline.sources.datadog.spans_searches import asks_trace
from scarline.sources.datadog.spans_values import mapping, text
from scarline.sources.datadog.windows import Span as Stretch

AROUND_SECONDS = 3_600
"""How long before and after its failing spans the rest of a trace is looked for."""

REST = "rest_of_trace"
"""Where the rest stands in a payload: its spans as they are told, and whether these are all."""


Lacking = Mapping[str, int]
"""Of how many failing traces the rest could not be had, by the reason."""


@dataclass(frozen=True, slots=True)
class Trace:
    """The spans of a trace as they are told, and whether there are more."""

    spans: Sequence[Mapping[str, Any]]
    truncated: bool


@dataclass(frozen=True, slots=True)
class ByTrace:
    """A request whose path names a trace: the rate limit is that of all of them."""

    path: str
    method: str = "GET"
    params: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    route: str = "GET /api/v2/trace/{trace_id}"


@dataclass(frozen=True, slots=True)
class _Spans:
    spans: list[dict[str, Any]]
    is_truncated: bool = False


@dataclass(frozen=True, slots=True)
class _Data:
    attributes: _Spans


@dataclass(frozen=True, slots=True)
class _Trace:
    data: _Data


_TRACE = msgspec.json.Decoder(_Trace)


async def completed(
    failing: Sequence[Failing], by: By, asker: Asker, meter: Meter, paths: Paths
) -> tuple[list[Failing], Lacking]:
    """Return ``failing`` with the rest of their traces in what is told; ``paths`` learn of it.

    One request for each trace. A trace that cannot be had is left as it is, and counted with the
    reason; after one that shows that there is no use in asking, no more are asked for.
    """
    spans: dict[str, list[Span]] = {}
    for span, _ in failing:
        spans.setdefault(span.trace_id, []).append(span)
    traces: dict[str, Trace] = {}
    lacking: dict[str, int] = {}
    stop: str | None = None
    for trace_id, own in spans.items():
        try:
            if stop is None:
                traces[trace_id] = await _fetched(trace_id, own, by, asker, meter)
                continue
            reason = stop
        except SourceError as error:
            reason = str(error)
            stop = None if _of_the_trace(error) else reason
        lacking[reason] = lacking.get(reason, 0) + 1
    for trace_id, trace in traces.items():
        for told in trace.spans:
            _learn(paths, trace_id, told)
    found = [
        (_with(span, traces[span.trace_id]) if span.trace_id in traces else span, judgement)
        for span, judgement in failing
    ]
    return found, lacking


def _of_the_trace(error: SourceError) -> bool:
    """Return whether another trace may be had where this one could not."""
    if isinstance(error, Refused):
        return error.status == NOT_FOUND
    return isinstance(error, SourceChanged)


async def _fetched(
    trace_id: str, spans: Iterable[Span], by: By, asker: Asker, meter: Meter
) -> Trace:
    if by == "apm":
        if not trace_id.isalnum():
            message = "the id of the trace is no word of letters and digits: it is not asked for"
            raise SourceChanged(message)
        # Api asks of a request only what ByTrace has; a route for each trace would make the
        # governor keep an account for each.
        request = cast("Request", ByTrace(f"/api/v2/trace/{trace_id}"))
        return await asker.fetch(request, _read_apm, meter)
    times = [it.started_at.timestamp() for it in spans]
    stretch = Stretch(int(min(times)) - AROUND_SECONDS, int(max(times)) + AROUND_SECONDS)
    request = asks_trace(trace_id, stretch, asker.config.page_size)
    return _of(await asker.fetch(request, read_page, meter))


def _of(page: Page) -> Trace:
    told = [mapping(mapping(read_row(it)).get("attributes")) for it in page.data]
    return Trace([it for it in told if it], truncated=page.after is not None)


def _read_apm(body: bytes) -> Trace:
    found = decoded(_TRACE, body).data.attributes
    return Trace(found.spans, found.is_truncated)


def _id(told: Mapping[str, Any]) -> str | None:
    return text(told.get("span_id")) or text(told.get("spanID"))


def _learn(paths: Paths, trace_id: str, told: Mapping[str, Any]) -> None:
    span_id, name = _id(told), text(told.get("name"))
    if span_id and name:
        above = parent(told.get("parent_id", told.get("parentID")))
        paths.add(trace_id, span_id, name, above)


def _with(span: Span, trace: Trace) -> Span:
    each = {_id(it): it for it in reversed(trace.spans) if _id(it) != span.span_id}
    rest = {"spans": list(reversed(each.values())), "truncated": trace.truncated}
    return replace(span, told={**span.told, REST: rest})
