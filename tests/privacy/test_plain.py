"""The plain form: what a person reads, and the way back to what is written."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scarline.privacy.plain import Unreadable, plain

TEXT = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("%&\\;#40ux\u200b\u00ad\uff20\ufb01\u0664"),
    ),
    max_size=60,
)


@settings(max_examples=400, deadline=None)
@given(TEXT)
def test_every_character_leads_back(text: str) -> None:
    """Pieces of the plain form lie in the text in their order, and together cover no more."""
    own = plain(text)
    assert own.data == own.text.encode()
    spans = [own.written(at, at + 1) for at in range(len(own.text))]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)
    if own.text:
        assert own.written(0, len(own.text)) == (spans[0][0], spans[-1][1])


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="%&\\")))
def test_plain_text_stays(text: str) -> None:
    """ASCII without escapes is its own plain form."""
    own = plain(text)
    assert (own.text, own.levels) == (text, ())


@settings(max_examples=200, deadline=None)
@given(TEXT)
def test_bytes_and_characters_agree(text: str) -> None:
    """A span of the bytes is the span of the characters that they encode."""
    own = plain(text)
    ends = [len(own.text[:at].encode()) for at in range(len(own.text) + 1)]
    spans = [(ends[at], ends[at + 1]) for at in range(len(own.text))]
    assert own.characters(spans) == [(at, at + 1) for at in range(len(own.text))]


@given(
    st.sampled_from(
        [it for it in map(chr, range(0x660, 0x1FBFA)) if unicodedata.category(it) == "Nd"]
    )
)
def test_digits_of_all_scripts_are_digits(digit: str) -> None:
    """Arabic, Devanagari, full-width and mathematical digits read as ours."""
    assert plain(digit).text == str(unicodedata.digit(digit))


@given(st.characters(categories=["Cs"]))
def test_half_a_character_is_refused(half: str) -> None:
    """It has no bytes, so nothing could be looked for in it."""
    with pytest.raises(Unreadable, match="half a character"):
        plain(f"a{half}")
