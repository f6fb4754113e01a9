"""How settings are written: lengths of time, lists, secrets; what is blank is not set."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def duration(text: str) -> timedelta:
    """Read ``90s``, ``15m``, ``1h``, ``30d``, ``2w``; raises ``ValueError`` with a sentence."""
    match = re.fullmatch(r"\s*(\d+)\s*([smhdw])\s*", text)
    if match is None or int(match[1]) == 0:
        message = f"{text!r} is no length of time: write a number and s, m, h, d or w, such as 15m"
        raise ValueError(message)
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def spelled(length: timedelta) -> str:
    """Write a length of time as :func:`duration` reads it."""
    seconds = int(length.total_seconds())
    for letter, size in (("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size}{letter}"
    return f"{seconds}s"


def setting(*names: str, what: str, **limits: Any) -> Any:
    """Describe a setting: its names in the environment, the first the one to use; what it is for.

    ``limits`` are those of pydantic's ``Field``.
    """
    return Field(validation_alias=AliasChoices(*names), description=what, **limits)


def _length(value: object) -> object:
    return duration(value) if isinstance(value, str) else value


def _listed(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _metrics(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if "*" in name[:-1]:
            message = f"{name!r} has * before its end: write a metric, or how some begin: shop.*"
            raise ValueError(message)
    return names


def _blank_is_unset(value: object) -> object:
    blank = isinstance(value, str) and not value.strip()
    return None if blank else value


Length = Annotated[timedelta, BeforeValidator(_length)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]
Metrics = Annotated[Names, AfterValidator(_metrics)]
"""Names of metrics; one that ends with ``*`` names all that begin so."""
Secret = Annotated[SecretStr | None, BeforeValidator(_blank_is_unset)]
Text = Annotated[str | None, BeforeValidator(_blank_is_unset)]
File = Annotated[Path | None, BeforeValidator(_blank_is_unset)]
