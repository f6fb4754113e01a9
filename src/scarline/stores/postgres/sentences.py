"""What PostgreSQL says, as the errors and sentences of Scarline."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from psycopg import errors as pg
from psycopg_pool import PoolTimeout

from scarline.errors import StoreConflict, StoreError, StoreRefused, StoreUnavailable

CONFLICT = "SC001"
"""The SQLSTATE that ``scarline.append`` raises."""


@contextmanager
def told() -> Iterator[None]:
    """Turn what psycopg raises within into a ``StoreError`` that says what to do."""
    try:
        yield
    except (psycopg.Error, PoolTimeout) as error:
        raise _store_error(error) from error


def _store_error(error: psycopg.Error | PoolTimeout) -> StoreError:
    said = _said(error)
    if getattr(error, "sqlstate", None) == CONFLICT:
        return StoreConflict(f"{said}: another process wrote first; nothing was stored")
    for causes, kind, sentence in _SENTENCES:
        if isinstance(error, causes):
            return kind(sentence.format(said))
    return StoreError(f"the database refused a statement ({said})")


_SENTENCES: Sequence[tuple[tuple[type[Exception], ...], type[StoreError], str]] = (
    (
        (pg.DiskFull,),
        StoreUnavailable,
        (
            "the database's disk is full ({}): nothing of this batch was stored; make room and "
            "pull again, it goes on where it stopped"
        ),
    ),
    (
        (pg.ReadOnlySqlTransaction,),
        StoreUnavailable,
        (
            "the database is read-only ({}): point DATABASE_URL at the primary, or end the "
            "maintenance that made it so"
        ),
    ),
    (
        (pg.InsufficientPrivilege,),
        StoreRefused,
        (
            "the database role may not do this ({}): let the owner run `scarline migrate`, or "
            "connect as the owner of the schema scarline"
        ),
    ),
    (
        (pg.InvalidPassword, pg.InvalidAuthorizationSpecification),
        StoreRefused,
        "the database does not let this role in ({}): check user and password in DATABASE_URL",
    ),
    (
        (pg.UndefinedTable, pg.UndefinedFunction, pg.InvalidSchemaName),
        StoreRefused,
        "the database lacks its tables ({}): run `scarline migrate`",
    ),
    (
        (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout),
        StoreUnavailable,
        (
            "the database cannot be reached ({}): check that it runs and that DATABASE_URL names "
            "it rightly"
        ),
    ),
)


def _said(error: Exception) -> str:
    """Return the first line of the server's message: never its detail, which quotes rows."""
    diagnostic = getattr(error, "diag", None)
    primary = diagnostic.message_primary if diagnostic else None
    text = primary or str(error)
    lines = text.strip().splitlines()
    return lines[0] if lines else type(error).__name__
