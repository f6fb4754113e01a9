"""Faults that alter a good answer: it is still JSON with status 200, and yet not what was asked.

Each works on the decoded document of any endpoint and leaves alone what it does not concern.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import orjson

from scarline.sandbox.faults.kinds import Document, Kind, Kinds, Plight, Value

Table = list[Any]


def _tables(document: Document) -> list[Table]:
    """Give the lists that hold one item a record; items at the same place belong together."""
    attributes = _columns(document)
    if attributes:
        return [attributes["series"], attributes["values"]]
    names = ("series", "host_list", "metrics", "data")
    return [document[name] for name in names if isinstance(document.get(name), list)]


def _columns(document: Document) -> dict[str, Any]:
    """Give the attributes of a v2 timeseries, or nothing."""
    data = document.get("data")
    attributes = data.get("attributes", {}) if isinstance(data, dict) else {}
    return attributes if "times" in attributes else {}


def _choose(document: Document, choose: Callable[[int], list[int]]) -> None:
    """Replace every table by the items at the places that `choose` gives for its length."""
    for table in _tables(document):
        table[:] = [table[place] for place in choose(len(table))]


def _some_records(document: Document, every: Value, _plight: Plight) -> None:
    step = _whole(every)
    _choose(document, lambda size: [place for place in range(size) if (place + 1) % step])


def _reorder(document: Document, _value: Value, _plight: Plight) -> None:
    _choose(document, lambda size: [*range(1, size, 2), *range(size - 2 + size % 2, -1, -2)])


def _duplicate(document: Document, every: Value, _plight: Plight) -> None:
    step = _whole(every)
    _choose(document, lambda size: [*range(size), *range(0, size, step)])


def _whole(value: Value) -> int:
    return max(1, int(value or 1))


def _keep_times(document: Document, keep: Callable[[int], bool]) -> None:
    """Leave out the points whose time (milliseconds) is not kept."""
    for one in document.get("series", []):
        points = [point for point in one["pointlist"] if keep(point[0])]
        one["pointlist"], one["length"] = points, len(points)
    attributes = _columns(document)
    if attributes:
        kept = [place for place, time in enumerate(attributes["times"]) if keep(time)]
        attributes["times"][:] = [attributes["times"][place] for place in kept]
        attributes["values"][:] = [[row[place] for place in kept] for row in attributes["values"]]


def _times(document: Document) -> list[int]:
    points = [point[0] for one in document.get("series", []) for point in one["pointlist"]]
    return sorted({*points, *_columns(document).get("times", [])})


def _hole(document: Document, _value: Value, _plight: Plight) -> None:
    times = _times(document)
    lost = set(times[len(times) // 3 : 2 * len(times) // 3])
    _keep_times(document, lambda time: time not in lost)


def _coarse(document: Document, factor: Value, _plight: Plight) -> None:
    times = _times(document)
    gaps = [later - sooner for sooner, later in pairwise(times)]
    wide = min(gaps, default=1) * _whole(factor)
    _keep_times(document, lambda time: time % wide == 0)
    for one in document.get("series", []):
        one["interval"] *= _whole(factor)


def _skew(document: Document, seconds: Value, _plight: Plight) -> None:
    shift = int(float(seconds or 0) * 1000)
    for one in document.get("series", []):
        one["start"], one["end"] = one["start"] + shift, one["end"] + shift
        for point in one["pointlist"]:
            point[0] += shift
    attributes = _columns(document)
    if attributes:
        attributes["times"][:] = [time + shift for time in attributes["times"]]
    for host in document.get("host_list", []):
        host["last_reported_time"] += shift // 1000


def _status_error(document: Document, _value: Value, _plight: Plight) -> None:
    document.update(status="error", error="Query timed out", message="", series=[])


def _errors_member(document: Document, _value: Value, _plight: Plight) -> None:
    document["errors"] = "Query 'a' timed out, results may be incomplete"
    _choose(document, lambda size: list(range(size // 2)))


def _repeat_cursor(document: Document, _value: Value, plight: Plight) -> None:
    meta, asked = document.get("meta", {}), _asked_cursor(plight)
    for place, name in (("pagination", "next_cursor"), ("page", "after")):
        page = meta.get(place) or {}
        if asked and name in page:
            links = document["links"]
            links["next"] = links["next"].replace(page[name], asked)
            page[name] = asked


def _asked_cursor(plight: Plight) -> str | None:
    """Give the cursor that was asked with, in the address or in the body."""
    cursor = plight.ask.params.get("page[cursor]")
    if cursor or not plight.ask.body:
        return cursor
    data = orjson.loads(plight.ask.body).get("data", {})
    found = data.get("attributes", {}).get("page", {}).get("cursor")
    return found if isinstance(found, str) else None


def _foreign_next(document: Document, origin: Value, _plight: Plight) -> None:
    links = document.get("links", {})
    if links.get("next"):
        parts = urlsplit(links["next"])
        links["next"] = links["next"].replace(f"{parts.scheme}://{parts.netloc}", str(origin), 1)


CHANGES: Kinds = {
    "coarse": Kind("points VALUE times as far apart as asked", 3, change=_coarse),
    "duplicate": Kind("every VALUEth series or row a second time", 2, change=_duplicate),
    "errors-member": Kind("v2: half of it, with `errors`", None, "/api/v2/", change=_errors_member),
    "foreign-next": Kind(
        "`next` link to the host VALUE", "https://elsewhere.invalid", change=_foreign_next
    ),
    "partial-hosts": Kind("every VALUEth series or row missing", 3, change=_some_records),
    "partial-time": Kind("the middle third of the time missing", change=_hole),
    "reorder": Kind("series or rows in another order", change=_reorder),
    "repeat-cursor": Kind("a page's next cursor is its own", change=_repeat_cursor),
    "skew": Kind("points and Date header off by VALUE seconds", 90, change=_skew),
    "status-error": Kind(
        "v1 query: 200 with status `error`", None, "/api/v1/query", change=_status_error
    ),
}
"""The kinds by name."""
