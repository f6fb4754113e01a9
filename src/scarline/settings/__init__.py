"""The settings: the only reader of the environment, and of a file ``.env`` beside you.

Datadog's own names, the stores' own names, and ``SCARLINE_*`` for the rest. A missing or
wrong one is a sentence that says what to set, before any request.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import AliasChoices, ValidationError

from scarline.errors import ConfigError
from scarline.settings.values import Settings

__all__ = ["Settings", "load", "names_of"]


def load() -> Settings:
    """Read the settings; raises ``ConfigError`` that names each wrong one, without its value."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = [f"{_spoken(fault['loc'])}: {_reason(fault)}" for fault in error.errors()]
        message = "settings are wrong: " + "; ".join(wrong)
        raise ConfigError(message) from None
    except OSError as error:
        reason = (error.strerror or "").lower()
        message = f"a file .env cannot be looked for here ({reason}): start in another folder"
        raise ConfigError(message) from None


def _spoken(location: tuple[int | str, ...]) -> str:
    name = str(location[0]) if location else "?"
    field = Settings.model_fields.get(name)
    return names_of(name)[0] if field else name


def _reason(fault: Mapping[str, Any]) -> str:
    """Return pydantic's reason, which never holds the value; for our own errors, theirs."""
    return str(fault["msg"]).removeprefix("Value error, ")


def names_of(field: str) -> list[str]:
    """Return the names of a setting in the environment; the first is the one to use."""
    alias = Settings.model_fields[field].validation_alias
    return [str(name) for name in alias.choices] if isinstance(alias, AliasChoices) else [field]
