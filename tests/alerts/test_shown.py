"""Alerts as they are listed."""

from scarline.alerts.shown import listed
from scarline.bootstrap.alerting import standing
from tests.alerts.rounds import Place, alerting
from tests.alerts.timeline import moment


async def test_the_newest_come_first_then_by_host() -> None:
    """However their labels are hashed, so that a person finds one again."""
    place, own = Place(), alerting("http://127.0.0.1:9")
    place.clock.at = moment("10m")
    hosts = [f"web-{it}" for it in range(8)]
    began = [{"onset": moment("5m"), "points": 30, "host": it} for it in hosts]
    await place.scarred(*began, {"onset": moment("8m"), "points": 12, "host": "web-9"})
    now = await standing(place.road, own)
    found = listed(own.rules, now.seen, now.log)
    assert [it["labels"]["host"] for it in found] == ["web-9", *hosts]
