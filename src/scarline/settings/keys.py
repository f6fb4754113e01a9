"""Keys that the environment does not hold, from Google Secret Manager."""

from collections.abc import Mapping
from functools import lru_cache

from pydantic import SecretStr

from scarline.settings import names_of, secrets
from scarline.settings.values import Settings


def keyed(settings: Settings, *fields: str, needed: bool = False) -> Settings:
    """Return ``settings`` with these keys, asked of Secret Manager where they are not set.

    It is asked where GOOGLE_CLOUD_PROJECT names a project, and once in a process. A key that
    it does not have stays unset, or, if it is ``needed``, is a ``ConfigError``; so is whatever
    else goes wrong, with the name of the secret and never its value.
    """
    wanted = {names_of(it)[0]: it for it in fields if getattr(settings, it) is None}
    if settings.google_cloud_project is None or settings.firestore_emulator or not wanted:
        return settings
    config = secrets.Config(
        settings.google_cloud_project, settings.secret_prefix, settings.secret_manager
    )
    found = _read(config, tuple(sorted(wanted)), needed=needed)
    return settings.model_copy(update={wanted[name]: key for name, key in found.items()})


@lru_cache(maxsize=8)
def _read(
    config: secrets.Config, names: tuple[str, ...], *, needed: bool
) -> Mapping[str, SecretStr]:
    return secrets.read(config, names, optional=() if needed else names)
