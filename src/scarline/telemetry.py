"""Our own logs: structured, on stderr, cleaned before they are written."""

import logging
import sys
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog


def configure(level: str, clean: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Log from ``level`` on to stderr: for people on a terminal, else one JSON value a line.

    Every event passes ``clean`` first, keys and nested values too.
    """

    def cleaned(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return clean(dict(event))

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
