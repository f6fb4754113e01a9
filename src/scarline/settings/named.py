"""Secrets that a file names: from the environment, ``.env``, or Google Secret Manager."""

import os
from collections.abc import Iterable, Mapping
from functools import lru_cache

from dotenv import dotenv_values
from pydantic import SecretStr

from scarline.settings import secrets
from scarline.settings.values import Settings


def named(settings: Settings, names: Iterable[str]) -> Mapping[str, SecretStr]:
    """Return what is set under each of ``names``; one that is set nowhere is left out.

    Secret Manager is asked where GOOGLE_CLOUD_PROJECT names a project, for those that are not
    set here, and once in a process. Raises ``ConfigError`` as
    :func:`scarline.settings.secrets.read` does, with the name of the secret and never its value.
    """
    from_file = dotenv_values(".env")
    found = {}
    for name in set(names):
        told = (os.environ.get(name) or from_file.get(name) or "").strip()
        if told:
            found[name] = SecretStr(told)
    missing = tuple(sorted(set(names) - found.keys()))
    if not missing or settings.google_cloud_project is None or settings.firestore_emulator:
        return found
    config = secrets.Config(
        settings.google_cloud_project, settings.secret_prefix, settings.secret_manager
    )
    return {**found, **_read(config, missing)}


@lru_cache(maxsize=8)
def _read(config: secrets.Config, names: tuple[str, ...]) -> Mapping[str, SecretStr]:
    return secrets.read(config, names, optional=names)
