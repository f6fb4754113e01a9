"""Exports by HTTP: a bundle as a file, and to a receiver that fails in every way."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI

from scarline.errors import ConfigError, StoreUnavailable
from scarline.notify.sending import is_public
from scarline.notify.webhook import Webhook, checked
from scarline.pipeline import Pipeline
from scarline.ports import Query
from scarline.stores.memory import MemoryStore
from scarline.web.failures.triage import triaging
from tests.web.failing import (
    DUE,
    EXPORTS,
    FAILED,
    GROUPS,
    Late,
    captured,
    lines,
    moved,
    ready,
    told,
)
from tests.web.receiver import Receiver, receiving
from tests.web.served import Served, problem_of, served

SECRET = "sixteen-letters-or-more"


def hook(receiver: Receiver, **more: Any) -> Webhook:
    """Return a webhook that leads to a receiver."""
    return Webhook(f"{receiver.url}/in", SECRET, **more)


async def sent(api: Served, *groups: str, **more: Any) -> dict[str, Any]:
    """Export groups to the webhook; return how the delivery stands."""
    done = await api.http.post(EXPORTS, json={"groups": groups, "to": "webhook", **more})
    assert done.status_code == 200, done.text
    answer: dict[str, Any] = done.json()
    return answer


async def test_a_file_has_groups_and_their_evidence() -> None:
    """One line each, the worst failures first, with payloads; nothing is decided by it."""
    async with served() as api:
        await captured(api)
        done = await api.http.post(EXPORTS, json={"groups": ["B", "A"], "evidence": 1})
        assert done.headers["content-type"] == "application/x-ndjson"
        found = lines(done.text)
        assert [it["type"] for it in found] == ["group", "failure", "group", "failure"]
        assert [it["format"] for it in found] == [1] * 4
        assert (found[0]["id"], found[0]["failures"], found[0]["evidence"]) == ("A", 2, 1)
        assert (found[1]["trace_id"], found[1]["group"]) == ("t1", "A")
        assert found[1]["trace_payload"] == {"name": "search", "n": 1}
        again = await api.http.post(EXPORTS, json={"groups": ["A", "B"], "evidence": 1})
        assert again.content == done.content
        assert await api.pipeline.runs("decisions") == []
        problem_of(await api.http.post(EXPORTS, json={"groups": ["A", "Z"]}), 404)
        problem_of(await api.http.post(EXPORTS, json={"groups": ["A"], "to": "webhook"}), 409)


async def test_a_delivery_is_signed_sent_once_and_marks_its_groups() -> None:
    """As Standard Webhooks has it; asked again, even by another process, nothing is sent again."""
    store = MemoryStore()
    with receiving() as receiver:
        async with served(store=store, webhook=hook(receiver)) as api:
            await captured(api)
            problem_of(await api.http.post(EXPORTS, json={"groups": ["A"], "to": "webhook"}), 409)
            await ready(api, "A")
            first = await sent(api, "A")
            assert (first["state"], first["status"], first["attempts"]) == ("delivered", 200, 1)
            assert first["next_attempt_at"] is None
            group = await told(api, f"{GROUPS}/A")
            assert group["group"]["state"] == "exported"
            assert group["history"][-1]["value"] == {"export": first["id"], "state": "exported"}
        async with served(store=store, webhook=hook(receiver)) as other:
            assert await sent(other, "A") == first
            assert (await told(other, EXPORTS))["deliveries"] == [first]
            assert await told(other, f"{EXPORTS}/{first['id']}") == first
            assert (await other.http.post(DUE)).json() == {"deliveries": []}
            assert await other.pipeline.verify() == []
        ((headers, body),) = receiver.got
    assert signed(headers, body) == headers["webhook-signature"]
    assert headers["webhook-id"] == first["id"]
    assert [it["type"] for it in lines(body.decode())] == ["group", "failure", "failure"]


def signed(headers: Mapping[str, str], body: bytes) -> str:
    """Return the signature as a receiver makes it."""
    told_of = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.new(SECRET.encode(), told_of, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


async def test_of_two_processes_that_send_at_once_one_does() -> None:
    """The other tells how that stands."""
    store = Late()
    with receiving() as receiver:
        hooked = hook(receiver)
        async with served(store=store, webhook=hooked) as one:
            await captured(one)
            await ready(one, "A")
            async with served(store=store, webhook=hooked) as other:
                done = await asyncio.gather(sent(one, "A"), sent(other, "A"))
                last = await sent(other, "A")
        assert len(receiver.got) == 1
        assert {it["id"] for it in done} == {last["id"]}
        assert {it["state"] for it in done} <= {"sending", "delivered"}
        assert (last["state"], last["attempts"]) == ("delivered", 1)


async def test_new_failures_are_another_export() -> None:
    """The same ones are not, whatever was decided meanwhile."""
    with receiving() as receiver:
        async with served(webhook=hook(receiver)) as api:
            await captured(api)
            await ready(api, "A")
            first = await sent(api, "A")
            await captured(api, [FAILED[0] | {"trace_id": "t9"}])
            second = await sent(api, "A")
        assert second["state"] == "delivered"
        assert second["id"] != first["id"]
        assert len(receiver.got) == 2


@pytest.mark.parametrize("status", [500, 503, 429, 408])
async def test_a_failed_attempt_is_made_again_when_it_is_due(status: int) -> None:
    """The answer says when; not before, under the same id with the same body, and then once."""
    store = MemoryStore()
    with receiving(status, status, 200) as receiver:
        async with served(store=store, webhook=hook(receiver)) as api:
            await captured(api)
            await ready(api, "A")
            first = await sent(api, "A")
            assert (first["state"], first["status"], first["attempts"]) == ("waiting", status, 1)
            assert first["next_attempt_at"] == "2026-03-02T00:00:05Z"
            assert await sent(api, "A") == first
            assert (await api.http.post(DUE)).json() == {"deliveries": []}
            assert len(receiver.got) == 1
            assert (await told(api, f"{GROUPS}/A"))["group"]["state"] == "ready"
            later = api.clock.at
        async with served(store=store, webhook=hook(receiver)) as api:  # it was restarted
            api.clock.at = later
            await captured(api, [FAILED[0] | {"trace_id": "t9", "fetched_at": far(api)}])
            api.clock.forward(seconds=5)
            (second,) = (await api.http.post(DUE)).json()["deliveries"]
            assert (second["state"], second["attempts"]) == ("waiting", 2)
            assert second["next_attempt_at"] == "2026-03-02T00:05:05Z"
            api.clock.forward(minutes=5)
            (third,) = (await api.http.post(DUE)).json()["deliveries"]
            assert (third["state"], third["attempts"]) == ("delivered", 3)
            assert (await told(api, f"{GROUPS}/A"))["group"]["state"] == "exported"
            assert (await api.http.post(DUE)).json() == {"deliveries": []}
        assert len(receiver.got) == 3
        assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
        assert len({body for _, body in receiver.got}) == 1
        assert len({headers["webhook-timestamp"] for headers, _ in receiver.got}) == 3


def far(api: Served) -> Any:
    """Return a time after all that was exported."""
    return api.clock.at.replace(year=2027)


@pytest.mark.parametrize(
    ("status", "detail"), [(302, "redirects are not followed"), (400, "400"), (410, "410")]
)
async def test_what_will_not_change_is_not_tried_again(status: int, detail: str) -> None:
    """It failed; who asks for it anew begins anew."""
    with receiving(status, 200) as receiver:
        async with served(webhook=hook(receiver)) as api:
            await captured(api)
            await ready(api, "A")
            first = await sent(api, "A")
            assert (first["state"], first["next_attempt_at"]) == ("failed", None)
            assert detail in first["detail"]
            assert len(receiver.got) == 1
            assert (await sent(api, "A"))["state"] == "delivered"


async def test_no_answer_and_nobody_there() -> None:
    """Both are waited for, each with its sentence."""
    with receiving(0) as receiver:
        async with served(webhook=hook(receiver, timeout_seconds=0.3)) as api:
            await captured(api)
            await ready(api, "A")
            first = await sent(api, "A")
            assert (first["state"], first["status"]) == ("waiting", None)
            assert first["detail"] == "no answer within 0.3 seconds"
    async with served(webhook=hook(receiver)) as api:
        await captured(api)
        await ready(api, "A")
        first = await sent(api, "A")
        assert first["state"] == "waiting"
        assert first["detail"].startswith("it could not be reached")


async def test_the_schedule_ends() -> None:
    """After its last attempt a delivery has failed."""
    with receiving(500) as receiver:
        async with served(webhook=hook(receiver)) as api:
            await captured(api)
            await ready(api, "A")
            last = await sent(api, "A")
            while last["state"] == "waiting":
                api.clock.forward(days=1)
                (last,) = (await api.http.post(DUE)).json()["deliveries"]
        assert (last["state"], last["attempts"]) == ("failed", 10)
        assert len(receiver.got) == 10


async def test_a_group_that_was_dismissed_meanwhile_stays_so() -> None:
    """What a person said stands; the delivery is recorded all the same."""
    with receiving(500, 200) as receiver:
        async with served(webhook=hook(receiver)) as api:
            await captured(api)
            await ready(api, "A")
            await sent(api, "A")
            assert (await moved(api, "A", 2, "dismissed")).status_code == 200
            api.clock.forward(seconds=5)
            (done,) = (await api.http.post(DUE)).json()["deliveries"]
            assert done["state"] == "delivered"
            assert (await told(api, f"{GROUPS}/A"))["group"]["state"] == "dismissed"


async def test_failures_that_were_rolled_back_are_not_sent() -> None:
    """The delivery fails with the reason."""
    with receiving(500) as receiver:
        async with served(webhook=hook(receiver)) as api:
            run = await captured(api)
            await ready(api, "A")
            await sent(api, "A")
            await api.pipeline.rollback(run.run, "wrong account")
            api.clock.forward(seconds=5)
            (done,) = (await api.http.post(DUE)).json()["deliveries"]
        assert done["state"] == "failed"
        assert "no failures of group A" in done["detail"]
        assert len(receiver.got) == 1


@dataclass(frozen=True)
class Stand:
    """What an app stands on while it lives, as far as deliveries need it."""

    pipeline: Pipeline
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)


async def test_attempts_are_made_by_themselves_when_they_are_due() -> None:
    """While an app lives; a store that is away for a moment ends nothing."""
    store = Leaving()
    with receiving(500, 200) as receiver:
        async with served(store=store, webhook=hook(receiver)) as api:
            await captured(api)
            await ready(api, "A")
            first = await sent(api, "A")
            api.clock.forward(seconds=5)
            app = FastAPI()
            app.state.desk = Stand(api.pipeline)
            store.away = True
            async with triaging(app, hook(receiver), 0.01):
                await asyncio.sleep(0.1)
                store.away = False
                for _ in range(2):
                    assert await asyncio.to_thread(receiver.came.acquire, timeout=10)
                await asyncio.sleep(0.3)
            assert (await told(api, f"{EXPORTS}/{first['id']}"))["state"] == "delivered"
    assert len(receiver.got) == 2


class Leaving(MemoryStore):
    """Cannot be reached while it is away."""

    away = False

    async def find(self, query: Query) -> Any:
        """Find, or say so."""
        if self.away:
            raise StoreUnavailable(f"{query.kind.name} cannot be reached")
        return await super().find(query)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/in",
        "http://127.0.0.2/in",
        "ftp://example.org",
        "https://ann:secret@example.org",
        "https://",
        "nowhere",
        "http://127.0.0.1.example.org/",
    ],
)
def test_webhooks_that_cannot_be(url: str) -> None:
    """Plain HTTP leaves loopback for nowhere, and no secret stands in a URL."""
    with pytest.raises(ConfigError):
        checked(Webhook(url, SECRET))


@pytest.mark.parametrize("secret", ["a-word", "whsec_not-base64-at-all!"])
def test_secrets_that_cannot_be(secret: str) -> None:
    """Too short, or not what their beginning says; neither is told in the message or the repr."""
    with pytest.raises(ConfigError) as told_of:
        checked(Webhook("https://example.org/in", secret))
    assert secret not in str(told_of.value)
    assert secret not in repr(Webhook("https://example.org/in", secret))


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:4700::1111", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - an address that is asked about
        ("224.0.0.1", False),
        ("::1", False),
        ("fd00::1", False),
        ("fe80::1%eth0", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("64:ff9b::5db8:d70e", True),
        ("2002:a00:1::1", False),
    ],
)
def test_private_addresses(address: str, public: bool) -> None:
    """Whatever they are wrapped in."""
    assert is_public(address) is public


async def test_a_name_that_leads_to_a_private_address_is_not_called() -> None:
    """Nor an address that is one, whatever its scheme."""
    private = Webhook("https://10.255.255.1/in", SECRET, timeout_seconds=0.3)
    async with served(webhook=private) as api:
        await captured(api)
        await ready(api, "A")
        first = await sent(api, "A")
        assert (first["state"], first["attempts"]) == ("failed", 1)
        assert "private address" in first["detail"]
