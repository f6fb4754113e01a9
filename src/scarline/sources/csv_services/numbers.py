"""Texts as numbers: with units, per cent, groups of thousands, a point or a comma."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from scarline.sources.csv_services.headings import DURATIONS, PERCENT

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NOTHING = (
    *("", "-", "\u2013", "\u2014", "?", "n/a", "na", "nan", "null", "none", "nil"),
    *("no data", "unknown", "not available"),
)
"""What people write where they have no number, in small letters."""

_PARTS = (
    r"^\+?(?P<number>[0-9.,'\x{2019} \x{A0}\x{202F}]*[0-9.,](?:[eE][+-]?[0-9]{1,3})?)"
    r"\s*(?P<unit>[^0-9]*)$"
)
_PLAIN = r"^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
_COMMA = r"^[0-9]*,[0-9]+$"
_SPACES = "'\u2019 \u00a0\u202f"
_GROUPED: Sequence[tuple[re.Pattern[str], str]] = tuple(
    (
        re.compile(
            rf"\d{{1,3}}(?P<group>[{own}{_SPACES}])\d{{3}}(?:(?P=group)\d{{3}})*(?:{decimal}\d*)?"
        ),
        mark,
    )
    for own, decimal, mark in ((",", r"\.", "."), (".", ",", ","))
)
"""Groups of thousands with a decimal point, and with a decimal comma."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers of a column: ``values`` has NaN where none is told, ``wrong`` where none is read."""

    values: Floats
    wrong: Flags


def durations(texts: pa.Array, unit: str, *, decimal_comma: bool) -> Numbers:
    """Return durations in milliseconds; those without a unit of their own are in ``unit``.

    Without any unit they are milliseconds.
    """
    numbers, units, told = _parted(texts, decimal_comma=decimal_comma)
    factors = _looked_up(units, {**DURATIONS, "": DURATIONS.get(unit, 1.0)})
    return _spread(texts, numbers * factors, told)


def shares(texts: pa.Array, unit: str, *, decimal_comma: bool) -> Numbers:
    """Return shares from 0 to 1.

    A number is per cent if it has a %, if the title of its column (``unit``) has one, or if
    it is more than 1; else it is the share. What is more than 100 % cannot be read.
    """
    numbers, units, told = _parted(texts, decimal_comma=decimal_comma)
    percent = _looked_up(units, {**dict.fromkeys(PERCENT, 1.0), "": float(unit in PERCENT)})
    values = np.where((percent == 1) | (numbers > 1), numbers / 100, numbers)
    values[np.isnan(percent) | (values > 1)] = np.nan
    return _spread(texts, values, told)


def _parted(texts: pa.Array, *, decimal_comma: bool) -> tuple[Floats, pa.Array, Flags]:
    """Return, for each distinct text, its number, its unit, and whether it means to tell one."""
    words = pc.utf8_trim_whitespace(texts.dictionary)
    small = pc.utf8_lower(words)
    told = ~np.asarray(pc.is_in(small, pa.array(NOTHING)))
    parts = pc.extract_regex(words, pattern=_PARTS)
    number = pc.utf8_trim_whitespace(pc.struct_field(parts, "number"))
    unit = pc.utf8_trim_whitespace(pc.utf8_lower(pc.struct_field(parts, "unit")))
    if decimal_comma:
        simple = pc.match_substring_regex(number, _COMMA)
        number = pc.if_else(simple, pc.replace_substring(number, ",", "."), number)
    odd = pc.invert(pc.match_substring_regex(number, _PLAIN))
    if pc.any(odd).as_py():
        canonical = [
            _ungrouped(text, decimal_comma=decimal_comma) for text in number.filter(odd).to_pylist()
        ]
        number = pc.replace_with_mask(
            number, odd.fill_null(fill_value=False), pa.array(canonical, pa.string())
        )
    values = number.cast(pa.float64()).fill_null(np.nan).to_numpy()
    return np.where(np.isfinite(values), values, np.nan), unit, told


def _ungrouped(text: str, *, decimal_comma: bool) -> str | None:
    """Return a number with groups of thousands as ``1234.5``, or None if it is none.

    Where the comma is the decimal mark, 1,234 and 1.234 are little more than 1; only what
    can be nothing but groups is read as groups, such as 1.234,5 and 1,234.5 and 1.234.567.
    """
    for pattern, mark in _GROUPED if decimal_comma else _GROUPED[:1]:
        if found := pattern.fullmatch(text):
            return text.replace(found["group"], "").replace(mark, ".")
    return None


def _looked_up(units: pa.Array, meanings: Mapping[str, float]) -> Floats:
    """Return what each unit means, NaN for one that is not among ``meanings``."""
    once = units.dictionary_encode()
    known = [meanings.get(unit, np.nan) for unit in once.dictionary.to_pylist()]
    means = np.array([*known, np.nan])  # the last is for null, which has index -1
    found: Floats = means[once.indices.fill_null(-1).to_numpy()]
    return found


def _spread(texts: pa.Array, values: Floats, told: Flags) -> Numbers:
    """Return for each row what was found for its distinct text."""
    indices = texts.indices.to_numpy()
    return Numbers(np.where(told, values, np.nan)[indices], (told & np.isnan(values))[indices])
