"""Names of persons and street addresses of many countries, in templates of our own.

The values are Faker's (MIT), one locale after another; Scarline's lists of names come from
Faker too, so rare names and other spellings are harder than what is measured here.
"""

import re
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

from bench.privacy.cases import Case, in_document, in_text

NAMES = [
    "en_US",
    "en_GB",
    "en_IN",
    "en_NG",
    "de_DE",
    "de_CH",
    "fr_FR",
    "fr_CA",
    "es_ES",
    "es_MX",
    "it_IT",
    "pt_BR",
    "pt_PT",
    "nl_NL",
    "nl_BE",
    "sv_SE",
    "no_NO",
    "da_DK",
    "fi_FI",
    "pl_PL",
    "cs_CZ",
    "sk_SK",
    "hu_HU",
    "ro_RO",
    "hr_HR",
    "sl_SI",
    "bg_BG",
    "ru_RU",
    "uk_UA",
    "el_GR",
    "tr_TR",
    "he_IL",
    "ar_EG",
    "fa_IR",
    "hi_IN",
    "ta_IN",
    "ja_JP",
    "ko_KR",
    "zh_CN",
    "zh_TW",
    "th_TH",
    "vi_VN",
    "id_ID",
    "fil_PH",
    "et_EE",
    "lv_LT",
    "lt_LT",
    "az_AZ",
    "ka_GE",
    "hy_AM",
    "ga_IE",
    "es_CO",
    "es_AR",
    "zu_ZA",
    "yo_NG",
    "sw",
]
STREETS = [
    "en_US",
    "en_GB",
    "en_CA",
    "en_AU",
    "en_IN",
    "en_NZ",
    "en_IE",
    "de_DE",
    "de_AT",
    "de_CH",
    "fr_FR",
    "fr_CH",
    "fr_CA",
    "es_ES",
    "es_MX",
    "es_AR",
    "it_IT",
    "pt_BR",
    "pt_PT",
    "nl_NL",
    "nl_BE",
    "sv_SE",
    "no_NO",
    "da_DK",
    "fi_FI",
    "pl_PL",
    "cs_CZ",
    "sk_SK",
    "hu_HU",
    "ro_RO",
    "hr_HR",
    "tr_TR",
    "ru_RU",
    "uk_UA",
    "ja_JP",
    "ko_KR",
    "zh_CN",
    "id_ID",
]

ABOUT_NAMES = (
    "My name is {} and I cannot log in.",
    "Dear {},\n\nthank you for your order.",
    "{} called this morning about the invoice.",
    "Please forward this to {} before noon.",
    "I spoke with {} yesterday; she agreed.",
    "The patient, {}, was admitted on Monday.",
    "From: {}\nSubject: delivery",
    "ticket assigned to {} by the bot",
    "Hi, this is {} from accounting.",
    "Best regards,\n{}",
    "According to {}, the server was down.",
    "Did {} sign the contract?",
    "meeting with {} at ten",
    "Summarise the CV of {} in three lines.",
    "{} lives next door and works as a nurse.",
    "Book a flight for {} to Oslo",
)
ABOUT_STREETS = (
    "I live at {} with my family.",
    "Please deliver to {} by Friday.",
    "Address: {}",
    "Ship to: {}\nThank you",
    "We moved to {} last year.",
    "The package for {} is late.",
    "home is {}, second floor",
    "the office on {} is closed",
    "pick me up from {} at nine",
    "Invoice address:\n{}\n",
    "Can you find {} on the map?",
)


_TITLE = re.compile(
    r"(?i).*[a-z]\.,?|.*\)\.?|miss|MD|DDS|DVM|PhD|Jr|Sr|I{2,3}|IV|Sig\.ra|सम्मानात्मक|کارفرما"
)


@cache
def faker(locale: str) -> Any:
    """Return the generator of a locale, seeded; None if there is none."""
    from faker import Faker  # noqa: PLC0415 - only where it is installed
    from faker.config import AVAILABLE_LOCALES  # noqa: PLC0415

    if locale not in AVAILABLE_LOCALES:
        return None
    made = Faker(locale)
    made.seed_instance(20_260_101)
    return made


def names(dice: Random, count: int) -> Iterator[Case]:
    """Yield about ``count`` cases of names in text, in fields, and of parts of names."""
    for locale in _locales(dice, NAMES, count):
        name = _untitled(faker(locale).name())
        yield in_text("in text", dice.choice(ABOUT_NAMES), name)
    for locale in _locales(dice, NAMES, count // 4):
        name = _untitled(faker(locale).name())
        field = dice.choice(("customer_name", "full_name", "contactName", "patient"))
        yield in_document("in a field", {"tool": "crm", field: name, "rank": 3}, name)
    for locale in _locales(dice, NAMES[:20], count // 4):
        yield in_text("first name alone", dice.choice(ABOUT_NAMES), faker(locale).first_name())
    for locale in _locales(dice, NAMES[:20], count // 4):
        name = _untitled(faker(locale).name()).lower()
        yield in_text("in small letters", dice.choice(ABOUT_NAMES), name)


def _untitled(name: str) -> str:
    """Return a name without titles and degrees: they tell of nobody."""
    kept = [it for it in name.split() if not _TITLE.fullmatch(it)]
    return " ".join(kept).rstrip(",")


def streets(dice: Random, count: int) -> Iterator[Case]:
    """Yield about ``count`` cases of streets with a number, and of whole addresses."""
    for locale in _locales(dice, STREETS, count):
        street = faker(locale).street_address()
        yield in_text("street and number", dice.choice(ABOUT_STREETS), street)
    for locale in _locales(dice, STREETS, count // 2):
        whole = faker(locale).address()
        yield in_text("whole, in lines", dice.choice(ABOUT_STREETS), whole)
        line = ", ".join(faker(locale).address().splitlines())
        yield in_text("whole, in a line", dice.choice(ABOUT_STREETS), line)


def _locales(dice: Random, among: list[str] | tuple[str, ...], count: int) -> Iterator[str]:
    there = [it for it in among if faker(it) is not None]
    for _ in range(count):
        yield dice.choice(there)
