"""When a stream is usually pulled: read from its runs, and None where they come anyhow."""

from collections.abc import Iterator
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from scarline.ledger import Fact, Head, Run, Word, follow, replay
from scarline.model import stamp
from scarline.web.health.standing import STEADY, standing
from tests.fakes import EPOCH
from tests.web.pulling import service
from tests.web.test_health import METRICS, hours, only, pulled, told


async def test_a_rhythm() -> None:
    """Is read from runs that come at regular times; one by hand between them hides it not."""
    async with service({}, METRICS) as api:
        for number in range(6):
            await pulled(api, told(number, hours(number, number + 1)))
            if number == 2:
                api.clock.forward(minutes=5)
                await pulled(api, told(number, hours(number, number + 1)))
                api.clock.forward(minutes=-5)
            if number < 4:
                assert (await only(api))["usual_seconds"] is None
            api.clock.forward(minutes=15)
        found = await only(api)
        assert found["usual_seconds"] == 900
        assert found["expected_at"] == stamp(EPOCH + timedelta(minutes=90))
        assert found["runs"] == {"done": 7}


@given(st.lists(st.integers(1, 10_000), min_size=4, max_size=20))
def test_the_law_of_the_rhythm(gaps: list[int]) -> None:
    """It is None, or more than half of the gaps are near it."""
    usual = standing("metrics", None, list(runs_after(gaps))).usual_seconds
    near = [abs(gap - usual) <= usual * STEADY for gap in gaps] if usual else []
    assert usual is None or sum(near) * 2 > len(gaps)
    if max(gaps) <= min(gaps) * (1 + STEADY):
        assert usual is not None


def runs_after(gaps: list[int]) -> Iterator[Run]:
    """Yield runs with these gaps between them, newest first."""
    at, head, entries = EPOCH, Head(), []
    for number, gap in enumerate([0, *gaps]):
        at += timedelta(seconds=gap)
        fact = Fact("metrics", str(number), Word.STARTED, at, {"source": "fake"})
        entries.append(follow(head, fact))
    yield from replay(entries)[::-1]
