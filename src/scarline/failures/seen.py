"""A span as the tests of the rules see it: all that they look at, read once.

Of most spans little is told that any test looks at. What it is stands in a mask, by which the
rules are found that can speak (:class:`scarline.failures.rules.Rules`); no others are asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from scarline.failures.answer import NOT_TOLD, Answer, answered, finish_reasons
from scarline.failures.evaluations import Evaluated, evaluated, quality
from scarline.failures.guardrails import may_have_failed
from scarline.failures.span import Span
from scarline.failures.trace import TraceFacts

STATUS = 1 << 0  # the status is error
STATUS_CODE = 1 << 1
ERROR_TYPE = 1 << 2
TRACE = 1 << 3  # it is a tool, or failed and may have called one
EVALUATIONS = 1 << 4  # one at least that was not passed
QUALITY = 1 << 5
GUARDRAIL = 1 << 6  # something is called so
FINISH_REASON = 1 << 7
ANSWER = 1 << 8  # a text, or a mark of a refusal
EMPTY = 1 << 9  # the answer is empty
OUTPUT = 1 << 10
DURATION = 1 << 11
TOKENS = 1 << 12
COST = 1 << 13
ROOT = 1 << 14  # it has no parent
"""What can be told of a span, as bits of a mask."""

_ANSWERING = frozenset({"llm", "agent", "workflow"})


@dataclass(slots=True)
class Seen:
    """A span with all that the tests look at.

    ``told`` is the mask of what there is, ``open_names`` the plain names of the evaluations that
    were not passed.
    """

    span: Span
    trace: TraceFacts | None
    evaluations: Sequence[Evaluated]
    quality: float | None
    reasons: frozenset[str]  # why the model stopped
    answer: Answer
    open_names: tuple[str, ...] = ()
    told: int = 0


def see(span: Span, trace: TraceFacts | None, names: tuple[str, ...]) -> Seen:
    """Return ``span`` as it is seen; ``names`` are the evaluations that are its quality score."""
    found = evaluated(span.evaluations)
    reasons = finish_reasons(span.metadata)
    answer = answered(span, reasons) if span.kind in _ANSWERING else NOT_TOLD
    score = quality(found, span.metadata, names)
    seen = Seen(span, trace, found, score, reasons, answer)
    if found:
        seen.open_names = tuple([it.name for it in found if not it.passed])
    seen.told = _told(seen)
    return seen


def asks_trace(span: Span) -> bool:
    """Return whether what other spans of its trace say can be why a span is a failure."""
    return span.kind == "tool" or span.status == "error"


def _told(seen: Seen) -> int:
    span, answer = seen.span, seen.answer
    counted = span.input_tokens is not None or span.output_tokens is not None
    guarded = may_have_failed(span, seen.evaluations, seen.reasons)
    return (
        (ROOT if span.parent_id is None else 0)
        | (STATUS if span.status == "error" else 0)
        | (STATUS_CODE if span.status_code is not None else 0)
        | (ERROR_TYPE if span.error_type else 0)
        | (TRACE if asks_trace(span) else 0)
        | (EVALUATIONS if seen.open_names else 0)
        | (QUALITY if seen.quality is not None else 0)
        | (GUARDRAIL if guarded else 0)
        | (FINISH_REASON if seen.reasons else 0)
        | (ANSWER if answer.text or answer.refused else 0)
        | (EMPTY if answer.empty else 0)
        | (OUTPUT if span.output is not None else 0)
        | (DURATION if span.duration_ms is not None else 0)
        | (TOKENS if counted else 0)
        | (COST if span.cost_usd is not None else 0)
    )
