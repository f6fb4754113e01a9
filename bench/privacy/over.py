"""What is masked of texts about nobody, and whether what must survive does."""

import json
import re
from collections.abc import Callable, Iterable
from random import Random
from typing import Any

from bench.privacy.cases import aligned, shown
from bench.privacy.shapes import SHAPES, shapes, skeleton
from bench.privacy.sides import Side

Lost = Callable[[str, str], None]


def masked(side: Side, given: Any, told: Lost | None = None) -> tuple[int, int]:
    """Return how many characters ``given`` has, and how many of them ``side`` masks."""
    output = side.run(given)
    if isinstance(given, str) or isinstance(output, str):
        return len(shown(given)), _lost_text(shown(given), shown(output), side.marks, told)
    return len(shown(given)), _lost(given, output, side.marks, told)


def _lost(given: Any, output: Any, marks: re.Pattern[str], told: Lost | None) -> int:
    """Compare leaf by leaf; texts of JSON, which are written anew, by what they say."""
    if given == output:
        return 0
    if isinstance(given, dict) and isinstance(output, dict) and len(given) == len(output):
        keys = sum(_lost(one, other, marks, told) for one, other in zip(given, output, strict=True))
        values = zip(given.values(), output.values(), strict=True)
        return keys + sum(_lost(one, other, marks, told) for one, other in values)
    if isinstance(given, list) and isinstance(output, list) and len(given) == len(output):
        return sum(_lost(one, other, marks, told) for one, other in zip(given, output, strict=True))
    if isinstance(given, str) and isinstance(output, str):
        return _lost_text(given, output, marks, told)
    return _lost_text(shown(given), shown(output), marks, told)


def _lost_text(given: str, output: str, marks: re.Pattern[str], told: Lost | None) -> int:
    if given == output:
        return 0
    inner = _parsed(given), _parsed(output)
    if None not in inner:
        return _lost(*inner, marks, told)
    gaps = aligned(given, output, marks)
    if gaps is None:
        if told:
            told(given, output)
        return max(0, len(given) - len(marks.sub("", output)))
    lost = [(start, end) for start, end in gaps if not marks.fullmatch(given, start, end)]
    for start, end in lost if told else ():
        assert told
        around = given[max(0, start - 40) : start], given[start:end][:100], given[end : end + 25]
        told("{}<<{}>>{}".format(*around), output)
    return sum(end - start for start, end in lost)


def _parsed(text: str) -> Any:
    if text[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def share(side: Side, given: Iterable[Any], told: Lost | None = None) -> tuple[int, float]:
    """Return how many characters there were, and what share of them was masked, in percent."""
    characters = lost = 0
    for it in given:
        there, gone = masked(side, it, told)
        characters += there
        lost += gone
    return characters, 100 * lost / max(1, characters)


def survival(side: Side, dice: Random, count: int, told: Lost | None = None) -> dict[str, float]:
    """Return by kind the share of protected shapes that survive, in percent."""
    kept = dict.fromkeys(SHAPES, 0)
    for kind, text, value in shapes(dice, count):
        output = side.run(text)
        kept[kind] += value in output
        if told and value not in output:
            told(text, output)
    return {kind: 100 * it / count for kind, it in kept.items()}


def shaped(side: Side, documents: Iterable[Any]) -> float:
    """Return the share of documents that keep the shape of their JSON, in percent."""
    same = [bool(skeleton(it) == skeleton(side.run(it))) for it in documents]
    return 100.0 * sum(same) / max(1, len(same))
