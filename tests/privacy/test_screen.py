"""Short texts searched at once: what is told to be clean is clean by itself."""

import random
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from scarline.privacy import default_policy
from scarline.privacy.finder import Finder
from scarline.privacy.rules import drawn
from scarline.privacy.screen import sifted

RULES = default_policy().rules
GOES = [drawn(it.goes).encode() for it in RULES]
STAYS = [it.stays.encode() for it in RULES] + [f"word {it}".encode() for it in range(600)]


@cache
def finder() -> Finder:
    """Return what searches by our rules."""
    return Finder(RULES)


@settings(max_examples=40, deadline=None)
@given(chance=st.randoms(use_true_random=False), some=st.integers(0, 12))
def test_what_is_told_to_be_clean_is(chance: random.Random, some: int) -> None:
    """And what is not has something in it, or stands beside what reaches into its line."""
    part = list(enumerate(chance.sample(GOES, some) + chance.sample(STAYS, 32 - some)))
    chance.shuffle(part)
    clean = set(sifted(finder(), "", part))
    assert [data for at, data in part if at in clean and finder().find(data, "")] == []
