"""The words of the vocabulary that are about evaluations."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from scarline.failures.condition import Condition, Known, either, number, phrases, shown
from scarline.failures.evaluations import Evaluated, holds, is_about
from scarline.failures.seen import EVALUATIONS, QUALITY, Seen

OPTIONS = ("fails", "says", "below", "at_least")
"""What may stand beside ``evaluation``."""

_MOST_NAMES = 4096  # names of evaluations that are remembered with what they are about


def quality_below(told: Any, _: Mapping[str, Any], known: Known) -> Condition:
    """Make the condition that the quality score is below a number."""
    least = number("quality_below", told, known)

    def test(seen: Seen) -> str | None:
        if seen.quality is None or least is None or seen.quality >= least:
            return None
        return f"the quality score is {shown(seen.quality)}, below {shown(least)}"

    return Condition("evaluation", f"a quality score below {shown(least)}", QUALITY, test)


def evaluation(told: Any, options: Mapping[str, Any], known: Known) -> Condition:
    """Make the condition that an evaluation fails, says something, or crosses a number."""
    if told == "other":
        return _other(options, known)
    names = phrases("evaluation", told)
    fails, says = _fails(options), phrases("says", options.get("says", []))
    crosses = _crossing(options, known)
    if not fails and not says and crosses is None:
        raise ValueError("evaluation goes with fails = true, says, below or at_least")

    named = lru_cache(_MOST_NAMES)(lambda name: holds(name, names))
    about = lru_cache(_MOST_NAMES)(lambda name: is_about(name, names))

    def speaks(it: Evaluated) -> str | None:
        if it.passed is False and fails and named(it.name):
            return f"the evaluation {it.told} is assessed as fail"
        if it.passed or not about(it.name):
            return None  # what its owner passed, our thresholds do not fail
        if crosses is not None and it.score is not None and (why := crosses(it.score)):
            return f"the evaluation {it.told} {why}"
        told = it.words if says else ()
        said = next((word for word in says if word in told), None)
        return f"the evaluation {it.told} says {said}" if said else None

    def test(seen: Seen) -> str | None:
        for it in seen.evaluations:
            if why := speaks(it):
                return why
        return None

    needs = f"an evaluation of {either(names)} {_how(options, known)}"
    return Condition("evaluation", needs, EVALUATIONS, test, named)


def _other(options: Mapping[str, Any], known: Known) -> Condition:
    if not _fails(options) or len(options) > 1:
        raise ValueError('evaluation = "other" goes with fails = true and nothing else')

    other = lru_cache(_MOST_NAMES)(lambda name: not holds(name, known.named))

    def test(seen: Seen) -> str | None:
        for it in seen.evaluations:
            if it.passed is False and other(it.name):
                return f"the evaluation {it.told} is assessed as fail"
        return None

    needs = "an evaluation that no other rule names and that is assessed as fail"
    return Condition("evaluation", needs, EVALUATIONS, test, other)


def _crossing(options: Mapping[str, Any], known: Known) -> Callable[[float], str | None] | None:
    """Return what says of a score that it is too low or too high; None if neither is asked."""
    if not options.keys() & {"below", "at_least"}:
        return None
    low = number("below", options["below"], known) if "below" in options else None
    high = number("at_least", options["at_least"], known) if "at_least" in options else None

    def crosses(score: float) -> str | None:
        if low is not None and score < low:
            return f"is {shown(score)}, below {shown(low)}"
        if high is not None and score >= high:
            return f"is {shown(score)}, from {shown(high)} on it fails"
        return None

    return crosses


def _fails(options: Mapping[str, Any]) -> bool:
    told = options.get("fails", False)
    if isinstance(told, bool):
        return told
    raise ValueError("fails is true or false")


def _how(options: Mapping[str, Any], known: Known) -> str:
    ways = []
    if "below" in options:
        ways.append(f"below {shown(number('below', options['below'], known))}")
    if "at_least" in options:
        ways.append(f"of {shown(number('at_least', options['at_least'], known))} or more")
    if options.get("says"):
        ways.append(f"that says {either(phrases('says', options['says']))}")
    if options.get("fails"):
        ways.append("that is assessed as fail")
    return either(ways)
