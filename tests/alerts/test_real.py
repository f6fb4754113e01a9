"""Against the official Alertmanager: forwarding to it, and the same story told to both."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from scarline.alerts import parsed
from scarline.model import stamp
from tests.alerts.real import Alertmanager, Times, alertmanager, program
from tests.alerts.rounds import Place, alerting
from tests.alerts.timeline import RULES, Sent, Timeline, moment
from tests.conftest import missing
from tests.fakes import EPOCH
from tests.web.receiver import Receiver, receiving

pytestmark = pytest.mark.slow


@pytest.fixture
def binary() -> str:
    """Give the program."""
    found = program()
    if found is None:
        missing("Alertmanager", "apt-get install prometheus-alertmanager")
    return found


@pytest.fixture
def told(binary: str, tmp_path: Path) -> Iterator[tuple[Alertmanager, Receiver]]:
    """Run one that tells a webhook of its groups."""
    with receiving() as hook, alertmanager(binary, tmp_path, hook.url, Times()) as real:
        yield real, hook


def until(seen: Callable[[], Any], seconds: float = 15.0) -> Any:
    """Return what is seen as soon as it is; fails if it takes too long."""
    end = time.monotonic() + seconds
    while not (found := seen()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.1)
    return found


async def test_what_fires_is_forwarded_and_what_is_over_too(
    told: tuple[Alertmanager, Receiver],
) -> None:
    """It appears in /api/v2/alerts with labels and evidence, is told again, and is resolved."""
    real, hook = told
    now = datetime.now(UTC).replace(microsecond=0)
    place = Place()
    place.clock.at = now
    begun = {"onset": now - timedelta(minutes=3), "points": 18}
    await place.scarred(begun)
    own = alerting(real.url, "alertmanager", resend=timedelta(minutes=1))
    at = stamp(now)
    (sent,) = await place.look(own, _after(now))
    assert (sent.state, sent.detail) == ("delivered", "it was taken")
    (alert,) = until(real.alerts)
    assert alert["labels"]["alertname"] == "Starved"
    assert alert["labels"]["service"] == "shop"
    assert alert["annotations"]["evidence"].startswith("2.5 percent, expected 80 percent")
    assert alert["startsAt"].startswith(stamp(begun["onset"])[:19])  # type: ignore[arg-type]
    assert alert["endsAt"].startswith(stamp(now + timedelta(minutes=4))[:19]), at
    until(lambda: hook.got)
    assert await place.look(own, _after(now, 30)) == []
    (again,) = await place.look(own, _after(now, 60))
    assert again.why == "repeated"
    (alert,) = real.alerts()
    assert alert["endsAt"].startswith(stamp(now + timedelta(minutes=5))[:19])
    await place.scarred(begun | {"ended_at": now - timedelta(minutes=1), "points": 12})
    (over,) = await place.look(own, _after(now, 120))
    assert (over.why, over.state) == ("over", "delivered")
    until(lambda: real.alerts() == [])
    statuses = until(
        lambda: len(hook.got) > 1 and [orjson.loads(it[1])["status"] for it in hook.got]
    )
    assert statuses == ["firing", "resolved"]


def _after(now: datetime, seconds: int = 0) -> str:
    return f"{int((now - EPOCH).total_seconds()) + seconds}s"


STORY: Sequence[tuple[str, int, int]] = [
    ("web-1", 1, 9),
    ("web-2", 2, 30),  # within the wait of the first
    ("web-3", 5, 14),  # after it
]
"""Hosts, and from which second to which each is bad."""

TIMES = Times("3s", "4s", "10s")


def test_both_tell_the_same_story(binary: str, tmp_path: Path) -> None:
    """Who fires and who is over, in the same order, within two seconds of each other."""
    ours = _ours()
    with receiving() as hook, alertmanager(binary, tmp_path, hook.url, TIMES) as real:
        came = _theirs(real, hook, 40)
    assert [(it.firing, it.resolved) for it in ours] == [it[1:] for it in came], (ours, came)
    for mine, theirs in zip(ours, came, strict=True):
        assert abs(mine.at.total_seconds() - theirs[0]) <= 2, (ours, came)


def _ours() -> list[Sent]:
    rhythm = {"30s": "3s", "5m": "4s", "1h": "10s"}
    text = RULES
    for old, new in rhythm.items():
        text = text.replace(f'"{old}"', f'"{new}"')
    story = Timeline(parsed(text), step_seconds=1)
    for host, begin, end in STORY:
        story.scar(f"{begin}s", f"{end}s", host=host, interval_seconds=1)
    return story.play("40s")


Came = tuple[float, tuple[str, ...], tuple[str, ...]]


def _theirs(real: Alertmanager, hook: Receiver, seconds: int) -> list[Came]:
    begun, came = time.monotonic(), list[Came]()
    start = datetime.now(UTC)
    while (at := time.monotonic() - begun) < seconds:
        alerts = [
            {
                "labels": {"alertname": "Starved", "host": host},
                "startsAt": stamp(start + timedelta(seconds=begin)),
                "endsAt": stamp(start + timedelta(seconds=end if at >= end else 3_600)),
            }
            for host, begin, end in STORY
            if begin <= at < end + 2
        ]
        if alerts:
            real.post("alerts", alerts)
        came += [_read(at, body) for _, body in hook.got[len(came) :]]
        time.sleep(0.2)
    return came


def _read(at: float, body: bytes) -> Came:
    alerts = orjson.loads(body)["alerts"]
    firing, resolved = (
        tuple(sorted(it["labels"]["host"] for it in alerts if it["status"] == status))
        for status in ("firing", "resolved")
    )
    return at, firing, resolved


def test_the_story_is_told_as_it_should_be() -> None:
    """The same without the real one: so that the comparison compares something."""
    first, *_ = _ours()
    assert (first.why, first.firing, first.resolved) == ("first", ("web-1", "web-2"), ())
    assert first.at == moment("4s") - EPOCH
