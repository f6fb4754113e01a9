"""Numbers that states and health systems give people, and what a service calls its users.

Weights and moduli are those that the issuing authorities publish; what python-stdnum
checks is left to it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial

import re2
from stdnum.util import get_cc_module

from scarline.privacy.validators.money import luhn

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_VALUES = "0123456789" + _LETTERS
_FEWEST = 4  # letters and digits
_NO_NINO = frozenset({"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"})  # HMRC, manual NIM39110
_BARE = re2.compile(r"[^0-9A-Za-z]")
_PARTS = re2.compile(r"[._-]")
_OTHER = re2.compile(
    r"(?:19|20)\d{2}[-/.]\d{1,2}[-/.]\d{1,2}|v?\d{1,3}(?:\.\d{1,5}){2,3}|\d+\.\d{1,2}"
)
_CODE = (
    "a admin all already also an and anonymous any args async await bool case char class client "
    "code config const context cookies correct credentials current data default description "
    "details dict email empty env event example false field filter for form from function get "
    "getenv git guest header id in incorrect int invalid item kwargs list local login missing "
    "model name new nil nobody none not null number object optional options owner param params "
    "parse password path payload placeholder postgres process props public req request required "
    "response result role root row secret self session set setting settings some state str "
    "string system table taken target test text the this too true type undefined union unique "
    "unknown unset up user username users value var varchar wrong your"
)
_WORDS = frozenset(_CODE.split())


def _bare(value: str) -> str:
    bare: str = _BARE.sub("", value)
    return bare.upper()


def _digits(value: str) -> list[int]:
    return [int(it) for it in value if "0" <= it <= "9"]


def _weighted(digits: Sequence[int], weights: Sequence[int]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=False))


def _check_digit(weights: Sequence[int], modulus: int, value: str) -> bool:
    """Return whether the digit behind the weighted ones is what ``_WEIGHTS`` says it must be."""
    digits = _digits(value)
    total = _weighted(digits, weights)
    rest = total % modulus if modulus > 0 else -total % -modulus
    return rest % 10 == digits[len(weights)]


def _stdnum(name: str, value: str) -> bool:
    """Return what python-stdnum says of ``value`` without its separators, of whatever kind."""
    module = get_cc_module(*name.split("."))
    return module is None or bool(module.is_valid(_bare(value)))


def _born(digits: str, form: str = "ymd") -> bool:
    """Return whether six digits are a day of some century, in the order that ``form`` says."""
    part = {letter: int(digits[2 * at : 2 * at + 2]) for at, letter in enumerate(form)}
    try:
        date(2000 + part["y"] % 100, part["m"], part["d"])
    except ValueError:
        return (part["m"], part["d"]) == (2, 29)
    return True


def _br_cnh(value: str) -> bool:
    """Driving licence of Brazil: two check digits, the second less 2 if the first was 10."""
    digits = _digits(value)
    first = _weighted(digits, range(9, 0, -1)) % 11
    second = _weighted(digits, range(1, 10)) % 11 - 2 * (first // 10)
    return digits[9:] == [first % 10, second % 11 % 10]


def _br_titulo(value: str) -> bool:
    """Voter's number of Brazil: eight digits, two of the state (01 to 28), two check digits."""
    digits = _digits(value)
    first = _weighted(digits, range(2, 10)) % 11 % 10
    second = _weighted([*digits[8:10], first], (7, 8, 9)) % 11 % 10
    return 10 * digits[8] + digits[9] in range(1, 29) and digits[10:] == [first, second]


def _de_svnr(value: str) -> bool:
    """Pension insurance number of Germany (VKVV § 4): digit sums, the letter as two digits."""
    bare = _bare(value)
    letter = _LETTERS.index(bare[8]) + 1
    digits = _digits(f"{bare[:8]}{letter:02}{bare[9:]}")
    products = [d * w for d, w in zip(digits, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=False)]
    return sum(sum(divmod(it, 10)) for it in products) % 10 == digits[12]


def _de_kvnr(value: str) -> bool:
    """Health insurance number of Germany (SGB V § 290): Luhn from the left, A as 01."""
    bare = _bare(value)
    digits = _digits(f"{_LETTERS.index(bare[0]) + 1:02}{bare[1:]}")
    products = [d * w for d, w in zip(digits, (1, 2) * 5, strict=False)]
    return sum(sum(divmod(it, 10)) for it in products) % 10 == digits[10]


def _es_nss(value: str) -> bool:
    """Social security number of Spain: the rest of province and number by 97."""
    bare = _bare(value)
    province, number, check = int(bare[:2]), int(bare[2:10]), int(bare[10:])
    whole = number + province * (10**7 if number < 10**7 else 10**8)
    return whole % 97 == check


def _se_pnr(value: str) -> bool:
    """Personal number of Sweden: a date (coordination numbers add 60 to the day), Luhn over ten."""
    bare = _bare(value)[-10:]
    return luhn(bare) and _born(f"{bare[:4]}{int(bare[4:6]) % 60:02}")


def _pl_dowod(value: str) -> bool:
    bare = _bare(value)
    values = [_VALUES.index(it) for it in bare]
    body = [*values[:3], *values[4:]]
    return _weighted(body, (7, 3, 1, 7, 3, 1, 7, 3)) % 10 == values[3]


def _ru_snils(value: str) -> bool:
    """Insurance number of Russia: weights 9 to 1, modulo 101."""
    digits = _digits(value)
    return _weighted(digits, range(9, 0, -1)) % 101 % 100 == 10 * digits[9] + digits[10]


def _ir_melli(value: str) -> bool:
    digits = _digits(value)
    rest = _weighted(digits, range(10, 1, -1)) % 11
    return digits[9] == (rest if rest in {0, 1} else 11 - rest)


def _hk_hkid(value: str) -> bool:
    """Identity card of Hong Kong: weights 9 to 1, letters from 10, a blank as 36, modulo 11."""
    bare = _bare(value)
    values = [36] * (9 - len(bare)) + [_VALUES.index(it) for it in bare]
    return _weighted(values, (9, 8, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def _tw_id(value: str) -> bool:
    """Identity card of Taiwan: the letter as two digits, from 10, in an order of its own."""
    code = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(_bare(value)[0]) + 10
    digits = [*divmod(code, 10), *_digits(value)]
    return _weighted(digits, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)) % 10 == 0


def _sg_nric(value: str) -> bool:
    """Identity card of Singapore: weights, an offset by prefix, letters by prefix."""
    offset = {"S": 0, "T": 4, "F": 0, "G": 4, "M": 3}[value[0]]
    rest = (_weighted(_digits(value), (2, 7, 6, 5, 4, 3, 2)) + offset) % 11
    letters = {"S": "JZIHGFEDCBA", "F": "XWUTRQPNMLK", "M": "XWUTRQPNJLK"}
    return letters[{"T": "S", "G": "F"}.get(value[0], value[0])][rest] == value[8]


def _named(least: int, longest: int, value: str) -> bool:
    """Return whether ``value`` can be the number that its neighbourhood says it is.

    It has digits enough, is no date, no version and no amount, and is not made of one letter.
    """
    bare = _bare(value)
    fits = len(bare) in range(_FEWEST, longest + 1) and len(_digits(value)) >= least
    return fits and len(set(bare)) > 1 and not _OTHER.fullmatch(value)


def _vin(value: str) -> bool:
    """Vehicle identification number: the ninth place checks the rest; not digits alone."""
    places = "0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ"
    values = [places.index(it) % 10 for it in value]
    total = _weighted(values, (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2))
    letters = sum(not it.isdigit() for it in value)
    return letters > 1 and "0123456789X"[total % 11] == value[8]


def _user_name(value: str) -> bool:
    """Return whether a word after ``username:`` is somebody's, and no word of code or prose."""
    return not value.isupper() and not any(it in _WORDS for it in _PARTS.split(value.lower()))


def _mrz_digit(field: str) -> str:
    values = [0 if it == "<" else _VALUES.index(it) for it in field]
    return str(_weighted(values, (7, 3, 1) * 15) % 10)


def _mrz(spans: Sequence[tuple[int, int]], value: str) -> bool:
    """Return whether each field of a machine-readable line is followed by its check digit."""
    return all(_mrz_digit(value[start:end]) == value[end] for start, end in spans)


_STDNUM = (
    "ar.cuit at.vnr au.abn au.acn au.tfn ch.ssn cn.ric cz.rc fr.nif fr.nir gb.utr in_.aadhaar "
    "in_.vid is_.kennitala pt.cc tr.tckimlik us.itin us.ssn"
)

_WEIGHTS: Mapping[str, tuple[Sequence[int], int]] = {
    "au_medicare": ((1, 3, 7, 9) * 2, 10),
    "br_pis": ((3, 2, 9, 8, 7, 6, 5, 4, 3, 2), -11),
    "hu_adojel": (range(1, 10), 11),
    "hu_taj": ((3, 7) * 4, 10),
    "kw_civil": ((2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), -11),
    "md_idnp": ((7, 3, 1) * 4, 10),
    "sv_dui": (range(9, 1, -1), -10),
    "us_dea": ((1, 2) * 3, 10),  # twice 2+4+6 is the same modulo ten
    "uy_ci": ((2, 9, 8, 7, 6, 3, 4), -10),
}
"""Weights of the first digits and the modulus that makes the next one of their sum; below
zero where the check digit completes the sum instead."""

CHECKS: Mapping[str, Callable[[str], bool]] = {
    **{name: partial(_check_digit, *how) for name, how in _WEIGHTS.items()},
    **{f"bare.{name}": partial(_stdnum, name) for name in _STDNUM.split()},
    "born_dmy": lambda value: _born(_bare(value)[:6], "dmy"),
    "born_ymd": lambda value: _born(_bare(value)[:6]),
    "br_cnh": _br_cnh,
    "br_cns": lambda value: _weighted(_digits(value), range(15, 0, -1)) % 11 == 0,
    "br_titulo": _br_titulo,
    "ca_on_health": lambda value: luhn(_bare(value)[:10]),
    "de_kvnr": _de_kvnr,
    "de_svnr": _de_svnr,
    "es_nss": _es_nss,
    "fr_siren": lambda value: luhn(value) and luhn(_bare(value)[:9]),
    "gb_nino": lambda value: _bare(value)[:2] not in _NO_NINO,
    "hk_hkid": _hk_hkid,
    "hu_anum": lambda value: _stdnum("hu.anum", _bare(value)[:8]),
    "ir_melli": _ir_melli,
    "jp_cn": lambda value: _stdnum("jp.cn", value.lstrip("Tt")),
    "pl_dowod": _pl_dowod,
    "ru_snils": _ru_snils,
    "se_pnr": _se_pnr,
    "account_number": partial(_named, 3, 64),
    "document_number": lambda value: _named(1 if value.isupper() else 3, 26, value),
    "id_number": partial(_named, 4, 26),
    "mrz": partial(_mrz, ((0, 9), (13, 19), (21, 27))),  # ICAO Doc 9303, parts 4 and 5
    "mrz_card": partial(_mrz, ((5, 14),)),
    "mrz_card_birth": partial(_mrz, ((0, 6), (8, 14))),
    "plate": partial(_named, 1, 10),
    "user_name": _user_name,
    "vin": _vin,
    "sg_nric": _sg_nric,
    "tw_id": _tw_id,
    "us_npi": lambda value: luhn("80840" + value),
}
