"""From points to notices: what Datadog tells is judged, and somebody hears of it and of its end."""

import orjson

from scarline.model import Batch
from scarline.pipeline import Pipeline
from scarline.watch import Watch
from tests.alerts.rounds import Place, alerting
from tests.alerts.timeline import moment
from tests.fakes import FakeSource, batch
from tests.web.receiver import receiving

BUSY = range(300, 360)
"""Minutes in which web-1 has no time left."""


def idle(first: int, end: int) -> Batch:
    """Return some minutes of two hosts, one of which is starved for an hour."""
    return batch(
        *[
            ("system.cpu.idle", host, minute, value - minute * 7 % 5)
            for minute in range(first, end)
            for host in ("web-1", "web-2")
            for value in [5.0 if host == "web-1" and minute in BUSY else 80.0]
        ]
    )


async def test_a_pull_that_finds_a_scar_is_followed_by_a_notice() -> None:
    """One while it goes on, none again while nothing changes, one when it is over."""
    place, watch = Place(), Watch()

    async def pull(first: int, end: int) -> None:
        place.clock.at = moment(f"{end}m")
        source = FakeSource([idle(first, end)], resuming=False)
        road = Pipeline({"metrics": source}, place.store, place.clock, watch=watch)
        await road.pull("metrics")

    with receiving() as receiver:
        rules = alerting(receiver.url)
        await pull(0, 300)
        assert await place.look(rules, "300m") == []
        await pull(300, 303)
        assert [it.why for it in await place.look(rules, "303m")] == ["first"]
        await pull(303, 320)
        assert await place.look(rules, "320m") == []
        await pull(320, 480)
        assert [it.why for it in await place.look(rules, "480m")] == ["over"]
        assert await place.look(rules, "481m") == []
        told = [orjson.loads(body) for _, body in receiver.got]
    assert [it["status"] for it in told] == ["firing", "resolved"]
    for it in told:
        (alert,) = it["alerts"]
        assert alert["labels"]["host"] == "web-1"
        assert alert["startsAt"].startswith(f"{moment('300m'):%Y-%m-%dT%H:%M}")
