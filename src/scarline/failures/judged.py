"""Failures without an error: known by the evaluations that failed, or by their type."""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from scarline.failures.cause import of_cause
from scarline.failures.keys import Parts
from scarline.failures.places import judged_name, name_of, place_of
from scarline.failures.span import Evaluation, Span
from scarline.failures.wording import causes, wording

UNTOLD = "error"
"""The type of a failure of which no rule speaks."""

_SLOW = re.compile(r"(?i)time_?to_?first|ttft|latency|silence|response_?time|elapsed|first_?token")
_STEM = 4  # letters that bias and biased share; shorter labels are codes of languages, grades
_TURNS = 3  # as many equal calls of a tool in one run are a loop


def by_judgement(
    span: Span, failure_type: str, evaluations: Collection[str] | None, tool: str
) -> Parts:
    """Return the parts of a failure without an error: what was judged, and where.

    A step counts only where nothing but how good it was is told: evaluators that look for one
    thing are told apart by what they look for. ``evaluations`` as for ``signature``.
    """
    overall = wording().overall
    failed = _failed(span, failure_type, evaluations)
    names = sorted({judged_name(it.name) for it in failed})
    special = [it for it in names if it not in overall]
    labels = sorted({it for one in failed if (it := _label(one))})
    if not names and failure_type == UNTOLD:
        special, failure_type = _broken(span), _measured(span)
        if special:
            about = ", ".join(special)
            return {"cause": "evaluator", "object": about, "title": f"Evaluator failed: {about}"}
    told = (*labels, *special, failure_type)
    known = next((it for it in told if it in causes().by_judgement), None)
    labels = [it for it in labels if it != known]
    if known is not None:
        row = causes().rows[causes().by_judgement[known]]
        return of_cause(span, row, [], tool) | {"label": labels}
    about = ", ".join(special) or ("quality" if names else failure_type)
    parts: Parts = {"evaluations": special, "label": labels}
    if not special:
        parts = {"failure_type": about, "place": tool or place_of(span)}
    spelled = about.replace("_", " ")
    where = f" in {parts['place']}" if parts.get("place") else ""
    return parts | {"title": f"{spelled[:1].upper()}{spelled[1:]}{where}"}


def blamed(span: Span, reasons: Iterable[str]) -> list[str]:
    """Return the names of the evaluations of ``span`` that ``reasons`` name.

    Reasons are the sentences of verdicts: those that tell of an evaluation name it.
    """
    told = list(reasons)
    names = dict.fromkeys(it.name for it in span.evaluations)
    return [name for name in names if any(f" evaluation {name} " in f" {why} " for why in told)]


def _failed(span: Span, failure_type: str, named: Collection[str] | None) -> list[Evaluation]:
    """Return the evaluations that made a failure of a span, as far as that is told."""
    if named is not None:
        return [it for it in span.evaluations if it.name in named]
    told = [it for it in span.evaluations if (it.assessment or "").lower() == "fail"]
    if told:
        return told
    judged = [it for it in span.evaluations if it.status != "error"]
    open_ones = [it for it in judged if (it.assessment or "").lower() != "pass"]
    if failure_type == "quality":
        return [it for it in open_ones if judged_name(it.name) in wording().overall] or open_ones
    return [it for it in open_ones if failure_type in judged_name(it.name)] or open_ones


def _label(evaluation: Evaluation) -> str:
    """Return what an evaluation found, "" where it only says that it found something."""
    value = evaluation.value
    label = name_of(value) if isinstance(value, str) else ""
    looked_for = judged_name(evaluation.name)
    same = label[:_STEM] == looked_for[:_STEM] or label in looked_for
    return "" if same or len(label) < _STEM or label in wording().grades else label


def _broken(span: Span) -> list[str]:
    """Return the evaluations that could not be made."""
    return sorted({judged_name(it.name) for it in span.evaluations if it.status == "error"})


def _measured(span: Span) -> str:
    """Return the type of a failure of which nothing is told but what was measured or called."""
    calls = span.metadata.get("tool_calls")
    told = (
        [json.dumps(it, sort_keys=True, default=str) for it in calls if isinstance(it, Mapping)]
        if isinstance(calls, list)
        else []
    )
    if max(Counter(told).values(), default=0) >= _TURNS:
        return "tool_loop"
    numbers = (name for name, it in span.metadata.items() if isinstance(it, int | float))
    return "latency" if any(map(_SLOW.search, numbers)) else UNTOLD
