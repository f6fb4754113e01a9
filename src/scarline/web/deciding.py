"""Decisions of people, written as everything is: a run on the ledger that can be rolled back."""

from typing import Annotated

import orjson
import pyarrow as pa
from fastapi import Header

from scarline.bootstrap.deciding import Make, written
from scarline.errors import UsageError
from scarline.failures.decisions import ABOUT
from scarline.kinds import DECISION
from scarline.pipeline import Pipeline
from scarline.ports import Query
from scarline.privacy import redact_json, redact_text
from scarline.web.desk import Desk

__all__ = ["SOURCE", "Make", "User", "decisions", "unharmed", "who_decides", "written"]

User = Annotated[
    str,
    Header(
        alias="X-Scarline-User",
        pattern="^[A-Za-z0-9._-]{0,40}$",
        description="who decides; the role of the token if left out",
    ),
]

SOURCE = "api"
"""What the ledger calls the source of what is decided by HTTP."""


async def decisions(road: Pipeline, about: str = ABOUT) -> pa.Table:
    """Return all decisions about things of one sort, as the store has them now."""
    return await road.store.find(Query(DECISION, where={"about": [about]}))


def unharmed(road: Pipeline, rows: pa.RecordBatch) -> pa.RecordBatch:
    """Return ``rows`` if redaction leaves what they decide; raises ``UsageError`` if not.

    An id that looks like the number of a card is kept by no store, and a decision about
    something else than was meant would stand instead.
    """
    for row in rows.select(["subject", "value"]).to_pylist():
        value = orjson.loads(row["value"])
        clean = redact_json(value, road.policy), redact_text(row["subject"], road.policy)
        if clean != (value, row["subject"]):
            raise UsageError(
                "an id in this looks like personal data, which is not stored: decide about the "
                "group as a whole, or split it by a column"
            )
    return rows


def who_decides(desk: Desk, user: str) -> str:
    """Return who decides: the handle that was told, else the role of the token."""
    has_tokens = desk.config.operator is not None
    return user.lower() or ("operator" if has_tokens else "local")
