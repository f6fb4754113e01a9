"""E-mail addresses, cards, IBANs and addresses of machines, valid by their own rules.

Sources: RFC 5321 and 5322 (addresses), ISO/IEC 7812 (issuer ranges and Luhn's digit),
ISO 13616 with SWIFT's registry (lengths and structures of IBANs), RFC 791 and 5952 (IP).
"""

import ipaddress
from collections.abc import Callable, Iterator
from random import Random

from bench.privacy.cases import Case, in_text
from bench.privacy.drawing import drawn, luhn

_LOCALS = (
    "{w}.{w}", "{w}", "{w}{d2}", "{l1}{w}", "{w}_{w}", "{w}-{w}", "{w}.{w}+{w}", "{w}.{l1}.{w}",
    "{W}.{W}", "{w}{d4}", "{d8}", "{l2}", "{w}'{w}", "{w}.{w}.{w}", "_{w}", "{w}=tag", "{w}{w}%x",
)  # fmt: skip
_DOMAINS = (
    "example.com", "{w}.com", "{w}.org", "{w}-{w}.co.uk", "mail.{w}.de", "{w}.io", "{w}{d2}.net",
    "{w}.museum", "{w}.com.br", "{w}.{w}.ac.jp", "bücher.example", "{w}.xn--p1ai", "gmail.com",
    "{W}.COM", "{w}.technology", "{w}.fr", "{w}.gov.in", "{w}.ai", "почта.рф", "例え.jp",
)  # fmt: skip

_CARDS = (
    ("4{d14}", 16), ("4{d11}", 13), ("51{d13}", 16), ("55{d13}", 16), ("2221{d11}", 16),
    ("34{d12}", 15), ("37{d12}", 15), ("6011{d11}", 16), ("65{d13}", 16), ("36{d11}", 14),
    ("3528{d11}", 16), ("62{d13}", 16), ("62{d16}", 19), ("5018{d11}", 16), ("6759{d11}", 16),
    ("2200{d11}", 16), ("60{d13}", 16), ("9792{d11}", 16),
)  # fmt: skip

_IBANS = {
    "DE": "{d18}", "FR": "{d10}{U11}{d2}", "GB": "{u4}{d14}", "ES": "{d20}", "IT": "{u1}{d10}{U12}",
    "NL": "{u4}{d10}", "BE": "{d12}", "AT": "{d16}", "CH": "{d5}{U12}", "PL": "{d24}",
    "SE": "{d20}", "NO": "{d11}", "DK": "{d14}", "FI": "{d14}", "PT": "{d21}", "IE": "{u4}{d14}",
    "LU": "{d3}{U13}", "GR": "{d7}{U16}", "CZ": "{d20}", "SK": "{d20}", "HU": "{d24}",
    "RO": "{u4}{U16}", "BG": "{u4}{d6}{U8}", "HR": "{d17}", "SI": "{d15}", "EE": "{d16}",
    "LT": "{d16}", "LV": "{u4}{U13}", "MT": "{u4}{d5}{U18}", "CY": "{d8}{U16}", "TR": "{d6}{U16}",
    "SA": "{d2}{U18}", "AE": "{d19}", "IL": "{d19}", "BR": "{d23}{u1}{U1}", "PK": "{u4}{U16}",
    "UA": "{d6}{U19}", "GE": "{u2}{d16}", "KZ": "{d3}{U13}", "IS": "{d22}", "MU": "{u4}{d19}{u3}",
}  # fmt: skip

CONTEXTS = (
    "Please use {} for this.",
    "{}",
    "the customer gave us {}, and then hung up",
    '{"role": "user", "content": "it is {}"}',
    "to={} status=sent retries=3",
    "2026-03-04T10:11:12Z INFO worker-3 handled {} in 12 ms",
    "line one\n{}\nline three",
    "(see {})",
    "| id | {} | done |",
    "<value>{}</value>",
    "Traceback: ValueError: cannot parse '{}'",
    "`{}` was rejected; try again",
    "¿Es {} correcto?",
)


def email(dice: Random) -> str:
    """Return an e-mail address."""
    return drawn(dice, f"{dice.choice(_LOCALS)}@{dice.choice(_DOMAINS)}")


def card(dice: Random) -> str:
    """Return a card number with its check digit, plain or in groups."""
    start, length = dice.choice(_CARDS)
    bare = drawn(dice, start)
    number = bare + luhn(bare)
    assert len(number) == length, (start, length)
    joint = dice.choice(("", "", " ", "-"))
    if length == 13:
        return number
    if length < 16:
        return joint.join((number[:4], number[4:10], number[10:]))
    return joint.join(number[at : at + 4] for at in range(0, length, 4))


def iban(dice: Random) -> str:
    """Return an IBAN with its check digits, plain or in groups of four."""
    country, structure = dice.choice(sorted(_IBANS.items()))
    account = drawn(dice, structure)
    spelled = "".join(str(int(it, 36)) for it in f"{account}{country}00")
    number = f"{country}{98 - int(spelled) % 97:02}{account}"
    if dice.random() < 0.5:
        return number
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def ip(dice: Random) -> str:
    """Return a public IPv4 address, or an IPv6 address in its short or long spelling."""
    if dice.random() < 0.6:
        while not (address := ipaddress.IPv4Address(dice.getrandbits(32))).is_global:
            pass
        return str(address)
    groups = [dice.getrandbits(16) if dice.random() < 0.7 else 0 for _ in range(7)]
    own = ipaddress.IPv6Address(
        ":".join(f"{it:x}" for it in (0x2A01 + dice.randrange(200), *groups))
    )
    return dice.choice((str(own), own.exploded, str(own).upper()))


VALUES: dict[str, Callable[[Random], str]] = {"e-mail": email, "card": card, "IBAN": iban, "IP": ip}


def clean(dice: Random, count: int) -> Iterator[Case]:
    """Yield ``count`` cases of each kind, in clean text."""
    for kind, make in VALUES.items():
        for _ in range(count):
            yield in_text(kind, dice.choice(CONTEXTS), make(dice))
