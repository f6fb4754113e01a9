"""Google Firestore: records of any kind and the ledger, as documents that a person can read.

What each batch told is kept packed, a document for each batch; what shows is a document for each
key, with plain names: failures in ``evalforge_raw_traces``. Both change in one transaction with the
ledger entry. Metric points are refused: see ``docs/firestore.md``.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scarline.errors import ConfigError

if TYPE_CHECKING:
    from scarline.stores.firestore.store import FirestoreStore

__all__ = ["Config", "open_store"]


@dataclass(frozen=True, slots=True)
class Config:
    """Where the facts stay: a database of ``project``, in collections that begin with ``prefix``.

    ``emulator`` is the ``host:port`` of Google's emulator, in place of Google itself.
    ``lease_seconds`` is how long a stream stays held when its holder was killed; a live holder
    renews it three times as often. Raises ``ConfigError`` for what cannot be a project or prefix.
    """

    project: str
    database: str = "(default)"
    prefix: str = "evalforge_"
    emulator: str | None = None
    lease_seconds: float = 30.0

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9.:-]{4,62}", self.project):
            message = (
                "GOOGLE_CLOUD_PROJECT is no project id: it looks like my-project-123456 (`gcloud "
                "config get project` prints it)"
            )
            raise ConfigError(message)
        if not re.fullmatch(r"\(default\)|[a-z][a-z0-9-]{3,62}", self.database):
            message = (
                "FIRESTORE_DATABASE is no name of a database: leave it unset for (default), or "
                "write 4 to 63 small letters, digits and -"
            )
            raise ConfigError(message)
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,99}", self.prefix):
            message = (
                "FIRESTORE_COLLECTION_PREFIX begins with a letter and has letters, digits, _ and "
                "- only, such as evalforge_"
            )
            raise ConfigError(message)


@asynccontextmanager
async def open_store(config: Config) -> "AsyncIterator[FirestoreStore]":
    """Open the store, and see that Google lets us in.

    Raises ``ConfigError`` if the client is not installed, ``StoreUnavailable`` if Google does not
    answer, ``StoreRefused`` if there are no credentials, or they are not let in.
    """
    try:
        # Only those who store in Firestore have its client.
        from scarline.stores.firestore.client import connected  # noqa: PLC0415
        from scarline.stores.firestore.store import FirestoreStore  # noqa: PLC0415
    except ModuleNotFoundError as error:
        message = (
            "the data is to be kept in Firestore, but Google's client is not installed "
            f"({error.name} is missing): pip install 'scarline[gcp]'"
        )
        raise ConfigError(message) from error
    async with connected(
        config.project, config.database, config.prefix, config.emulator
    ) as documents:
        store = FirestoreStore(documents, config.lease_seconds)
        await store.check()
        yield store
