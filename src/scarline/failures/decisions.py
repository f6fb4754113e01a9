"""What people decided about groups of failures: states, merges and splits, and who may follow.

Decisions are rows that are only added. Of each sort the last one about a group stands, so a
decision is undone by a later one: a merge by a merge into nothing, a split by a split by nothing.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from scarline.errors import StoreConflict, UsageError
from scarline.kinds import DECISION

ABOUT = "failure_group"
"""What the column ``about`` says of the decisions that are read here."""

NEW, TRIAGED, READY, EXPORTED, DISMISSED = "new", "triaged", "ready", "exported", "dismissed"

TRANSITIONS: Mapping[str, frozenset[str]] = {
    NEW: frozenset({TRIAGED, DISMISSED}),
    TRIAGED: frozenset({READY, DISMISSED}),
    READY: frozenset({EXPORTED, TRIAGED, DISMISSED}),
    EXPORTED: frozenset({EXPORTED, TRIAGED, DISMISSED}),
    DISMISSED: frozenset({TRIAGED}),
}
"""From which state to which a person may move a group."""

SPLIT_BY = frozenset(
    {
        *("failure_type", "service_name", "ml_app", "span_kind", "span_name", "error_type"),
        *("model", "version"),
    }
)
"""The columns of failures by which a group can be split."""

_MOST_LISTED = 10_000  # failures in one split by hand


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision about the group ``subject``.

    ``version`` counts the decisions about it from 1. ``at`` is aware. ``what`` and ``value`` are
    ``state`` with ``{"state": name}``, and ``"resolved": true`` for an export that mended it;
    ``merge`` with ``{"into": id}``, or null to undo; ``split`` with ``{"by": column}``, or null
    to undo, or with ``{"failures": [[trace, span], …], "into": id}``, where no failures undo.
    """

    subject: str
    version: int
    at: datetime
    who: str
    what: str
    value: Mapping[str, Any]
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands of all decisions, by the group that they are about.

    ``merged`` says into which other group, ``parted`` by which column, ``taken`` which failures
    (trace and span) into which group of their own.
    """

    history: Mapping[str, Sequence[Decision]] = field(default_factory=dict)
    merged: Mapping[str, str] = field(default_factory=dict)
    parted: Mapping[str, str] = field(default_factory=dict)
    taken: Mapping[str, Mapping[tuple[str, str], str]] = field(default_factory=dict)

    def version(self, group: str) -> int:
        """Return the number of the last decision about a group, 0 without any."""
        return max((it.version for it in self.history.get(group, ())), default=0)

    def state(self, group: str) -> Decision | None:
        """Return the decision that set the state of a group, None while it is new."""
        return next(
            (it for it in reversed(self.history.get(group, ())) if it.what == "state"), None
        )


def standing(decisions: pa.Table) -> Standing:
    """Return what stands of ``decisions``, rows of the kind DECISION in any order."""
    history: dict[str, list[Decision]] = {}
    merged: dict[str, str] = {}
    parted: dict[str, str] = {}
    listed: dict[str, dict[str, list[Any]]] = {}
    about = decisions.filter(pc.equal(decisions["about"].cast(pa.string()), ABOUT))
    rows = [_read(row) for row in about.to_pylist()]
    for row in sorted(rows, key=lambda it: (it.subject, it.version)):
        history.setdefault(row.subject, []).append(row)
        if row.what == "merge":
            _stand(merged, row.subject, row.value.get("into"))
        if row.what == "split" and "by" in row.value:
            _stand(parted, row.subject, row.value["by"])
        if row.what == "split" and "into" in row.value:
            listed.setdefault(row.subject, {})[row.value["into"]] = row.value["failures"]
    taken = {group: _by_failure(pieces) for group, pieces in listed.items()}
    return Standing(history, merged, parted, taken)


def decided(wanted: Decision, decisions: pa.Table, known: Collection[str]) -> pa.RecordBatch:
    """Return ``wanted`` as the one row to store, if it may follow what stands.

    ``known`` holds the ids of the groups that there are. ``wanted.version`` is one more than the
    version that was seen, as ``If-Match`` told it. Raises ``StoreConflict`` if somebody decided
    since, ``UsageError`` for what cannot be decided.
    """
    stands = standing(decisions)
    _refuse_unknown(wanted, stands, known)
    current = stands.version(wanted.subject)
    if wanted.version != current + 1:
        raise StoreConflict(
            f"group {wanted.subject} is at version {current}, not {wanted.version - 1}: somebody "
            "decided about it since; look at it again, then decide"
        )
    if wanted.at.tzinfo is None or not wanted.who.strip():
        raise UsageError("a decision needs an aware time and the name of who decides")
    match wanted.what:
        case "state":
            _check_state(wanted, stands)
        case "merge":
            _check_merge(wanted, stands, known)
        case "split":
            _check_split(wanted)
        case other:
            raise UsageError(f"a group has no decision {other!r}: there are state, merge, split")
    return _row(wanted)


def _refuse_unknown(wanted: Decision, stands: Standing, known: Collection[str]) -> None:
    subject, into = wanted.subject, stands.merged.get(wanted.subject)
    if into is not None and wanted.what != "merge":
        raise UsageError(f"group {subject} is merged into {into}: decide about {into}")
    if into is None and subject not in known and subject not in stands.history:
        raise UsageError(f"there is no group {subject}: `scarline failures groups` lists them")


def _check_state(wanted: Decision, stands: Standing) -> None:
    last = stands.state(wanted.subject)
    now = NEW if last is None else str(last.value["state"])
    to = wanted.value.get("state")
    if to not in TRANSITIONS[now]:
        allowed = ", ".join(sorted(TRANSITIONS[now]))
        raise UsageError(f"a group that is {now} cannot become {to}: it can become {allowed}")
    if to == DISMISSED and not (wanted.why or "").strip():
        raise UsageError("a group is dismissed with a reason: say why")


def _check_merge(wanted: Decision, stands: Standing, known: Collection[str]) -> None:
    into = wanted.value.get("into", "")
    if into is None:
        if wanted.subject not in stands.merged:
            raise UsageError(f"group {wanted.subject} is not merged: there is nothing to undo")
        return
    if into not in known:
        raise UsageError(f"there is no group {into!r} to merge into")
    way = [into]
    while (following := stands.merged.get(way[-1])) is not None:
        way.append(following)
    if wanted.subject in way:
        raise UsageError(f"{wanted.subject} cannot merge into {into}: that leads back to itself")
    if wanted.subject in stands.parted:
        raise UsageError(f"group {wanted.subject} is split: undo that, or merge its parts")


def _check_split(wanted: Decision) -> None:
    value = wanted.value
    if set(value) == {"by"}:
        if value["by"] is not None and value["by"] not in SPLIT_BY:
            allowed = ", ".join(sorted(SPLIT_BY))
            raise UsageError(f"a group cannot be split by {value['by']!r}, only by: {allowed}")
        return
    failures, into = value.get("failures"), value.get("into")
    pairs = isinstance(failures, list | tuple) and all(_is_pair(it) for it in failures)
    if set(value) != {"failures", "into"} or not pairs or not into or not isinstance(into, str):
        raise UsageError(
            'a split is {"by": column} or {"failures": [[trace, span], …], "into": new id}'
        )
    if into == wanted.subject:
        raise UsageError(f"group {into} cannot be split into itself: give the part another id")
    if len(failures or ()) > _MOST_LISTED:
        raise UsageError(f"a split lists at most {_MOST_LISTED} failures: split by a column")


def _is_pair(failure: Any) -> bool:
    pair = isinstance(failure, list | tuple) and len(failure) == len(("trace", "span"))
    return pair and all(isinstance(it, str) for it in failure)


def _stand(stands: dict[str, str], subject: str, value: str | None) -> None:
    stands.pop(subject, None)
    if value is not None:
        stands[subject] = value


def _by_failure(pieces: Mapping[str, Iterable[Sequence[str]]]) -> dict[tuple[str, str], str]:
    return {(it[0], it[1]): into for into, failures in pieces.items() for it in failures}


def _read(row: Mapping[str, Any]) -> Decision:
    own = {it: row[it] for it in ("subject", "version", "at", "who", "what", "why")}
    return Decision(value=json.loads(row["value"]), **own)


def _row(decision: Decision) -> pa.RecordBatch:
    row = {it: getattr(decision, it) for it in ("subject", "version", "who", "what", "why")}
    value = json.dumps(decision.value, sort_keys=True, ensure_ascii=False)
    row |= {"about": ABOUT, "at": decision.at.astimezone(UTC), "value": value}
    return pa.RecordBatch.from_pylist([row], schema=DECISION.schema)
