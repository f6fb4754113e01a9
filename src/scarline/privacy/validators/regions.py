"""National telephone numbers: which regions write one in these groups, and have such a number.

Both are read off Google's metadata (https://github.com/google/libphonenumber), which the
package ``phonenumbers`` brings.
"""

from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Any

import phonenumbers
import re2

_GROUP = re2.compile(r"\(\\d(?:\{(\d+)(?:,(\d+))?\})?\)")
_RUN = re2.compile(r"[0-9]+")
_KINDS = ("fixed_line", "mobile", "toll_free", "shared_cost", "voip", "uan")
_MOST_FORMS = 60  # lengths that one format of a region allows


def grouped(value: str) -> bool:
    """Return whether some region writes a number of its own in the groups of ``value``."""
    groups = tuple(map(len, _RUN.findall(value)))
    regions = _by_groups().get(groups)
    if regions is None:
        return False
    digits = "".join(_RUN.findall(value))
    return _numbers(groups).fullmatch(digits) is not None


@cache
def _numbers(groups: tuple[int, ...]) -> Any:
    """Return a pattern for the numbers of all regions that write them in such ``groups``."""
    options = re2.Options()
    options.never_capture = True
    return re2.compile("|".join(_national(it) for it in sorted(_by_groups()[groups])), options)


def _national(region: str) -> str:
    own = phonenumbers.PhoneMetadata.metadata_for_region(region)
    kinds = (getattr(own, kind) for kind in _KINDS)
    forms = [it.national_number_pattern for it in kinds if it and it.national_number_pattern]
    return f"(?:{own.national_prefix or ''})?(?:{'|'.join(forms)})"


@cache
def _by_groups() -> dict[tuple[int, ...], set[str]]:
    found: dict[tuple[int, ...], set[str]] = {}
    for region in phonenumbers.SUPPORTED_REGIONS:
        for form in _formats(region):
            for lengths in _lengths(form.pattern):
                for groups in _written(form, lengths):
                    found.setdefault(groups, set()).add(region)
    return found


def _formats(region: str) -> list[Any]:
    """Return how a region writes numbers; those without ways of their own share another's."""
    own = phonenumbers.PhoneMetadata.metadata_for_region(region)
    main = phonenumbers.region_code_for_country_code(own.country_code)
    return list(
        own.number_format or phonenumbers.PhoneMetadata.metadata_for_region(main).number_format
    )


def _lengths(pattern: str) -> Iterator[tuple[int, ...]]:
    """Yield the lengths of the groups that a pattern such as ``(\\d{2})(\\d{3,4})`` allows."""
    spans = [(int(least or 1), int(most or least or 1)) for least, most in _GROUP.findall(pattern)]
    for count, lengths in enumerate(product(*(range(a, b + 1) for a, b in spans))):
        if count < _MOST_FORMS:
            yield lengths


def _written(form: Any, lengths: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Yield the lengths of the runs of digits in the format, with the trunk prefix and without."""
    rules = {form.national_prefix_formatting_rule or r"\1", r"\1"}
    for rule in rules:
        text = form.format.replace(r"\1", rule, 1)
        for number, length in enumerate(lengths, 1):
            text = text.replace(f"\\{number}", "0" * length)
        yield tuple(map(len, _RUN.findall(text)))
