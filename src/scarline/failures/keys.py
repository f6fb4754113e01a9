"""What tells two failures of one cause apart, in the ways that ``causes.toml`` names."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scarline.failures.frames import frame_of
from scarline.failures.places import caller_of, dependency_of, place_of
from scarline.failures.span import Span
from scarline.failures.template import plain
from scarline.failures.wording import wording

Parts = dict[str, Any]
"""What a signature is made of, by name, with ``title`` for people; what is empty does not count."""

_EMBEDS = re.compile(r"(?i)embedding")
_WITH_ARGUMENTS = frozenset({"tool", "agent"})


@dataclass(frozen=True, slots=True)
class Told:
    """A failure of a known cause.

    ``texts`` are those of its layers, outermost first, ``named`` the same with the types before
    them. ``tool`` is the one that failed, ``own`` the identifier that a pattern found; "" where
    none is told.
    """

    span: Span
    texts: Sequence[str]
    named: Sequence[str]
    tool: str
    own: str

    @property
    def step(self) -> str:
        """Return the tool, or else the innermost step."""
        return self.tool or place_of(self.span)


def _nothing(_: Told) -> Parts:
    return {}


def _tool(told: Told) -> Parts:
    return {"tool": told.tool if told.span.kind == "tool" else ""}


def _dependency(told: Told) -> Parts:
    return {"dependency": dependency_of(told.span, told.named, told.tool)}


def _limit(told: Told) -> Parts:
    """Return whose limit it was, and which: of a model to embed with, what it counts, how long."""
    text = "\n".join((*told.texts, told.span.error_message or ""))
    embeds = told.span.kind == "embedding" or _EMBEDS.search(text) is not None
    kinds = (_first(wording().limit_measures, text), _first(wording().limit_periods, text))
    limit = " ".join(it for it in ("embedding" if embeds else "", *kinds) if it)
    return {**_dependency(told), "limit": limit}


def _first(patterns: Mapping[str, Any], text: str) -> str:
    """Return the name of the first pattern that a text has, "" without one."""
    return next((name for name, pattern in patterns.items() if pattern.search(text)), "")


def _place(told: Told) -> Parts:
    parts = _dependency(told)
    return parts if parts["dependency"] else {"place": told.step}


def _resource(told: Told) -> Parts:
    """Return what was asked, and a part of the set-up that is not there, which is no record."""
    return {**_place(told), "object": told.own}


def _step(told: Told) -> Parts:
    return {"place": told.step}


def _caller(told: Told) -> Parts:
    named = told.tool if told.span.kind != "tool" else ""
    return {"place": named or caller_of(told.span)}


def _object(told: Told) -> Parts:
    return {"object": told.own} if told.own else _step(told)


def _argument(told: Told) -> Parts:
    """Return the tool whose arguments they are, or else the field of what was checked.

    A tool names its arguments otherwise than what stands behind it; a check of a long answer
    has many fields, each with a reason of its own.
    """
    if not told.tool or told.span.kind not in _WITH_ARGUMENTS:
        return _object(told)
    if told.own:
        return {"place": told.tool, "object": told.own}
    return {"place": told.tool, "value": _first(wording().value_kinds, "\n".join(told.texts))}


def _field(told: Told) -> Parts:
    """Return the field of what was checked; of a tool the tool, of which few arguments are read."""
    with_arguments = told.tool and told.span.kind in _WITH_ARGUMENTS
    return _step(told) if with_arguments else _object(told)


def _model(told: Told) -> Parts:
    model = told.own or (told.span.model or "").lower()
    return {"object": model} if model else _step(told)


def _member(told: Told) -> Parts:
    """Return what was asked of nothing: the member, or else the code that asked.

    Members that everything has say nothing by themselves: the chain of names before one does,
    which Python shows, or the step.
    """
    frame = plain(frame_of(told.span.error_stack or told.span.error_message))
    code = frame.partition(": ")[2]
    if not told.own:
        return {"frame": code or frame} if frame else _step(told)
    if told.own.isidentifier() and told.own not in wording().members:
        return {"object": told.own}
    chain = re.compile(rf"[\w.\[\]()'\"]{{0,80}}[\w)\]]\.{re.escape(told.own)}\b", re.IGNORECASE)
    found = next((it for text in (code, *told.texts) if (it := chain.search(text))), None)
    where = {"frame": found[0].lstrip("(")} if found else _step(told)
    return {"object": told.own, **where}


KEYS: Mapping[str, Callable[[Told], Parts]] = {
    "application": _nothing,
    "tool": _tool,
    "dependency": _dependency,
    "limit": _limit,
    "place": _place,
    "resource": _resource,
    "step": _step,
    "caller": _caller,
    "object": _object,
    "argument": _argument,
    "field": _field,
    "model": _model,
    "member": _member,
}
"""The ways, by the word in ``keyed_by``."""
