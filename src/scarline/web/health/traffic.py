"""What this process answered, and what it takes of the machine, as Prometheus counts."""

from prometheus_client import CollectorRegistry, Counter, ProcessCollector
from starlette.types import Scope

METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})


class Traffic:
    """Counts answers by method, route and status: names that we gave, never what was sent."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        names = ("method", "route", "status")
        what = "Requests that were answered"
        self._answered = Counter("scarline_http_requests", what, names, registry=self.registry)

    def count(self, scope: Scope, status: int) -> None:
        """Count an answer."""
        method = scope["method"] if scope["method"] in METHODS else "other"
        route = getattr(scope.get("route"), "path", "other")
        self._answered.labels(method, route, str(status)).inc()
