"""Failures without an error: known by the evaluations that failed, or by their type."""

import re
from collections.abc import Collection, Iterable

from scarline.failures.cause import Parts, of_cause
from scarline.failures.layers import Layer
from scarline.failures.places import name_of, place_of
from scarline.failures.span import Evaluation, Span
from scarline.failures.wording import causes, wording

_EVALUATION = re.compile(r"^eval(?:uation)?_|_(?:score|eval|evaluation|check|metric|rating|judge)$")


def by_judgement(span: Span, failure_type: str, evaluations: Collection[str], tool: str) -> Parts:
    """Return the parts of a failure without an error: what was judged, and where.

    A step counts only where nothing but how good it was is told: evaluators that look for one
    thing are told apart by what they look for. ``evaluations`` as for ``signature``.
    """
    overall = wording().overall
    names = sorted({_evaluated(it) for it in _failed(span, failure_type, evaluations)})
    special = [it for it in names if it not in overall]
    known = next((it for it in (*special, failure_type) if it in causes().by_judgement), None)
    if known is not None:
        return of_cause(span, causes().rows[causes().by_judgement[known]], [], Layer(), tool)
    about = ", ".join(special) or ("quality" if names else failure_type)
    parts: Parts = {"evaluations": special}
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


def _failed(span: Span, failure_type: str, named: Collection[str]) -> list[Evaluation]:
    """Return the evaluations that made a failure of a span, as far as that is told."""
    if named:
        return [it for it in span.evaluations if it.name in named]
    told = [it for it in span.evaluations if (it.assessment or "").lower() == "fail"]
    if told:
        return told
    open_ones = [it for it in span.evaluations if (it.assessment or "").lower() != "pass"]
    if failure_type == "quality":
        return [it for it in open_ones if _evaluated(it) in wording().overall] or open_ones
    return [it for it in open_ones if failure_type in _evaluated(it)] or open_ones


def _evaluated(evaluation: Evaluation) -> str:
    """Return the name of an evaluation without words that only say that it is one."""
    name = name_of(evaluation.name)
    return _EVALUATION.sub("", name) or name
