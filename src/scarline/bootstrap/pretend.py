"""The pretend Datadog: settings that lead to it, and serving it."""

import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from pydantic import SecretStr

from scarline.errors import UsageError
from scarline.settings import Settings

if TYPE_CHECKING:
    from scarline.sandbox import World


@contextmanager
def demo_settings(settings: Settings) -> Iterator[Settings]:
    """Run a pretend Datadog; give the settings that lead to it and to a database of its own."""
    from scarline.sandbox import World, running

    world = World()
    with running(world) as sandbox:
        yield settings.model_copy(
            update={
                "datadog_url": sandbox.url,
                "dd_api_key": SecretStr(world.api_key),
                "dd_app_key": SecretStr(world.app_key),
                "database_url": None,
                "supabase_url": None,
                "google_cloud_project": None,
                "store": "sql",
                "home": settings.home.expanduser() / "demo",
                "interval": timedelta(seconds=20),
            }
        )


def demo_left(settings: Settings, program: str) -> Iterator[str]:
    """Yield sentences of where the demo left what it pulled, and which commands look at it.

    ``settings`` are those of the user, which lead elsewhere; ``program`` is how this one is called.
    """
    home = shlex.quote(str(settings.home.expanduser() / "demo"))
    own = f"SCARLINE_HOME={home}{'' if settings.store == 'sql' else ' SCARLINE_STORE=sql'}"
    yield f"what was pulled stays in the embedded PostgreSQL in {home}; to look at it:"
    elsewhere = {"DATABASE_URL": settings.database_url, "SUPABASE_URL": settings.supabase_url}
    if told := [name for name, it in elsewhere.items() if it is not None]:
        yield f"  (unset {' and '.join(told)} before: what that names is looked at first)"
    for words in ("runs", "scars list", "failures groups", "verify", "serve"):
        yield f"  {own} {program} {words}"


def sandbox_environment(port: int) -> str:
    """Return what to set so that the other commands talk to the sandbox."""
    from scarline.sandbox import World

    world = World()
    return (
        f"  SCARLINE_DATADOG_URL=http://127.0.0.1:{port} DD_API_KEY={world.api_key} "
        f"DD_APP_KEY={world.app_key} scarline pull metrics --last 1h"
    )


def run_sandbox(port: int, world: "World", faults: Sequence[str]) -> None:
    """Serve the pretend Datadog on loopback until interrupted; ``UsageError`` for a bad fault."""
    from scarline.sandbox import parse_fault, serve

    try:
        parsed = [parse_fault(text) for text in faults]
    except ValueError as error:
        raise UsageError(str(error)) from None
    serve(world, parsed, port=port)
