"""What a user sets for the stream ``failures``: each value with its default, checked at once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from scarline.errors import ConfigError
from scarline.failures.payload import Cleaned
from scarline.failures.rules import Rules, read_rules
from scarline.privacy import redact_each

By = Literal["llm", "apm"]
"""Which search is asked: LLM Observability's own, or the one over all spans of APM."""


def unhashed(_: str) -> str | None:
    """Make no pseudonym: there is no key to make one with."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spans:
    """Which spans to read, how much of Datadog's quota that may take, and what is a failure.

    Raises ``ConfigError`` when a value cannot be right.
    """

    api: By = "llm"
    """LLM Observability; ``apm`` for an account without it. It is asked too where the first
    is refused."""
    ml_apps: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    """With both, spans of each application in each service; with none, all."""
    query: str | None = None
    """A query of one's own, in place of both. What it leaves out is not seen: a path may then
    lack its beginning, and a loop may be missed."""
    page_size: int = 1_000
    """Spans in a page, 100 to 5,000. APM gives 1,000 at most."""
    window_seconds: int = 3_600
    """How much time is asked for at once; a pull that breaks off goes on after the last whole
    one. Where there are many spans it is less."""
    pages_per_window: int = 20
    """A window with more than twice as many pages is cut; the next ones are shorter."""
    look_back_seconds: int = 3_600
    """How much is read again each time, for spans that came late. Datadog takes them for 24
    hours after their start, but to read a day again each quarter of an hour costs a hundred
    times as much."""
    deep_look_back_seconds: int = 0
    """How much the first pull of each day (UTC) reads again; 86,400 finds all that came late."""
    lead_seconds: int = 600
    """How much before the first window is read for its names alone, so that the paths of spans
    do not depend on where a window begins."""
    hold_back_seconds: int = 30
    """How old a span must be to be asked for: it takes about so long until it can be found."""
    requests_per_minute: int = 200
    requests_per_run: int = 2_500
    approve_above: int = 500
    """A window asked for by name that takes more requests than this needs ``approved``."""
    approved: bool = False
    complete: bool = False
    """Whether the rest of a failing trace is fetched too: a request for each such trace."""
    rules: Rules = field(default_factory=read_rules)
    """What is a failure; thresholds are in them."""
    hashed: Callable[[str], str | None] = unhashed
    """Makes the pseudonym of a user; None without a key."""
    cleaned: Cleaned = redact_each
    """Takes personal data out of JSON values, each by itself: out of a payload that is too long,
    before it is cut, and out of the texts of errors, before failures are grouped by them. All that
    is stored is redacted besides."""

    def __post_init__(self) -> None:
        for problem in _problems(self):
            raise ConfigError(problem)


def _problems(spans: Spans) -> Iterator[str]:
    if spans.api not in ("llm", "apm"):
        yield f"the api of spans is llm or apm, not {spans.api!r}"
    if spans.query is not None and not spans.query.strip():
        yield "the query of spans is empty: leave it out to have all spans"
    if spans.query and (spans.ml_apps or spans.services):
        yield "a query of spans stands alone: put applications and services into it"
    for name in (*spans.ml_apps, *spans.services):
        if not name.strip() or not name.isprintable():
            yield f"{name!r} is no name of an application or a service"
    for name, (least, most) in _RANGES.items():
        value = getattr(spans, name)
        if not least <= value <= most:
            yield f"{name} of spans is {value}: it must be from {least:,} to {most:,}"


_DAY = 86_400

_RANGES = {
    "page_size": (100, 5_000),
    "window_seconds": (1, _DAY),
    "pages_per_window": (1, 1_000),
    "look_back_seconds": (0, 30 * _DAY),
    "deep_look_back_seconds": (0, 30 * _DAY),
    "lead_seconds": (0, _DAY),
    "hold_back_seconds": (0, _DAY),
    "requests_per_minute": (1, 100_000),
    "requests_per_run": (1, 1_000_000),
    "approve_above": (1, 1_000_000),
}
