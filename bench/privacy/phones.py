"""Phone numbers of every region, in every way that people write them.

The numbers are the examples of Google's metadata (libphonenumber) and others drawn after their
form that it holds for valid; the formats are its own (E.164, international, national) and what
people make of them.
"""

from collections.abc import Callable, Iterator
from functools import cache
from random import Random

import phonenumbers as lib
from phonenumbers import PhoneNumberFormat as Format

from bench.privacy.cases import Case, in_document, in_text

_TYPES = (lib.PhoneNumberType.FIXED_LINE, lib.PhoneNumberType.MOBILE)
BARE = (
    "It is {} as far as I know.",
    "{}",
    "ok, {} then",
    "send it over to {} tonight",
    '"content": "{}"',
    "to={} status=queued",
    "| 3 | {} | open |",
    "I wrote {} down for you",
    "Sure!\n{}\nThanks",
    "<p>{}</p>",
    "- {}\n- done",
)
TOLD = (
    "My phone number is {}.",
    "Call me at {} after six",
    "Tel: {}",
    "phone: {}",
    "mobile {} (private)",
    "Please text {} when you are there",
    "reach us by phone on {}",
    "WhatsApp: {}",
    '{"phone": "{}"}',
    "customer_phone={} ok",
    "Fax {}",
    "contact number {}",
    "ring me on {} tomorrow",
)


def _dotted(text: str) -> str:
    return text.replace(" ", ".").replace("-", ".")


def _dashed(text: str) -> str:
    return text.replace(" ", "-")


def _closed(text: str) -> str:
    return "".join(it for it in text if it.isdigit() or it == "+")


def _international(number: lib.PhoneNumber) -> str:
    return lib.format_number(number, Format.INTERNATIONAL)


def _national(number: lib.PhoneNumber) -> str:
    return lib.format_number(number, Format.NATIONAL)


INTERNATIONAL: tuple[Callable[[lib.PhoneNumber], str], ...] = (
    _international,
    lambda it: lib.format_number(it, Format.E164),
    lambda it: _dashed(_international(it)),
    lambda it: _dotted(_international(it)),
    lambda it: "00" + _international(it)[1:],
    lambda it: f"(+{it.country_code}) " + _international(it).partition(" ")[2],
    lambda it: f"+{it.country_code} (0) " + _international(it).partition(" ")[2],
)
NATIONAL: tuple[Callable[[lib.PhoneNumber], str], ...] = (
    _national,
    lambda it: _dashed(_national(it)),
    lambda it: _dotted(_national(it)),
    lambda it: _closed(_national(it)),
    lambda it: _national(it).replace("-", " "),
)


@cache
def _examples() -> list[lib.PhoneNumber]:
    found = [
        lib.example_number_for_type(region, kind)
        for region in sorted(lib.SUPPORTED_REGIONS)
        for kind in _TYPES
    ]
    return [it for it in found if it is not None]


def _valid(dice: Random) -> lib.PhoneNumber:
    """Return a valid number that shares the beginning of an example."""
    example = dice.choice(_examples())
    length = len(lib.national_significant_number(example))
    for _ in range(20):
        tail = 10 ** dice.randint(3, max(3, length - 3))
        national = example.national_number // tail * tail + dice.randrange(tail)
        number = lib.PhoneNumber(example.country_code, national)
        number.italian_leading_zero = example.italian_leading_zero
        if lib.is_valid_number(number):
            return number
    return example


def phones(dice: Random, count: int) -> Iterator[Case]:
    """Yield ``count`` cases of each: international or national, told by a word or not."""
    for form, ways in (("international", INTERNATIONAL), ("national", NATIONAL)):
        for told, contexts in (("bare", BARE), ("told", TOLD)):
            for _ in range(count):
                text = dice.choice(ways)(_valid(dice))
                yield in_text(f"{form}, {told}", dice.choice(contexts), text)
        for _ in range(count // 4):
            text = dice.choice(ways)(_valid(dice))
            yield in_document(f"{form}, field", {"user": {"phone": text}, "ok": True}, text)
