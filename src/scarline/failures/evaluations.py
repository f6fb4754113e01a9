"""Evaluations as they can be compared: by the words of their name, as a number, as words.

The name alone says what an evaluation is about and whether more is better; where it does not,
only the assessment of the evaluator counts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any

from scarline.failures.answer import plain
from scarline.failures.span import Evaluation

_TURNS = frozenset({"no", "non", "not", "free", "without", "absence", "anti", "resistance", "safe"})
"""Words of a name that turn its meaning round: ``non_toxicity`` is better the higher it is."""

_LABELS = ("label", "category", "categories", "verdict", "result", "value")
_WORDED = frozenset({"boolean", "categorical"})
_FAILED = frozenset({"fail", "failed", "failing"})
_PASSED = frozenset({"pass", "passed", "passing"})


@dataclass(slots=True)
class Evaluated:
    """An evaluation that was made.

    ``name`` is in plain words, ``told`` as it came. ``score`` is from 0 to 1, None for what is no
    number or lies outside: its scale is not known. ``passed`` is the assessment, None where there
    is none. ``made`` is the evaluation itself.
    """

    name: str
    told: str
    score: float | None
    passed: bool | None
    made: Evaluation

    @property
    def words(self) -> frozenset[str]:
        """Return what a categorical or boolean evaluation says."""
        return frozenset(_said(self.made))


_TOLD = attrgetter("told")


def evaluated(evaluations: Sequence[Evaluation]) -> tuple[Evaluated, ...]:
    """Return the evaluations that could judge, by name."""
    if not evaluations:
        return ()
    found = [
        Evaluated(plain(it.name), it.name, _score(it), _passed(it.assessment), it)
        for it in evaluations
        if not it.status or it.status.lower() != "error"
    ]
    found.sort(key=_TOLD)
    return tuple(found)


def is_about(name: str, phrases: tuple[str, ...]) -> bool:
    """Return whether the words of a plain name hold one of ``phrases``, and do not turn it round.

    ``answer_toxicity`` is about ``toxicity``; ``intoxication`` and ``non_toxicity`` are not.
    """
    return holds(name, phrases) and _TURNS.isdisjoint(name.split("_"))


def holds(name: str, phrases: tuple[str, ...]) -> bool:
    """Return whether one of ``phrases`` stands in a plain name as whole words."""
    words = f"_{name}_"
    return any(f"_{phrase}_" in words for phrase in phrases)


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
    if evaluation.form in _WORDED:
        return None
    value = evaluation.value
    return _number(value.get("score") if isinstance(value, dict) else value)


def _number(value: Any) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if type(value) is not float and type(value) is not int:
        return None
    return float(value) if 0 <= value <= 1 else None  # which NaN is not


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
    elif isinstance(value, dict):
        for label in _LABELS:
            yield from _words(value.get(label))


@lru_cache(maxsize=256)
def _passed(assessment: str | None) -> bool | None:
    if not assessment:
        return None
    word = plain(assessment)
    if word in _FAILED:
        return False
    return True if word in _PASSED else None
