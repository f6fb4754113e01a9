"""Every store keeps what alerts need: scars, silences, and who was told."""

from collections.abc import AsyncIterator

import pytest

from scarline.alerts import silence
from scarline.bootstrap.silencing import add, expire, found
from scarline.ports import Store
from tests.alerts.rounds import Place, alerting
from tests.alerts.timeline import moment
from tests.at_hand import Opener, debian_url, embedded_url, open_empty
from tests.stores.postgrest import supabase
from tests.web.receiver import receiving

__all__ = ["debian_url", "embedded_url", "open_empty", "supabase"]
pytestmark = pytest.mark.law


@pytest.fixture(name="store")
async def store_fixture(open_empty: Opener) -> AsyncIterator[Store]:
    """Give a store that is empty."""
    async with open_empty() as opened:
        yield opened


async def test_a_scar_is_told_silenced_and_told_to_be_over(store: Store) -> None:
    """By a process that has nothing but the store, each time another one."""
    place = Place(store)
    with receiving(503, 200) as receiver:

        async def look(at: str) -> list[tuple[str, str]]:
            return [(it.why, it.state) for it in await place.look(alerting(receiver.url), at)]

        row = {"onset": moment("1m"), "points": 60}
        await place.scarred(row, row | {"host": "web-2"})
        assert await look("1m30s") == [("first", "waiting")]
        assert await look("1m35s") == [("first", "delivered")]
        place.clock.at = moment("2m")
        wanted = silence(["host=web-1"], moment("2m"), moment("1h"), "ana", "known")
        await add(place.road, wanted, "test")
        await place.scarred(row | {"ended_at": moment("3m"), "points": 12})
        assert await look("30m") == []
        await expire(place.road, wanted.id, "test", "bo")
        assert [(it.author, it.ends_at) for it in await found(place.road)] == [
            ("ana", moment("30m"))
        ]
        assert await look("30m5s") == [("changed", "delivered")]
        assert await look("31m") == []
        assert len(receiver.got) == 3
    assert await place.road.verify() == []
