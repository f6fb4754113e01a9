"""Loading a list of services, from a file or as it was sent: is it there already?"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scarline.bootstrap.opening import clock
from scarline.bootstrap.policies import policy
from scarline.bootstrap.stores import open_store
from scarline.settings import Settings

if TYPE_CHECKING:  # they bring Arrow with them, which --help does without
    from scarline.ledger import Run
    from scarline.pipeline import Pipeline
    from scarline.ports import Source

    Loading = tuple[Pipeline, Run | None]
    """A pipeline with the list as its source, and the run that loaded just this, if any."""

STREAM = "flows"


@dataclass(frozen=True, slots=True)
class ServiceList:
    """A list of services in a file, and what is to be made of it."""

    path: Path
    source: str = "datadog"
    env: str = ""
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list of services that was sent: what the ledger calls it, and what it holds.

    ``bad`` has line and reason of the first rows that cannot be read, of which there are
    ``rejected``; ``good`` is the number of the others.
    """

    what: str
    source: "Source"
    good: int
    rejected: int
    bad: Sequence[tuple[int, str]]


def sheet(settings: Settings, name: str, content: bytes, source: str, env: str) -> Sheet:
    """Read a list that was sent as the bytes of a file; raises ``UsageError`` if it is none."""
    from scarline.privacy import redact_text
    from scarline.sources import csv_services

    own = policy(settings)
    sent = csv_services.Sent(name, content)
    config = csv_services.Config(sent, source, env)
    found = csv_services.surveyed(sent, env)
    return Sheet(
        csv_services.named(config),
        csv_services.open_source(config, clock, found),
        found.good,
        sum(found.reasons.values()),
        [(line, redact_text(reason, own)) for line, reason in found.sentences()],
    )


@asynccontextmanager
async def open_list(
    settings: Settings, given: ServiceList, tell: Callable[[int, str], None]
) -> "AsyncIterator[Loading]":
    """Open the store, and a list as the source of ``flows``; and the run that loaded just this.

    If there is one, nothing is left to load. Else ``tell`` is given line and reason, redacted,
    of the first bad rows. Raises ``UsageError`` for a file that is no such list, before anything
    is opened.
    """
    from scarline.pipeline import Pipeline
    from scarline.privacy import redact_text
    from scarline.sources import csv_services

    own = policy(settings)
    config = csv_services.Config(given.path, given.source, given.env, given.strict)
    what = csv_services.named(config)
    async with open_store(settings) as store:
        road = Pipeline({}, store, clock, own)
        before = await road.repeats(STREAM, redact_text(given.source, own), what)
        if before is None:
            found = csv_services.surveyed(given.path, given.env)
            for line, reason in found.sentences() if not given.strict else ():
                tell(line, redact_text(reason, own))
            source = csv_services.open_source(config, clock, found)
            road = Pipeline({STREAM: source}, store, clock, own)
        yield road, before
