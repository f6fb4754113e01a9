"""What a user sets for Datadog: each value with its default, checked before anything is sent."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from scarline.errors import ConfigError
from scarline.sources.datadog.spans_config import Spans

SITES = (
    "datadoghq.com",
    "us3.datadoghq.com",
    "us5.datadoghq.com",
    "ap1.datadoghq.com",
    "ap2.datadoghq.com",
    "uk1.datadoghq.com",
    "datadoghq.eu",
    "ddog-gov.com",
    "us2.ddog-gov.com",
)
"""Datadog's sites, as ``datadog-api-client`` 2.62.0 lists them."""

AGGREGATIONS = ("avg", "min", "max", "sum")
"""Those that mean the same across hosts and along time, so that one word names both."""

METRIC_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.\-]{0,199}")
"""Datadog: letters, digits, ``_`` and ``.``, a letter first, at most 200 characters."""

TAG_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_.\-/]{0,199}")

ENV_NAME = re.compile(r"[A-Za-z0-9_.:/\-]{1,200}|\*")
"""What the value of a tag may hold; anything else would end the filter of a query."""

SCOPE = re.compile(r"[^{}\x00-\x1f]{1,1000}")
"""What stands between the braces of a query; a brace would end it and begin another."""

KEY = re.compile(r"[\x21-\x7e]+")
"""A header value: anything else would be refused or, worse, end the header."""


def base_url(site: str) -> str:
    """Return the address of the API at a Datadog site, such as ``datadoghq.eu``.

    Raises ``ConfigError`` for a site that Datadog does not have.
    """
    if site not in SITES:
        message = (
            f"{site!r} is not a Datadog site: set DD_SITE to the one that your Datadog pages "
            f"are on, one of {', '.join(SITES)}"
        )
        raise ConfigError(message)
    return f"https://api.{site}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What to ask of Datadog, with which keys, and how much of its quota to use.

    Raises ``ConfigError`` when a value cannot be right.
    """

    api_key: str = field(repr=False)
    app_key: str = field(repr=False)
    url: str = "https://api.datadoghq.com"
    metrics: tuple[str, ...] = ("system.cpu.idle", "system.load.1")
    group_by: tuple[str, ...] = ("host",)
    scope: str = "*"
    aggregation: str = "avg"
    interval_seconds: int = 60
    first_pull_seconds: int = 3_600
    """How far the first pull reaches back."""
    look_back_seconds: int = 600
    """How much is read again each time, for points that came late."""
    hold_back_seconds: int = 120
    """How old a bucket must be before it counts as complete."""
    api: Literal["v2", "v1"] = "v2"
    metrics_per_request: int = 10
    max_points_per_answer: int = 2_000_000
    concurrency: int = 4
    timeout_seconds: float = 30.0
    """The longest silence that is waited out; a whole answer may take ten times that."""
    attempts: int = 3
    requests_per_minute: int | None = None
    requests_per_run: int | None = None
    flow_envs: tuple[str, ...] = ("*",)
    """The environments whose services are wanted: ``*`` for all that have any, () for no flows."""
    flow_window_seconds: int = 3_600
    """How far back a pull of flows looks; Datadog's own default for dependencies."""
    flow_pairs_measured: bool = True
    """Whether latency and errors are asked for between two systems too, not only of each."""
    spans: Spans | None = None
    """What the stream of failures reads; None for the defaults, and ``doctor`` looks elsewhere."""
    human_share: float = 0.05
    """The part of each rate limit that is left to people and other programs."""

    def __post_init__(self) -> None:
        for problem in _problems(self):
            raise ConfigError(problem)


def _problems(config: Config) -> Iterator[str]:
    yield from _address(urlsplit(config.url))
    for name, key in (("API", config.api_key), ("application", config.app_key)):
        if not KEY.fullmatch(key):
            told = "has characters that no key has" if key else "is missing"
            yield f"the {name} key for Datadog {told}: set DD_{name[:3].upper()}_KEY"
    yield from _query(config)
    for env in config.flow_envs:
        if not ENV_NAME.fullmatch(env):
            yield f"{env!r} is no name of an environment: such as prod, or * for all"
    for name, (right, said) in _RANGES.items():
        value = getattr(config, name)
        if value is not None and not right(value):
            yield f"{name} is {value}: it must be {said}"


def _address(url: SplitResult) -> Iterator[str]:
    where = f"{url.scheme}://{url.hostname or ''}"
    if url.scheme not in ("https", "http") or not url.hostname:
        yield f"{where} is no address of an API: it needs https:// and a host"
    elif url.scheme == "http" and not is_loopback(url.hostname):
        yield f"{where} would send the keys in the clear: use https://"
    if url.username or url.password or url.query or url.fragment:
        yield f"the address at {where} may have a path, but no user, query or fragment"


def is_loopback(host: str) -> bool:
    """Return whether ``host`` names this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _query(config: Config) -> Iterator[str]:
    if not config.metrics:
        yield "no metric is named: name at least one, such as system.cpu.idle"
    for metric in config.metrics:
        if not METRIC_NAME.fullmatch(metric):
            yield f"{metric!r} is no name of a metric: letters, digits, '_' and '.', a letter first"
    for tag in config.group_by:
        if not TAG_KEY.fullmatch(tag):
            yield f"{tag!r} is no key of a tag: such as host, env or availability-zone"
    if not SCOPE.fullmatch(config.scope):
        yield f"{config.scope!r} is no scope: tags such as env:prod, or * for everything"
    if config.aggregation not in AGGREGATIONS:
        yield f"the aggregation is one of {', '.join(AGGREGATIONS)}, not {config.aggregation!r}"
    if config.api not in ("v2", "v1"):
        yield f"the api is v2 or v1, not {config.api!r}"


_AT_LEAST_ONE: tuple[Callable[[float], bool], str] = (lambda it: it >= 1, "at least 1")
_NOT_NEGATIVE: tuple[Callable[[float], bool], str] = (lambda it: it >= 0, "0 or more")

_RANGES: dict[str, tuple[Callable[[float], bool], str]] = {
    "interval_seconds": _AT_LEAST_ONE,
    "first_pull_seconds": _AT_LEAST_ONE,
    "look_back_seconds": _NOT_NEGATIVE,
    "hold_back_seconds": _NOT_NEGATIVE,
    "metrics_per_request": _AT_LEAST_ONE,
    "max_points_per_answer": _AT_LEAST_ONE,
    "concurrency": _AT_LEAST_ONE,
    "flow_window_seconds": _AT_LEAST_ONE,
    "timeout_seconds": (lambda it: it > 0, "more than 0"),
    "attempts": _AT_LEAST_ONE,
    "requests_per_minute": _AT_LEAST_ONE,
    "requests_per_run": _AT_LEAST_ONE,
    "human_share": (lambda it: 0 <= it < 1, "from 0 up to, but not, 1"),
}
