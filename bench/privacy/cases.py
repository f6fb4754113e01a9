"""What is put to each side, and how what comes back is judged.

A case knows what stands before its value and after it. The output is aligned with the input:
what stands between two marks of the output is a piece of the input, the first piece at its
beginning, the last at its end, the others as far left as they fit in that order. Then

* *gone*: not the whole value was kept;
* *full*: none of its letters and digits was kept.

Where the output cannot be aligned, because more than marks was changed, what is left between
the longest beginning and the longest end that output and input share is compared with the
value: it is *gone* if its letters and digits do not stand there in a row, *full* if no two of
them that are neighbours in the value do. Marks themselves never count.

Case ``read`` turns an output into the text that is compared: it decodes what was encoded and
joins what was split, so that a value that survives in another spelling has survived.
"""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

_RUN = re.compile(r"[^\W_]+")


def shown(document: Any) -> str:
    """Return a document as one line of JSON; a text as it is."""
    return document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Case:
    """A value in its surroundings: ``given`` reads as ``before`` + ``value`` + ``after``."""

    kind: str
    given: Any
    before: str
    value: str
    after: str
    read: Callable[[Any], str] = shown


def in_text(kind: str, template: str, value: str) -> Case:
    """Return ``value`` where ``{}`` stands in ``template``."""
    before, _, after = template.partition("{}")
    return Case(kind, before + value + after, before, value, after)


def in_document(kind: str, document: Any, value: str) -> Case:
    """Return a case of a document that holds ``value`` once, as it is."""
    before, found, after = shown(document).partition(value)
    assert found, document
    return Case(kind, document, before, value, after)


@dataclass(slots=True)
class Score:
    """How many values were judged, and how many of them are gone, and gone in full."""

    count: int = 0
    gone: int = 0
    full: int = 0

    def __str__(self) -> str:
        if not self.count:
            return "-"
        return f"{_percent(self.gone, self.count)}/{_percent(self.full, self.count)}"


def _percent(part: int, whole: int) -> str:
    share = 100 * part / whole
    return "100" if part == whole else f"{min(share, 99.9):.1f}"


def judge(case: Case, output: Any, marks: re.Pattern[str]) -> tuple[bool, bool]:
    """Return whether the value of ``case`` is gone from ``output``, and whether in full."""
    text = case.read(output)
    source = case.before + case.value + case.after
    start, end = len(case.before), len(case.before) + len(case.value)
    lost = aligned(source, text, marks)
    if lost is None:
        return _compared(case, text, marks)
    own = [at for at in range(start, end) if source[at].isalnum()]
    kept = [at for at in own if not any(first <= at < last for first, last in lost)]
    return len(kept) < len(own), not kept


def aligned(source: str, text: str, marks: re.Pattern[str]) -> list[tuple[int, int]] | None:
    """Return the stretches of ``source`` for which marks stand in ``text``; None if not so."""
    pieces = marks.split(text)
    if len(pieces) == 1:
        return [] if source == text else None
    first, *middle, last = pieces
    ends = len(source) - len(last)
    if not source.startswith(first) or not source.endswith(last) or ends < len(first):
        return None
    at = len(first)
    lost = []
    for piece in middle:
        found = source.find(piece, at, ends)
        if found < 0:
            return None
        lost.append((at, found))
        at = found + len(piece)
    return [*lost, (at, ends)]


def _compared(case: Case, text: str, marks: re.Pattern[str]) -> tuple[bool, bool]:
    start = _shared(text, case.before)
    end = _shared(text[start:][::-1], case.after[::-1])
    middle = marks.sub(" ", text[start : len(text) - end])
    around = (
        () if start == len(case.before) and end == len(case.after) else (case.before, case.after)
    )
    left = _pairs([middle]) & (_pairs([case.value]) - _pairs(around))
    return _squashed(case.value) not in _squashed(middle), not left


def _shared(one: str, other: str) -> int:
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return length


def _pairs(texts: Iterable[str]) -> set[str]:
    runs = [run for text in texts for run in _RUN.findall(text.casefold())]
    return {run[at : at + 2] for run in runs for at in range(len(run) - 1)}


def _squashed(text: str) -> str:
    return "".join(_RUN.findall(text.casefold()))
