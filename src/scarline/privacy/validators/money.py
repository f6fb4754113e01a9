"""Cards, accounts and wallets: check digits, lengths, issuers; what opens or names an account."""

from base64 import b32decode, urlsafe_b64decode
from binascii import crc_hqx
from collections.abc import Callable, Mapping
from hashlib import sha256

import re2
from stdnum import bic

_ISSUERS = re2.compile(
    r"4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})"  # Visa
    r"|(?:5[1-5][0-9]{2}|222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}"
    r"|3[47][0-9]{13}"  # American Express
    r"|3(?:0[0-5]|095|6[0-9]|[89][0-9])[0-9]{11}"  # Diners Club
    r"|(?:6011|64[4-9][0-9]|65[0-9]{2})[0-9]{12,15}"  # Discover, RuPay
    r"|35[0-9]{14,17}|(?:2131|1800)[0-9]{11}"  # JCB
    r"|62[0-9]{14,17}|8[12][0-9]{14}"  # UnionPay, RuPay
    r"|(?:5018|5020|5038|5893|6304|6759|676[1-3])[0-9]{8,15}"  # Maestro
    r"|(?:60|63[67]|220[0-4]|9792|50(?:19|6[01]))[0-9]{12,14}"  # RuPay, Mir, Troy, Dankort, Verve
)
"""Prefixes and lengths: ISO/IEC 7812 as the networks publish their ranges."""

_BASE58 = {
    it: at for at, it in enumerate("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
}
_RIPPLE = {
    it: at for at, it in enumerate("rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz")
}
_BECH32 = {it: at for at, it in enumerate("qpzry9x8gf2tvdw0s3jn54khce6mua7l")}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32_ENDS = (1, 0x2BC830A3)  # BIP-173 and BIP-350
_LONGEST = 1500  # a Lightning invoice
_CASHADDR = (0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)
_CLABE = (3, 7, 1)
_DOUBLED = str.maketrans("0123456789", "0246813579")  # the sum of the digits of twice each
_DAY = re2.compile(
    r"(?:19|20)[0-9]{2}[/-]?[01][0-9][/-]?[0-3][0-9]|(?:19|20)[0-9]{2}-(?:19|20)[0-9]{2}"
)


def _digits(value: str) -> str:
    return value if value.isdecimal() else "".join(it for it in value if "0" <= it <= "9")


def luhn(value: str) -> bool:
    """Return whether the digits of ``value`` pass the Luhn check (ISO/IEC 7812-1)."""
    digits = _digits(value)
    doubled = digits[-2::-2].translate(_DOUBLED)
    return len(digits) > 1 and (sum(map(int, digits[-1::-2])) + sum(map(int, doubled))) % 10 == 0


def card(value: str) -> bool:
    """Return whether ``value`` is a card's number that one of the networks could have issued."""
    return _ISSUERS.fullmatch(_digits(value)) is not None and luhn(value)


def card_named(value: str) -> bool:
    """Return whether ``value`` can be a card's number of any network, where it is called one."""
    digits = _digits(value)
    return 12 <= len(digits) <= 19 and digits[0] != "0" and luhn(digits)  # noqa: PLR2004


def iban(value: str) -> bool:
    """Return whether ``value`` passes the check of ISO 13616 (mod 97), whatever its country.

    Not stdnum.iban, which asks for the check digits that some countries have within as well.
    """
    bare = "".join(it for it in value if it.isalnum()).upper()
    return int("".join(str(int(it, 36)) for it in bare[4:] + bare[:4])) % 97 == 1


def account(value: str) -> bool:
    """Return whether ``value`` can be the number of an account: long enough, no day, no years."""
    bare = value.replace(" ", "")
    return len(_digits(value)) > 5 and not _DAY.fullmatch(bare)  # noqa: PLR2004


def clabe(value: str) -> bool:
    """Return whether ``value`` has the check digit of a Mexican CLABE (weights 3, 7, 1)."""
    digits = [int(it) for it in _digits(value)]
    total = sum(it * _CLABE[at % 3] % 10 for at, it in enumerate(digits[:17]))
    return len(digits) == 18 and (10 - total % 10) % 10 == digits[17]  # noqa: PLR2004


def _unbased(value: str, alphabet: Mapping[str, int]) -> bytes | None:
    """Return what ``value`` says in base 58, without its check, or nothing if that fails."""
    number = 0
    for it in value:
        number = number * 58 + alphabet[it]
    zeros = len(value) - len(value.lstrip(next(iter(alphabet))))
    raw = bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
    body, check = raw[:-4], raw[-4:]
    return body if sha256(sha256(body).digest()).digest()[:4] == check else None


def base58check(value: str) -> bool:
    """Return whether ``value`` passes Base58Check, as addresses and keys of Bitcoin's kin do."""
    return _unbased(value, _BASE58) is not None


def ripple(value: str) -> bool:
    """Return whether ``value`` passes Base58Check in the order of letters of the XRP Ledger."""
    return _unbased(value, _RIPPLE) is not None


def bech32(value: str) -> bool:
    """Return whether ``value`` passes the checksum of BIP-173 or of BIP-350."""
    head, _, body = value.lower().rpartition("1")
    if len(value) > _LONGEST:
        return False
    state = 1
    expanded = [ord(it) >> 5 for it in head] + [0] + [ord(it) & 31 for it in head]
    for it in expanded + [_BECH32[it] for it in body]:
        top = state >> 25
        state = (state & 0x1FFFFFF) << 5 ^ it
        for bit, term in enumerate(_GENERATOR):
            state ^= term if top >> bit & 1 else 0
    return state in _BECH32_ENDS


def cashaddr(value: str) -> bool:
    """Return whether ``value`` passes the checksum of Bitcoin Cash, prefix given or not."""
    body = value.lower().rpartition(":")[2]
    state = 1
    for it in [*(ord(it) & 31 for it in "bitcoincash"), 0, *(_BECH32[it] for it in body)]:
        top = state >> 35
        state = (state & 0x07FFFFFFFF) << 5 ^ it
        for bit, term in enumerate(_CASHADDR):
            state ^= term if top >> bit & 1 else 0
    return state == 1


def stellar(value: str) -> bool:
    """Return whether ``value`` passes the check of SEP-0023: CRC-16 (XModem), low byte first."""
    raw = b32decode(value)
    return crc_hqx(raw[:-2], 0) == int.from_bytes(raw[-2:], "little")


def ton(value: str) -> bool:
    """Return whether ``value`` passes the check of TEP-2: CRC-16 (XModem), high byte first."""
    raw = urlsafe_b64decode(value.replace("+", "-").replace("/", "_"))
    return crc_hqx(raw[:-2], 0) == int.from_bytes(raw[-2:], "big")


def mixed_case(value: str) -> bool:
    """Return whether an address after 0x has letters of both cases, which EIP-55 gives it.

    Digests are written in one case, so the checksum itself need not be computed.
    """
    return value[2:] not in (value[2:].lower(), value[2:].upper())


def drawn58(value: str) -> bool:
    """Return whether ``value`` has both cases and digits, as keys in base 58 do."""
    return value.lower() != value != value.upper() and any(it.isdigit() for it in value)


CHECKS: Mapping[str, Callable[[str], bool]] = {
    "bic": bic.is_valid,
    "luhn": luhn,
    "card": card,
    "card_named": card_named,
    "iban": iban,
    "account": account,
    "clabe": clabe,
    "base58check": base58check,
    "ripple": ripple,
    "bech32": bech32,
    "cashaddr": cashaddr,
    "stellar": stellar,
    "ton": ton,
    "mixed_case": mixed_case,
    "drawn58": drawn58,
}
