"""National telephone numbers: which regions write one in these groups, and have such a number.

Both are read off Google's metadata (https://github.com/google/libphonenumber), which the
package ``phonenumbers`` brings.
"""

from collections.abc import Iterator
from functools import cache
from itertools import islice, product
from typing import Any, NamedTuple

import phonenumbers
import re2

_GROUP = re2.compile(r"\(\\d(?:\{(\d+)(?:,(\d+))?\})?\)")
_RUN = re2.compile(r"[0-9]+")
_KINDS = ("fixed_line", "mobile", "toll_free", "shared_cost", "voip", "uan")
_MOST_FORMS = 60  # lengths that one format of a region allows
_BYTES = 64 << 20  # for the states of an automaton


class _Form(NamedTuple):
    """A region's way to write numbers that begin with ``leading``, behind its trunk prefix."""

    leading: Any
    region: str


def grouped(value: str) -> bool:
    """Return whether some region writes a number of its own in the groups of ``value``."""
    runs = _RUN.findall(value)
    digits = "".join(runs)
    forms = _by_groups().get(tuple(map(len, runs)), ())
    return any(it.leading.match(digits) and _numbers(it.region).fullmatch(digits) for it in forms)


def valid_anywhere(digits: str) -> bool:
    """Return whether some region has this number, with its trunk prefix or without."""
    return _numbers("").fullmatch(digits) is not None


@cache
def _numbers(region: str) -> Any:
    """Return a pattern for the numbers of a region; of all without one."""
    regions = [region] if region else sorted(phonenumbers.SUPPORTED_REGIONS)
    return _pattern("|".join(map(_national, regions)))


def _national(region: str) -> str:
    own = _metadata(region)
    kinds = (getattr(own, kind) for kind in _KINDS)
    forms = [it.national_number_pattern for it in kinds if it and it.national_number_pattern]
    return f"(?:{own.national_prefix or ''})?(?:{'|'.join(forms)})"


def _metadata(region: str) -> Any:
    return phonenumbers.PhoneMetadata.metadata_for_region(region)


def _pattern(text: str) -> Any:
    options = re2.Options()
    options.never_capture = True
    options.max_mem = _BYTES
    return re2.compile(text, options)


@cache
def _by_groups() -> dict[tuple[int, ...], set[_Form]]:
    found: dict[tuple[int, ...], set[_Form]] = {}
    for region in phonenumbers.SUPPORTED_REGIONS:
        prefix = _metadata(region).national_prefix or ""
        for own in _formats(region):
            leading = own.leading_digits_pattern[-1] if own.leading_digits_pattern else ""
            form = _Form(_leading(f"(?:{prefix})?(?:{leading})"), region)
            for lengths in _lengths(own.pattern):
                for groups in _written(own, lengths):
                    found.setdefault(groups, set()).add(form)
    return found


@cache
def _leading(text: str) -> Any:
    return re2.compile(text)


def _formats(region: str) -> list[Any]:
    """Return how a region writes numbers; those without ways of their own share another's."""
    own = _metadata(region)
    main = phonenumbers.region_code_for_country_code(own.country_code)
    return list(own.number_format or _metadata(main).number_format)


def _lengths(pattern: str) -> Iterator[tuple[int, ...]]:
    """Yield the lengths of the groups that a pattern such as ``([0-9]{2})([0-9]{3})`` allows."""
    spans = [(int(least or 1), int(most or least or 1)) for least, most in _GROUP.findall(pattern)]
    yield from islice(product(*(range(least, most + 1) for least, most in spans)), _MOST_FORMS)


def _written(form: Any, lengths: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Yield the lengths of the runs of digits, the trunk prefix left out only where it may be."""
    rule = form.national_prefix_formatting_rule or r"\1"
    for one in {rule, r"\1"} if form.national_prefix_optional_when_formatting else {rule}:
        text = form.format.replace(r"\1", one, 1)
        for number, length in enumerate(lengths, 1):
            text = text.replace(f"\\{number}", "0" * length)
        yield tuple(map(len, _RUN.findall(text)))
