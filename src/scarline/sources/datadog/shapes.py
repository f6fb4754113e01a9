"""The shapes of Datadog's answers, as far as they are used, and how bytes become them."""

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from scarline.errors import SourceChanged, SourceUnavailable
from scarline.sources.datadog.refusals import TITLE, quoted

T = TypeVar("T")

NOT_JSON = re.compile(rb"(?<=[\[, ])-?(?:NaN|Infinity)(?=[\], ])")
"""How some programs write what JSON has no number for."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit, such as percent."""

    name: str


Units = list[Unit | None] | Unit | str | None
"""Documented is a list of two, the second being what the first is per; it may be null."""


@dataclass(frozen=True, slots=True)
class Series2:
    """One series of a v2 answer; its values are the row at the same place."""

    group_tags: list[str] | None = None
    query_index: int = 0
    unit: Units = None


@dataclass(frozen=True, slots=True)
class Columns:
    """The times, shared by all series, and a row of values for each series."""

    series: list[Series2]
    times: list[int]
    values: msgspec.Raw


@dataclass(frozen=True, slots=True)
class Data:
    """The document of a v2 answer."""

    attributes: Columns


@dataclass(frozen=True, slots=True)
class Answer2:
    """A v2 answer, or what went wrong."""

    data: Data | None = None
    errors: Any = None


@dataclass(frozen=True, slots=True)
class Series1:
    """One series of a v1 answer; ``pointlist`` holds pairs of milliseconds and a value."""

    interval: int
    pointlist: msgspec.Raw
    tag_set: list[str] | None = None
    scope: str = ""
    unit: Units = None


@dataclass(frozen=True, slots=True)
class Answer1:
    """A v1 answer, or what went wrong."""

    series: list[Series1] = field(default_factory=list)
    status: str = "ok"
    error: str | None = None
    errors: Any = None


V2 = msgspec.json.Decoder(Answer2)
V1 = msgspec.json.Decoder(Answer1)
TABLE = msgspec.json.Decoder(list[list[float | None]])


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the garbage collector away: thousands of new objects, and none of them garbage."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def unit_name(units: Units) -> str | None:
    """Return the unit's name, "byte/second" where it is one per another."""
    if isinstance(units, str):
        return units or None
    listed = [units] if isinstance(units, Unit) else units or []
    return "/".join([it.name for it in listed if it]) or None


class CutShort(SourceUnavailable):
    """The body is not JSON to its end: it broke off, or something else answered."""


def decoded(decoder: "msgspec.json.Decoder[T]", body: bytes) -> T:
    """Return ``body`` as the shape of ``decoder``; NaN and infinities in lists become null.

    Raises ``CutShort`` if it is not JSON, ``SourceChanged`` if it has another shape.
    """
    try:
        return _decoded(decoder, body)
    except CutShort:
        finite = NOT_JSON.sub(b"null", body)
        if finite == body:
            raise
    return _decoded(decoder, finite)


def _decoded(decoder: "msgspec.json.Decoder[T]", body: bytes) -> T:
    try:
        with uncollected():
            return decoder.decode(body)
    except msgspec.ValidationError as error:
        message = f"the answer is not of the documented shape: {quoted(str(error))}"
        raise SourceChanged(message) from error
    except UnicodeDecodeError as error:
        raise CutShort("the answer is not JSON to its end: a text in it is not UTF-8") from error
    except RecursionError as error:
        raise SourceChanged("the answer is not of the documented shape: it is too deep") from error
    except msgspec.DecodeError as error:
        title = TITLE.search(body[:4_096])
        page = f"it is a page, {quoted(title[1].decode(errors='replace'))!r}" if title else error
        message = f"the answer is not JSON to its end: {quoted(str(page))}"
        raise CutShort(message) from error
