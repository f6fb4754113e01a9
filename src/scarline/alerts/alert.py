"""Alerts: scars that a rule is about. Nothing of them is kept; they follow from the scars."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from scarline.alerts.fields import LABEL
from scarline.alerts.matching import Labels, all_match, glob_matches, tags_match
from scarline.alerts.rules import Rule, Rules

PENDING, FIRING, RESOLVED = "pending", "firing", "resolved"

COLUMNS = (
    *("series", "onset", "metric", "host", "tags", "interval_seconds", "unit", "ended_at"),
    *("points", "detector", "direction", "peak_at", "peak_score", "peak_value", "expected"),
    *("missed_by",),
)
"""The columns of a scar that alerts are made from."""

KEPT = timedelta(days=14)
"""Scars that began longer ago are no alerts: a level that lasts is accepted within hours."""

STALE = timedelta(days=1)
"""A scar that goes on, and of whose series nothing came for so long, is over: nobody knows."""

Key = tuple[str, datetime]
"""Which scar: the series and the onset."""

_NOT_WORD = re.compile(r"\W", re.ASCII)
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
_DIGEST = 32


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was seen where the scar was missed by most.

    ``missed_by`` is in mean absolute deviations, ``score`` from 0.5 to 1; what was expected is
    None where nobody could say.
    """

    series: str
    onset: datetime
    direction: str
    value: float
    expected: float | None
    missed_by: float | None
    score: float
    unit: str | None


@dataclass(frozen=True, slots=True)
class Alert:
    """What a rule says of a scar. Two with the same labels are the same alert.

    It starts when the scar does and fires from ``fires_at`` on, once that is long enough ago for
    its rule. ``ends_at`` is None while the scar goes on.
    """

    labels: Labels
    starts_at: datetime
    fires_at: datetime
    ends_at: datetime | None = None
    annotations: Mapping[str, str] = field(default_factory=dict)
    evidence: Evidence | None = None
    state: str = FIRING

    @property
    def fingerprint(self) -> str:
        """Return what its labels come to, in letters alone: no rule of privacy takes it for one."""
        return digest(*(f"{name}={self.labels[name]}" for name in sorted(self.labels)))


def digest(*parts: str) -> str:
    """Return a digest of texts: 32 letters from a to p, which look like no number of anything."""
    told = sha256("\x1f".join(parts).encode()).hexdigest()[:_DIGEST]
    return told.translate(_LETTERS)


def alerts(
    rules: Rules, scars: pa.Table, now: datetime, quiet: Collection[Key] = ()
) -> list[Alert]:
    """Return the alerts of ``scars`` as they stand at ``now``, by when they began.

    ``quiet`` names scars of which nobody is told. A scar that ended before its rule would have
    told of it is none.
    """
    found: dict[str, Alert] = {}
    for row in _recent(rules, scars, now):
        if (row["series"], row["onset"]) in quiet:
            continue
        for alert in _of(rules, row, now):
            same = found.get(alert.fingerprint)
            found[alert.fingerprint] = alert if same is None else _together(same, alert)
    return sorted(found.values(), key=lambda it: (it.starts_at, it.fingerprint))


def _recent(rules: Rules, scars: pa.Table, now: datetime) -> Iterator[Mapping[str, Any]]:
    rows = scars.select(COLUMNS)
    still = pc.fill_null(pc.greater(rows["ended_at"], pa.scalar(now - STALE)), True)  # noqa: FBT003
    began = pc.and_(
        pc.greater(rows["onset"], pa.scalar(now - KEPT)),
        pc.less_equal(rows["onset"], pa.scalar(now)),
    )
    detectors = pa.array(sorted(rules.promoted), pa.string())
    promoted = pc.is_in(rows["detector"].cast(pa.string()), detectors)
    yield from rows.filter(pc.and_(pc.and_(still, began), promoted)).to_pylist()


def _of(rules: Rules, row: Mapping[str, Any], now: datetime) -> Iterator[Alert]:
    seen_until = row["onset"] + timedelta(seconds=row["points"] * row["interval_seconds"])
    ended = row["ended_at"]
    if ended is None and seen_until + STALE <= now:
        ended = seen_until + STALE
    if ended is not None and ended > now:
        ended = None
    for rule in rules.rules:
        if not _speaks_of(rule, row):
            continue
        labels = _labels(rule, row)
        if not all_match(rule.matchers, labels):
            continue
        fires_at = row["onset"] + rule.held
        lasted = max(seen_until, row["peak_at"], ended or seen_until)
        if ended is not None and ended < fires_at:
            continue
        state = RESOLVED if ended is not None else FIRING
        if ended is None and (now < fires_at or lasted < fires_at):
            state = PENDING
        evidence = _evidence(row)
        said = _annotations(rule, labels, evidence)
        yield Alert(labels, row["onset"], fires_at, ended, said, evidence, state)


def _speaks_of(rule: Rule, row: Mapping[str, Any]) -> bool:
    missed_by = row["missed_by"]
    return (
        glob_matches(rule.metric, row["metric"])
        and glob_matches(rule.host, row["host"])
        and tags_match(rule.tags, row["tags"])
        and rule.direction in (None, "both", row["direction"])
        and row["peak_score"] >= rule.min_score
        and (not rule.min_missed_by or (missed_by or 0.0) >= rule.min_missed_by)
    )


def _labels(rule: Rule, row: Mapping[str, Any]) -> dict[str, str]:
    """Return the labels of an alert; a tag is one too, unless its name is taken."""
    parted = [tag.partition(":") for tag in row["tags"].split(",")]
    tags = {_NOT_WORD.sub("_", name): value for name, colon, value in parted if colon}
    told = {name: it for name, it in tags.items() if LABEL.fullmatch(name)}
    own = {
        "alertname": rule.name,
        "severity": rule.severity,
        "detector": row["detector"],
        "direction": row["direction"],
        **{name: row[name] for name in ("metric", "host", "tags")},
    }
    return {name: it for name, it in (told | dict(rule.labels) | own).items() if it}


def _evidence(row: Mapping[str, Any]) -> Evidence:
    return Evidence(
        series=row["series"],
        onset=row["onset"],
        direction=row["direction"],
        value=row["peak_value"],
        expected=row["expected"],
        missed_by=row["missed_by"],
        score=row["peak_score"],
        unit=row["unit"],
    )


def _annotations(rule: Rule, labels: Labels, seen: Evidence) -> dict[str, str]:
    """Return the rule's annotations, with what stands in braces put in: ``{host}``, ``{value}``."""
    numbers = {"value": seen.value, "expected": seen.expected, "missed_by": seen.missed_by}
    known = {name: "unknown" if it is None else f"{it:g}" for name, it in numbers.items()}
    known |= labels
    return {
        name: re.sub(r"\{(\w+)\}", lambda it: known.get(it[1], it[0]), text)
        for name, text in rule.annotations.items()
    }


def _together(one: Alert, other: Alert) -> Alert:
    """Return which of two scars with the same labels the alert is about: the one that goes on.

    Of several that go on the first, of several that ended the last to end.
    """
    states = (RESOLVED, PENDING, FIRING)
    if one.state != other.state:
        return max(one, other, key=lambda it: states.index(it.state))
    if one.ends_at is not None and other.ends_at is not None:
        return max(one, other, key=lambda it: (it.ends_at, it.starts_at))
    return min(one, other, key=lambda it: it.starts_at)
