"""Who is told what and when: each test is a story with its times, as Alertmanager keeps them."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scarline.alerts import claimed, parsed, undelivered
from scarline.alerts.fields import length
from scarline.alerts.log import row
from scarline.alerts.rules import Rules
from tests.alerts.timeline import RULES, Timeline, moment, want


def ruled(*changes: tuple[str, str], more: str = "") -> Rules:
    """Return the rules with some words changed."""
    text = RULES
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return parsed(text + more)


def test_one_scar_is_told_once_and_its_end_once() -> None:
    """The first notice waits group_wait, the end the next look at the group."""
    story = Timeline()
    story.scar("1m", until="7m")
    want(
        story.play("40m"),
        ("1m30s", "1m35s", ["web-1"], []),
        ("11m30s", "11m40s", [], ["web-1"]),
    )


def test_what_begins_within_the_wait_is_one_notice() -> None:
    """And what comes later is told with all that fires at the next look."""
    story = Timeline()
    story.scar("1m", host="web-1")
    story.scar("1m20s", host="web-2")
    story.scar("3m", host="web-3")
    want(
        story.play("10m"),
        ("1m30s", "1m35s", ["web-1", "web-2"], []),
        ("6m30s", "6m40s", ["web-1", "web-2", "web-3"], []),
    )


def test_groups_are_told_apart() -> None:
    """By the labels in group_by, each with its own wait; "..." makes each alert a group."""
    story = Timeline(ruled(('["alertname"]', '["..."]')))
    story.scar("1m", host="web-1")
    story.scar("2m", host="web-2")
    want(
        story.play("5m"),
        ("1m30s", "1m35s", ["web-1"], []),
        ("2m30s", "2m35s", ["web-2"], []),
    )


def test_what_goes_on_is_told_again_at_the_first_look_after_the_repeat_interval() -> None:
    """An hour here, which is twelve looks."""
    story = Timeline()
    story.scar("0s")
    want(
        story.play("2h30m"),
        ("30s", "35s", ["web-1"], []),
        ("1h30s", "1h40s", ["web-1"], []),
        ("2h30s", "2h50s", ["web-1"], []),
    )


def test_the_repeat_interval_counts_in_looks() -> None:
    """With 7 minutes and looks every 5, it is told again after 10."""
    story = Timeline(ruled(('"1h"', '"7m"')))
    story.scar("0s")
    want(story.play("12m"), ("30s", "35s", ["web-1"], []), ("10m30s", "10m40s", ["web-1"], []))


def test_for_waits_and_what_ends_before_is_never_told() -> None:
    """A rule with for = 10m: it is pending for so long."""
    story = Timeline(ruled(('metric = "system.cpu.*"', 'metric = "*"\nfor = "10m"')))
    story.scar("1m", until="10m50s", host="short")
    story.scar("2m", host="long")
    want(story.play("15m"), ("12m30s", "12m40s", ["long"], []))


def test_for_counts_what_was_seen() -> None:
    """While no points come nobody knows that it goes on: it stays pending."""
    story = Timeline(ruled(('metric = "system.cpu.*"', 'metric = "*"\nfor = "10m"')))
    story.scar("1m", host="blind", reports_until="10m")
    story.scar("1m", host="seen", reports_until="12m")
    want(story.play("20m"), ("11m30s", "11m40s", ["seen"], []))


def test_a_scar_that_is_stored_late_is_told_at_once() -> None:
    """Its wait is over already. One that began and ended before anybody looked is not told."""
    story = Timeline()
    story.scar("1m", host="late", stored="20m")
    story.scar("1m", until="9m", host="over", stored="20m")
    want(story.play("25m"), ("20m", "20m5s", ["late"], []))


def test_a_silence_holds_notices_back_until_it_ends() -> None:
    """Repeats and ends too; what still fires after it is told."""
    story = Timeline()
    story.scar("1m", until="2h", host="web-1")
    story.silence("0s", "30m", 'host="web-1"')
    want(
        story.play("3h"),
        ("30m", "30m5s", ["web-1"], []),
        ("1h30m", "1h30m10s", ["web-1"], []),
        ("2h0s", "2h5m", [], ["web-1"]),
    )


def test_an_end_during_a_silence_is_told_after_it() -> None:
    """Else whoever was told of the beginning would wait for ever."""
    story = Timeline()
    story.scar("1m", until="20m")
    story.silence("10m", "40m", "host=~web-.*")
    want(story.play("1h"), ("1m30s", "1m35s", ["web-1"], []), ("40m", "40m5s", [], ["web-1"]))


def test_a_silence_of_one_leaves_the_others() -> None:
    """The group is told without it."""
    story = Timeline()
    story.scar("1m", host="web-1")
    story.scar("1m", host="web-2")
    story.silence("0s", "50m", "host=web-2")
    want(
        story.play("52m"),
        ("1m30s", "1m35s", ["web-1"], []),
        ("50m", "51m40s", ["web-1", "web-2"], []),
    )


INHIBIT = """
[[rule]]
name = "Slow"
metric = "http.latency"
severity = "warning"

[[inhibit]]
source = ['alertname="Starved"']
target = ['severity="warning"']
equal = ["host"]
"""


def test_an_inhibited_alert_is_told_when_its_source_is_over() -> None:
    """Only on the same host; and the source is told as ever."""
    story = Timeline(ruled(more=INHIBIT))
    story.scar("1m", until="20m", host="web-1")
    story.scar("1m", host="web-1", metric="http.latency")
    story.scar("1m", host="web-2", metric="http.latency")
    want(
        story.play("26m"),
        ("1m30s", "1m35s", ["web-2"], []),
        ("1m30s", "1m35s", ["web-1"], []),
        ("20m", "21m40s", ["web-1", "web-2"], []),
        ("21m30s", "21m50s", [], ["web-1"]),
    )


def test_two_alerts_that_match_both_sides_do_not_inhibit_each_other() -> None:
    """As in Alertmanager."""
    both = """
[[inhibit]]
source = ['alertname=~".+"']
target = ['alertname=~".+"']
"""
    story = Timeline(ruled(more=both))
    story.scar("1m", host="web-1")
    story.scar("1m", host="web-2")
    want(story.play("5m"), ("1m30s", "1m35s", ["web-1", "web-2"], []))


ROUTES = """
[[route.routes]]
matchers = ['severity="critical"', 'service="shop"']
receiver = "pager"
continue = true
group_wait = "0s"

[[route.routes]]
matchers = ['env="prod"']
receiver = "prod"

[[route.routes]]
matchers = ['host="web-1"']
receiver = "never"

[[receiver]]
name = "pager"
type = "pagerduty"
key_env = "PAGER_KEY"

[[receiver]]
name = "prod"
type = "slack"
url_env = "PROD_URL"

[[receiver]]
name = "never"
type = "slack"
url_env = "NEVER_URL"
"""


def test_the_first_route_takes_an_alert_and_goes_on_where_it_says_so() -> None:
    """Without a route beneath that takes it, the first one does."""
    story = Timeline(ruled(more=ROUTES))
    story.scar("1m", host="web-1")
    story.scar("1m", host="stage-1", tags="env:stage,service:shop")
    story.scar("1m", host="other", tags="")
    assert [(it.at, it.receiver, it.firing) for it in story.play("3m")] == [
        (length("1m"), "pager", ("stage-1", "web-1")),
        (length("1m30s"), "ops", ("other",)),
        (length("1m30s"), "prod", ("web-1",)),
    ]


def test_a_receiver_that_wants_no_ends_is_told_of_none() -> None:
    """A group whose alerts are all over is still noted, so that the next one is told."""
    story = Timeline(ruled(('url_env = "SLACK_URL"', 'url_env = "OPS_URL"\nsend_resolved = false')))
    story.scar("1m", until="3m", host="web-1")
    story.scar("1m", host="web-2")
    want(story.play("20m"), ("1m30s", "1m35s", ["web-1", "web-2"], []))


def test_who_flaps_within_the_interval_is_not_told_again() -> None:
    """The same labels fire again before the next look: nothing changed."""
    story = Timeline()
    story.scar("1m", until="3m")
    story.scar("4m")
    want(story.play("30m"), ("1m30s", "1m35s", ["web-1"], []))


def test_what_is_rolled_back_is_over() -> None:
    """The scar is gone, and whoever was told is told that it is over."""
    story = Timeline()
    story.scar("1m")
    story.play("4m")
    story.told.clear()
    want(
        story.play("20m", since="4m5s"),
        ("1m30s", "1m35s", ["web-1"], []),
        ("6m30s", "6m45s", [], ["web-1"]),
    )


def test_a_quiet_scar_and_a_detector_that_is_not_promoted_are_silent() -> None:
    """Whoever judged it quiet passes it in."""
    story = Timeline()
    story.quiet.add(story.scar("1m"))
    story.scar("1m", host="new", detector="other/2")
    want(story.play("10m"))


def test_a_series_that_stopped_reporting_is_over_after_a_day() -> None:
    """Nobody knows how it goes on."""
    story = Timeline(ruled(('"1h"', '"4d"')), step_seconds=300)
    story.scar("0s", reports_until="1h")
    want(story.play("40h"), ("30s", "5m", ["web-1"], []), ("1d1h", "1d1h15m", [], ["web-1"]))


@pytest.mark.parametrize("outage", ["3m", "20m"])
def test_a_receiver_that_is_away_is_told_when_it_is_back(outage: str) -> None:
    """Attempts follow the schedule; it is told once, of what is true then."""
    tries: list[timedelta] = []

    def taken(_: object, at: timedelta) -> bool:
        tries.append(at)
        return at >= length(outage)

    story = Timeline(step_seconds=5, taken=taken)
    story.scar("1m", host="web-1")
    story.scar("2m", host="web-2")
    sent = story.play("50m")
    assert [it.firing for it in sent] == [("web-1", "web-2")]
    gaps = [int((b - a).total_seconds()) for a, b in pairwise(tries)]
    assert gaps[:4] == [5, 15, 30, 60]
    assert sent[0].at < length(outage) * 2 + length("5m")


def test_a_process_that_dies_while_it_sends_is_followed_by_another() -> None:
    """After two minutes, and not before: it could still be sending."""
    died: list[timedelta] = []

    def taken(_: object, at: timedelta) -> bool | None:
        died.append(at)
        return None if len(died) == 1 else True

    story = Timeline(taken=taken)
    story.scar("1m")
    want(story.play("10m"), ("3m30s", "3m40s", ["web-1"], []))


def test_a_refusal_is_not_repeated_until_something_changes() -> None:
    """It was refused for good: the same again would be refused again."""
    story = Timeline()
    story.scar("1m")
    story.play("1m25s")
    notice = story.due(moment("1m30s"))[0]
    claim = claimed(notice)
    refused = undelivered(claim, moment("1m30s"), 404, "it answered 404", again=False)
    for entry in (claim, refused):
        story.write(row(entry, moment("1m30s")))
    assert story.due(moment("20m")) == []
    story.scar("21m", host="web-2")
    assert [len(it.firing) for it in story.due(moment("21m"))] == [2]
    del story.told[-1]
    assert story.due(moment("1h1m30s"))


ALERTMANAGER = """
[[receiver]]
name = "real"
type = "alertmanager"
url = "http://127.0.0.1:9093"
resend = "2m"
"""


def test_a_real_alertmanager_is_told_at_once_and_again() -> None:
    """It groups and waits by itself, and forgets who is not told of again."""
    story = Timeline(ruled(('receiver = "ops"', 'receiver = "real"'), more=ALERTMANAGER))
    story.scar("1m", until="4m30s")
    want(
        story.play("20m"),
        ("1m", "1m5s", ["web-1"], []),
        ("3m", "3m10s", ["web-1"], []),
        ("5m", "5m15s", [], ["web-1"]),
    )


spans = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 60), st.sampled_from(["web-1", "web-2", "db-1"])),
    max_size=5,
    unique_by=lambda it: (it[0], it[2]),
)


@settings(max_examples=25)
@given(spans, st.integers(1, 4))
def test_no_group_is_told_more_often_than_its_interval(
    told: list[tuple[int, int, str]], parts: int
) -> None:
    """Nor the same twice within the repeat interval, and every beginning has its end."""
    story = Timeline(step_seconds=60)
    for begin, lasts, host in told:
        story.scar(f"{begin}m", until=f"{begin + lasts}m", host=host)
    end = 140
    for part in range(parts):  # each part by a process that knows nothing but the rows
        first, last = part * end // parts, (part + 1) * end // parts
        story.play(f"{last}m", since=f"{first}m")
        if part:
            story.sent[:] = [it for at, it in enumerate(story.sent) if it not in story.sent[:at]]
    ats = [it.at for it in story.sent]
    known: set[str] = set()
    for before, it in zip([None, *story.sent], story.sent, strict=False):
        assert set(it.resolved) <= known
        if before is not None and before.firing:
            assert it.at - before.at >= length("5m")
        if it.why == "repeated":
            assert before is not None
            assert it.at - before.at >= length("1h")
        known = set(it.firing)
    assert not known
    assert ats == sorted(ats)


@settings(max_examples=15)
@given(spans)
def test_the_order_of_rows_changes_nothing(told: list[tuple[int, int, str]]) -> None:
    """What is due follows from the rows, not from how a store returns them."""
    one, other = Timeline(step_seconds=60), Timeline(step_seconds=60)
    for begin, lasts, host in told:
        one.scar(f"{begin}m", until=f"{begin + lasts}m", host=host)
    for begin, lasts, host in reversed(told):
        other.scar(f"{begin}m", until=f"{begin + lasts}m", host=host)
    assert one.play("130m") == other.play("130m")


def test_a_day_on_which_everything_fires_fits_in_a_row() -> None:
    """Three thousand hosts: each is known to be told, and its end is, in rows below a megabyte."""
    story = Timeline(step_seconds=60)
    for host in range(3_000):
        story.scar("1m", host=f"web-{host}.eu-central-1.internal.example.com")
    story.play("3m")
    story.told.clear()
    first, last = story.play("12m", since="4m")
    assert (len(first.firing), len(last.resolved)) == (3_000, 3_000)
    assert last.why == "over"
    assert max(len(it) for it in story.log["value"].to_pylist()) < 1_000_000
