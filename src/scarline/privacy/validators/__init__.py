"""What decides whether a value is what it looks like: checksums, lengths, issuers.

Rules name them. ``stdnum.es.dni`` is the function ``is_valid`` of that module of
python-stdnum (https://arthurdejong.org/python-stdnum/), which keeps the check digits of
the world's identifiers; the rest stand here.
"""

from collections.abc import Callable, Mapping
from functools import cache

from stdnum.util import get_cc_module

from scarline.privacy.validators import identity, keys, money, phones, web

Validator = Callable[[str], bool]

_OWN: Mapping[str, Validator] = {
    name: valid
    for part in (identity, keys, money, phones, web)
    for name, valid in part.CHECKS.items()
}


@cache
def validator(name: str) -> Validator:
    """Return the validator of that name; raises ``ValueError`` if there is none."""
    if name in _OWN:
        return _OWN[name]
    package, _, module = name.partition(".")
    country, _, number = module.partition(".")
    if package == "stdnum" and number and (found := get_cc_module(country, number)) is not None:
        valid: Validator = found.is_valid
        return valid
    known = ", ".join(sorted(_OWN))
    message = f"there is no validator {name!r}: there are {known} and stdnum.<country>.<number>"
    raise ValueError(message)
