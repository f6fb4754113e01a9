"""Reads the labelled spans; what they are stands in the README beside them."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from scarline.failures.span import Evaluation, Span

FOLDER = Path(__file__).parent
HALVES = ("tuning", "held")
FRESH = "fresh"
"""Spans by another writer, who had seen no grouping; nothing was tuned on them."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A failing span, the cause that a person found for it, and why that one."""

    cause: str
    why: str
    span: Span


def half(cause: str) -> str:
    """Return the half of a cause: it follows from the family, the name up to the slash.

    Look-alikes are of one family, so that both sides of a trap are in the same half.
    """
    family = cause.split("/", maxsplit=1)[0]
    return HALVES[hashlib.sha256(family.encode()).digest()[2] % 2]


def labelled(*halves: str) -> Iterator[Labelled]:
    """Yield the spans of these halves, or of both."""
    for name in halves or HALVES:
        for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            yield Labelled(row["cause"], row["why"], _span(row["span"]))


def _span(told: dict[str, Any]) -> Span:
    evaluations = [Evaluation(**it) for it in told.get("evaluations", ())]
    started_at = datetime.fromisoformat(told["started_at"])
    return Span(**{**told, "started_at": started_at, "evaluations": evaluations})
