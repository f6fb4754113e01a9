"""Faults that answer instead of the endpoint: limits, outages, revoked keys, a proxy's page.

Facts: a 429 as HTML (DataDog/datadogpy#733), a JSON 502 and an HTML one (public reports),
`X-RateLimit-Reset` on a 503, which the official client obeys (seen with `datadog-api-client`
2.62).
"""

from scarline.sandbox.endpoint import Reply, refused
from scarline.sandbox.faults.kinds import Kind, Kinds, Plight

_PAGE = "<!DOCTYPE html>\n<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>\n"
_TOO_MANY = "Rate limit of {} requests in {} seconds reached"


def too_many(headers: dict[str, str]) -> Reply:
    """Write Datadog's refusal of a call over the limit, with these headers."""
    limit, period = headers.get("X-RateLimit-Limit"), headers.get("X-RateLimit-Period")
    return refused(429, _TOO_MANY.format(limit, period), headers=headers)


def _limited(reset: float, plight: Plight) -> Reply:
    return too_many(_headers(reset, plight))


def _headers(reset: float, plight: Plight) -> dict[str, str]:
    """Say that nothing is left, and that the next period begins in `reset` seconds."""
    known = plight.standing.headers() if plight.standing else _UNKNOWN
    return known | {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{reset:.0f}"}


_UNKNOWN = {
    "X-RateLimit-Limit": "100",
    "X-RateLimit-Period": "60",
    "X-RateLimit-Name": "sandbox",
}


def _bare(_value: float, _plight: Plight) -> Reply:
    return refused(429, "Too many requests")


def _limited_html(_value: float, _plight: Plight) -> Reply:
    return _html(429, "429 Too Many Requests")


def _html(status: int, title: str, headers: dict[str, str] | None = None) -> Reply:
    return Reply(status, _PAGE.format(title).encode(), "text/html; charset=utf-8", headers or {})


def _retry_after(seconds: float, plight: Plight) -> Reply:
    return too_many(_headers(seconds, plight) | {"Retry-After": f"{seconds:.0f}"})


def _broken(_value: float, _plight: Plight) -> Reply:
    return refused(500, "Internal Server Error")


def _bad_gateway(_value: float, _plight: Plight) -> Reply:
    return _html(502, "502 Bad Gateway")


def _unavailable(reset: float, _plight: Plight) -> Reply:
    return refused(503, "Service Unavailable", headers={"X-RateLimit-Reset": f"{reset:.0f}"})


def _web_page(_value: float, _plight: Plight) -> Reply:
    return _html(200, "Datadog: log in")


def _revoked(first: float, plight: Plight) -> Reply | None:
    return refused(403, "Forbidden") if plight.serial >= first else None


REPLIES: Kinds = {
    "429": Kind("429 with the rate-limit headers, reset in VALUE seconds", 1, reply=_limited),
    "429-bare": Kind("429 without any rate-limit header", reply=_bare),
    "429-html": Kind("429 with an HTML page and no headers", reply=_limited_html),
    "429-retry-after": Kind("429 with Retry-After: VALUE besides", 1, reply=_retry_after),
    "500": Kind("500 with a JSON error", reply=_broken),
    "502": Kind("502 with an HTML page", reply=_bad_gateway),
    "503": Kind("503 with X-RateLimit-Reset: VALUE", 1, reply=_unavailable),
    "html": Kind("200 with an HTML page instead of JSON", reply=_web_page),
    "revoked": Kind("403 from the VALUEth request on", 1, reply=_revoked),
}
"""The kinds by name. `429:0` is the reset of 0 that some clients misread."""
