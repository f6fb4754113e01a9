"""APM's services and who calls whom: the list of services, and the two forms of dependencies.

Facts: `datadog-api-client` 2.62 for GET /api/v2/apm/services (parallel lists, `*` for all
environments, no pages), Datadog API reference "Service Dependencies" for the two of v1: `env` is
required, `start` and `end` are seconds, and the last hour is meant without them. The permission
`apm_read` is documented for the first; that the others need it too, and all limits, are ours.
A service without traces (seen by USM) is called, and calls nobody as far as APM knows.
"""

from scarline.sandbox import landscape, noise
from scarline.sandbox.endpoint import Answer, Ask, Endpoint, Refusal
from scarline.sandbox.estate import HOUR
from scarline.sandbox.quotas import DEPENDENCIES, SERVICE_LISTS


def _services(ask: Ask) -> Answer:
    env = ask.params.get("filter[env]")
    if not env:
        raise Refusal(400, "The parameter 'filter[env]' is required")
    found = landscape.here(env)
    attributes = {
        "metadata": [{"isTraced": one.traced, "isUsm": not one.traced} for one in found],
        "services": [one.name for one in found],
    }
    number = str(noise.key("services", env, ask.world.seed))
    return Answer({"data": {"attributes": attributes, "id": number, "type": "services_list"}})


def _all_dependencies(ask: Ask) -> Answer:
    env, start, end = _scope(ask)
    document = {
        one.name: {"calls": sorted(landscape.calls(one.name, env, start, end))}
        for one in landscape.here(env)
        if one.traced
    }
    called = {name for row in document.values() for name in row["calls"]}
    return Answer({**document, **{name: {"calls": []} for name in called - document.keys()}})


def _dependencies(ask: Ask) -> Answer:
    env, start, end = _scope(ask)
    name = ask.path.rpartition("/")[2]
    callers = [one.name for one in landscape.here(env)]
    if name not in callers:
        raise Refusal(404, f"Service {name} not found")
    return Answer(
        {
            "name": name,
            "calls": sorted(landscape.calls(name, env, start, end)),
            "called_by": sorted(
                one for one in callers if name in landscape.calls(one, env, start, end)
            ),
        }
    )


def _scope(ask: Ask) -> tuple[str, int, int]:
    env = ask.params.get("env")
    if not env:
        raise Refusal(400, "The parameter 'env' is required")
    end = ask.whole("end", int(ask.now))
    start = ask.whole("start", end - HOUR)
    if start >= end:
        raise Refusal(400, "The value provided for parameter 'start' must be before 'end'")
    return env, start, end


_ALL = "/api/v1/service_dependencies"
ENDPOINTS = (
    Endpoint("GET", "/api/v2/apm/services", _services, SERVICE_LISTS, "apm_read"),
    Endpoint("GET", _ALL, _all_dependencies, DEPENDENCIES, "apm_read"),
    Endpoint("GET", _ALL + "/{service}", _dependencies, DEPENDENCIES, "apm_read"),
)
"""The family."""
