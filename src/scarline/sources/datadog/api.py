"""The one HTTP client: keys, retries, the governor's leave, and the time that Datadog keeps."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TypeVar
from urllib.parse import parse_qsl, urlsplit

import httpx2
import structlog

from scarline.errors import SourceChanged, SourceError, SourceUnavailable
from scarline.model import Usage
from scarline.sources.datadog.config import Config, is_loopback
from scarline.sources.datadog.governor import Governor
from scarline.sources.datadog.meter import Meter
from scarline.sources.datadog.nature import Nature
from scarline.sources.datadog.refusals import failure, quoted, words

log = structlog.get_logger(__name__)

T = TypeVar("T")

SUCCESS = range(200, 300)
TOO_MANY = 429
NO_ANSWER = 599
"""Tells the governor that a request ended without an answer."""

CONNECT_SECONDS = 10.0
WHOLE_ANSWER = 10
"""A whole answer may take this many times the longest silence."""

THROTTLES = 10
"""How often one request waits out a 429: those are the bucket's doing, not a failed attempt."""

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 20.0

LARGE_BYTES = 262_144
"""A larger body is read in a thread, so that the event loop goes on meanwhile."""


class Throttled(SourceUnavailable):
    """The rate limit is used up, and stayed so."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request, without the host and without keys."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None

    @property
    def route(self) -> str:
        """Return what its rate limit hangs on."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Skew:
    """How many seconds our clock is ahead of Datadog's, at least and at most."""

    least: float
    most: float


class Api:
    """Sends requests to one Datadog, each with the governor's leave."""

    def __init__(
        self, config: Config, governor: Governor, nature: Nature, client: httpx2.AsyncClient
    ) -> None:
        self.governor = governor
        self.nature = nature
        self.skew: Skew | None = None
        self._config = config
        self._client = client

    async def fetch(self, request: Request, read: Callable[[bytes], T], meter: Meter) -> T:
        """Return what ``read`` makes of the answer, asking again where that may help.

        ``meter`` counts the cost, whatever comes of it. Raises ``Refused``,
        ``SourceUnavailable`` once all attempts are used, ``SourceChanged`` when the last of
        them brought what ``read`` does not know, ``CapReached``.
        """
        failed = throttled = 0
        while True:
            meter.claim()
            try:
                return await self._once(request, read, meter)
            except Throttled:
                throttled += 1
                if throttled >= THROTTLES:
                    raise
            except SourceError as error:
                error.args = (self._hidden(str(error)),)
                failed += 1
                passing = error.retryable or isinstance(error, SourceChanged)
                if not passing or failed >= self._config.attempts:
                    raise
                log.info("asking again", route=request.route, failed=failed, reason=str(error))
                await self.nature.wait(self._pause(failed), meter)
            meter.spend(Usage(retries=1))

    def now(self) -> float:
        """Return the time on Datadog's clock, as far as ours is known to be ahead of it."""
        ahead = self.skew.least if self.skew else 0.0
        return self.nature.now() - max(0.0, ahead)

    def linked(self, url: str) -> Request:
        """Return the request that a link in an answer asks for.

        Raises ``SourceChanged`` for a link to anywhere else: it would carry the keys away.
        """
        if not same_host(self._config.url, url):
            message = f"an answer links to another host, {quoted(url)}: the link is not followed"
            raise SourceChanged(message)
        path = urlsplit(url).path.removeprefix(urlsplit(self._config.url).path.rstrip("/"))
        return Request("GET", path, dict(parse_qsl(urlsplit(url).query)))

    async def _once(self, request: Request, read: Callable[[bytes], T], meter: Meter) -> T:
        await self.governor.reserve(request.route, meter)
        sent_at = self.nature.now()
        response = await self._sent(request)
        meter.spend(Usage(answer_bytes=response.num_bytes_downloaded))
        self._notice(response.headers.get("date", ""), sent_at)
        await self.governor.observe(request.route, response.status_code, response.headers)
        log.debug("answered", route=request.route, status=response.status_code)
        if response.status_code == TOO_MANY:
            message = f"Datadog answered 429 {THROTTLES} times in a row: its rate limit is used up"
            raise Throttled(message)
        if response.status_code not in SUCCESS:
            said = self._hidden(words(response.content))
            raise failure(response.status_code, said, response.headers.get("location", ""))
        if len(response.content) < LARGE_BYTES:
            return read(response.content)
        return await asyncio.to_thread(read, response.content)

    async def _sent(self, request: Request) -> httpx2.Response:
        keys = {"DD-API-KEY": self._config.api_key, "DD-APPLICATION-KEY": self._config.app_key}
        content = {"Content-Type": "application/json"} if request.body is not None else {}
        built = self._client.build_request(
            request.method,
            self._config.url.rstrip("/") + request.path,
            params=request.params,
            content=request.body,
            headers=keys | content,
        )
        try:
            async with asyncio.timeout(self._config.timeout_seconds * WHOLE_ANSWER):
                return await self._client.send(built)
        except (httpx2.HTTPError, TimeoutError) as error:
            await self.governor.observe(request.route, NO_ANSWER, {})
            said = quoted(f"{type(error).__name__} {error}".strip())
            message = f"Datadog did not answer {request.route} in full: {said}"
            raise SourceUnavailable(message) from error

    def _notice(self, date: str, sent_at: float) -> None:
        """Compare the clocks: the answer was dated between its sending and now."""
        try:
            dated = parsedate_to_datetime(date).timestamp()
        except ValueError:
            return
        self.skew = Skew(least=sent_at - dated - 1, most=self.nature.now() - dated)

    def _pause(self, failed: int) -> float:
        longest = min(FIRST_PAUSE_SECONDS * 2.0 ** (failed - 1), LONGEST_PAUSE_SECONDS)
        return longest * (0.5 + self.nature.chance() / 2)

    def _hidden(self, text: str) -> str:
        for key in (self._config.api_key, self._config.app_key):
            text = text.replace(key, "[key]")
        return text


def same_host(base: str, url: str) -> bool:
    """Return whether ``url`` goes to the scheme, host and port of ``base``."""
    try:
        here, there = httpx2.URL(base), httpx2.URL(url)
    except httpx2.InvalidURL:
        return False
    return (here.scheme, here.host, here.port) == (there.scheme, there.host, there.port)


@asynccontextmanager
async def connected(config: Config, governor: Governor, nature: Nature) -> AsyncIterator[Api]:
    """Hold a pool of connections for as long as the context is open."""
    longest = config.timeout_seconds
    async with httpx2.AsyncClient(
        headers={"User-Agent": f"scarline/{_version()}", "Accept-Encoding": "gzip"},
        timeout=httpx2.Timeout(longest, connect=min(longest, CONNECT_SECONDS), pool=None),
        limits=httpx2.Limits(max_connections=config.concurrency + 1),
        follow_redirects=False,
        transport=nature.transport,
        trust_env=not is_loopback(httpx2.URL(config.url).host),
    ) as client:
        yield Api(config, governor, nature, client)


def _version() -> str:
    try:
        return version("scarline")
    except PackageNotFoundError:
        return "from-source"
