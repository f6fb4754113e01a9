"""A bundle of failures for those who write evals, guardrails and runbooks: JSON, line by line.

The first line of a group says what it is; the lines of its failures follow, each with its evidence.
``docs/triage.md`` says what each field means.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from scarline.failures.decisions import Decision
from scarline.failures.groups import SEVERITIES, Group
from scarline.model import stamp

FORMAT = 1
"""Of the lines: fields are added without another number, and never change their meaning."""

JSON_COLUMNS = ("reasons", "evaluations", "trace_payload")
"""Columns that hold JSON as text; in a bundle they are what they hold."""

_ID_DIGITS = 32
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIMES = ("failed_at", "fetched_at")


def group_as_data(group: Group) -> dict[str, Any]:
    """Return a group as it is told in JSON, without its history."""
    return {
        "id": group.id,
        "title": group.title,
        "why": dict(group.why),
        "state": group.state,
        "version": group.version,
        "trend": group.trend,
        "severity": group.severity,
        "first_seen": stamp(group.first_seen),
        "last_seen": stamp(group.last_seen),
        "failures": group.spans,
        "traces": group.traces,
        "users": group.users,
        "applications": list(group.applications),
        "services": list(group.services),
        "versions": list(group.versions),
        "models": list(group.models),
        "failure_types": list(group.failure_types),
        "span_kinds": list(group.span_kinds),
        "signatures": list(group.signatures),
    }


def decision_as_data(decision: Decision) -> dict[str, Any]:
    """Return one decision as it is told in JSON."""
    return {
        "version": decision.version,
        "at": stamp(decision.at),
        "who": decision.who,
        "what": decision.what,
        "value": dict(decision.value),
        "why": decision.why,
    }


def failure_as_data(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a failure as it is told in JSON: times as RFC 3339, JSON as what it holds."""
    own = dict(row)
    for name in _TIMES:
        if own.get(name) is not None:
            own[name] = stamp(own[name])
    for name in (*JSON_COLUMNS, "grouped_by"):
        if isinstance(own.get(name), str):
            own[name] = _held(own[name])
    return own


def worst_first(group: Group) -> tuple[int, int, int, str]:
    """Return what groups are ordered by: severity, then how often, then how lately (in µs)."""
    rank = SEVERITIES.index(group.severity)
    last = (group.last_seen - _EPOCH) // timedelta(microseconds=1)
    return -rank, -group.spans, -last, group.id


def bundle(
    groups: Iterable[Group], evidence: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Iterator[bytes]:
    """Yield the lines of a bundle, each with its line feed.

    ``evidence`` has rows of LLM_FAILURE by the id of their group, in the order in which they are
    told.
    """
    for group in sorted(groups, key=worst_first):
        rows = evidence.get(group.id, ())
        history = [decision_as_data(it) for it in group.history]
        yield _line("group", group_as_data(group) | {"history": history, "evidence": len(rows)})
        for row in rows:
            yield _line("failure", {"group": group.id, **failure_as_data(row)})


def export_id(failures: Mapping[str, Iterable[tuple[str, str]]], evidence: int) -> str:
    """Return what an export is called: the same for the same failures of the same groups.

    ``failures`` has trace and span of all failures by group, ``evidence`` says how many of each
    are told at most. It does not depend on what people decided, so that an export that was
    delivered, and by that changed its groups, is known again.
    """
    own = {group: sorted(keys) for group, keys in failures.items()}
    form = json.dumps([FORMAT, evidence, own], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(form.encode("utf-8", "replace")).hexdigest()[:_ID_DIGITS]


def _line(sort: str, told: Mapping[str, Any]) -> bytes:
    return orjson.dumps({"format": FORMAT, "type": sort, **told}, option=orjson.OPT_APPEND_NEWLINE)


def _held(text: str) -> Any:
    """Return what a JSON text holds; a text that is none stays the text."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
