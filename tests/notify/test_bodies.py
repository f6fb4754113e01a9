"""What is sent is what receivers take, and says what an operator needs."""

from datetime import timedelta
from typing import Any

import jsonschema_rs
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scarline.notify import alertmanager, hooked, pagerduty, slack
from scarline.notify.message import text
from tests.alerts.timeline import moment
from tests.notify import schemas
from tests.notify.notices import KEY, firing, message, resolved

NOW = moment("2m")
BODIES: dict[str, tuple[Any, Any]] = {
    "slack": (slack.body, schemas.SLACK),
    "pagerduty": (lambda it: pagerduty.body(KEY, it), schemas.PAGERDUTY),
    "webhook": (hooked.body, schemas.WEBHOOK),
    "alertmanager": (
        lambda it: alertmanager.body(it, NOW, timedelta(minutes=5)),
        schemas.ALERTMANAGER,
    ),
}


def checked(body: Any, schema: Any) -> Any:
    """Return a body as a receiver reads it, which must be as its maker says."""
    told = orjson.loads(orjson.dumps(body))
    jsonschema_rs.validate(schema, told)
    return told


@pytest.mark.parametrize("kind", BODIES)
def test_bodies_are_what_receivers_take(kind: str) -> None:
    """One host, many, none, an end, without pages to link to."""
    make, schema = BODIES[kind]
    many = [f"web-{number}" for number in range(60)]
    for notice in (firing(), firing(*many), firing(""), firing(expected=None), resolved()):
        checked(make(message(notice)), schema)
        checked(make(message(notice, link=None)), schema)


@settings(max_examples=30)
@given(st.text(min_size=1, max_size=5_000), st.sampled_from(sorted(BODIES)))
def test_whatever_a_host_is_called_the_body_is_one(host: str, kind: str) -> None:
    """Names come from outside: long ones, markup, control characters."""
    make, schema = BODIES[kind]
    checked(make(message(firing(host))), schema)


def test_slack_says_what_since_when_why_and_what_to_do() -> None:
    """The evidence, how often it was seen before, the owner, runbook and silence."""
    told = checked(slack.body(message(firing())), schemas.SLACK)
    head, section, context, actions = told["blocks"]
    assert head["text"]["text"] == "🔴 [FIRING:1] Starved on web-1"
    assert section["text"]["text"].splitlines() == [
        "*Starved* system.cpu.idle on web-1, since 2026-03-02 00:01:00 UTC",
        "web-1 has no time left: 2.5 instead of 80",
        "2.5 percent, expected 80 percent, missed by 12.0 mean absolute deviations, score 0.90",
        "seen before, 3 times, last on 2 March",
    ]
    assert [it["text"] for it in context["elements"]] == [
        "owner: team-web",
        "severity: critical",
        "to silence: `scarline alerts silence 'alertname=\"Starved\"' --for 2h --comment WHY`",
    ]
    assert {it["text"]["text"]: it["url"] for it in actions["elements"]} == {
        "Runbook": "https://wiki.example.com/cpu?a=1&b=2",
        "Scars": "https://scars.example.com/scars?metric=system.cpu.idle&host=web-1",
        "Silence": "https://scars.example.com/scars?silence=alertname%3D%22Starved%22",
    }
    over = checked(slack.body(message(resolved())), schemas.SLACK)
    assert over["text"] == "✅ [RESOLVED] Starved on web-1"
    assert "until 2026-03-02 00:04:00 UTC" in over["blocks"][1]["text"]["text"]


def test_slack_cannot_be_made_to_call_people() -> None:
    """A host's name mentions nobody and links nowhere."""
    told = checked(
        slack.body(message(firing("<!channel> <https://evil.example|ok>"))), schemas.SLACK
    )
    texts = orjson.dumps([told["text"], *told["blocks"][1:]]).decode()
    assert "<" not in texts
    assert "&lt;!channel&gt;" in texts


def test_pagerduty_resolves_what_it_triggered() -> None:
    """With the same key, so that one incident has one life."""
    begun = checked(pagerduty.body(KEY, message(firing())), schemas.PAGERDUTY)
    over = checked(pagerduty.body(KEY, message(resolved())), schemas.PAGERDUTY)
    assert begun["event_action"] == "trigger"
    assert begun["payload"]["summary"] == "[FIRING:1] Starved on web-1"
    assert begun["payload"]["severity"] == "critical"
    assert begun["payload"]["source"] == "web-1"
    assert begun["payload"]["component"] == "team-web"
    assert begun["payload"]["timestamp"] == "2026-03-02T00:01:00Z"
    assert over == {
        "routing_key": KEY,
        "event_action": "resolve",
        "dedup_key": begun["dedup_key"],
    }


def test_an_alertmanager_is_told_until_when_it_holds() -> None:
    """What fires holds for four times the time to the next notice; what is over says when."""
    (begun,) = checked(
        alertmanager.body(message(firing()), NOW, timedelta(minutes=5)), schemas.ALERTMANAGER
    )
    assert (begun["startsAt"], begun["endsAt"]) == ("2026-03-02T00:01:00Z", "2026-03-02T00:22:00Z")
    assert begun["labels"]["alertname"] == "Starved"
    assert begun["labels"]["env"] == "prod"
    assert begun["annotations"]["seen_before"] == "seen before, 3 times, last on 2 March"
    (over,) = checked(
        alertmanager.body(message(resolved()), NOW, timedelta(minutes=5)), schemas.ALERTMANAGER
    )
    assert over["endsAt"] == "2026-03-02T00:04:00Z"


def test_a_webhook_has_the_evidence_beside_what_alertmanager_sends() -> None:
    """Whoever reads Alertmanager's webhooks reads these."""
    told = checked(hooked.body(message(firing("web-1", "web-2"))), schemas.WEBHOOK)
    assert told["commonLabels"]["alertname"] == "Starved"
    assert "host" not in told["commonLabels"]
    assert told["alerts"][0]["evidence"]["missed_by"] == 12.0
    assert told["alerts"][0]["endsAt"] == "0001-01-01T00:00:00Z"


def test_plain_text_says_the_same() -> None:
    """For whoever shows nothing else."""
    told = text(message(firing()))
    for part in ("firing: system.cpu.idle on web-1", "missed by 12.0", "owner: team-web"):
        assert part in told
    assert "to silence: scarline alerts silence" in told
    assert "to silence" not in text(message(resolved()))
