"""What happened beside a series: flows of its service that changed, LLM failures, runs."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from starlette.datastructures import State

from scarline.flows.difference import Difference, difference
from scarline.ledger import Run
from scarline.model import Window, stamp
from scarline.scars.incidents import service_of
from scarline.web.flows.answers import records
from scarline.web.flows.shown import STREAM as FLOWS
from scarline.web.flows.shown import Flows
from scarline.web.scars.watched import DECISIONS, Snapshot

MOST = 50
"""How many of each list are told, the newest."""

MOST_LOADS = 20
"""How many loads of flows are compared with what stood before them, the newest."""

_FAILURE = (
    *("trace_id", "span_id", "failed_at", "severity", "failure_type", "title"),
    *("service_name", "ml_app", "group"),
)
_TOLD = ("status", "latency_ms", "error_rate", "owner_team", "known_by")


async def beside(
    app: State, seen: Snapshot, series: Mapping[str, Any], window: Window
) -> dict[str, Any]:
    """Return what is known to have happened in ``window`` around a series, the newest first.

    Flows and failures are those of its service, none where it is not known; runs are all.
    """
    systems = {it for name in ("system_from", "system_to") for it in _texts(seen.flows[name])}
    service, how = service_of(series["tags"], series["host"], sorted(systems - {""}))
    runs = [it for it in await app.desk.pipeline.runs() if it.stream != DECISIONS]
    begun = [it for it in runs if window.start <= it.started_at < window.end]
    begun.sort(key=lambda it: it.started_at, reverse=True)
    loads = [it for it in begun if it.stream == FLOWS and it.live]
    changes = await _changes(app.desk.flows, loads[:MOST_LOADS], service) if service else []
    failed = _failures((await app.backlog.snapshot()).failures, service, window)
    told = failed.slice(0, MOST).select([*_FAILURE]).to_pylist()
    return {
        "service": service or None,
        "known_by": how or None,
        "flows": changes[:MOST],
        "flows_total": len(changes),
        "loads_left_out": max(0, len(loads) - MOST_LOADS),
        "failures": [it | {"failed_at": stamp(it["failed_at"])} for it in told],
        "failures_total": failed.num_rows,
        "runs": [_run(it) for it in begun[:MOST]],
        "runs_total": len(begun),
    }


def _texts(column: pa.ChunkedArray) -> list[str]:
    texts: list[str] = pc.unique(column).to_pylist()
    return texts


def _run(run: Run) -> dict[str, Any]:
    return {
        "run": run.run,
        "stream": run.stream,
        "source": run.request.get("source"),
        "state": run.state,
        "started_at": stamp(run.started_at.astimezone(UTC)),
        "ended_at": None if run.ended_at is None else stamp(run.ended_at.astimezone(UTC)),
        "error": run.error,
    }


async def _changes(flows: Flows, loads: list[Run], service: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for load in loads:
        # A flow is there from the beginning of its load: a moment before, it was as before.
        before = await flows.shown(load.started_at - timedelta(microseconds=1))
        after = await flows.shown(load.started_at)
        own = [_of(service, it.rows) for it in (before, after)]
        made = await asyncio.to_thread(difference, *own)
        found += [{"at": stamp(load.started_at), "run": load.run} | it for it in _told(made)]
    return found


def _of(service: str, rows: pa.Table) -> pa.Table:
    ends = [
        pc.equal(rows[name].cast(pa.string()), service) for name in ("system_from", "system_to")
    ]
    return rows.filter(pc.or_(*ends))


def _told(made: Difference) -> list[dict[str, Any]]:
    """Return the flows that came, went, or are told otherwise, each as one row."""
    rows = [_row("added", None, it) for it in records(made.added)]
    rows += [_row("removed", it, None) for it in records(made.removed)]
    pairs = zip(records(made.before), records(made.after), strict=True)
    rows += [_row("changed", old, new) for old, new in pairs]
    return [it for it in rows if it["what"] != "changed" or it["before"] != it["after"]]


def _row(what: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> dict[str, Any]:
    own = new or old or {}
    return {
        "what": what,
        **{name: own[name] for name in ("flow_id", "system_from", "system_to")},
        "before": None if old is None else _words(old, new),
        "after": None if new is None else _words(new, old),
    }


def _words(own: Mapping[str, Any], other: Mapping[str, Any] | None) -> str:
    """Return what is told of a flow, in words; where there is another one, what differs."""
    names = [it for it in _TOLD if other is None or own[it] != other[it]]
    return ", ".join(f"{it} {own[it]}" for it in names if own[it] is not None)


def _failures(failures: pa.Table, service: str, window: Window) -> pa.Table:
    whose = [
        pc.equal(failures[it].cast(pa.string()), service or None)
        for it in ("service_name", "ml_app")
    ]
    times, instant = failures["failed_at"], failures["failed_at"].type
    within = pc.and_(
        pc.greater_equal(times, pa.scalar(window.start, instant)),
        pc.less(times, pa.scalar(window.end, instant)),
    )
    mine = pc.or_kleene(*whose).fill_null(fill_value=False)
    return failures.filter(pc.and_(mine, within)).sort_by([("failed_at", "descending")])
