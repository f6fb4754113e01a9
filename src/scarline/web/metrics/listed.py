"""Series as they are listed, and what of their scars is told beside their points."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from scarline.kinds import METRIC_POINT
from scarline.model import Window, stamp
from scarline.scars import Key
from scarline.scars.growing import series_id
from scarline.series import series_bounds, series_names
from scarline.web.metrics.drawn import sparks
from scarline.web.scars.asked import WantedSeries
from scarline.web.scars.watched import Snapshot

WIDTH = len(METRIC_POINT.series)


def listed(
    points: pa.Table, seen: Snapshot, window: Window, spark: int = 0
) -> list[dict[str, Any]]:
    """Return a row for each series, in the order of :func:`place`.

    Each has its scars in ``window``; with ``spark`` the means of so many stretches of it, None
    where no point is.
    """
    recent = scars_within(seen, window)
    grouped = pc.value_counts(seen.scars["series"]).to_pylist()
    counts = {it["values"]: it["counts"] for it in grouped}
    goes_on = {seen.scars["series"][row].as_py() for row in _going_on(seen)}
    found: list[dict[str, Any]] = []
    for batch in points.combine_chunks().to_batches():
        bounds = series_bounds(METRIC_POINT, batch)
        drawings = sparks(batch, bounds, window, spark) if spark else []
        for number, name in enumerate(series_names(METRIC_POINT, batch, bounds)):
            begin, end = bounds[number], bounds[number + 1]
            own = series_as_data(name[:WIDTH], name[-1])
            own |= {
                "points": int(end - begin),
                "last_at": stamp(batch.column("ts")[int(end) - 1].as_py()),
                "last_value": batch.column("value")[int(end) - 1].as_py(),
                "scars": counts.get(own["series"], 0),
                "open": own["series"] in goes_on,
            }
            own["recent"] = recent.get(own["series"], [])
            found.append(own | ({"spark": drawings[number]} if spark else {}))
    return sorted(found, key=place)


def place(own: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what series are in the order of, as texts."""
    words = (own[it] for it in ("metric", "host", "tags", "source", "aggregation"))
    return (*words, f"{own['interval_seconds']:010}")


def worst(own: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what series with scars are in the order of, the worst first, as texts."""
    told = [it for it in own["recent"] if not it["quiet"]]
    peak = max((it["peak_score"] for it in told), default=0.0)
    goes_on = any(it["ended_at"] is None for it in told)
    fewer = max(0, _MOST_COUNTED - len(own["recent"]))
    return (f"{not goes_on:d}", f"{1 - peak:.6f}", f"{fewer:06}", *place(own))


_MOST_COUNTED = 999_999


def wanted_of(found: list[dict[str, Any]], wanted: WantedSeries) -> list[dict[str, Any]]:
    """Return the series that a query asks for by what is known of their names and scars."""
    part, marks = wanted.find.casefold(), {wanted.mark} if wanted.mark else set[str]()
    return [
        it
        for it in found
        if part in f"{it['metric']} {it['host']} {it['tags']}".casefold()
        and (not wanted.scarred or it["recent"])
        and (not wanted.open or it["open"] == (wanted.open == "true"))
        and marks <= {own["mark"] or "none" for own in it["recent"]}
    ]


def scars_within(seen: Snapshot, window: Window) -> dict[str, list[dict[str, Any]]]:
    """Return the scars of a stretch by their series, oldest first: what a small drawing needs."""
    names = ("series", "onset", "ended_at", "peak_score", "direction")
    scars, found = seen.scars, dict[str, list[dict[str, Any]]]()
    instant = scars["onset"].type
    begun = pc.less(scars["onset"], pa.scalar(window.end, instant))
    over = pc.less_equal(scars["ended_at"], pa.scalar(window.start, instant)).fill_null(
        fill_value=False
    )
    rows = pc.indices_nonzero(pc.and_(begun, pc.invert(over)))
    columns = [scars[name].take(rows).to_pylist() for name in names]
    for row, *values in reversed(list(zip(rows.to_pylist(), *columns, strict=True))):
        series, onset, ended_at, peak_score, direction = values
        mark = seen.judged.marks[row]
        found.setdefault(series, []).append(
            {
                "onset": stamp(onset),
                "ended_at": None if ended_at is None else stamp(ended_at),
                "peak_score": peak_score,
                "direction": direction,
                "mark": mark.mark if mark else None,
                "quiet": seen.judged.why[row] is not None,
            }
        )
    return found


def choices(seen: Snapshot, found: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return the metrics and hosts that a reader may choose from: those found, and with scars."""
    return {
        name: sorted({it[own] for it in found} | set(pc.unique(seen.scars[own]).to_pylist()))
        for name, own in (("metrics", "metric"), ("hosts", "host"))
    }


def _going_on(seen: Snapshot) -> list[int]:
    rows: list[int] = pc.indices_nonzero(seen.scars["ended_at"].is_null()).to_pylist()
    return rows


def series_as_data(key: Key, unit: Any) -> dict[str, Any]:
    """Return a series as it is told in JSON: its digest, what that is made of, and its unit."""
    own: dict[str, Any] = {"series": series_id(key)}
    return own | dict(zip(METRIC_POINT.series, key, strict=True)) | {"unit": unit}


def scars_of(seen: Snapshot, series: str, window: Window) -> list[dict[str, Any]]:
    """Return the scars of a series in a stretch, oldest first: what a chart needs of them."""
    names = ("onset", "ended_at", "peak_at", "peak_value", "direction", "expert", "missed_by")
    found = []
    rows = pc.indices_nonzero(pc.equal(seen.scars["series"], series)).to_pylist()
    for row in reversed(rows):
        own = {name: seen.scars[name][row].as_py() for name in names}
        if own["onset"] >= window.end or (own["ended_at"] or window.end) <= window.start:
            continue
        own |= {name: own[name] and stamp(own[name]) for name in ("onset", "ended_at", "peak_at")}
        mark = seen.judged.marks[row]
        found.append(
            own
            | {
                "mark": mark.mark if mark else None,
                "quiet": seen.judged.why[row] is not None,
                "seen_before": int(seen.judged.twins.seen[row]),
            }
        )
    return found


def stretch(window: Window) -> dict[str, str]:
    """Return a window as it is told in JSON."""
    return {"from": stamp(window.start), "to": stamp(window.end)}
