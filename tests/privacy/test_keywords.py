"""Keywords are told by the words of a text, in any script, and stand for whole phrases."""

import pytest

from scarline.privacy.keywords import Words

WORDS = Words([["dni"], ["phone number", "tel"], ["teléfono"], ["电话"], ["licence"]])


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("his DNI: 1", {0}),
        ("¿DNI? «teléfono»", {0, 2}),
        ("TELÉFONOS", {2}),
        ("phone numbers", {1}),
        ("phones and a number", {1}),
        ("phoneNumber=1, tel_home", {1}),
        ("a number", set()),
        ("a phone", set()),
        ("请拨打电话号码", {3}),
        ("driving-licences", {4}),
        ("dnis2 and ednies", {0}),
        ("telegram", set()),
        ("", set()),
    ],
)
def test_a_text_may_have_the_keywords_of_these_lists(text: str, numbers: set[int]) -> None:
    """Plurals and joined words count, parts of words do not; a phrase needs all its words."""
    assert WORDS.hits(text.encode()) == numbers
