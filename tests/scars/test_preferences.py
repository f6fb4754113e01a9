"""What a user asks for, metric by metric: the side that is bad goes before what is known."""

import pytest

from scarline.scars import Direction, Options, ScarOperator
from scarline.scars.preferences import Preferences

OPTIONS = Options(false_onsets_per_week=0.2)
WANTED = Preferences(
    OPTIONS, low=("shop.stock.*", "system.load.1"), high=("shop.stock.missing", "shop.*")
)


@pytest.mark.parametrize(
    ("metric", "direction", "sign"),
    [
        ("shop.stock.apples", Direction.LOW, -1),
        ("shop.stock.missing", Direction.HIGH, 1),
        ("shop.queue", Direction.HIGH, 1),
        ("shop.stock", Direction.HIGH, 1),
        ("system.load.1", Direction.LOW, -1),
        ("system.load.15", None, 1),
        ("system.cpu.idle", None, -1),
        ("workshop.queue", None, 0),
    ],
)
def test_the_longest_name_that_fits_counts(
    metric: str, direction: Direction | None, sign: int
) -> None:
    """And where none fits, what is known of the metric; the budget is that of all."""
    own = WANTED.of(metric)
    assert (own.direction, own.sign(metric)) == (direction, sign)
    assert own.false_onsets_per_week == OPTIONS.false_onsets_per_week


def test_only_series_that_are_judged_otherwise_begin_with_a_state() -> None:
    """Which is that of an operator with the same options."""
    keys = [("datadog", it, "web-1", "", 60, "avg") for it in ("shop.queue", "system.cpu.idle")]
    fresh = ScarOperator(Options(Direction.HIGH, 0.2)).state()
    assert WANTED.begun(keys) == {keys[0]: fresh}
    assert Preferences(OPTIONS).begun(keys) == {}


def test_a_digest_is_of_what_is_asked_and_not_of_how_it_is_written() -> None:
    """In any order; another side or budget is another."""
    same = Preferences(OPTIONS, low=WANTED.low[::-1], high=WANTED.high[::-1])
    others = {
        Preferences().digest,
        Preferences(OPTIONS).digest,
        Preferences(OPTIONS, low=("a",)).digest,
        Preferences(OPTIONS, high=("a",)).digest,
    }
    assert same.digest == WANTED.digest
    assert len(others - {WANTED.digest}) == 4
