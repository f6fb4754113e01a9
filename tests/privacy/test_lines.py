"""Many texts searched at once: what is found in each is what is found in it by itself."""

import random
import re
from functools import cache

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from scarline.privacy import default_policy
from scarline.privacy.finder import Finder
from scarline.privacy.lines import Lines, within_lines
from scarline.privacy.rules import Category, Rule, drawn

RULES = default_policy().rules
GOES = [drawn(it.goes).encode() for it in RULES]
STAYS = [it.stays.encode() for it in RULES] + [f"word {it}".encode() for it in range(600)]
LABELS = ("", "password", "iban", "note", "user ssn")


@cache
def finder() -> Finder:
    """Return what searches by our rules."""
    return Finder(RULES)


@pytest.mark.parametrize("seed", range(8))
def test_every_rule_finds_between_others_what_it_finds_alone(seed: int) -> None:
    """All texts of the tables, in any order, at once."""
    texts = [("", it) for it in GOES + STAYS]
    random.Random(seed).shuffle(texts)  # noqa: S311 - an order, not a key
    alone = [sorted(finder().find(data, label)) for label, data in texts]
    assert [sorted(it) for it in finder().find_each(texts)] == alone


@settings(max_examples=60, deadline=None)
@given(chance=st.randoms(use_true_random=False), some=st.integers(1, 40))
def test_what_is_found_in_each_is_what_is_found_in_it_alone(
    chance: random.Random, some: int
) -> None:
    """Whatever stands beside it, whatever its label, and of pieces of what is to be found."""
    texts = []
    for _ in range(some):
        data = chance.choice(GOES if chance.random() < 0.7 else STAYS)
        first, last = sorted(chance.choices(range(len(data) + 1), k=2))
        cut = data[first:last] if chance.random() < 0.3 else data
        texts.append((chance.choice(LABELS), cut.decode(errors="ignore").encode()))
    alone = [sorted(finder().find(data, label)) for label, data in texts]
    assert [sorted(it) for it in finder().find_each(texts)] == alone


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("ab1 \n", max_size=6), min_size=1, max_size=8))
def test_a_text_that_a_pattern_matches_alone_is_touched(texts: list[str]) -> None:
    """Where it is bound to the beginning or the end of a text, too."""
    for pattern in (r"^a+$", r"\Ab", r"1\z", r"(?:^|\s)1", r"[^a]b", r"a[ \n]*b", r"\\A|b$"):
        alone = re2.compile(pattern)
        lines = Lines([it.encode() for it in texts])
        touched = set(lines.touched(re2.compile(within_lines(pattern).encode())))
        assert {at for at, it in enumerate(texts) if alone.search(it)} <= touched


def test_rules_of_a_user_that_are_bound_to_a_whole_text() -> None:
    """They match a text among others as they do alone."""
    rule = Rule("ticket", Category.ACCOUNT, r"^T-[0-9]{4}$", "T-1234", "see T-1234 there")
    own = Finder([rule])
    texts = [("", it) for it in (b"T-1234", b"see T-1234 there", b"T-9876", b"T-1234 T-1234")]
    assert [len(it) for it in own.find_each(texts)] == [1, 0, 1, 0]


def test_what_is_escaped_or_in_a_class_is_no_border() -> None:
    """A pattern without one stays as it is, compiled once."""
    for pattern in (r"\$[0-9]+", r"[^$]x", r"[$^]", r"a\\Ab"):
        assert within_lines(pattern) == pattern
    assert re.search(within_lines(r"x$"), "x\ny") is not None
