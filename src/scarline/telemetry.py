"""Our own logs: structured, on stderr, cleaned before they are written."""

import logging
import sys
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog


def configure(level: str, clean: Callable[[str], str]) -> None:
    """Log from ``level`` on to stderr: for people on a terminal, else one JSON value a line.

    Every text in an event passes ``clean`` first, keys and nested values too.
    """

    def cleaned(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {clean(key): _cleaned(value, clean) for key, value in event.items()}

    on_terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            cleaned,
            structlog.dev.ConsoleRenderer() if on_terminal else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _cleaned(value: object, clean: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {_cleaned(key, clean): _cleaned(own, clean) for key, own in value.items()}
    if isinstance(value, list | tuple | set):
        return [_cleaned(own, clean) for own in value]
    return value if isinstance(value, int | float | bool | None) else clean(str(value))
