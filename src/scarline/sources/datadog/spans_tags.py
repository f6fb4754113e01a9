"""What the tags of a span tell, read once for each list of them. Pure."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from scarline.failures.statuses import codes_of_tags
from scarline.sources.datadog.spans_errors import Trouble, trouble_of_tags
from scarline.sources.datadog.spans_values import Tags, tagged, tags

USERS = ("user_id", "usr.id", "user.id", "user", "user_handle", "usr.email", "user_email")
SESSIONS = ("session_id", "session.id", "session")
"""Neither has a field of its own: they are tags, or metadata."""

_MOST_LISTS = 1_000
"""How many lists are remembered. The spans of a trace have one in common, as a rule, and pages
are sorted by time, so that those of one trace stand near one another."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """What tags tell: all of them by key, and what a span is asked for; None where untold."""

    values: Tags
    ml_app: str | None
    service: str | None
    env: str | None
    version: str | None
    user: str | None
    session: str | None
    trouble: Trouble
    status_codes: Sequence[int]


def read_tags(value: Any) -> Tagged:
    """Return what tags tell, a list of ``key:value`` or an object."""
    if not isinstance(value, list):
        return _read(tags(value))
    try:
        return _listed(tuple(value))
    except TypeError:  # an object or a list among them, which is no tag
        return _listed(tuple([it for it in value if isinstance(it, str)]))


@lru_cache(_MOST_LISTS)
def _listed(told: tuple[Hashable, ...]) -> Tagged:
    return _read(tags(told))


def _read(told: Tags) -> Tagged:
    return Tagged(
        values=told,
        ml_app=tagged(told, "ml_app"),
        service=tagged(told, "service"),
        env=tagged(told, "env"),
        version=tagged(told, "version"),
        user=tagged(told, *USERS),
        session=tagged(told, *SESSIONS),
        trouble=trouble_of_tags(told),
        status_codes=codes_of_tags(told),
    )
