"""Failing spans become rows of ``LLM_FAILURE``: columns, with what is told as JSON beside them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any

import pyarrow as pa

from scarline.failures.judge import Judgement, Verdict
from scarline.failures.payload import MOST_BYTES, Cleaned, as_json, fitted
from scarline.failures.span import Evaluation, Span
from scarline.kinds import LLM_FAILURE


@dataclass(frozen=True, slots=True)
class Grouping:
    """Which failures a failure is like: a versioned digest, a line for people, and the parts.

    ``parts`` is what the signature was made of; it is kept as JSON in ``grouped_by``.
    """

    signature: str
    title: str
    parts: Mapping[str, Any]


Failure = tuple[Span, Judgement, Grouping]


@dataclass(frozen=True, slots=True)
class Recording:
    """What a record needs beside the failure.

    ``fetched_at`` is aware, in UTC. ``link`` makes the permalink. ``hashed`` makes the pseudonym
    of a user, None without a key. ``cleaned`` takes personal data out of JSON values; it is
    called before a text is cut, since half of an address is found by no rule afterwards.
    ``most_bytes`` is how long a payload may be as UTF-8.
    """

    fetched_at: datetime
    link: Callable[[Span], str | None]
    hashed: Callable[[str], str | None]
    cleaned: Cleaned
    most_bytes: int = MOST_BYTES


def record(failures: Sequence[Failure], how: Recording) -> pa.RecordBatch:
    """Return one row of ``LLM_FAILURE`` for each failure, in their order.

    A failure is dated by the start of its span, so that it lies in the window that was asked.
    What the source did not tell is null. Raises ``ValueError`` for a span that no rule spoke
    about: what did not fail has no type.
    """
    columns = {
        **_told([span for span, _, _ in failures]),
        **_judged([judgement for _, judgement, _ in failures]),
        **_grouped([grouping for _, _, grouping in failures]),
        **_made([span for span, _, _ in failures], how),
    }
    arrays = [_column(columns[field.name], field) for field in LLM_FAILURE.schema]
    return pa.RecordBatch.from_arrays(arrays, schema=LLM_FAILURE.schema)


def _told(spans: Sequence[Span]) -> dict[str, list[Any]]:
    """Return the columns that are told by the spans as they are."""
    return {
        "trace_id": [span.trace_id for span in spans],
        "span_id": [span.span_id for span in spans],
        "failed_at": [span.started_at for span in spans],
        "service_name": [span.service for span in spans],
        "ml_app": [span.ml_app for span in spans],
        "span_kind": [span.kind or None for span in spans],
        "span_name": [span.name or None for span in spans],
        "model": [span.model for span in spans],
        "version": [span.version for span in spans],
        "status_code": [span.status_code for span in spans],
        "error_type": [span.error_type for span in spans],
        "input_tokens": [span.input_tokens for span in spans],
        "output_tokens": [span.output_tokens for span in spans],
        "cost_usd": [_finite(span.cost_usd) for span in spans],
        "duration_ms": [_finite(span.duration_ms) for span in spans],
    }


def _judged(judgements: Sequence[Judgement]) -> dict[str, list[Any]]:
    """Return the columns that the rules decide."""
    return {
        "failure_type": [judgement.leading.type for judgement in judgements],
        "severity": [judgement.leading.severity for judgement in judgements],
        "quality_score": [judgement.quality_score for judgement in judgements],
        "reasons": [as_json([_reason(it) for it in own.verdicts]) for own in judgements],
    }


def _grouped(groupings: Sequence[Grouping]) -> dict[str, list[Any]]:
    """Return the columns that say which failures it is like."""
    return {
        "signature": [grouping.signature for grouping in groupings],
        "title": [grouping.title for grouping in groupings],
        "grouped_by": [as_json(grouping.parts) for grouping in groupings],
    }


def _made(spans: Sequence[Span], how: Recording) -> dict[str, list[Any]]:
    """Return the columns that are made for the record."""
    return {
        "fetched_at": [how.fetched_at] * len(spans),
        "user_hash": [how.hashed(span.user) if span.user else None for span in spans],
        "trace_payload": [fitted(span.told, how.most_bytes, how.cleaned) for span in spans],
        "evaluations": [_evaluations(span.evaluations, how) for span in spans],
        "datadog_url": [how.link(span) for span in spans],
    }


def _reason(verdict: Verdict) -> dict[str, Any]:
    own = {
        "rule": verdict.rule,
        "type": verdict.type,
        "severity": verdict.severity,
        "why": verdict.why,
    }
    return own | ({"raised_by": list(verdict.raised_by)} if verdict.raised_by else {})


def _evaluations(evaluations: Iterable[Evaluation], how: Recording) -> str | None:
    """Return evaluations as a list of objects by name, each with only what was told."""
    told = [
        {
            name: value
            for name in ("name", "value", "form", "assessment", "status", "reasoning")
            if (value := getattr(evaluation, name)) is not None
        }
        for evaluation in sorted(evaluations, key=lambda it: it.name)
    ]
    return fitted(told, how.most_bytes, how.cleaned) if told else None


def _finite(number: float | None) -> float | None:
    return number if number is not None and isfinite(number) else None


def _column(values: list[Any], field: pa.Field) -> pa.Array:
    if pa.types.is_dictionary(field.type):
        return pa.array(values, field.type.value_type).dictionary_encode()
    return pa.array(values, field.type)
