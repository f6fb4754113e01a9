"""The HTTP client: what it repeats, what it gives up, and that no key goes astray."""

import gzip
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email.utils import formatdate
from typing import Any

import httpx2
import pytest
import structlog

from scarline.errors import SourceChanged, SourceError, SourceUnavailable
from scarline.sources.datadog.api import Api, Request, Skew, connected, same_host
from scarline.sources.datadog.config import Config
from scarline.sources.datadog.governor import Governor, Thrift
from scarline.sources.datadog.meter import CapReached, Meter
from scarline.sources.datadog.nature import Nature
from scarline.sources.datadog.refusals import Refused
from scarline.stores.memory import MemoryStore
from tests.sources.datadog.pretend import (
    KEYS,
    NOON,
    PAGE,
    Pretend,
    Reply,
    Time,
    Trouble,
    refusal,
    reply,
)

REQUEST = Request("GET", "/api/v1/validate")
URL = "https://pretend.invalid/prefix"


def in_turn(*replies: Reply) -> Trouble:
    """Answer with each of them once, then let it pass."""
    left = list(replies)
    return lambda _: left.pop(0) if left else None


@asynccontextmanager
async def client(pretend: Callable[..., Any], time: Time, **settings: Any) -> AsyncIterator[Api]:
    """An open client that lives in ``time``."""
    nature = Nature(time, time.sleep, lambda: 0.5, httpx2.ASGITransport(app=pretend))
    config = Config(**{**KEYS, "url": URL, **settings})
    governor = Governor(MemoryStore(), "pretend", Thrift(), nature)
    async with connected(config, governor, nature) as api:
        yield api


async def fetched(pretend: Pretend, meter: Meter | None = None, **settings: Any) -> Any:
    """What one request brings."""
    async with client(pretend, pretend.time, **settings) as api:
        return await api.fetch(REQUEST, json.loads, meter or Meter())


@pytest.fixture
def pretend() -> Pretend:
    """A Datadog without troubles, below a path."""
    pretend = Pretend()
    pretend.troubles.append(lambda it: reply({"path": it.path}) if "prefix" in it.path else None)
    return pretend


async def test_the_keys_are_in_the_headers_and_nowhere_else(pretend: Pretend) -> None:
    """Neither in the address nor in what is logged."""
    with structlog.testing.capture_logs() as logs:
        assert await fetched(pretend) == {"path": "/prefix/api/v1/validate"}
    (came,) = pretend.log
    assert came.headers["dd-api-key"] == KEYS["api_key"]
    assert came.headers["dd-application-key"] == KEYS["app_key"]
    assert came.headers["user-agent"].startswith("scarline/")
    assert logs
    assert not any(key in f"{came.path}{came.params}{logs}" for key in KEYS.values())


PASSING = [
    refusal(500),
    refusal(502),
    refusal(503, X_RateLimit_Reset="50", Retry_After="50"),
    refusal(408),
    refusal(425),
    Reply(504, PAGE.body),
]


@pytest.mark.parametrize("passing", PASSING)
async def test_what_may_pass_is_asked_again(pretend: Pretend, passing: Reply) -> None:
    """Soon, and twice at most; a reset beside a failure of the server means nothing."""
    pretend.troubles.insert(0, in_turn(passing, passing))
    meter = Meter()
    assert await fetched(pretend, meter)
    assert (meter.usage.requests, meter.usage.retries) == (3, 2)
    assert 0 < meter.usage.waited_seconds == pretend.time.now - NOON < 2


async def test_after_all_attempts_it_is_given_up(pretend: Pretend) -> None:
    """With what was said last, on one line."""
    page = Reply(502, b"<html><title>502\n Bad   Gateway</title>" + b"x" * 10_000)
    pretend.troubles.insert(0, in_turn(*[page] * 9))
    with pytest.raises(SourceUnavailable, match=r"answered 502: 502 Bad Gateway$"):
        await fetched(pretend, attempts=4)
    assert len(pretend.log) == 4


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 410, 413, 422, 301, 307])
async def test_a_refusal_is_not_asked_again(pretend: Pretend, status: int) -> None:
    """It would be refused again."""
    pretend.troubles.insert(
        0, in_turn(refusal(status, "No, never", Location="https://else.invalid/"))
    )
    with pytest.raises(Refused, match=r"No, never|else") as caught:
        await fetched(pretend)
    assert (caught.value.status, len(pretend.log)) == (status, 1)


SAID = [
    (b'{"errors":["Forbidden","twice"]}', "Forbidden; twice"),
    (b'{"errors":[{"title":"Bad","detail":"very"}]}', "Bad: very"),
    (b'{"errors":"text"}', "text"),
    (b'{"error":"other"}', '{"error":"other"}'),
    (b"plain\r\n\x00text", "plain text"),
    (b"", "nothing"),
    (b'"' + b"x" * 1_000 + b'"', "x" * 298 + "…"),
]


@pytest.mark.parametrize(("body", "said"), SAID)
async def test_what_was_said_is_told_in_one_short_line(
    pretend: Pretend, body: bytes, said: str
) -> None:
    """Whatever its shape."""
    pretend.troubles.insert(0, in_turn(Reply(400, body)))
    with pytest.raises(Refused) as caught:
        await fetched(pretend)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_a_key_that_comes_back_is_not_told(pretend: Pretend) -> None:
    """Some servers repeat what they did not like."""
    pretend.troubles.insert(0, in_turn(refusal(403, f"{KEYS['api_key']} and {KEYS['app_key']}")))
    with pytest.raises(Refused, match=r"\[key\] and \[key\]") as caught:
        await fetched(pretend)
    assert not any(key in f"{caught.value!r} {caught.value.said}" for key in KEYS.values())


async def test_what_cannot_be_read_is_asked_again(pretend: Pretend) -> None:
    """A page with status 200 comes from something in between."""
    pretend.troubles.insert(0, in_turn(reply({"no": "answer"})))

    def read(body: bytes) -> str:
        if b"path" not in body:
            message = "another shape"
            raise SourceChanged(message)
        return "read"

    async with client(pretend, pretend.time) as api:
        assert await api.fetch(REQUEST, read, Meter()) == "read"
    assert len(pretend.log) == 2


THROTTLED = [
    (refusal(429, Retry_After="30"), 30),
    (refusal(429, Retry_After=formatdate(NOON + 40, usegmt=True)), 40),
    (refusal(429, X_RateLimit_Reset="7"), 8),
    (refusal(429, X_RateLimit_Reset="0"), 1),
    (refusal(429), 0.75),
    (Reply(429, PAGE.body, {"content-type": "text/html"}), 0.75),
    (Reply(429, b""), 0.75),
]


@pytest.mark.parametrize(("throttled", "seconds"), THROTTLED)
async def test_a_429_is_waited_out(pretend: Pretend, throttled: Reply, seconds: float) -> None:
    """It is no failed attempt: here there is only one."""
    pretend.troubles.insert(0, in_turn(throttled))
    meter = Meter()
    assert await fetched(pretend, meter, attempts=1)
    assert seconds <= pretend.time.now - NOON < seconds + 1
    assert meter.usage.waited_seconds == pretend.time.now - NOON
    assert (meter.usage.requests, meter.usage.retries) == (2, 1)


async def test_a_429_without_end_is_given_up(pretend: Pretend) -> None:
    """After some patience, ever longer."""
    pretend.troubles.insert(0, lambda _: refusal(429))
    with pytest.raises(SourceUnavailable, match="429 10 times in a row"):
        await fetched(pretend)
    assert len(pretend.log) == 10
    assert 60 < pretend.time.now - NOON < 600


async def test_waiting_is_told_each_second(pretend: Pretend) -> None:
    """With what is left of it."""
    pretend.troubles.insert(0, in_turn(refusal(429, Retry_After="3")))
    left: list[float] = []
    await fetched(pretend, Meter(tell=left.append))
    assert left == [3, 2, 1, 0]


async def test_no_more_is_sent_than_the_run_may(pretend: Pretend) -> None:
    """Repeated requests count as well."""
    pretend.troubles.insert(0, lambda _: refusal(500))
    with pytest.raises(CapReached, match="2 requests that it may"):
        await fetched(pretend, Meter(cap=2).part())
    assert len(pretend.log) == 2


@pytest.mark.parametrize(("off", "least", "most"), [(0, -1, 0), (90, -91, -90), (-90, 89, 90)])
async def test_the_clocks_are_compared(off: float, least: float, most: float) -> None:
    """By the Date of any answer; if ours is ahead, Datadog's counts."""
    pretend = Pretend(skew=off)
    async with client(pretend, pretend.time, url="https://pretend.invalid") as api:
        await api.fetch(REQUEST, json.loads, Meter())
        assert api.skew == Skew(least, most)
        assert api.now() == NOON - max(0, least)


@pytest.mark.parametrize("date", ["", "yesterday", "Thu, 99 Foo 2026"])
async def test_a_date_that_is_none_says_nothing(pretend: Pretend, date: str) -> None:
    """The clock stays unknown."""
    pretend.troubles.insert(0, lambda _: Reply(200, b"{}", {"date": date}))
    async with client(pretend, pretend.time) as api:
        await api.fetch(REQUEST, json.loads, Meter())
        assert api.skew is None


async def test_a_packed_answer_is_unpacked(pretend: Pretend) -> None:
    """And counted as it came."""
    packed = gzip.compress(json.dumps({"x": "y" * 10_000}).encode())
    pretend.troubles.insert(0, lambda _: Reply(200, packed, {"content-encoding": "gzip"}))
    meter = Meter()
    assert (await fetched(pretend, meter))["x"] == "y" * 10_000
    assert meter.usage.answer_bytes == len(packed)


async def test_a_packed_answer_that_is_broken_is_asked_again(pretend: Pretend) -> None:
    """It broke on the way."""
    pretend.troubles.insert(0, in_turn(Reply(200, b"no gzip", {"content-encoding": "gzip"})))
    assert await fetched(pretend)
    assert len(pretend.log) == 2


SAME = [
    ("https://pretend.invalid/prefix/api/v2/metrics?page[cursor]=x", True),
    ("https://pretend.invalid:443/", True),
    ("https://PRETEND.invalid/", True),
    ("http://pretend.invalid/", False),
    ("https://pretend.invalid:8443/", False),
    ("https://pretend.invalid.elsewhere.org/", False),
    ("https://pretend.invalid@elsewhere.org/", False),
    ("//elsewhere.org/", False),
    ("/api/v2/metrics", False),
    ("https://[broken", False),
]


@pytest.mark.parametrize(("url", "same"), SAME)
async def test_a_link_leads_to_the_same_host_or_nowhere(
    pretend: Pretend, url: str, same: bool
) -> None:
    """The keys would go with it."""
    assert same_host(URL, url) is same
    async with client(pretend, pretend.time) as api:
        if not same:
            with pytest.raises(SourceChanged, match="not followed"):
                api.linked(url)


async def test_a_link_is_a_request_like_any_other(pretend: Pretend) -> None:
    """With its parameters, below the same path."""
    async with client(pretend, pretend.time) as api:
        linked = api.linked(f"{URL}/api/v2/metrics?page%5Bcursor%5D=a%3D%3D")
        assert linked == Request("GET", "/api/v2/metrics", {"page[cursor]": "a=="})


async def test_a_redirect_is_not_followed(pretend: Pretend) -> None:
    """It is the sign of a wrong site."""
    moved = Reply(302, b"", {"location": "https://app.elsewhere.invalid/login"})
    pretend.troubles.insert(0, in_turn(moved))
    with pytest.raises(Refused, match=r"302 and points to https://app\.elsewhere.*DD_SITE"):
        await fetched(pretend)
    assert len(pretend.log) == 1


async def test_errors_have_a_name_in_the_tree() -> None:
    """So that nothing above must know HTTP."""

    async def broken(*_: Any) -> None:
        message = "reset"
        raise httpx2.ReadError(message)

    time = Time()
    async with client(broken, time) as api:
        with pytest.raises(
            SourceError, match="did not answer GET /api/v1/validate in full: ReadError"
        ):
            await api.fetch(REQUEST, json.loads, Meter())
