"""What pulls of metrics looked at: all of it, or of a metric and a host that are asked for."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pyarrow.compute as pc

from scarline.errors import StoreRefused
from scarline.kinds import METRIC_POINT
from scarline.model import Window
from scarline.pipeline import Pipeline
from scarline.ports import Query
from scarline.web.coverage import covered
from scarline.web.looked import Looked, names
from scarline.web.scars.watched import METRICS, Snapshot

NO_METRIC = (
    "no live run ever asked for this metric or brought a point of it: SCARLINE_METRICS says which "
    "are pulled"
)
NO_HOST = "no live run ever brought a point of this host"
NO_SERIES = "no live run ever brought a point of this metric on this host"

_LATE = timedelta(hours=6)
"""How long before the newest look points are looked for first: most hosts are still there."""


async def metrics_covered(
    road: Pipeline,
    seen: Snapshot,
    stretch: tuple[datetime | None, datetime | None],
    metric: str,
    host: str,
) -> dict[str, Any]:
    """Return what was looked at of a stretch, as :func:`scarline.web.coverage.covered` tells it.

    Of a ``metric`` only what searches for it looked at; of a metric or host that was never looked
    at, nothing.
    """
    never = await unseen(road, seen, metric, host)
    known = seen.looked.about(metric) if metric and not never else seen.looked
    return covered(road, replace(known, never=never), *stretch, METRICS)


async def unseen(road: Pipeline, seen: Snapshot, metric: str, host: str) -> list[tuple[str, str]]:
    """Return what of these no live run asked for or brought a point of, each with the reason.

    An empty metric or host is none. Where the store keeps no points it cannot be told which hosts
    had any.
    """
    found = []
    if metric and not seen.looked.about(metric).asked:
        found.append((metric, NO_METRIC))
    if host and not any(names(it, f"host:{host}") for it in seen.looked.asked):
        if not await _has_points(road, seen, "", host):
            found.append((host, NO_HOST))
        elif metric and not found and not await _has_points(road, seen, metric, host):
            found.append((f"{metric} on {host}", NO_SERIES))
    return found


async def _has_points(road: Pipeline, seen: Snapshot, metric: str, host: str) -> bool:
    where = {"host": host} | ({"metric": metric} if metric else {})
    scars = seen.scars
    for name, value in where.items():
        scars = scars.filter(pc.equal(scars[name], value))
    if scars.num_rows:
        return True
    last = _newest(seen.looked)
    for window in (*([last] if last else []), None):
        query = Query(METRIC_POINT, window, {it: [own] for it, own in where.items()}, limit=1)
        try:
            if (await road.store.find(query)).num_rows:
                return True
        except StoreRefused:
            return True
    return False


def _newest(looked: Looked) -> Window | None:
    last = looked.last()
    return None if last is None else Window(last - _LATE, last)
