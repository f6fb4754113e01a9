"""Who is let in: the two keys, the scopes, and GET /api/v1/validate.

Facts: `DD-API-KEY` and `DD-APPLICATION-KEY` on every read, the API key alone on validate
(Datadog docs "Authentication"); 401 without keys, 403 with wrong ones, and 403 "Forbidden",
"Failed permission authorization checks" for a scope the key lacks (public reports). The real
text does not say which permission; ours adds its name, which the API reference gives.
"""

from collections.abc import Mapping

from scarline.sandbox.endpoint import Answer, Ask, Endpoint, Reply, refused
from scarline.sandbox.world import World


def turned_away(world: World, endpoint: Endpoint, headers: Mapping[str, str]) -> Reply | None:
    """Give the refusal for a caller who may not use the endpoint, or None."""
    api_key, app_key = headers.get("dd-api-key"), headers.get("dd-application-key")
    if endpoint.scope is None:
        return None if api_key == world.api_key else refused(403, "Forbidden")
    if not api_key or not app_key:
        return refused(401, "Unauthorized")
    if (api_key, app_key) != (world.api_key, world.app_key):
        return refused(403, "Forbidden")
    if endpoint.scope in world.missing_scopes:
        reason = f"Failed permission authorization checks: {endpoint.scope} is required"
        return refused(403, "Forbidden", reason)
    return None


def _validate(_ask: Ask) -> Answer:
    return Answer({"valid": True})


ENDPOINTS = (Endpoint("GET", "/api/v1/validate", _validate, bucket=None, scope=None),)
"""The family."""
