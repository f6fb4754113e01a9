"""Routes of metric points: which series there are, and one of them as it is drawn."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
from fastapi import APIRouter, Header, Query, Request, Response
from starlette.datastructures import State

from scarline import ledger
from scarline.errors import StoreRefused, UsageError
from scarline.kinds import METRIC_POINT
from scarline.model import Window
from scarline.pipeline import Pipeline
from scarline.ports import Query as Asking
from scarline.scars import Key
from scarline.scars.growing import series_id
from scarline.scars.marks import subject_of
from scarline.series import series_bounds, series_names
from scarline.settings.types import duration
from scarline.web.etags import JSON, tagged
from scarline.web.metrics import documents
from scarline.web.metrics.beside import beside
from scarline.web.metrics.drawn import drawn
from scarline.web.metrics.listed import (
    WIDTH,
    choices,
    listed,
    place,
    scars_of,
    series_as_data,
    stretch,
    wanted_of,
    worst,
)
from scarline.web.moments import ordered
from scarline.web.paging import cursor_after, key_of
from scarline.web.problems import DOCUMENTED, Refused
from scarline.web.scars.asked import WantedPoints, WantedSeries
from scarline.web.scars.listing import one
from scarline.web.scars.routes import Kept
from scarline.web.scars.watched import METRICS, Snapshot, Watched

router = APIRouter(prefix="/api/metrics", tags=["metrics"], responses=DOCUMENTED)

LISTED = timedelta(hours=6)
"""How long before the newest point series are looked for, if nothing else is asked."""

DRAWN = timedelta(hours=24)
"""How long before the newest point a series is drawn, if nothing else is asked."""

HISTORY = timedelta(days=28)
"""How long before what is drawn points are read to learn what to expect: as the station does."""

Known = Annotated[str, Header(alias="If-None-Match")]


@router.get("", responses=documents.SERIES)
async def get_series(
    watched: Kept, wanted: Annotated[WantedSeries, Query()], known: Known = ""
) -> Response:
    """Return the series that have points in a stretch, with their newest value and their scars."""
    seen = await watched.snapshot()
    return tagged(await series_told(watched.road, seen, wanted), known)


@router.get("/points", responses=documents.POINTS)
async def get_points(
    request: Request,
    watched: Kept,
    wanted: Annotated[WantedPoints, Query()],
    known: Known = "",
) -> Response:
    """Return one series as columns: times, values, and what was expected of them.

    Of more points than `most` the lowest and the highest of each stretch of time are told, so
    that no peak is lost. The band is computed anew, from the points of four weeks before.
    """
    body = await points_told(watched, wanted, request.app.state)
    tag = f'"{sha256(body).hexdigest()[:16]}"'
    if tag in [it.strip().removeprefix("W/") for it in known.split(",")] or known.strip() == "*":
        return Response(status_code=304, headers={"ETag": tag})
    return Response(body, headers={"ETag": tag}, media_type=JSON)


async def series_told(road: Pipeline, seen: Snapshot, wanted: WantedSeries) -> dict[str, Any]:
    """Return what ``GET /api/metrics`` answers; raises ``UsageError`` for a bad query."""
    where = {name: [own] for name in ("metric", "host") if (own := getattr(wanted, name))}
    window = await _window(road, wanted, LISTED, wanted.metric)
    found: list[dict[str, Any]] = []
    if window is not None:
        points = await _points(road, window, where)
        found = await asyncio.to_thread(listed, points, seen, window, wanted.spark)
    known, found = choices(seen, found), wanted_of(found, wanted)
    order = worst if wanted.order else place
    rest = found = sorted(found, key=order)
    if wanted.cursor:
        after = key_of(wanted.cursor, WIDTH + 3 * bool(wanted.order))
        rest = [it for it in found if order(it) > after]
    shown = rest[: wanted.limit]
    return {
        "window": None if window is None else stretch(window),
        "series": shown,
        "total": len(found),
        **known,
        "next": cursor_after(order(shown[-1])) if len(rest) > wanted.limit else None,
    }


async def points_told(watched: Watched, wanted: WantedPoints, app: State | None = None) -> bytes:
    """Return what ``GET /api/metrics/points`` answers, as JSON.

    ``app`` knows what may have happened beside; without it that is not told.
    Raises ``UsageError`` for a bad query, ``Refused`` if no series or more than one is of it.
    """
    road, seen = watched.road, await watched.snapshot()
    where = await _named(road, seen, wanted)
    window = await _window(road, wanted, DRAWN, where["metric"][0])
    if window is None:
        raise Refused(404, "no points are stored: `scarline pull metrics` brings some")
    history = HISTORY if wanted.band else timedelta(0)
    points = await _points(road, Window(window.start - history, window.end), where)
    keys = _keys(points)
    if not keys:
        raise Refused(404, "no points of such a series are stored: GET /api/metrics names those")
    if len(keys) > 1:
        several = ", ".join(series_id(key) for key in keys[:_MOST_NAMED])
        raise UsageError(f"this names {len(keys)} series: say which, by series={several}")
    options = watched.preferences.of(str(keys[0][_METRIC])) if wanted.band else None
    columns = await asyncio.to_thread(drawn, points, window.start, wanted.most, options)
    own = series_as_data(keys[0], points["unit"][-1].as_py())
    answer = {
        "series": own,
        "window": stretch(window),
        "shown": len(columns["ts"]),
        **columns,
        "scars": scars_of(seen, own["series"], window),
    }
    if wanted.beside and app is not None:
        answer["beside"] = await beside(app, seen, own, window)
        subject = subject_of(own["series"], wanted.scar) if wanted.scar else ""
        answer["scar"] = one(seen, seen.rows[subject]) if subject in seen.rows else None
    return orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY)


_MOST_NAMED = 5
_METRIC = METRIC_POINT.series.index("metric")


async def _points(road: Pipeline, window: Window, where: Mapping[str, list[str]]) -> pa.Table:
    try:
        return await road.store.find(Asking(METRIC_POINT, window, where))
    except StoreRefused as refused:  # it keeps scars alone: that is no fault of the server
        raise UsageError(str(refused)) from None


async def _window(
    road: Pipeline, wanted: WantedSeries | WantedPoints, length: timedelta, metric: str
) -> Window | None:
    """Return the stretch that is asked for, else the last one that has points; None without any."""
    since, until = ordered(wanted.since, wanted.until)
    length = duration(wanted.last) if wanted.last else length
    if until is None:
        runs = ledger.replay(await road.store.entries(METRICS))
        told = [
            part["last"]
            for run in runs
            if run.live
            for name, part in run.tally.items()
            if "last" in part and name == (metric or name)
        ]
        if not told:
            return None
        newest = max(map(datetime.fromisoformat, told))  # as texts, fractions would sort wrongly
        until = newest.replace(microsecond=0) + timedelta(seconds=1)
    start = since if since is not None else until - length
    if start >= until:
        raise UsageError("from must be before the newest point, or give to as well")
    return Window(start.astimezone(UTC), until.astimezone(UTC))


async def _named(road: Pipeline, seen: Snapshot, wanted: WantedPoints) -> dict[str, list[str]]:
    """Return in which columns the wanted series has which values."""
    if wanted.series:
        found = seen.scars.filter(pc.equal(seen.scars["series"], wanted.series)).slice(0, 1)
        if found.num_rows:
            return {name: [str(found[name][0].as_py())] for name in METRIC_POINT.series}
        window = await _window(road, wanted, LISTED, "")
        every = listed(await _points(road, window, {}), seen, window) if window else []
        own = next((it for it in every if it["series"] == wanted.series), None)
        if own is None:
            raise Refused(404, "there is no series of that digest here: name its metric and host")
        return {name: [str(own[name])] for name in METRIC_POINT.series}
    if not wanted.metric:
        raise Refused(404, "no series is named: say which by series, or by metric and host")
    told = {"metric": wanted.metric, "source": wanted.source or None}
    told |= {"host": wanted.host, "tags": wanted.tags}
    return {name: [own] for name, own in told.items() if own is not None}


def _keys(points: pa.Table) -> list[Key]:
    """Return the series of some points, each once."""
    found: dict[Key, None] = {}
    for batch in points.combine_chunks().to_batches():
        bounds = series_bounds(METRIC_POINT, batch)
        found |= dict.fromkeys(it[:WIDTH] for it in series_names(METRIC_POINT, batch, bounds))
    return list(found)
