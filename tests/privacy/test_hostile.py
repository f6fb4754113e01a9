"""Hostile texts: nothing gets through, nothing breaks, and the work is bounded by counts."""

import random
import string
from collections.abc import Mapping

import pytest

from scarline.privacy import Account, redact_json, redact_text
from scarline.privacy.finder import REFUSED, Finder
from scarline.privacy.plain import MOST_PIECES, Unreadable, plain
from scarline.privacy.rules import built_in

SIZE = 300_000
DICE = random.Random(7)  # noqa: S311 - texts, not keys


def drawn(alphabet: str) -> str:
    """Return a text of that alphabet, the same at every run."""
    return "".join(DICE.choices(alphabet, k=SIZE))


HOSTILE: Mapping[str, str] = {
    "dots": "a." * (SIZE // 2),
    "at": "@" * SIZE,
    "digits": drawn(string.digits + " -."),
    "base64": drawn(string.ascii_letters + string.digits + "+/"),
    "printable": drawn(string.printable),
    "openings": "[{" * (SIZE // 2),
    "objects": '{"a":' * (SIZE // 5),
    "keywords": "password passport ssn phone " * (SIZE // 28),
    "numbers": "id 1234567 " * (SIZE // 11),
    "names": "Mr. Smith " * (SIZE // 10),
    "prefixes": "ghp_sk-AKIAxoxb-" * (SIZE // 16),
    "escapes": "%40" * (SIZE // 3),
    "hidden": "a\u200b" * (SIZE // 2),
    "backslashes": "\\" * SIZE,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_a_secret_in_a_hostile_text_goes(text: str) -> None:
    """Whatever stands around it: cleaned or dropped, never kept."""
    clean = redact_text(f"{text} jane.qwxz@example.org {text}")
    assert "jane.qwxz" not in clean
    assert redact_text(clean) == clean


def test_too_many_matches_are_refused() -> None:
    """The number of matches is bounded, so that time is: the block goes unread."""
    account = Account()
    clean = redact_text("fine " * 20_000 + "card 4111-1111-1111-1112 " * 4_000, account=account)
    assert "4111" not in clean
    assert clean.startswith("fine fine")
    assert account.removed["dropped: too much in it to check"] > 0


def test_too_many_searches_are_refused() -> None:
    """So is what is searched, once for each rule that may match."""
    words = " ".join({word for rule in built_in() for word in rule.keywords}).encode()
    found = Finder(built_in()).find(words + b" 1234567890 AB123456 " * 20_000)
    assert REFUSED in {it.rule for it in found}


def test_too_many_escapes_are_refused() -> None:
    """So is what is unwrapped."""
    with pytest.raises(Unreadable):
        plain("%40" * (MOST_PIECES + 1))


def test_what_is_dropped_is_counted_with_its_reason() -> None:
    """And the rest of the document stays."""
    account = Account()
    clean = redact_json({"a": "%40" * (MOST_PIECES + 1), "b": "fine"}, account=account)
    assert clean == {"a": "[dropped]", "b": "fine"}
    assert account.removed == {"dropped: too many escapes": 1}


def test_many_values_cost_no_check_each() -> None:
    """Beyond the budget of checks everything that looks like a card counts as one."""
    text = " ".join(
        f"{number:016}" for number in range(4_000_000_000_000_000, 4_000_000_000_003_000)
    )
    clean = redact_text(text)
    assert "4000000000002999" not in clean
