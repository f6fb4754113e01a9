"""A body is sent over HTTP once: what became of it, and how long that is waited for."""

import asyncio

import pytest

from scarline.notify.sending import TIMEOUT_SECONDS, post
from tests.web.receiver import receiving


@pytest.mark.parametrize(
    ("status", "delivered", "again"),
    [(204, True, False), (302, False, False), (400, False, False), (429, False, True)],
)
def test_answers(status: int, *, delivered: bool, again: bool) -> None:
    """What says to come again is worth another attempt; redirects are not followed."""
    with receiving(status) as receiver:
        sent = asyncio.run(post(receiver.url, b"{}", {}))
        assert (sent.delivered, sent.again, sent.status) == (delivered, again, status)
        assert len(receiver.got) == 1


def test_a_slow_answer_is_one() -> None:
    """Half of the longest wait and more: who took it late would else be told twice."""
    with receiving(0) as receiver:
        receiver.silent_seconds = 0.55 * TIMEOUT_SECONDS
        assert asyncio.run(post(receiver.url, b"{}", {})).delivered


def test_no_answer() -> None:
    """It says for how long was waited."""
    with receiving(0) as receiver:
        sent = asyncio.run(post(receiver.url, b"{}", {}, timeout_seconds=0.2))
    assert (sent.delivered, sent.again) == (False, True)
    assert sent.detail == "no answer within 0.2 seconds"
