"""Notices that are really sent: claimed, once, again after a failure, and all on the ledger."""

import asyncio
import base64
import hashlib
import hmac
import importlib.util
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from scarline.alerts import silence
from scarline.bootstrap.alerting import standing, tell, tell_after
from scarline.bootstrap.deciding import written
from scarline.bootstrap.silencing import add, expire, found, tried
from scarline.errors import ConfigError, UsageError
from scarline.kinds import DECISION
from scarline.ports import Query
from scarline.scars.marks import subject_of
from scarline.settings import Settings
from tests.alerts.rounds import SECRET, Place, alerting
from tests.alerts.timeline import RULES, moment
from tests.conftest import missing
from tests.web.failing import Late
from tests.web.receiver import receiving

# Apprise loads every service that it knows, and one of them an old module of Python's.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


def with_apprise() -> None:
    """Skip where the extra is not installed."""
    if importlib.util.find_spec("apprise") is None:
        missing("Apprise", "pip install 'scarline[notify]'")


async def test_a_notice_is_signed_and_sent_once() -> None:
    """Another process that looks at the same store sends nothing more."""
    place = Place()
    await place.scarred({"onset": moment("1m"), "points": 60})
    with receiving() as receiver:
        own = alerting(receiver.url)
        assert await place.look(own, "1m20s") == []
        (told,) = await place.look(own, "1m30s")
        assert (told.state, told.why, told.detail) == ("delivered", "first", "it was taken")
        assert await place.look(alerting(receiver.url), "1m45s") == []
        assert await place.look(own, "40m") == []
    ((headers, body),) = receiver.got
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    assert headers["content-type"] == "application/json"
    assert json.loads(body)["alerts"][0]["labels"]["host"] == "web-1"
    assert await place.road.verify() == []


async def test_of_two_processes_that_look_at_once_one_sends() -> None:
    """The row that claims the notice can be written once."""
    place = Place(store=Late())
    await place.scarred({"onset": moment("1m"), "points": 60})
    place.clock.at = moment("2m")
    with receiving() as receiver:
        own = [alerting(receiver.url) for _ in range(3)]
        told = await asyncio.gather(*(place.look(it, "2m") for it in own))
        assert len(receiver.got) == 1
    assert sorted(len(it) for it in told) == [0, 0, 1]


async def test_a_failed_attempt_is_recorded_and_made_again() -> None:
    """Under the same id, so that a receiver takes it once; the end is told as well."""
    place = Place()
    await place.scarred({"onset": moment("1m"), "points": 60})
    with receiving(503, 503, 200) as receiver:
        own = alerting(receiver.url)
        (told,) = await place.look(own, "1m30s")
        assert (told.state, told.detail) == ("waiting", "it answered 503")
        assert await place.look(own, "1m34s") == []
        assert [it.state for it in await place.look(own, "1m35s")] == ["waiting"]
        assert await place.look(own, "1m45s") == []
        assert [it.state for it in await place.look(own, "1m50s")] == ["delivered"]
        await place.scarred({"onset": moment("1m"), "ended_at": moment("4m"), "points": 18})
        assert [it.why for it in await place.look(own, "6m50s")] == ["over"]
        ids = [headers["webhook-id"] for headers, _ in receiver.got]
    assert len(set(ids[:3])) == 1
    assert ids[3] != ids[0]
    rows = (await place.store.find(Query(DECISION, where={"about": ["alert"]}))).to_pylist()
    states = [json.loads(it["value"])["state"] for it in sorted(rows, key=lambda it: it["version"])]
    assert states == ["sending", "waiting", "sending", "waiting", *["sending", "delivered"] * 2]
    assert await place.road.verify() == []


async def test_no_secret_is_stored_or_shown() -> None:
    """Neither in rows nor on the ledger nor in what objects say of themselves."""
    place = Place()
    await place.scarred({"onset": moment("1m"), "points": 60})
    with receiving(404) as receiver:
        own = alerting(f"{receiver.url}/services/T0/B0/hidden-part", "slack")
        told = await place.look(own, "2m")
        assert [it.state for it in told] == ["failed"]
    rows = await place.store.find(Query(DECISION))
    entries = await place.store.entries()
    assert "hidden-part" not in f"{rows.to_pylist()} {entries} {own} {told}"


@pytest.mark.parametrize("kind", ["slack", "pagerduty", "apprise", "webhook"])
async def test_every_receiver_takes_a_test(kind: str) -> None:
    """And says what came back; PagerDuty's is resolved right after."""
    with receiving(202) as receiver:
        url = receiver.url
        if kind == "apprise":
            with_apprise()
            url = url.replace("http://", "json://")
        ((name, sent),) = await tried(alerting(url, kind), moment("1m"))
        assert (name, sent.delivered) == ("ops", True), sent
        assert len(receiver.got) == (2 if kind == "pagerduty" else 1)
        assert b"ScarlineTest" in receiver.got[0][1]
    ((_, sent),) = await tried(alerting(url, kind), moment("1m"))
    assert (sent.delivered, sent.again) == (False, True)


async def test_a_receiver_that_breaks_leaves_the_others() -> None:
    """A secret that is no header, here; its name and not its text is told."""
    place = Place()
    await place.scarred({"onset": moment("1m"), "points": 60})
    with receiving() as receiver:
        own = alerting(receiver.url, more=BROKEN)
        broken = own.targets["broken"]
        own.targets = {**own.targets, "broken": replace(broken, secrets={"token": "a\nb ü"})}
        told = await place.look(own, "2m")
        assert [(it.receiver, it.state) for it in told] == [
            ("broken", "waiting"),
            ("ops", "delivered"),
        ]
        assert told[0].detail.startswith("it could not be told: ")
        assert len(receiver.got) == 1


BROKEN = """
[[route.routes]]
receiver = "broken"
continue = true

[[route.routes]]
receiver = "ops"

[[receiver]]
name = "broken"
type = "alertmanager"
url = "http://127.0.0.1:9"
"""


async def test_apprise_tells_of_an_alert() -> None:
    """With its severity, as JSON here."""
    with_apprise()
    place = Place()
    await place.scarred({"onset": moment("1m"), "points": 60})
    with receiving() as receiver:
        own = alerting(receiver.url.replace("http://", "json://"), "apprise")
        assert [it.state for it in await place.look(own, "2m")] == ["delivered"]
        told = json.loads(receiver.got[0][1])
    assert told["title"] == "[FIRING:1] Starved on web-1"
    assert told["type"] == "failure"
    assert "missed by 12.0" in told["message"]


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("webhook", "https://10.0.0.7/in"),
        ("slack", "https://169.254.169.254/latest"),
        ("apprise", "json://10.0.0.7/in"),
        ("alertmanager", "https://192.168.1.1"),
    ],
)
async def test_private_addresses_are_refused(kind: str, url: str) -> None:
    """Unless the receiver allows them."""
    if kind == "apprise":
        with_apprise()
    ((_, sent),) = await tried(alerting(url, kind), moment("1m"))
    assert (sent.delivered, sent.again) == (False, False)
    assert "private address" in sent.detail


async def test_a_test_of_a_receiver_that_there_is_not() -> None:
    """It says which there are."""
    with pytest.raises(UsageError, match="there is no receiver pager: there is ops"):
        await tried(alerting("http://127.0.0.1:1"), moment("1m"), ["pager"])


async def test_silences_are_kept_and_expire() -> None:
    """With author and comment, on the ledger; the notice comes when it is over."""
    place = Place()
    await place.scarred({"onset": moment("1m"), "points": 60})
    wanted = silence(["host=~web-.*"], moment("0s"), moment("2h"), "ana", "a new disk")
    kept = await add(place.road, wanted, "test")
    assert await add(place.road, wanted, "test") == kept
    with receiving() as receiver:
        own = alerting(receiver.url)
        assert await place.look(own, "5m") == []
        stands = await standing(place.road, own)
        assert [it.silenced_by for it in stands.seen] == [(kept.id,)]
        place.clock.at = moment("6m")
        await expire(place.road, kept.id, "test", "bo")
        (after,) = await found(place.road)
        assert (after.author, after.comment, after.ends_at) == ("ana", "a new disk", moment("6m"))
        with pytest.raises(UsageError, match="is over since"):
            await expire(place.road, kept.id, "test", "bo")
        assert [it.state for it in await place.look(own, "6m5s")] == ["delivered"]
    with pytest.raises(UsageError, match="there is no silence"):
        await expire(place.road, "nope", "test", "bo")


async def test_a_silence_that_redaction_would_change_is_refused() -> None:
    """It would silence something else than was meant."""
    place = Place()
    wanted = silence(["team=ana@example.com"], moment("0s"), moment("1h"), "ana", "why")
    with pytest.raises(UsageError, match="looks like personal data"):
        await add(place.road, wanted, "test")


async def test_who_wants_no_ends_is_told_of_none() -> None:
    """That it is over is noted, so that the next alert is told as the first."""
    place = Place()
    row = {"onset": moment("1m"), "points": 60}
    await place.scarred(row)
    with receiving() as receiver:
        own = alerting(receiver.url, send_resolved=False)
        await place.look(own, "1m30s")
        await place.scarred(row | {"ended_at": moment("3m"), "points": 12})
        (told,) = await place.look(own, "6m30s")
        assert (told.why, told.detail) == ("over", "it is not told of ends")
        await place.scarred({"onset": moment("20m"), "points": 60})
        assert [it.why for it in await place.look(own, "20m30s")] == ["first"]
        assert [json.loads(it)["status"] for _, it in receiver.got] == ["firing", "firing"]


async def test_a_rollback_of_the_pull_ends_what_it_told() -> None:
    """As if it had never been: whoever was told is told that it is over."""
    place = Place()
    run = await place.scarred({"onset": moment("1m"), "points": 60})
    with receiving() as receiver:
        own = alerting(receiver.url)
        await place.look(own, "1m30s")
        await place.road.rollback(run, "wrong account")
        assert [it.why for it in await place.look(own, "6m30s")] == ["over"]
        assert json.loads(receiver.got[-1][1])["status"] == "resolved"


async def test_a_group_whose_name_is_redacted_is_ended_once() -> None:
    """The address of a machine in its labels is not kept in the log; who it is, is."""
    place = Place()
    row = {"onset": moment("1m"), "points": 60, "host": "10.1.2.3"}
    run = await place.scarred(row)
    with receiving() as receiver:
        own = alerting(receiver.url)
        route = replace(own.rules.route, group_by=("host",))
        own.rules = replace(own.rules, route=route)
        await place.look(own, "1m30s")
        await place.road.rollback(run, "wrong account")
        assert [it.why for it in await place.look(own, "6m30s")] == ["over"]
        assert await place.look(own, "30m") == []
        ended = json.loads(receiver.got[-1][1])
    assert ended["status"] == "resolved"
    rows = await place.store.find(Query(DECISION, where={"about": ["alert"]}))
    assert "10.1.2.3" not in str(rows["value"].to_pylist())
    assert len(set(rows["subject"].to_pylist())) == 1


async def test_a_mark_makes_its_scar_quiet() -> None:
    """What people say of scars is heard: nobody is told of noise."""
    place = Place()
    row = {"onset": moment("1m"), "points": 60, "shape": json.dumps([0] * 24)}
    await place.scarred(row)
    subject = subject_of("system.cpu.idle web-1", moment("1m"))

    async def make() -> pa.RecordBatch:
        value = json.dumps({"mark": "noise", "runbook": None})
        told = {"about": "scar", "subject": subject, "version": 1, "at": moment("1m30s")}
        told |= {"who": "ana", "what": "mark", "value": value, "why": None}
        return pa.RecordBatch.from_pylist([told], schema=DECISION.schema)

    await written(place.road, "test", "mark", make)
    with receiving() as receiver:
        assert await place.look(alerting(receiver.url), "5m") == []


async def test_tell_reads_the_file_that_the_settings_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without one nothing is done; a secret that is not set is named before anything is sent."""
    place = Place()
    await place.scarred({"onset": moment("1m"), "points": 60})
    place.clock.at = moment("5m")
    assert await tell(place.road, Settings()) == []
    file = tmp_path / "alerts.toml"
    file.write_text(RULES)
    settings = Settings().model_copy(update={"alerts": file})
    with pytest.raises(ConfigError, match="receiver ops needs SLACK_URL, which is not set"):
        await tell(place.road, settings)
    with receiving() as receiver:
        monkeypatch.setenv("SLACK_URL", receiver.url)
        (told,) = await tell(place.road, settings)
        assert (told.receiver, told.state) == ("ops", "delivered")
        assert len(receiver.got) == 1


async def test_a_notice_says_how_often_it_was_seen_before() -> None:
    """Of scars of the same metric with the same course, on whichever host."""
    place = Place()
    course = json.dumps([0, 20, 60, 100, 80, 40, 20, 0, *[0] * 16])
    other = json.dumps([100, 0] * 12)
    like = {"ended_at": moment("2d"), "points": 60, "shape": course}
    await place.scarred(
        {"onset": moment("1d"), "host": "web-7", **like},
        {"onset": moment("1d5h"), "host": "web-8", **like},
        {"onset": moment("1d9h"), "host": "web-9", **like, "shape": other},
        {"onset": moment("3d"), "points": 60, "shape": course},
    )
    with receiving() as receiver:
        await place.look(alerting(receiver.url), "3d1m")
        (alert,) = json.loads(receiver.got[0][1])["alerts"]
    assert alert["seenBefore"] == "seen before, 2 times, last on 2026-03-03 at 05:00 UTC"


async def test_a_pull_is_never_failed_by_alerts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes wrong after it is a sentence, without the secret."""
    place = Place()
    await place.scarred({"onset": moment("1m"), "points": 60})
    place.clock.at = moment("5m")
    file = tmp_path / "alerts.toml"
    settings = Settings().model_copy(update={"alerts": file})
    said: list[str] = []
    await tell_after(place.road, settings, said.append)
    assert said.pop().startswith("alerts: nobody was told: ")
    file.write_text(RULES)
    monkeypatch.setenv("SLACK_URL", "http://127.0.0.1:9/services/hidden-part")
    await tell_after(place.road, settings, said.append)
    (sentence,) = said
    assert sentence.startswith("alerts: ops was not told of [FIRING:1] Starved on web-1: it could")
    assert "hidden-part" not in sentence
    with receiving() as receiver:
        place.clock.forward(seconds=5)
        monkeypatch.setenv("SLACK_URL", receiver.url)
        await tell_after(place.road, settings, said.append)
        assert len(receiver.got) == 1
    assert said == [sentence]


async def test_what_was_told_long_ago_is_followed_on() -> None:
    """The log is read for some days only; numbers go on after what lies before."""
    place = Place()
    await place.scarred({"onset": moment("1m"), "ended_at": moment("3m"), "points": 12})
    with receiving() as receiver:
        own = alerting(receiver.url)
        assert await place.look(own, "10m") == []
        await place.scarred({"onset": moment("1d"), "points": 60})
        await place.look(own, "1d1m")
        later = moment("1d") + timedelta(days=10)
        await place.scarred({"onset": later, "points": 60})
        told = await place.look(own, "11d1m")
        assert [(it.why, it.state) for it in told] == [("first", "delivered")]
        assert len(receiver.got) == 2
    assert await place.road.verify() == []
