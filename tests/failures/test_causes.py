"""The table of causes: each row is known by the wordings that name it, whoever writes them."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scarline.failures.signature import signature
from scarline.failures.span import Span
from scarline.failures.wording import bare_type, causes

WORDINGS: Mapping[str, Sequence[str]] = tomllib.loads(
    Path(__file__).with_name("wordings.toml").read_text("utf-8")
)
JUDGED = {"context_missed", "irrelevant"}
"""Causes that no message names: evaluators do."""

EACH = [(cause, told) for cause, messages in WORDINGS.items() for told in messages]
TYPES = {bare_type(it): it for it in ("ReadTimeout", "RateLimitError", "KeyError", "ZodError")}
AT = datetime(2026, 1, 1, tzinfo=UTC)


def named(message: str | None, error: str = "RuntimeError") -> str:
    """Return the cause of a step that failed so."""
    span = Span(
        "t",
        "s",
        AT,
        status="error",
        kind="task",
        name="rank",
        error_type=error,
        error_message=message,
    )
    parts = signature(span, "error").parts
    return str(parts.get("cause") or ("guardrail" if "evaluations" in parts else "none"))


def test_every_cause_has_a_wording() -> None:
    """A row that no message shows is one that nobody knows to work."""
    assert {it.name for it in causes().rows} - JUDGED == WORDINGS.keys()


@pytest.mark.parametrize(("cause", "message"), EACH)
def test_a_wording_names_its_cause(cause: str, message: str) -> None:
    """Alone, and within what a caller says of it."""
    assert {named(message), named(f"Tool call failed: {message}")} == {cause}


@pytest.mark.parametrize("name", sorted(causes().by_type))
def test_a_type_names_its_cause_by_itself(name: str) -> None:
    """Whatever module it lies in."""
    cause = causes().rows[causes().by_type[name]].name
    assert named(None, f"vendor.errors.{name}") == cause
