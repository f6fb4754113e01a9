"""Texts that others have annotated, if they are at hand: nothing of them is kept here.

``--pii`` names a folder with ``synth_dataset_v2.json`` (presidio-research: spans with types)
and ``*.conll`` files (WNUT 17: a token and its tag in a line, an empty line between texts).
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from bench.privacy.cases import Case

_BLANK = re.compile(r"\n\s*\n")


def synthetic(folder: Path) -> Iterator[Case]:
    """Yield each annotated value of presidio-research's texts, by its type."""
    path = folder / "synth_dataset_v2.json"
    if not path.exists():
        return
    for row in json.loads(path.read_text("utf-8")):
        text = row["full_text"]
        for span in row["spans"]:
            start, end = span["start_position"], span["end_position"]
            yield Case(span["entity_type"], text, text[:start], text[start:end], text[end:])


def social(folder: Path) -> Iterator[Case]:
    """Yield each person of the ``*.conll`` files, in its text."""
    for path in sorted(folder.glob("*.conll")):
        for block in _BLANK.split(path.read_text("utf-8")):
            rows = [line.split("\t") for line in block.splitlines() if "\t" in line]
            yield from _persons([row[0] for row in rows], [row[1] for row in rows])


def _persons(tokens: list[str], tags: list[str]) -> Iterator[Case]:
    text = " ".join(tokens)
    at = 0
    spans: list[tuple[int, int]] = []
    for token, tag in zip(tokens, tags, strict=True):
        if tag == "B-person":
            spans.append((at, at + len(token)))
        elif tag == "I-person" and spans:
            spans[-1] = (spans[-1][0], at + len(token))
        at += len(token) + 1
    for start, end in spans:
        yield Case("social text", text, text[:start], text[start:end], text[end:])
