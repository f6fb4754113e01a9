"""What people say of scars: real, expected or noise, with a note and the link of a runbook.

Marks are rows of DECISION that are only added; of those about a scar the last one stands. Nothing
that follows from them is stored, see :mod:`scarline.scars.feedback`.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.compute as pc

from scarline.errors import StoreConflict, UsageError
from scarline.kinds import DECISION
from scarline.model import stamp

ABOUT = "scar"
"""What the column ``about`` says of the decisions that are read here."""

WHAT = "mark"

REAL, EXPECTED, NOISE = "real", "expected", "noise"
MARKS = (REAL, EXPECTED, NOISE)

MOST_CHARACTERS = 2_000
"""How long a note or a link may be."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What one person said of the scar ``subject``, see :func:`subject_of`.

    ``version`` counts what was said of it from 1, ``at`` is aware. ``mark`` is one of MARKS, None
    to take back what was said before; ``runbook`` a link, ``why`` the note.
    """

    subject: str
    version: int
    at: datetime
    who: str
    mark: str | None
    runbook: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """All that was said of scars, by subject, by rising version."""

    history: Mapping[str, Sequence[Mark]] = field(default_factory=dict)

    def version(self, subject: str) -> int:
        """Return the number of the last mark of a scar, 0 without any."""
        last = self.last(subject)
        return 0 if last is None else last.version

    def last(self, subject: str) -> Mark | None:
        """Return what was said of a scar last, also if that takes back what was said before."""
        told = self.history.get(subject)
        return told[-1] if told else None


def subject_of(series: str, onset: datetime) -> str:
    """Return what decisions call the scar of ``series`` that began at ``onset`` (aware)."""
    return f"{series}@{stamp(onset)}"


def standing(decisions: pa.Table) -> Standing:
    """Return what stands of ``decisions``, rows of the kind DECISION in any order."""
    history: dict[str, list[Mark]] = {}
    about = decisions.filter(pc.equal(decisions["about"].cast(pa.string()), ABOUT))
    rows = [it for it in about.to_pylist() if it["what"] == WHAT]
    for row in sorted(rows, key=lambda it: (it["subject"], it["version"])):
        history.setdefault(row["subject"], []).append(_read(row))
    return Standing(history)


def marked(wanted: Mark, decisions: pa.Table, known: Collection[str]) -> pa.RecordBatch:
    """Return ``wanted`` as the one row to store, if it may follow what stands.

    ``known`` holds the subjects of the scars that there are. ``wanted.version`` is one more than
    the version that was seen, as ``If-Match`` told it. Raises ``StoreConflict`` if somebody marked
    the scar since, ``UsageError`` for what cannot be said.
    """
    current = standing(decisions).version(wanted.subject)
    if wanted.subject not in known:
        raise UsageError(f"there is no scar {wanted.subject}: `scarline scars list` names them")
    if wanted.version != current + 1:
        raise StoreConflict(
            f"scar {wanted.subject} is at version {current}, not {wanted.version - 1}: somebody "
            "marked it since; look at it again, then mark it"
        )
    if wanted.at.tzinfo is None or not wanted.who.strip():
        raise UsageError("a mark needs an aware time and the name of who gives it")
    if wanted.mark is not None and wanted.mark not in MARKS:
        raise UsageError(f"a scar is not marked {wanted.mark!r}: there are {', '.join(MARKS)}")
    if wanted.runbook is not None and not _is_link(wanted.runbook):
        raise UsageError("a runbook is a link: https:// or http://, without spaces or a password")
    if max(len(wanted.why or ""), len(wanted.runbook or "")) > MOST_CHARACTERS:
        raise UsageError(f"a note or a link has at most {MOST_CHARACTERS:,} characters")
    return _row(wanted)


def mark_as_data(mark: Mark) -> dict[str, Any]:
    """Return one mark as it is told in JSON."""
    return {
        "version": mark.version,
        "at": stamp(mark.at),
        "who": mark.who,
        "mark": mark.mark,
        "runbook": mark.runbook,
        "note": mark.why,
    }


def _is_link(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    known = parts.scheme in {"http", "https"} and bool(parts.hostname)
    return known and "@" not in parts.netloc and text.isprintable() and " " not in text


def _read(row: Mapping[str, Any]) -> Mark:
    own = {it: row[it] for it in ("subject", "version", "at", "who", "why")}
    value = json.loads(row["value"])
    return Mark(mark=value["mark"], runbook=value.get("runbook"), **own)


def _row(mark: Mark) -> pa.RecordBatch:
    row = {it: getattr(mark, it) for it in ("subject", "version", "who", "why")}
    value = json.dumps({"mark": mark.mark, "runbook": mark.runbook}, ensure_ascii=False)
    row |= {"about": ABOUT, "what": WHAT, "at": mark.at.astimezone(UTC), "value": value}
    return pa.RecordBatch.from_pylist([row], schema=DECISION.schema)
