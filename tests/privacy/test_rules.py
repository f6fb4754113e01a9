"""Each row of the tables does what it says, alone and among all the others."""

import pytest

from scarline.privacy.finder import Finder
from scarline.privacy.rules import Rule, built_in, drawn, names

ALL = Finder(built_in())
SEEDS = range(8)


@pytest.mark.parametrize("rule", built_in(), ids=names(built_in()))
def test_what_must_go_goes(rule: Rule) -> None:
    """The example is found by its own rule, however its fillers are drawn."""
    alone = Finder([rule])
    for seed in SEEDS:
        for text in (drawn(rule.goes, seed), f"see {drawn(rule.goes, seed)}, please"):
            assert alone.find(text.encode()), text
            assert ALL.find(text.encode()), text


@pytest.mark.parametrize("rule", built_in(), ids=names(built_in()))
def test_what_must_stay_stays(rule: Rule) -> None:
    """The counter-example is found by no rule at all."""
    for seed in SEEDS:
        text = drawn(rule.stays, seed)
        assert [built_in()[it.rule].name for it in ALL.find(text.encode())] == [], text


def test_names_are_told_apart() -> None:
    """No two rows have the same name."""
    assert len(names(built_in())) == len(built_in())


@pytest.mark.parametrize("rule", built_in(), ids=lambda rule: rule.name)
def test_what_is_found_alone_is_found_between_lines(rule: Rule) -> None:
    """So that many short texts can be searched at once: lines are no reason to find nothing."""
    finder = Finder([rule])
    for seed in range(4):
        text = drawn(rule.goes, seed).encode()
        assert finder.find(b"a\n" + text + b"\nb")
        assert finder.find(text + b"\n" + text)
