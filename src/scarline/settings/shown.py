"""The settings as people see them: each with its value, and where that is from."""

import os
from datetime import timedelta

from dotenv import dotenv_values
from pydantic import SecretStr

from scarline.settings import Settings, names_of
from scarline.settings.types import spelled


def told(settings: Settings) -> list[dict[str, str]]:
    """Return every setting as people see it: name, value, where it is from, what it is for.

    Secrets show only whether they are set.
    """
    from_file = dotenv_values(".env")
    rows = []
    for field, about in Settings.model_fields.items():
        names = names_of(field)
        origin = "default"
        if any(from_file.get(name) for name in names):
            origin = ".env"
        if any(os.environ.get(name) for name in names):
            origin = "environment"
        rows.append(
            {
                "name": names[0],
                "value": _shown(getattr(settings, field)),
                "from": origin,
                "what": about.description or "",
            }
        )
    return rows


def _shown(value: object) -> str:
    if value is None:
        return "not set"
    if isinstance(value, SecretStr):
        return "set"
    if isinstance(value, timedelta):
        return spelled(value)
    return ",".join(value) if isinstance(value, tuple) else str(value)
