"""Scars as they are answered: filtered, newest first, page by page, with what follows for each."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from scarline.kinds import SCAR
from scarline.model import stamp
from scarline.scars.incidents import Incident
from scarline.scars.marks import Mark, mark_as_data
from scarline.scars.twins import ALIKE, likenesses
from scarline.web.paging import cursor_after, key_of
from scarline.web.scars.asked import WantedScars
from scarline.web.scars.watched import Snapshot

_INSTANT = SCAR.schema.field("onset").type
_EPOCH, _US = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_TIMES = ("onset", "ended_at", "peak_at")
_WIDTH = 20  # digits of a time in a cursor
_SHIFT = 10**18  # is added to times, so that those before 1970 are in order too

MOST_TWINS = 50
"""Twins that are told of one scar, the likest; `seen_before` counts all."""


def having(seen: Snapshot, wanted: WantedScars) -> list[int]:
    """Return the rows of the scars that are asked for, newest first."""
    scars, tests = seen.scars, list[Any]()
    for name, value in (
        ("metric", wanted.metric),
        ("host", wanted.host),
        ("series", wanted.series),
    ):
        if value:
            tests.append(pc.equal(scars[name], value))
    if wanted.since is not None:
        ended = pc.less_equal(scars["ended_at"], pa.scalar(wanted.since, _INSTANT))
        tests.append(pc.invert(ended.fill_null(fill_value=False)))
    if wanted.until is not None:
        tests.append(pc.less(scars["onset"], pa.scalar(wanted.until, _INSTANT)))
    if wanted.open:
        tests.append(pc.equal(scars["ended_at"].is_null(), wanted.open == "true"))
    if wanted.min_score:
        tests.append(pc.greater_equal(scars["peak_score"], wanted.min_score))
    if wanted.quiet:
        quiet = pa.array([it is not None for it in seen.judged.why], pa.bool_())
        tests.append(pc.equal(quiet, wanted.quiet == "true"))
    if wanted.mark:
        marks = pa.array([it.mark if it else "none" for it in seen.judged.marks], pa.string())
        tests.append(pc.equal(marks, wanted.mark))
    if not tests:
        return list(range(scars.num_rows))
    rows: list[int] = np.flatnonzero(reduce(pc.and_, tests).to_numpy(zero_copy_only=False)).tolist()
    return rows


def page(
    seen: Snapshot, rows: Sequence[int], limit: int, cursor: str
) -> tuple[list[dict[str, Any]], str | None]:
    """Return ``limit`` scars after ``cursor`` as they are told, and the cursor after them.

    Raises ``UsageError`` for a cursor that is none.
    """
    rest = list(rows)
    if cursor:
        after = key_of(cursor, 2)
        rest = [it for it in rest if _key(seen, it) > after]
    shown = rest[:limit]
    following = cursor_after(_key(seen, shown[-1])) if len(rest) > limit else None
    return told(seen, shown), following


def _key(seen: Snapshot, row: int) -> tuple[str, str]:
    """Return what scars are in the order of, as texts that rise in it."""
    return falling(seen.scars["onset"][row].as_py()), seen.scars["series"][row].as_py()


def falling(at: datetime) -> str:
    """Return a text for a time: of two times the later one has the smaller text."""
    return f"{_SHIFT - (at - _EPOCH) // _US:0{_WIDTH}}"


def told(seen: Snapshot, rows: Sequence[int]) -> list[dict[str, Any]]:
    """Return scars as they are told in JSON, with their twin, their mark and whether quiet."""
    found = seen.scars.take(pa.array(rows, pa.int64())).to_pylist()
    return [_told(seen, row, own) for row, own in zip(rows, found, strict=True)]


def _told(seen: Snapshot, row: int, own: dict[str, Any]) -> dict[str, Any]:
    judged = seen.judged
    mark, best, last = judged.marks[row], int(judged.twins.best[row]), int(judged.twins.last[row])
    own |= {name: None if own[name] is None else stamp(own[name]) for name in _TIMES}
    twin = None
    if best >= 0:
        twin = twin_as_data(seen, best, float(judged.twins.likeness[row]))
    return own | {
        "shape": orjson.loads(own["shape"]),
        "mark": mark.mark if mark else None,
        "note": mark.why if mark else None,
        "runbook": mark.runbook if mark else None,
        "version": seen.stands.version(judged.subjects[row]),
        "quiet": judged.why[row] is not None,
        "why_quiet": judged.why[row],
        "needs_score": float(judged.needs[row]),
        "seen_before": int(judged.twins.seen[row]),
        "seen_last": stamp(seen.scars["onset"][last].as_py()) if last >= 0 else None,
        "twin": twin,
        "incident": seen.incident_of[row].id,
    }


def twin_as_data(seen: Snapshot, row: int, likeness: float) -> dict[str, Any]:
    """Return an earlier scar as it is told beside one that resembles it, with its note."""
    mark: Mark | None = seen.judged.marks[row]
    names = ("series", "host", "onset", "ended_at", "peak_value", "missed_by")
    own = {name: seen.scars[name][row].as_py() for name in names}
    own |= {name: own[name] and stamp(own[name]) for name in ("onset", "ended_at")}
    return own | {
        "likeness": likeness,
        "mark": mark.mark if mark else None,
        "note": mark.why if mark else None,
        "runbook": mark.runbook if mark else None,
    }


def all_twins(seen: Snapshot, row: int) -> list[dict[str, Any]]:
    """Return the twins of one scar, the likest first, of equals the latest."""
    others = np.arange(seen.scars.num_rows)  # newest first, so that a stable sort keeps it so
    alike = likenesses(seen.judged.forms, np.array([row]), others)[0]
    near = np.flatnonzero(alike >= ALIKE)
    near = near[np.argsort(-alike[near], kind="stable")][:MOST_TWINS]
    return [twin_as_data(seen, int(it), float(alike[it])) for it in near]


def one(seen: Snapshot, row: int) -> dict[str, Any]:
    """Return one scar with all its twins, what was said of it, and its incident."""
    history = seen.stands.history.get(seen.judged.subjects[row], ())
    incident = seen.incident_of[row]
    return told(seen, [row])[0] | {
        "twins": all_twins(seen, row),
        "history": [mark_as_data(it) for it in history],
        "incident": incident_as_data(incident),
    }


def incident_as_data(incident: Incident) -> dict[str, Any]:
    """Return an incident as it is told in JSON, without its scars."""
    return {
        "id": incident.id,
        "name": incident.name,
        "onset": stamp(incident.onset),
        "ended_at": None if incident.ended_at is None else stamp(incident.ended_at),
        "hosts": list(incident.hosts),
        "metrics": list(incident.metrics),
        "services": [{"service": name, "known_by": how} for name, how in incident.services.items()],
        "scars": len(incident.rows),
        "peak_score": incident.peak_score,
    }
