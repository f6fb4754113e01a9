"""Evaluations as they can be compared: by the words of their name, as a number, as words.

The name alone says what an evaluation is about and whether more is better; where it does not,
only the assessment of the evaluator counts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Any

from scarline.failures.answer import plain
from scarline.failures.span import Evaluation

_TURNS = frozenset({"no", "non", "not", "free", "without", "absence", "anti", "resistance", "safe"})
"""Words of a name that turn its meaning round: ``non_toxicity`` is better the higher it is."""

_LABELS = ("label", "category", "categories", "verdict", "result", "value")
_FAILED = frozenset({"fail", "failed", "failing"})
_PASSED = frozenset({"pass", "passed", "passing"})


@dataclass(frozen=True, slots=True)
class Evaluated:
    """An evaluation that was made.

    ``name`` is in plain words, ``told`` as it came. ``score`` is from 0 to 1, None for what is no
    number or lies outside: its scale is not known. ``words`` are what a categorical or boolean
    evaluation says. ``passed`` is the assessment, None where there is none.
    """

    name: str
    told: str
    score: float | None
    words: frozenset[str]
    passed: bool | None


def evaluated(evaluations: Sequence[Evaluation]) -> tuple[Evaluated, ...]:
    """Return the evaluations that could judge, by name."""
    found = [
        Evaluated(plain(it.name), it.name, _score(it), frozenset(_said(it)), _passed(it.assessment))
        for it in evaluations
        if (it.status or "").lower() != "error"
    ]
    return tuple(sorted(found, key=lambda it: it.told)) if len(found) > 1 else tuple(found)


def is_about(name: str, phrases: tuple[str, ...]) -> bool:
    """Return whether the words of a plain name hold one of ``phrases``, and do not turn it round.

    ``answer_toxicity`` is about ``toxicity``; ``intoxication`` and ``non_toxicity`` are not.
    """
    return holds(name, phrases) and _TURNS.isdisjoint(name.split("_"))


def holds(name: str, phrases: tuple[str, ...]) -> bool:
    """Return whether one of ``phrases`` stands in a plain name as whole words."""
    return any(f"_{phrase}_" in f"_{name}_" for phrase in phrases)


def quality(
    found: Sequence[Evaluated], metadata: Mapping[str, Any], names: tuple[str, ...]
) -> float | None:
    """Return the quality score of a span, from 0 to 1; None where none is told.

    It is the score of the evaluation whose name holds the first of ``names``, in their order;
    of several with that name the first by name. Without one, ``quality_score`` in the metadata.
    """
    scores = [
        (place, it.score)
        for it in found
        if it.score is not None and (place := _place(it.name, names)) < len(names)
    ]
    if scores:
        return min(scores, key=lambda it: it[0])[1]
    return _number(metadata["quality_score"]) if "quality_score" in metadata else None


@lru_cache(maxsize=4096)
def _place(name: str, names: tuple[str, ...]) -> int:
    """Return which of ``names`` a plain name is about, their number where it is none."""
    return next((at for at, own in enumerate(names) if is_about(name, (own,))), len(names))


def _score(evaluation: Evaluation) -> float | None:
    if evaluation.form in {"boolean", "categorical"}:
        return None
    value = evaluation.value
    return _number(value.get("score") if isinstance(value, Mapping) else value)


def _number(value: Any) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if isfinite(value) and 0 <= value <= 1 else None


def _said(evaluation: Evaluation) -> Iterator[str]:
    value = evaluation.value
    if evaluation.form == "boolean" and isinstance(value, int | float) and value in {0, 1}:
        value = bool(value)
    return _words(value)


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, bool):
        yield "true" if value else "false"
    elif isinstance(value, str):
        yield plain(value)
    elif isinstance(value, list):
        for own in value:
            yield from _words(own)
    elif isinstance(value, Mapping):
        for label in _LABELS:
            yield from _words(value.get(label))


def _passed(assessment: str | None) -> bool | None:
    if not assessment:
        return None
    word = plain(assessment)
    if word in _FAILED:
        return False
    return True if word in _PASSED else None
