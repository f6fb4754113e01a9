"""Supabase for those who have its URL and its service_role key, but no connection string.

The same tables and the same SQL functions as in ``stores/postgres``, reached through the REST
API: a commit is one call of one function, so rows and ledger entry are one transaction. The
tables come from ``create_metrics_table.sql``, pasted into the project's SQL editor once. With
the connection string (``DATABASE_URL``) use ``stores/postgres``: it is quicker.
"""

import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from scarline.errors import ConfigError
from scarline.stores.supabase.rest import Rest
from scarline.stores.supabase.store import MOST_ROWS_PER_BATCH, SupabaseStore

__all__ = ["MOST_ROWS_PER_BATCH", "Config", "SupabaseStore", "open_store"]


@dataclass(frozen=True, slots=True)
class Config:
    """Where the facts stay: the project at ``url``, entered with its service_role ``key``.

    ``timeout_seconds`` is how long one call may take. ``lease_seconds`` is how long a stream
    stays held when its holder was killed; a live holder renews it three times as often.
    Raises ``ConfigError`` for what cannot be a project's address or key.
    """

    url: str
    key: str = field(repr=False)
    timeout_seconds: float = 60.0
    lease_seconds: float = 30.0

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            message = "SUPABASE_URL is no address: it looks like https://abcdefgh.supabase.co"
            raise ConfigError(message)
        if parts.username or parts.password or parts.query or parts.fragment:
            message = "SUPABASE_URL has more than an address: keep https://abcdefgh.supabase.co"
            raise ConfigError(message)
        if parts.scheme == "http" and not _is_loopback(parts.hostname):
            message = (
                "SUPABASE_URL begins with http://, which would send the key for all to read: "
                "write https://"
            )
            raise ConfigError(message)
        if (
            not self.key.strip().isascii()
            or not self.key.strip().isprintable()
            or not self.key.strip()
        ):
            message = (
                "SUPABASE_KEY is no key: copy the service_role key (or a secret key) from the "
                "project's settings, API keys"
            )
            raise ConfigError(message)


@asynccontextmanager
async def open_store(config: Config) -> AsyncIterator[SupabaseStore]:
    """Open the store, and see that the project lets us in and has our functions.

    Raises ``ConfigError`` if the client is not installed, ``StoreUnavailable`` if the project
    does not answer, ``StoreRefused`` if the key is wrong or the functions are missing.
    """
    try:
        # Only those who store in Supabase have its client.
        from scarline.stores.supabase.client import connected  # noqa: PLC0415
    except ModuleNotFoundError as error:
        message = (
            "SUPABASE_URL is set, but Supabase's client is not installed "
            f"({error.name} is missing): pip install 'scarline[supabase]'"
        )
        raise ConfigError(message) from error
    address = config.url.rstrip("/").removesuffix("/rest/v1")
    async with connected(address, config.key.strip(), config.timeout_seconds) as call:
        store = SupabaseStore(Rest(call), config.lease_seconds)
        await store.check()
        yield store


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
