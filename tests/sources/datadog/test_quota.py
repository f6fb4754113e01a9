"""A rate limit as a value: never more than the limit less the share, whatever comes when."""

import math
from dataclasses import dataclass, field
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scarline.sources.datadog import quota
from scarline.sources.datadog.quota import Quota, Told, answered, ceiling, taken, told, turned

NOW = 1_795_003_205.0
HEADERS = {
    "x-ratelimit-limit": "10",
    "x-ratelimit-period": "10",
    "X-RateLimit-Remaining": "9",
    "X-RateLimit-Reset": "3",
    "X-RateLimit-Name": "logs_public_search_api",
}


def test_headers_are_read_in_any_case() -> None:
    """As recorded."""
    said = Told("logs_public_search_api", limit=10, period=10.0, remaining=9, reset=3.0)
    assert told(HEADERS, NOW) == said


@pytest.mark.parametrize("noise", ["", "ten", "-1", "1.5", "9" * 50, "٣"])
def test_what_is_no_number_says_nothing(noise: str) -> None:
    """A proxy may write what it likes."""
    assert told({"X-RateLimit-Limit": noise}, NOW) == Told()


def test_retry_after_is_seconds_or_a_date() -> None:
    """Both forms of RFC 9110; a date that is past means now."""
    assert told({"Retry-After": "7"}, NOW).retry_after == 7
    assert told({"Retry-After": formatdate(NOW + 60, usegmt=True)}, NOW).retry_after == 60
    assert told({"Retry-After": formatdate(NOW - 60, usegmt=True)}, NOW).retry_after == 0
    assert told({"Retry-After": "soon"}, NOW).retry_after is None


def test_until_the_limit_is_known_one_request_at_a_time_finds_out() -> None:
    """The others look again soon; one that died is given up after a while."""
    asked, wait = taken(Quota(), NOW, 0.05)
    assert (wait, taken(asked, NOW, 0.05)[1]) == (0, quota.PROBE_POLL_SECONDS)
    assert taken(asked, NOW + quota.PROBE_SECONDS, 0.05)[1] == 0
    assert taken(answered(asked, 500, Told(), NOW, 0.5), NOW, 0.05)[1] == 0


def test_what_answers_without_a_limit_has_none() -> None:
    """Many may go at once then."""
    free = answered(Quota(), 200, Told(), NOW, 0.5)
    assert taken(free, NOW, 0.05) == (free, 0)


def test_what_others_used_counts() -> None:
    """Remaining 3 of 10 are 7 used, whoever used them; two of ten are left to people."""
    known = answered(Quota(), 200, told({**HEADERS, "X-RateLimit-Remaining": "3"}, NOW), NOW, 0.5)
    assert (known.used, known.limit) == (7, 10)
    once, wait = taken(known, NOW, 0.2)
    assert (once.used, wait) == (8, 0)
    assert taken(once, NOW, 0.2)[1] == 4  # a reset in 3 s may be almost 4 s away


def test_what_is_on_its_way_counts() -> None:
    """An answer that left before it shows fewer."""
    known = Quota(limit=10, period=10, used=8, resets_at=NOW + 4)
    said = Told("b", limit=10, period=10, remaining=7, reset=3)
    assert answered(known, 200, said, NOW, 0.5) == known


def test_past_the_edge_nothing_is_used() -> None:
    """However long ago it was."""
    full = Quota(limit=10, period=10, used=10, resets_at=NOW)
    assert turned(full, NOW - 0.1) == full
    assert turned(full, NOW + 25) == Quota(limit=10, period=10, used=0, resets_at=NOW + 30)


def test_an_answer_from_before_the_edge_changes_nothing_after_it() -> None:
    """It was on its way while the period ended."""
    fresh = Quota(limit=100, period=60, used=1, resets_at=NOW + 59)
    late = Told("b", limit=100, period=60, remaining=0, reset=0)
    assert answered(fresh, 200, late, NOW, 0.5).used == 1


@pytest.mark.parametrize("status", [500, 502, 503, 599])
def test_a_failure_teaches_nothing(status: int) -> None:
    """The official client waits for the reset of a 503 that has one."""
    known = Quota(limit=100, period=60, used=5, resets_at=NOW + 30)
    said = Told("b", limit=1, period=60, remaining=0, reset=50, retry_after=50)
    assert answered(known, status, said, NOW, 0.5) == known


BLOCKS = [
    (Told(retry_after=7), 7.0),
    (Told(retry_after=0), 0.75),
    (Told(reset=3), 4.0),
    (Told(reset=0), 1.0),
    (Told(), 0.75),
    (Told(retry_after=10**9), quota.LONGEST_BLOCK_SECONDS),
    (Told("b", limit=10, period=10, remaining=9, reset=3), 4.0),
]


@pytest.mark.parametrize(("said", "seconds"), BLOCKS)
def test_a_429_blocks_the_bucket(said: Told, seconds: float) -> None:
    """Until Retry-After, else until the reset, else for a moment that is never zero."""
    blocked = answered(Quota(), 429, said, NOW, 0.5)
    assert taken(blocked, NOW, 0.05)[1] == seconds


def test_without_headers_each_429_in_a_row_blocks_longer() -> None:
    """Up to a minute; the first good answer ends the row."""
    blocked = Quota()
    waits = []
    for _ in range(9):
        blocked = answered(blocked, 429, Told(), NOW, 0.999_999)
        waits.append(round(blocked.blocked_until - NOW))
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert answered(blocked, 200, Told(), NOW, 0.5).strikes == 0


def test_a_note_is_read_as_it_was_written() -> None:
    """And one that is no quota knows nothing."""
    known = Quota(limit=100, period=60, used=5, resets_at=NOW + 30, strikes=2)
    assert quota.read(quota.written(known)) == known
    assert [quota.read(text) for text in ("", "{", "[]", '{"limit":"x"}')] == [Quota()] * 4


@given(st.integers(0, 10**6), st.floats(0, 0.99))
def test_the_share_of_people_is_kept(limit: int, share: float) -> None:
    """To the whole request; one is always possible, or the limit could not be learnt anew."""
    assert ceiling(limit, share) == max(1, limit - int(limit * share))


@dataclass
class Server:
    """Counts requests as Datadog does: by calendar period, others' too."""

    limit: int
    period: int
    round_up: bool = True  # which way is not documented
    counts: dict[int, int] = field(default_factory=dict)

    def answer(self, at: float) -> tuple[int, Told]:
        number = int(at // self.period)
        used = self.counts.get(number, 0)
        status = 200 if used < self.limit else 429
        used += status == 200
        self.counts[number] = used
        left = (number + 1) * self.period - at
        reset = math.ceil(left) if self.round_up else math.floor(left)
        return status, Told("b", self.limit, self.period, self.limit - used, reset)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["take", "take", "take", "arrive", "land", "wait"]),
        st.integers(0, 3),
        st.floats(0, 2.5),
    ),
    max_size=300,
)


@given(st.integers(20, 60), st.integers(5, 30), st.booleans(), STEPS)
def test_whatever_the_order_no_period_is_overdrawn(
    limit: int, period: int, round_up: bool, steps: list[tuple[str, int, float]]
) -> None:
    """Requests and answers of several processes, on their way for any time, in any order.

    Four may be on their way at once: at an edge those count twice, and the share that is
    left covers them.
    """
    server, now = Server(limit, period, round_up), NOW
    shared = answered(Quota(), *server.answer(now), now, 0.5)
    sent = 0
    landing: list[tuple[int, Told]] = []
    for what, which, seconds in steps:
        if what == "take" and sent + len(landing) < 4:
            shared, wait = taken(shared, now, 5 / limit)
            sent += wait <= 0
        elif what == "arrive" and sent:
            sent -= 1
            landing.append(server.answer(now))
            assert landing[-1][0] == 200
        elif what == "land" and landing:
            shared = answered(shared, *landing.pop(which % len(landing)), now, 0.5)
        elif what == "wait":
            now += seconds


@given(st.integers(20, 400), st.integers(3, 60), st.booleans(), st.floats(0, 1))
def test_more_than_nine_tenths_are_used_while_there_is_work(
    limit: int, period: int, round_up: bool, phase: float
) -> None:
    """Of each full period; and nobody is refused."""
    server = Server(limit, period, round_up)
    now = NOW + phase * period
    shared = answered(Quota(), *server.answer(now), now, 0.5)
    for _ in range(4 * limit):
        shared, wait = taken(shared, now, 0.05)
        while wait > 0:
            now += wait
            shared, wait = taken(shared, now, 0.05)
        status, said = server.answer(now)
        assert status == 200
        now += 0.3 * period / limit
        shared = answered(shared, status, said, now, 0.5)
    first, last = min(server.counts), max(server.counts)
    full = [server.counts.get(number, 0) for number in range(first + 1, last)]
    assert full
    assert all(count >= 0.9 * limit for count in full)
