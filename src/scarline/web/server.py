"""Serving the API: which settings allow it, and the process around it."""

import asyncio
import ipaddress
import signal
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from types import MappingProxyType

import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

from scarline import bootstrap
from scarline.bootstrap.alerting import open_alerting
from scarline.bootstrap.loading import sheet
from scarline.bootstrap.watching import preferences
from scarline.errors import ConfigError, UsageError
from scarline.flows.coupling import OMS_PATTERN
from scarline.notify.webhook import Webhook
from scarline.pipeline import Pipeline
from scarline.settings import Settings
from scarline.settings.keys import keyed
from scarline.web.app import create_app
from scarline.web.desk import Config
from scarline.web.jobs.issuer import accepted
from scarline.web.jobs.schedule import Every, regularly
from scarline.web.paging import MOST_CHARACTERS

SHORTEST_TOKEN = 16
"""Characters of a token; a shorter one could be guessed."""

_GRACE_SECONDS = 10

_LOOK_SECONDS = 0.1

_HEAD_BYTES = 16 * MOST_CHARACTERS  # of a request: the longest cursor, badly escaped, and more


def serve(
    settings: Settings,
    host: str,
    port: int,
    tell: Callable[[str], None],
    every: Every = MappingProxyType({}),
) -> None:
    """Serve until SIGINT or SIGTERM; ``tell`` is given the address when callers can come.

    Meanwhile the streams in ``every`` are pulled, each so long after its last pull.

    Raises ``ConfigError`` for an address other than loopback without a token, ``UsageError``
    for an address that cannot be had, and what opening the store raises.
    """
    config = allowed(settings, host)
    # uvicorn ends itself at SIGTERM and then sends it to the process again, which must not end
    # before the store is closed.
    signal.signal(signal.SIGTERM, lambda *_: None)
    asyncio.run(_serve(settings, config, (host, port), tell, every))


def allowed(settings: Settings, host: str) -> Config:
    """Return how the API may answer at this address; raises ``ConfigError``."""
    if not _is_loopback(host):
        settings = keyed(settings, "operator_token")
    reader = _token("SCARLINE_READER_TOKEN", settings.reader_token)
    operator = _token("SCARLINE_OPERATOR_TOKEN", settings.operator_token)
    oidc = accepted(
        settings.oidc_audience, settings.oidc_callers, settings.oidc_issuer, settings.oidc_keys
    )
    is_open = reader is None and operator is None and oidc is None
    if is_open and not _is_loopback(host):
        raise ConfigError(
            f"{host} can be reached from other machines, and no token is set: set "
            "SCARLINE_OPERATOR_TOKEN, and SCARLINE_READER_TOKEN for those who only read"
        )
    return Config(
        oms_pattern=settings.oms_pattern or OMS_PATTERN,
        reader=reader,
        operator=operator,
        hosts=Config().hosts if is_open else None,
        streams=frozenset(bootstrap.STREAMS),
        oidc=oidc,
        job_seconds=settings.job_time.total_seconds(),
        otlp_url=settings.otlp_endpoint,
        watch=preferences(settings),
    )


async def _serve(
    settings: Settings,
    config: Config,
    address: tuple[str, int],
    tell: Callable[[str], None],
    every: Every,
) -> None:
    async with bootstrap.open_pipeline(settings) as pipeline:

        @asynccontextmanager
        async def opened(streams: Sequence[str]) -> AsyncIterator[Pipeline]:
            if not streams:
                yield pipeline
                return
            async with bootstrap.open_pipeline(settings, streams, store=pipeline.store) as road:
                yield road

        lists, alerting = partial(sheet, settings), open_alerting(settings)
        app = create_app(opened, lists, config, webhook(settings), alerting)
        server = server_of(app)
        with _door(*address) as door:
            name = f"[{address[0]}]" if ":" in address[0] else address[0]
            tell(f"http://{name}:{door.getsockname()[1]}")
            beside = asyncio.gather(
                drained(server, app, config.drain_seconds),
                _pulling(server, app, every),
                return_exceptions=True,
            )
            try:
                await server.serve(sockets=[door])
            finally:
                beside.cancel()
                with suppress(asyncio.CancelledError):
                    await beside


async def _pulling(server: uvicorn.Server, app: FastAPI, every: Every) -> None:
    while not server.started:  # noqa: ASYNC110 - uvicorn tells of it in no other way
        await asyncio.sleep(_LOOK_SECONDS)
    await regularly(app.state.desk.pulls, every)


async def drained(server: uvicorn.Server, app: FastAPI, seconds: float) -> None:
    """When ``server`` is asked to end, give the jobs of ``app`` so long, and then stop them.

    The server itself waits for requests under way, and tells the app only when there are none.
    """
    while not server.should_exit:  # noqa: ASYNC110 - uvicorn tells of it in no other way
        await asyncio.sleep(_LOOK_SECONDS)
    if server.started:
        await app.state.desk.pulls.drain(seconds)


def server_of(app: FastAPI) -> uvicorn.Server:
    """Return what serves ``app`` at a socket."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws="none",
            h11_max_incomplete_event_size=_HEAD_BYTES,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
    )


def _door(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        door = socket.create_server((host, port), family=family)
    except OSError as error:
        message = f"port {port} of {host} cannot be had: {error.strerror}; name another --port"
        raise UsageError(message) from None
    # Head and body of an answer are written apart: without this, some would wait 40 ms for the
    # caller's delayed acknowledgement.
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return door


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def webhook(settings: Settings) -> Webhook | None:
    """Return where exports are delivered, if anywhere; raises ``ConfigError`` without a secret."""
    url = settings.webhook_url
    if url is None:
        return None
    secret = keyed(settings, "webhook_secret").webhook_secret
    if secret is None:
        raise ConfigError(
            "SCARLINE_WEBHOOK_URL is set, but SCARLINE_WEBHOOK_SECRET is not: set it to the secret "
            "that deliveries are signed with"
        )
    return Webhook(url, secret.get_secret_value(), settings.webhook_private)


def _token(name: str, secret: SecretStr | None) -> str | None:
    if secret is None:
        return None
    token = secret.get_secret_value()
    if len(token) < SHORTEST_TOKEN:
        raise ConfigError(f"{name} is too short: take {SHORTEST_TOKEN} characters or more")
    return token
