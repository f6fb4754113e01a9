"""Typed ids with check digits of their own, computed as their issuers say."""

from collections.abc import Callable, Mapping, Sequence
from random import Random

from bench.privacy.drawing import drawn, luhn, weighted

# Verhoeff, "Error Detecting Decimal Codes" (1969): the multiplication of the group D5.
_D5 = tuple(
    tuple((a + b) % 5 if a < 5 and b < 5 else (a + b) % 5 + 5 if a < 5 else (a - b) % 5 + 5
          if b < 5 else (a - b) % 5 for b in range(10))
    for a in range(10)
)  # fmt: skip
_TURN = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
_INVERSE = (0, 4, 3, 2, 1, 5, 6, 7, 8, 9)


def verhoeff(digits: str) -> str:
    """Return Verhoeff's check digit."""
    state = 0
    for at, digit in enumerate(reversed(digits), 1):
        turned = int(digit)
        for _ in range(at % 8):
            turned = _TURN[turned]
        state = _D5[state][turned]
    return str(_INVERSE[state])


def _until(dice: Random, form: str, holds: Callable[[str], bool]) -> str:
    while not holds(value := drawn(dice, form)):
        pass
    return value


def _grouped(dice: Random, digits: str, *sizes: int) -> str:
    joint = dice.choice(("", " ", "-"))
    pieces, at = [], 0
    for size in sizes:
        pieces.append(digits[at : at + size])
        at += size
    return joint.join(pieces)


def aadhaar(dice: Random) -> str:
    """Return an Indian Aadhaar number (UIDAI: Verhoeff)."""
    bare = drawn(dice, "{n1}{d10}").replace("1", "2", 1)
    return _grouped(dice, bare + verhoeff(bare), 4, 4, 4)


def nhs(dice: Random) -> str:
    """Return an NHS number of England (NHS Data Dictionary: modulus 11)."""
    weights = (10, 9, 8, 7, 6, 5, 4, 3, 2, 1)
    return _grouped(
        dice, _until(dice, "4{d9}", lambda it: weighted(it, weights) % 11 == 0), 3, 3, 4
    )


def sin(dice: Random) -> str:
    """Return a Canadian social insurance number (Luhn)."""
    bare = drawn(dice, "{n1}{d7}")
    return _grouped(dice, bare + luhn(bare), 3, 3, 3)


def tfn(dice: Random) -> str:
    """Return an Australian tax file number (ATO: modulus 11)."""
    weights = (1, 4, 3, 7, 5, 8, 6, 9, 10)
    return _grouped(
        dice, _until(dice, "{n1}{d8}", lambda it: weighted(it, weights) % 11 == 0), 3, 3, 3
    )


def medicare(dice: Random) -> str:
    """Return an Australian Medicare number (Services Australia)."""
    bare = dice.choice("23456") + drawn(dice, "{d7}")
    check = weighted(bare, (1, 3, 7, 9, 1, 3, 7, 9)) % 10
    return _grouped(dice, f"{bare}{check}1", 4, 5, 1)


def south_african(dice: Random) -> str:
    """Return a South African identity number (Luhn)."""
    bare = drawn(dice, "8{d1}0{n1}1{d1}{d4}08")
    return bare + luhn(bare)


def npi(dice: Random) -> str:
    """Return a US national provider identifier (CMS: Luhn after 80840)."""
    bare = drawn(dice, "1{d8}")
    return bare + luhn("80840" + bare)


def dea(dice: Random) -> str:
    """Return a US DEA registration number."""
    digits = drawn(dice, "{d6}")
    total = weighted(digits[::2], (1, 1, 1)) + 2 * weighted(digits[1::2], (1, 1, 1))
    return drawn(dice, "B{u1}") + digits + str(total % 10)


def mbi(dice: Random) -> str:
    """Return a US Medicare beneficiary identifier (CMS)."""
    letters = "ACDEFGHJKMNPQRTUVWXY"
    pick = "".join(
        dice.choice(
            {"C": "123456789", "A": letters, "N": "0123456789", "X": letters + "0123456789"}[it]
        )
        for it in "CAXNAXNAANN"
    )
    return dice.choice((pick, f"{pick[:4]}-{pick[4:7]}-{pick[7:]}"))


def aba(dice: Random) -> str:
    """Return a US bank routing number (ABA: 3, 7, 1)."""
    return _until(dice, "0{n1}{d7}", lambda it: weighted(it, (3, 7, 1) * 3) % 10 == 0)


def imei(dice: Random) -> str:
    """Return an IMEI (3GPP TS 23.003: Luhn)."""
    bare = drawn(dice, "35{d12}")
    return bare + luhn(bare)


def clabe(dice: Random) -> str:
    """Return a Mexican CLABE (Banxico: 3, 7, 1)."""
    bare = drawn(dice, "0{d16}")
    total = sum(
        int(digit) * weight % 10 for digit, weight in zip(bare, (3, 7, 1) * 6, strict=False)
    )
    return f"{bare}{-total % 10}"


def nric(dice: Random) -> str:
    """Return a Singaporean NRIC number."""
    digits = drawn(dice, "{d7}")
    return f"S{digits}{'JZIHGFEDCBA'[weighted(digits, (2, 7, 6, 5, 4, 3, 2)) % 11]}"


def hkid(dice: Random) -> str:
    """Return a Hong Kong identity card number."""
    letter, digits = drawn(dice, "{u1}"), drawn(dice, "{d6}")
    total = 36 * 9 + (ord(letter) - 55) * 8 + weighted(digits, (7, 6, 5, 4, 3, 2))
    return f"{letter}{digits}({'0123456789A'[-total % 11]})"


def my_number(dice: Random) -> str:
    """Return a Japanese individual number."""
    bare = drawn(dice, "{n1}{d10}")
    rest = weighted(bare, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return f"{bare}{0 if rest <= 1 else 11 - rest}"


def thai(dice: Random) -> str:
    """Return a Thai identity number."""
    bare = dice.choice("12345678") + drawn(dice, "{d11}")
    check = (11 - weighted(bare, tuple(range(13, 1, -1))) % 11) % 10
    return _grouped(dice, f"{bare}{check}", 1, 4, 5, 2, 1)


def bech32(dice: Random) -> str:
    """Return a Bitcoin address of version 0 (BIP 173: Bech32)."""
    alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    data = [0, *(dice.randrange(32) for _ in range(32))]
    state = 1
    for value in [3, 3, 0, 2, 3, *data, 0, 0, 0, 0, 0, 0]:  # "bc", as BIP 173 expands it
        top = state >> 25
        state = (state & 0x1FFFFFF) << 5 ^ value
        for at, own in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            state ^= own if top >> at & 1 else 0
    check = [(state ^ 1) >> 5 * (5 - at) & 31 for at in range(6)]
    return "bc1" + "".join(alphabet[it] for it in data + check)


CHECKED: Mapping[str, tuple[Sequence[str], Callable[[Random], str]]] = {
    "Indian Aadhaar": (("Aadhaar", "Aadhaar number"), aadhaar),
    "NHS number": (("NHS number", "NHS no"), nhs),
    "Canadian SIN": (("SIN", "social insurance number"), sin),
    "Australian TFN": (("TFN", "tax file number"), tfn),
    "Australian Medicare": (("Medicare number", "Medicare card"), medicare),
    "South African id": (("ID number", "South African ID"), south_african),
    "US NPI": (("NPI", "national provider identifier"), npi),
    "US DEA": (("DEA number", "DEA"), dea),
    "US Medicare": (("Medicare number", "MBI"), mbi),
    "US routing number": (("routing number", "ABA"), aba),
    "IMEI": (("IMEI",), imei),
    "Mexican CLABE": (("CLABE",), clabe),
    "Singaporean NRIC": (("NRIC",), nric),
    "Hong Kong id": (("HKID", "Hong Kong identity card"), hkid),
    "Japanese My Number": (("My Number", "マイナンバー"), my_number),
    "Bitcoin address": (("wallet", "wallet address", "BTC address"), bech32),
    "Thai id": (("Thai ID", "เลขประจำตัวประชาชน"), thai),
}
