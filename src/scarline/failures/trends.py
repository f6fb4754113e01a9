"""Whether a group of failures is new, goes on, came back, or is gone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

NEW_FOR = timedelta(days=1)
"""A group is new for this long after it was first seen."""

QUIET = timedelta(days=14)
"""Not seen for longer than this it is resolved, and what comes after came back."""

BACK_FOR = timedelta(days=7)
"""A group that came back counts as regressed for this long; then it goes on."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """When a group was seen: all times in microseconds since 1970, rising, the first, the last.

    ``closed`` is when somebody said that it is no more: dismissed, or exported as resolved.
    """

    at: npt.NDArray[np.int64]
    first: datetime
    last: datetime
    closed: datetime | None


def trend(seen: Seen, now: datetime) -> str:
    """Return ``resolved``, ``regressed``, ``new`` or ``ongoing``: the first that holds at ``now``.

    resolved: not seen since it was closed, or not seen for ``QUIET``.
    regressed: seen again after it was closed, or after a pause longer than ``QUIET`` that ended
    within ``BACK_FOR``. new: first seen within ``NEW_FOR``. ongoing: all others.
    """
    if now - seen.last > QUIET or (seen.closed is not None and seen.last <= seen.closed):
        return "resolved"
    if seen.closed is not None or now - _came_back(seen, now) <= BACK_FOR:
        return "regressed"
    return "new" if now - seen.first <= NEW_FOR else "ongoing"


def _came_back(seen: Seen, now: datetime) -> datetime:
    """Return when the last pause ended that was longer than ``QUIET``; long ago without one."""
    ends = seen.at[1:][np.diff(seen.at) > QUIET // timedelta(microseconds=1)]
    if not len(ends):
        return now - 2 * BACK_FOR
    return seen.last - timedelta(microseconds=int(seen.at[-1] - ends[-1]))
