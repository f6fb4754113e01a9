"""What ``scarline watch --plot`` keeps of a series to draw it at its end, however long it is."""

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from scarline.cli.scars_drawn import WIDTH
from scarline.scars import Judgement
from scarline.scars.growing import CALM
from scarline.web.metrics.drawn import thinned

MOST = 2 * WIDTH
"""Points that are drawn: the lowest and the highest of each column of pixels."""

_ROOM = 4 * MOST
_COLUMNS = ("ts", "value", "expected", "low", "high")
_MICROSECONDS = 1e6


@dataclass(slots=True)
class _Alert:
    """From ``onset`` until it was calm again, in seconds since 1970; nan while it goes on."""

    onset: float
    ended: float
    direction: str
    expert: str | None


@dataclass(slots=True)
class Drawing:
    """The points to be drawn of a series, the band around them, and its alerts.

    Of more points than have room the extremes stay; alerts that are nearer to one another than a
    column of pixels become one. ``total`` and ``alerts`` count all there were.
    """

    total: int = 0
    alerts: int = 0
    _rows: npt.NDArray[np.float64] = field(default_factory=lambda: np.empty((_ROOM, len(_COLUMNS))))
    _used: int = 0
    _scars: list[_Alert] = field(default_factory=list)

    def add(self, ts: float, value: float, said: Judgement) -> None:
        """Take in one point, of a time in seconds since 1970, and what was said of it."""
        if said.state == "stale":
            return
        known = math.nan if said.state == "missing" else value
        self._rows[self._used] = ts, known, said.expected, said.low, said.high
        self._used += 1
        self.total += 1
        self._follow(ts, said)
        if self._used == _ROOM:
            self._thin()

    def told(self, metric: str) -> dict[str, Any]:
        """Return what :func:`scarline.cli.scars_drawn.picture` draws; there must be a point."""
        self._thin()
        rows = self._rows[: self._used]
        columns = {
            name: [None if math.isnan(it) else it for it in own.tolist()]
            for name, own in zip(_COLUMNS, rows.T, strict=True)
        }
        return {
            "series": {"metric": metric or "standard input", "host": "", "tags": "", "unit": None}
            | {"interval_seconds": 0},
            "window": {"from": _spelled(rows[0, 0]), "to": _spelled(rows[-1, 0])},
            "total": self.total,
            **columns,
            "scars": [_scar(it) for it in self._scars],
        }

    def _follow(self, ts: float, said: Judgement) -> None:
        last = self._scars[-1] if self._scars else None
        if last is not None and math.isnan(last.ended) and (said.onset or said.state in CALM):
            last.ended = ts
        if said.onset:
            self.alerts += 1
            self._scars.append(_Alert(ts, math.nan, str(said.direction), said.expert))
        if len(self._scars) > MOST:
            self._scars = _joined(self._scars)

    def _thin(self) -> None:
        rows = self._rows[: self._used]
        rows = rows[np.argsort(rows[:, 0], kind="stable")]  # a clock may have been set back
        times = np.rint(rows[:, 0] * _MICROSECONDS).astype(np.int64)
        kept = rows[thinned(times, rows[:, 1], MOST)]
        self._used = len(kept)
        self._rows[: self._used] = kept


def _joined(alerts: list[_Alert]) -> list[_Alert]:
    """Return fewer alerts: those that would be drawn in one column of pixels are one."""
    width = (alerts[-1].onset - alerts[0].onset) / WIDTH
    found: list[_Alert] = []
    for it in alerts:
        if found and it.onset - found[-1].onset < width:
            found[-1].ended = it.ended
        else:
            found.append(it)
    return found


def _scar(it: _Alert) -> dict[str, Any]:
    return {
        "onset": _spelled(it.onset),
        "ended_at": None if math.isnan(it.ended) else _spelled(it.ended),
        "direction": it.direction,
        "expert": it.expert,
        "mark": None,
        "quiet": False,
    }


def _spelled(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
