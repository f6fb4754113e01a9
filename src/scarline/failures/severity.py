"""How bad a failure is, and what makes it worse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SEVERITIES = ("low", "medium", "high", "critical")
"""From least to worst."""

RANK: Mapping[str, int] = {name: rank for rank, name in enumerate(SEVERITIES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Raise:
    """What raises a severity by ``steps``, never above ``at_most``, where all of it holds.

    ``root``: the span is the root of its trace. ``types``: the failure is of one of them, if any
    are named. ``reasons``: so many sorts of evidence speak, at least.
    """

    name: str
    steps: int = 1
    at_most: str = SEVERITIES[-1]
    root: bool = False
    types: tuple[str, ...] = ()
    reasons: int = 1
    about: str = ""

    def __post_init__(self) -> None:
        if self.at_most not in RANK:
            raise ValueError(f"at_most is {self.at_most!r}: it can be {', '.join(SEVERITIES)}")
        if self.steps < 1 or self.reasons < 1:
            raise ValueError("steps and reasons are 1 or more")
        if not (self.root or self.types or self.reasons > 1):
            raise ValueError("it needs root, types or reasons: else it would raise everything")

    def raised(self, severity: str) -> str:
        """Return what becomes of a severity."""
        top = max(RANK[self.at_most], RANK[severity])
        return SEVERITIES[min(RANK[severity] + self.steps, top)]


def raised(
    severity: str, of: str, raises: Sequence[Raise], *, root: bool, reasons: int
) -> tuple[str, tuple[str, ...]]:
    """Return a severity after all that raises it, in their order, and the names of what did.

    ``of`` is the type of the failure, ``reasons`` the number of sorts of evidence in its span.
    """
    names = []
    for it in raises:
        if it.root > root or it.reasons > reasons or (it.types and of not in it.types):
            continue
        after = it.raised(severity)
        if after != severity:
            names.append(it.name)
        severity = after
    return severity, tuple(names)


def read_raise(row: Mapping[str, Any]) -> Raise:
    """Return one ``[[raise]]`` row; raises ``ValueError`` with what is wrong."""
    known = {"name": str, "at_most": str, "about": str, "steps": int, "reasons": int, "root": bool}
    if unknown := sorted(row.keys() - known.keys() - {"types"}):
        raise ValueError(f"has no {', '.join(unknown)}: there are {', '.join([*known, 'types'])}")
    if "name" not in row:
        raise ValueError("lacks a name")
    wrong = [key for key, of in known.items() if key in row and type(row[key]) is not of]
    types = row.get("types", [])
    if not isinstance(types, list) or not all(isinstance(it, str) for it in types):
        wrong.append("types")
    if wrong:
        raise ValueError(f"{', '.join(wrong)} cannot be that: see docs/failures.md")
    return Raise(**{**row, "types": tuple(types)})
