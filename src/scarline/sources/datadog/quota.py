"""One rate limit as a value: what is known of it, and how each event changes it.

Everything here is pure. Times are seconds since 1970 by our clock; those that Datadog
gives are whole seconds, so every estimate of an edge is the latest that it can be.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime

import msgspec

PROBE_SECONDS = 10.0
"""How long one request may be on its way before another may find out the limit instead."""

PROBE_POLL_SECONDS = 0.25
"""How often those that wait for the one on its way look again."""

ROUNDING_SECONDS = 1.0
"""``X-RateLimit-Reset`` is whole seconds: the edge may lie up to this much later."""

FIRST_BACK_OFF_SECONDS = 1.0
LONGEST_BACK_OFF_SECONDS = 60.0
LONGEST_BLOCK_SECONDS = 3_600.0
"""The longest period that Datadog documents; what asks for more is taken for a mistake."""

MOST_DIGITS = 16
"""A longer number in a header is noise."""

TOO_MANY = 429
SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Told:
    """What one answer said of its rate limit; None where it said nothing."""

    name: str | None = None
    limit: int | None = None
    period: float | None = None
    remaining: int | None = None
    reset: float | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """What is known of one bucket: ``limit`` requests in each ``period`` seconds.

    ``used`` counts those granted here and what the answers showed of others. ``free``
    says that answers came without any limit. ``strikes`` counts refusals in a row.
    """

    limit: int | None = None
    period: float = 0.0
    used: int = 0
    resets_at: float = 0.0
    blocked_until: float = 0.0
    probe_until: float = 0.0
    strikes: int = 0
    free: bool = False


def told(headers: Mapping[str, str], now: float) -> Told:
    """Return what ``headers`` (names in any case) say; what is not a number says nothing."""
    said = {name.lower(): value for name, value in headers.items()}
    limit, remaining = said.get("x-ratelimit-limit"), said.get("x-ratelimit-remaining")
    return Told(
        name=said.get("x-ratelimit-name"),
        limit=_whole(limit),
        period=_seconds(said.get("x-ratelimit-period")),
        remaining=_whole(remaining),
        reset=_seconds(said.get("x-ratelimit-reset")),
        retry_after=_later(said.get("retry-after"), now),
    )


def ceiling(limit: int, share: float) -> int:
    """Return how many of ``limit`` may be used when ``share`` is left to others."""
    return max(1, limit - int(limit * share))


def turned(quota: Quota, now: float) -> Quota:
    """Return ``quota`` as it stands at ``now``: past its edge nothing is used."""
    if quota.limit is None or now < quota.resets_at:
        return quota
    periods = int((now - quota.resets_at) // quota.period) + 1
    return replace(quota, used=0, resets_at=quota.resets_at + periods * quota.period)


def taken(quota: Quota, now: float, share: float) -> tuple[Quota, float]:
    """Grant one request: the quota after it and 0; or the quota and seconds to wait.

    While the limit is unknown, one request at a time is granted: its answer tells.
    """
    quota = turned(quota, now)
    if now < quota.blocked_until:
        return quota, quota.blocked_until - now
    if quota.limit is not None:
        if quota.used < ceiling(quota.limit, share):
            return replace(quota, used=quota.used + 1), 0.0
        return quota, quota.resets_at - now
    if quota.free:
        return quota, 0.0
    if now < quota.probe_until:
        return quota, min(quota.probe_until - now, PROBE_POLL_SECONDS)
    return replace(quota, probe_until=now + PROBE_SECONDS), 0.0


def answered(quota: Quota, status: int, said: Told, now: float, chance: float) -> Quota:
    """Return ``quota`` after an answer; ``chance`` in [0, 1) spreads what must be guessed.

    A failure of the server teaches nothing: its headers may not be Datadog's.
    """
    quota = replace(turned(quota, now), probe_until=0.0)
    if status >= SERVER_ERROR:
        return quota
    learnt = _learnt(quota, said, now)
    if status == TOO_MANY:
        return _struck(learnt, said, now, chance)
    return replace(learnt, strikes=0, free=learnt.limit is None)


def _learnt(quota: Quota, said: Told, now: float) -> Quota:
    if said.limit is None or said.remaining is None or said.reset is None:
        return quota
    edge = now + said.reset + ROUNDING_SECONDS
    period = max(said.period or said.reset, 1.0)
    seen = replace(quota, limit=said.limit, period=period)
    used = max(0, said.limit - said.remaining)
    if quota.limit is None or edge > quota.resets_at + period / 2:
        return replace(seen, used=used, resets_at=edge)
    if edge < quota.resets_at - period / 2:
        return seen  # an answer out of the period before: its count is history
    return replace(seen, used=max(quota.used, used), resets_at=min(quota.resets_at, edge))


def _struck(quota: Quota, said: Told, now: float, chance: float) -> Quota:
    strikes = quota.strikes + 1
    back_off = min(FIRST_BACK_OFF_SECONDS * 2.0 ** min(strikes - 1, 10), LONGEST_BACK_OFF_SECONDS)
    wait = back_off * (0.5 + chance / 2)
    if said.retry_after is not None:
        wait = max(wait, said.retry_after)
    elif said.reset is not None:
        wait = max(wait, said.reset + ROUNDING_SECONDS)
    until = now + min(wait, LONGEST_BLOCK_SECONDS)
    return replace(quota, strikes=strikes, blocked_until=max(quota.blocked_until, until))


def written(quota: Quota) -> str:
    """Return ``quota`` as a note."""
    return msgspec.json.encode(quota).decode()


def read(text: str) -> Quota:
    """Return the quota in a note; one that nothing is known of where the note is no quota."""
    try:
        return msgspec.json.decode(text, type=Quota)
    except msgspec.DecodeError:
        return Quota()


def _whole(text: str | None) -> int | None:
    digits = text is not None and text.isascii() and text.isdecimal()
    return int(text) if text and digits and len(text) < MOST_DIGITS else None


def _seconds(text: str | None) -> float | None:
    whole = _whole(text)
    return None if whole is None else float(whole)


def _later(text: str | None, now: float) -> float | None:
    """Return the seconds until what ``Retry-After`` says: seconds, or a date."""
    if text is None or text.isdecimal():
        return _seconds(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() - now)
