"""Invented people: whose data is planted where real traces have their users'.

Addresses are of example.com and its siblings (RFC 2606), telephone numbers of the range that is
kept for fiction (202-555-01xx, North American Numbering Plan), network addresses of RFC 5737.
Card numbers pass the check of Luhn (ISO/IEC 7812-1), account numbers that of ISO 13616.
"""

from base64 import b64encode
from dataclasses import dataclass

from scarline.sandbox.draw import Draw

_FIRST = (
    *("Amara", "Bogdan", "Chiara", "Dagmar", "Emre", "Fatima", "Gustav", "Hiroko", "Ines", "Jonas"),
    *("Katarzyna", "Leandro", "Mei", "Nadia", "Olumide", "Priya", "Quentin", "Rosa", "Sanna"),
    *("Tariq", "Ulrike", "Viktor", "Wanjiru", "Ximena", "Yusuf", "Zofia"),
)
_LAST = (
    *("Abernathy", "Brzezinski", "Castellano", "Delacroix", "Eriksen", "Featherstone", "Grigoryan"),
    *("Haddad", "Ivanova", "Jankowski", "Kowalczyk", "Lindqvist", "Mbeki", "Nakamura", "Okafor"),
    *("Papadopoulos", "Quispe", "Rasmussen", "Szymanski", "Tanaka", "Uzun", "Vasquez", "Wojcik"),
)
_STREETS = ("Birkenweg", "Harbour Street", "Via Roma", "Rue des Lilas", "Calle Mayor", "Elm Road")
_ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person. `sealed` is base64 of a line with the address in it."""

    name: str
    email: str
    phone: str
    street: str
    card: str
    iban: str
    ip: str
    user: str
    key: str
    sealed: str

    def secrets(self) -> tuple[str, ...]:
        """Give what can be known by its form alone, so that no store may ever hold it."""
        return (self.email, self.phone, self.card, self.iban, self.key, self.sealed)


def person(draw: Draw) -> Person:
    """Invent somebody."""
    first, last = draw.pick(_FIRST), draw.pick(_LAST)
    number = draw.digits(4)
    email = f"{first}.{last}{number}@example.{draw.pick(('com', 'org', 'net'))}".lower()
    return Person(
        name=f"{first} {last}",
        email=email,
        phone=f"+1 202-555-01{draw.digits(2)}",
        street=f"{draw.between(1, 199)} {draw.pick(_STREETS)}",
        card=_card(draw),
        iban=_iban(draw),
        ip=f"203.0.113.{draw.between(1, 254)}",
        user=f"u-{number}{draw.digits(3)}",
        key="sk-proj-" + "".join(draw.pick(_ALPHABET) for _ in range(40)),
        sealed=b64encode(f"customer={first} {last}; email={email}".encode()).decode(),
    )


def _card(draw: Draw) -> str:
    digits = "4" + draw.digits(14)
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[::2])
    return digits + str(-(doubled + sum(map(int, digits[1::2]))) % 10)


def _iban(draw: Draw) -> str:
    account = "".join(str(draw.below(9) + 1) for _ in range(18))
    # The country and "00" go behind the account, letters as numbers: D is 13, E is 14.
    return f"DE{98 - int(account + '131400') % 97:02d}{account}"
