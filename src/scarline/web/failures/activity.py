"""How often groups were seen over time, and how many there are by each value of a filter."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scarline.failures.groups import Group
from scarline.model import Window
from scarline.web.coverage import window_as_data
from scarline.web.failures.asked import WantedGroups
from scarline.web.failures.backlog import Snapshot
from scarline.web.failures.listing import groups_having, groups_in
from scarline.web.moments import ordered

BUCKETS = 24
"""Into how many equal stretches of time counts are told."""

LONGEST, SHORTEST = timedelta(days=14), timedelta(days=1)
"""How far counts look back where no start is asked for."""

MOST_VALUES = 100
"""How many values of a filter are told, the most frequent ones."""

_HOUR = timedelta(hours=1)

_FACETS: Mapping[str, Callable[[Group], Iterable[str]]] = {
    "state": lambda it: (it.state,),
    "severity": lambda it: (it.severity,),
    "trend": lambda it: (it.trend,),
    "application": lambda it: it.applications,
    "service": lambda it: it.services,
    "type": lambda it: it.failure_types,
}


def surveyed(seen: Snapshot, wanted: WantedGroups, now: datetime) -> dict[str, Any]:
    """Return how often each group was seen, over what stretch, and what can be asked for."""
    since, until = ordered(wanted.since, wanted.until)
    over = stretch(seen.failures, since, until, now)
    asked = since is not None or until is not None
    within = groups_in(seen.failures, since, until) if asked else None
    return {
        "activity": activity(seen.failures, over),
        "over": window_as_data(over),
        "facets": facets(seen.groups, wanted, within),
    }


def stretch(
    rows: pa.Table, since: datetime | None, until: datetime | None, now: datetime
) -> Window:
    """Return over what stretch counts are told: what was asked, else since failures are known.

    It ends with the hour of ``now`` where no end was asked, so that the same backlog is the same
    answer for that long.
    """
    end = until or _hour(now) + _HOUR
    if since is not None and since < end:
        return Window(since, end)
    first = _hour(pc.min(rows["failed_at"]).as_py() or end)
    return Window(min(max(first, end - LONGEST), end - SHORTEST), end)


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def activity(rows: pa.Table, over: Window) -> dict[str, list[int]]:
    """Return how many failures each group had in each of :data:`BUCKETS` stretches of ``over``.

    ``rows`` has ``failed_at`` and ``group``; groups without any in ``over`` are there too.
    """
    coded = rows["group"].cast(pa.string()).combine_chunks().dictionary_encode()
    names = coded.dictionary.to_pylist()
    start, end = (int(it.timestamp() * 1_000_000) for it in (over.start, over.end))
    times = rows["failed_at"].cast(pa.int64()).to_numpy()
    place = (times - start) * BUCKETS // (end - start)
    inside = (times >= start) & (times < end)
    cells = coded.indices.to_numpy()[inside] * BUCKETS + place[inside]
    counts = np.bincount(cells, minlength=len(names) * BUCKETS).reshape(len(names), BUCKETS)
    return dict(zip(names, counts.tolist(), strict=True))


def facets(
    groups: Sequence[Group], wanted: WantedGroups, within: set[str] | None
) -> dict[str, list[dict[str, Any]]]:
    """Return for each filter its values and how many groups fit them and all other filters."""
    told = {}
    for name, of in _FACETS.items():
        others = wanted.model_copy(update={name: ""})
        counts = Counter(it for one in groups_having(groups, others, within) for it in of(one))
        told[name] = [
            {"value": value, "groups": count} for value, count in counts.most_common(MOST_VALUES)
        ]
    return told
