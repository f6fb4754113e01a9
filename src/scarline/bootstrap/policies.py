"""Redaction as the settings say it."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from pydantic import SecretBytes

from scarline.errors import ConfigError
from scarline.settings import Settings
from scarline.settings.keys import keyed

if TYPE_CHECKING:  # they bring Arrow with them, which --help does without
    from scarline.privacy import Filtered, Policy


def policy(settings: Settings) -> "Policy":
    """Return what is redacted and how, as the settings say; the same object for the same settings.

    Raises ``ConfigError`` for a file that cannot be used, with the line.
    """
    if settings.pseudonym_key_file is None:
        settings = keyed(settings, "pseudonym_key")
    key = settings.pseudonym_key.get_secret_value() if settings.pseudonym_key else None
    if settings.pseudonym_key_file is not None:
        if key is not None:
            message = "SCARLINE_PSEUDONYM_KEY and SCARLINE_PSEUDONYM_KEY_FILE are both set: use one"
            raise ConfigError(message)
        try:
            key = settings.pseudonym_key_file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"SCARLINE_PSEUDONYM_KEY_FILE cannot be read: {error}") from None
    return _policy(settings.redaction, key, settings.names_model)


@lru_cache(maxsize=2)
def _policy(path: Path | None, key: str | None, model: str | None) -> "Policy":
    from scarline.privacy import Names, find_names, read_policy

    names: Names = find_names
    if model is not None:
        from scarline.privacy.pretrained import open_model

        names = open_model(model)
    return read_policy(path, SecretBytes(key.encode()) if key else None, names)


def clean(settings: Settings, event: dict[str, Any]) -> dict[str, Any]:
    """Return an event of our own logs without what the settings' policy names."""
    from scarline.privacy import redact_json

    return dict(redact_json(event, policy(settings)))


def redact(settings: Settings, source: BinaryIO, sink: BinaryIO, *, jsonl: bool) -> "Filtered":
    """Copy ``source`` to ``sink`` redacted, line for line; return what was found."""
    from scarline.privacy import Cleaner, redact_lines

    return redact_lines(source, sink, Cleaner(policy(settings)), jsonl=jsonl)
