"""What PostgreSQL says, as the errors and sentences of Scarline."""

from collections.abc import Iterator
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
    state = getattr(error, "sqlstate", None)
    if state == CONFLICT:
        return StoreConflict(f"{said}: another process wrote first; nothing was stored")
    if isinstance(error, pg.DiskFull):
        return StoreUnavailable(
            f"the database's disk is full ({said}): nothing of this batch was stored; "
            "make room and pull again, it goes on where it stopped"
        )
    if isinstance(error, pg.ReadOnlySqlTransaction):
        return StoreUnavailable(
            f"the database is read-only ({said}): point DATABASE_URL at the primary, or end "
            "the maintenance that made it so"
        )
    if isinstance(error, pg.InsufficientPrivilege):
        return StoreRefused(
            f"the database role may not do this ({said}): let the owner run `scarline migrate`, "
            "or connect as the owner of the schema scarline"
        )
    if isinstance(error, (pg.InvalidPassword, pg.InvalidAuthorizationSpecification)):
        return StoreRefused(
            f"the database does not let this role in ({said}): check user and password in "
            "DATABASE_URL"
        )
    if isinstance(error, (pg.UndefinedTable, pg.UndefinedFunction, pg.InvalidSchemaName)):
        return StoreRefused(f"the database lacks its tables ({said}): run `scarline migrate`")
    if isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)):
        return StoreUnavailable(
            f"the database cannot be reached ({said}): check that it runs and that "
            "DATABASE_URL names it rightly"
        )
    return StoreError(f"the database refused a statement ({said})")


def _said(error: Exception) -> str:
    """Return the first line of the server's message: never its detail, which quotes rows."""
    diagnostic = getattr(error, "diag", None)
    primary = diagnostic.message_primary if diagnostic else None
    text = primary or str(error)
    lines = text.strip().splitlines()
    return lines[0] if lines else type(error).__name__
