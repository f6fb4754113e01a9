"""How a person is reached and where one lives: telephone numbers, addresses, places on earth."""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

import phonenumbers
import re2

from scarline.privacy.validators.regions import grouped, valid_anywhere

_NOT_DIGIT = re2.compile(r"[^0-9]+")
_EXTENSION = re2.compile(r"(?i)[ ,;]*(?:x|#|;?ext(?:en[st]ion|\b)|[a-z\x{80}-\x{10FFFF}]+).*$")
_NO_ADDRESS = re2.compile(
    r"\b(?:jan|feb|mar|apr|may|june?|july?|aug|sep|sept|oct|nov|dec|january|february|march|april"
    r"|august|september|october|november|december|error|line|port|version|step|page|figure|table"
    r"|chapter|section|http|status|code|bytes|items|tokens|level|phase|gpt|claude|llama|python|rfc"
    r"|the|this|ecmascript|cve|ipv[46]|iso|utf|windows|java|node|block|bit|server|copyright"
    r"|free software|info|warn|warning|debug|trace|fatal|critical|notice|gmt|utc|am|pm|get|post"
    r"|put)\b"
    r"|^(?:19|20)[0-9]{2}-(?:19|20)[0-9]{2},? |^(?:19|20)[0-9]{2}, "
)
_HEAD = 28
"""Characters at the beginning of an address that tell whether it is one; towns come later."""

_NUMBER = re2.compile(r"[0-9]+\.[0-9]+")
_MOST_DIGITS = 15
"""Of an international number, by ITU-T E.164."""


def _parts(value: str) -> Iterator[str]:
    """Yield a number as it stands, then ever shorter, for what follows may not belong to it."""
    yield value
    for at in range(len(value) - 1, 6, -1):
        if not value[at].isdigit() and value[at - 1].isdigit():
            yield value[:at]


@lru_cache(maxsize=4096)
def phone_international(value: str) -> bool:
    """Return whether a number with its country's code is one that Google's rules know.

    What is written with blanks or signs need only have a length that the country has.
    """
    bare = _EXTENSION.sub("", value)
    plus = bare.lstrip("(").startswith("+")
    for part in _parts(bare):
        digits = _NOT_DIGIT.sub("", part.replace("(0)", ""))
        if not plus:
            digits = digits.removeprefix("011" if digits.startswith("011") else "00")
        try:
            number = phonenumbers.parse("+" + digits, None)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return True
        apart = _NOT_DIGIT.search(part.lstrip("(+").strip()) is not None
        if plus and apart and phonenumbers.is_possible_number(number):
            return True
    return False


_DATE = re2.compile(
    r"[0-3]?[0-9][ ./-][0-3]?[0-9][ ./-](?:19|20)[0-9]{2}(?:[^0-9].*)?"
    r"|[0-9]{1,3}[./][0-9]{1,3}[./][0-9]{1,3}|(?:19|20)[0-9]{2}-[0-9]{4,5}"
    r"|(?:19|20)[0-9]{2}[-/](?:19|20)[0-9]{2}|0[0-9]{4}-[0-9]{4}"  # years; a ZIP code
    r"|(?:19|20)[0-9]{2}[ ./-]?[01][0-9][ ./-]?[0-3][0-9](?:[^0-9].*)?"
)
_DECIMAL = re2.compile(r"[0-9]*\.[0-9]+|(?:[0-9]{1,3}\.){3}[0-9]{1,3}|[0-9]{1,3}(?:[.,][0-9]{3})+")
_PAIRS = re2.compile(r"00.*|[0-9]{2}(?: [0-9]{2}){5,}")  # bytes in hexadecimal
_OTHER = re2.compile(
    r"(?:10[0-3]|20[0-8]|226|30[0-8]|4[0-3][0-9]|45[01]|499|50[0-9]|511|52[0-9]) [0-9]{3,6}"
    r"|[0-9](?: [0-9]{3}){2,}|[0-9]{1,3}(?:\.[0-9]{3})+|[1-9][0-9]*\.[0-9]+"
    r"|[0-9]{1,2}\.[0-9]{1,2}\.[0-9]+|(?:19|20)[0-9]{2}[ -](?:19|20)[0-9]{2}|[1-9]-.*"
    r"|[0-9]{3}-[0-9]{2}-[0-9]{4}|[0-9]{2}-[0-9]{2}-[0-9]{2}|(?:[0-9]{2}-){3}[0-9]{5}"
    r"|[1-9][0-9]{0,4}[ -][0-9]{6,}"
)
"""Status and size, thousands, decimals, dates, years, numbers of books and of the IRS and SSA."""

_DOTTED = re2.compile(
    r"(?:0[1-9]|[1-9])[0-9]{1,3}\.[0-9]{4,8}|[0-9]{2,3}\.[0-9]{3}\.[0-9]{3}"
    r"|[0-9]{3}\.[0-9]{2}\.[0-9]{2}|[0-9]{2,3}(?:\.[0-9]{2,3}){0,2}\.0[0-9](?:\.[0-9]{2,3}){0,2}"
    r"|[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[0-9]{2}|0[1-9][0-9]?(?:\.[0-9]{2,3}){3}"
)
"""What looks like a decimal or an address, and is none where it is called a phone's number."""

_VERSION = re2.compile(r"(?:[0-9]+\.)*[0-9]\.[0-9.]+|[0-9.]+\.[0-9]")
_YEAR_AND = re2.compile(r"(?:19|20)[0-9]{2} [0-9]{2}")  # a day, and the hour that follows
_EPOCH = re2.compile(r"1[4-9][0-9]{8}(?:[0-9]{3}|[0-9]{6})?")


def _told_apart(value: str) -> str:
    """Return the digits of what may be a national number; none if it is a date or the like."""
    bare = _EXTENSION.sub("", value).lstrip("(")
    if _DATE.fullmatch(bare) or _DECIMAL.fullmatch(bare) or _EPOCH.fullmatch(bare):
        return ""
    digits = _NOT_DIGIT.sub("", bare)
    return digits if len(set(digits)) > 1 else ""


@lru_cache(maxsize=4096)
def phone_grouped(value: str) -> bool:
    """Return whether a number is written in the groups of a region that has such a number.

    Not in groups that sums, ranges, status lines, dates and other ids share.
    """
    trunk = value.startswith("0") and value[1:2] not in ("0", ".")
    digits = "".join(_NOT_DIGIT.split(value)) if trunk else _told_apart(value)
    if not 7 <= len(digits) <= _MOST_DIGITS or len(set(digits)) < 4 or _OTHER.fullmatch(value):  # noqa: PLR2004
        return False
    first, _, last = value.partition("-")
    if first.isdigit() and last.isdigit() and len(first) == len(last):
        return not int(first) < int(last) < 2 * int(first) and grouped(value)
    return grouped(value)


@lru_cache(maxsize=4096)
def phone_plain(value: str) -> bool:
    """Return whether some region has a number of just these digits, its trunk prefix before."""
    return valid_anywhere(value)


def phone_trunk(value: str) -> bool:
    """Return whether a number that begins with 0 has a length that some country gives it."""
    dump = _PAIRS.fullmatch(value) is not None
    return not dump and 8 < len(_told_apart(value)) < 13  # noqa: PLR2004 - with the 0


def phone_named(value: str) -> bool:
    """Return whether ``value`` can be a number of any country where it is called one."""
    dotted = _DOTTED.fullmatch(value) is not None
    digits = "".join(_NOT_DIGIT.split(value)) if dotted else _told_apart(value)
    return 4 < len(digits) <= _MOST_DIGITS + 2  # noqa: PLR2004 - short ones of islands


def phone_called(value: str) -> bool:
    """Return whether ``value`` is written as numbers are that one reads aloud: in groups."""
    if _VERSION.fullmatch(value) or _YEAR_AND.fullmatch(value):
        return False
    apart = _NOT_DIGIT.search(value.strip("(")) is not None
    digits = _told_apart(value)
    trunk = digits.startswith("0") and 8 < len(digits) < 13  # noqa: PLR2004 - as phone_trunk
    return (apart or trunk) and 5 < len(digits) <= _MOST_DIGITS  # noqa: PLR2004


def address(value: str) -> bool:
    """Return whether a text with the form of an address is none of the things that share it."""
    head = value[:_HEAD].lower()
    return "corner of" in head or _NO_ADDRESS.search(head) is None


def coordinates(value: str) -> bool:
    """Return whether two numbers lie on the globe, in either order, and are no fractions."""
    first, second = (abs(float(it)) for it in _NUMBER.findall(value)[:2])
    return min(first, second) <= 90 and max(first, second) <= 180 and max(first, second) > 1  # noqa: PLR2004


def plus_code(value: str) -> bool:
    """Return whether an Open Location Code is none of a sum's."""
    return not value.replace("+", "").isdigit()


CHECKS: Mapping[str, Callable[[str], bool]] = {
    "phone_international": phone_international,
    "phone_grouped": phone_grouped,
    "phone_plain": phone_plain,
    "phone_trunk": phone_trunk,
    "phone_named": phone_named,
    "phone_called": phone_called,
    "address": address,
    "coordinates": coordinates,
    "plus_code": plus_code,
}
