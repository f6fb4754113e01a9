"""How one pull of flows asks: each request once, with an account of what is missing and why."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from scarline.errors import SourceError, SourceUnavailable
from scarline.model import Asked, Missing
from scarline.ports import Notify, Progress
from scarline.sources.datadog.api import Api, Request
from scarline.sources.datadog.config import Config
from scarline.sources.datadog.meter import CapReached, Meter
from scarline.sources.datadog.refusals import FORBIDDEN, UNAUTHORISED, Complaint, Refused
from scarline.sources.datadog.windows import Span

T = TypeVar("T")

SERVICES = "/api/v2/apm/services"
DEPENDENCIES = "/api/v1/service_dependencies"
SCALAR = "/api/v2/query/scalar"
ENTITIES = "/api/v2/catalog/entity"
RELATIONS = "/api/v2/catalog/relation"
DEFINITIONS = "/api/v2/services/definitions"

PERMISSIONS = {
    SERVICES: "apm_read",
    DEPENDENCIES: "apm_read",
    SCALAR: "timeseries_query",
    ENTITIES: "apm_service_catalog_read",
    RELATIONS: "apm_service_catalog_read",
    DEFINITIONS: "apm_service_catalog_read",
}
"""What the application key needs for each path, as Datadog's API reference names it; it names
nothing for the dependencies, which belong to APM."""

GONE = 410
ELSEWHERE = (FORBIDDEN, 404, GONE)
"""Refusals of an endpoint, not of what was asked of it: another endpoint may know the same."""

SILENT = 2
"""An endpoint that does not answer so often in a row is asked no more; if so many endpoints in a
row do not, none is."""


class Stopped(SourceUnavailable):
    """It was not asked for: what came before shows that there is no use in it."""


@dataclass
class Inquiry:
    """One pull's questions about one stretch of time: what they cost and what they lack."""

    api: Api
    config: Config
    span: Span
    notify: Notify
    asked: list[Asked] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    kept_out: Counter[str] = field(default_factory=Counter)
    total: int = 0
    _done: int = 0
    _silent: Counter[str] = field(default_factory=Counter)
    _quiet: set[str] = field(default_factory=set)
    _stop: str = ""

    def __post_init__(self) -> None:
        self.meter = Meter(self.config.requests_per_run, self._tell)

    async def fetch(self, request: Request, read: Callable[[bytes], T]) -> T:
        """Return what ``read`` makes of the answer.

        Raises ``SourceError`` if it cannot be had, ``Stopped`` if it is no use to ask.
        """
        path = request.path
        if self._stop or self._silent[path] >= SILENT:
            raise Stopped(self._stop or f"not asked for, since it did not answer {SILENT} times")
        try:
            answer = await self.api.fetch(request, read, self.meter)
        except SourceError as error:
            self._judge(path, error)
            raise
        else:
            self._silent[path] = 0
            self._quiet.clear()
            return answer
        finally:
            self._done += 1
            self._tell()

    async def had(self, what: str, request: Request, read: Callable[[bytes], T]) -> T | None:
        """Return what ``read`` makes of the answer; None, and an account, if it is missing."""
        try:
            answer = await self.fetch(request, read)
        except SourceError as error:
            self.miss(what, reason(request.path, error))
            return None
        self.have(what)
        return answer

    def have(self, what: str) -> None:
        """Tell that ``what`` was asked for and answered."""
        self.asked.append(Asked(what, self.span.window))

    def miss(self, what: str, why: str) -> None:
        """Tell that ``what`` was asked for and not answered."""
        self.have(what)
        self.lack(what, why)

    def lack(self, what: str, why: str) -> None:
        """Tell that the answer to ``what`` lacks something."""
        self.missing.append(Missing(what, self.span.window, why))

    def _judge(self, path: str, error: SourceError) -> None:
        """Find out whether there is any use in asking on."""
        if isinstance(error, SourceUnavailable) and not isinstance(error, Complaint):
            self._silent[path] += 1
            self._quiet.add(path)
        else:
            self._quiet.clear()
        if isinstance(error, CapReached):
            self._stop = str(error)
        elif isinstance(error, Refused) and error.status == UNAUTHORISED:
            self._stop = f"{error}: nothing more was asked"
        elif len(self._quiet) >= SILENT:
            self._stop = (
                f"not asked for, since Datadog did not answer {SILENT} other questions in a row "
                f"(last: {error}): pull again later"
            )

    def _tell(self, waiting_seconds: float = 0.0) -> None:
        self.notify(
            Progress(
                done=self._done,
                total=max(self.total, self._done),
                usage=self.meter.usage,
                left=self.api.governor.left(),
                waiting_seconds=waiting_seconds,
            )
        )


def reason(path: str, error: SourceError) -> str:
    """Return why ``path`` did not answer, with the permission that it may lack."""
    if isinstance(error, Refused) and error.status == FORBIDDEN:
        return (
            f"{error.said}; the application key lacks the permission {PERMISSIONS[path]}, or the "
            "keys were revoked or belong to another site: `scarline doctor` says which"
        )
    return str(error)
