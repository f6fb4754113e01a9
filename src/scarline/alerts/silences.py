"""Silences: for how long alerts with these labels are not told, who said so and why.

They are decisions, rows that are only added; the last one about a silence stands, so one is
expired by a later row that ends it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from scarline.alerts.alert import digest
from scarline.alerts.matching import Labels, Matcher, all_match, matcher
from scarline.errors import UsageError
from scarline.kinds import DECISION
from scarline.model import stamp

ABOUT = "silence"
"""What the column ``about`` says of the decisions that are read here."""

PENDING, ACTIVE, EXPIRED = "pending", "active", "expired"

MOST_MATCHERS = 20


@dataclass(frozen=True, slots=True)
class Silence:
    """One silence, from ``starts_at`` up to but without ``ends_at``."""

    id: str
    matchers: tuple[Matcher, ...]
    starts_at: datetime
    ends_at: datetime
    author: str
    comment: str
    version: int = 1

    def state(self, now: datetime) -> str:
        """Return whether it is to come, holds, or is over."""
        if now < self.starts_at:
            return PENDING
        return ACTIVE if now < self.ends_at else EXPIRED

    def mutes(self, labels: Labels, now: datetime) -> bool:
        """Return whether alerts with these labels are not told at ``now``."""
        return self.state(now) == ACTIVE and all_match(self.matchers, labels)


def silence(
    texts: Sequence[str], starts_at: datetime, ends_at: datetime, author: str, comment: str
) -> Silence:
    """Return a new silence; raises ``UsageError`` for one that cannot be.

    As in Alertmanager at least one matcher must ask for something, else all would be silent.
    """
    try:
        matchers = tuple(sorted((matcher(it) for it in texts), key=str))
    except ValueError as error:
        raise UsageError(str(error)) from None
    if not 0 < len(matchers) <= MOST_MATCHERS:
        raise UsageError(f"a silence needs a matcher, and has {MOST_MATCHERS} at most")
    if all_match(matchers, {}):
        raise UsageError("these matchers fit what has no labels, so everything: ask for a value")
    if starts_at.tzinfo is None or ends_at.tzinfo is None or ends_at <= starts_at:
        raise UsageError("a silence ends after it starts, both times with their offset")
    if not author.strip() or not comment.strip():
        raise UsageError("a silence needs an author and a comment: say who wants it and why")
    name = digest(*map(str, matchers), stamp(starts_at), stamp(ends_at), author)
    return Silence(name, matchers, starts_at, ends_at, author, comment)


def expired(of: Silence, now: datetime) -> Silence:
    """Return ``of`` ended at ``now``; raises ``UsageError`` if it is over already."""
    if of.state(now) == EXPIRED:
        raise UsageError(f"silence {of.id} is over since {stamp(of.ends_at)}")
    starts_at = min(of.starts_at, now)
    return replace(of, starts_at=starts_at, ends_at=now, version=of.version + 1)


def standing(decisions: pa.Table) -> list[Silence]:
    """Return all silences as they stand, the newest first, from rows of DECISION in any order."""
    rows = decisions.filter(pc.equal(decisions["about"].cast(pa.string()), ABOUT)).to_pylist()
    found: dict[str, Silence] = {}
    for told in sorted(rows, key=lambda it: int(it["version"])):
        first = found.get(told["subject"])
        own = _read(told)
        found[own.id] = own if first is None else replace(own, author=first.author)
    return sorted(found.values(), key=lambda it: (it.starts_at, it.id), reverse=True)


def row(of: Silence, at: datetime, who: str) -> Mapping[str, Any]:
    """Return a silence as a row of DECISION that ``who`` wrote ``at`` a time."""
    value = {
        "matchers": [str(it) for it in of.matchers],
        "starts_at": stamp(of.starts_at),
        "ends_at": stamp(of.ends_at),
    }
    return {
        "about": ABOUT,
        "subject": of.id,
        "version": of.version,
        "at": at.astimezone(UTC),
        "who": who,
        "what": "silence" if of.version == 1 else "expire",
        "value": json.dumps(value, sort_keys=True),
        "why": of.comment,
    }


def batch(rows: Iterable[Mapping[str, Any]]) -> pa.RecordBatch:
    """Return rows of decisions as one batch."""
    return pa.RecordBatch.from_pylist(list(rows), schema=DECISION.schema)


def as_data(of: Silence, now: datetime) -> dict[str, Any]:
    """Return a silence as it is told in JSON."""
    return {
        "id": of.id,
        "state": of.state(now),
        "matchers": [str(it) for it in of.matchers],
        "starts_at": stamp(of.starts_at),
        "ends_at": stamp(of.ends_at),
        "author": of.author,
        "comment": of.comment,
    }


def _read(told: Mapping[str, Any]) -> Silence:
    value = json.loads(told["value"])
    return Silence(
        id=told["subject"],
        matchers=tuple(matcher(it) for it in value["matchers"]),
        starts_at=datetime.fromisoformat(value["starts_at"]),
        ends_at=datetime.fromisoformat(value["ends_at"]),
        author=told["who"],
        comment=told["why"] or "",
        version=int(told["version"]),
    )
