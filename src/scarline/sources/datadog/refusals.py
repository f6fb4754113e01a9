"""What an answer that is none says, as an error with a sentence."""

import re
from typing import Any

import orjson

from scarline.errors import SourceError, SourceRefused, SourceUnavailable

LONGEST_QUOTE = 300
"""Characters of what the other side said."""

UNAUTHORISED = 401
FORBIDDEN = 403
NOT_FOUND = 404
REDIRECTS = range(300, 400)
SERVER_ERRORS = range(500, 600)
PASSING = (408, 425)
"""Request Timeout and Too Early: the same request may succeed later. 429 is the governor's."""

NO_INDEX = "No valid indexes specified"
"""What the search for LLM spans says, with status 500, where there are none to search."""

TITLE = re.compile(rb"<title[^>]*>([^<]{1,300})", re.IGNORECASE)


class Refused(SourceRefused):
    """Datadog will not give this. ``said`` is what it answered, ``status`` how."""

    def __init__(self, said: str, status: int) -> None:
        super().__init__(f"{said}; {_remedy(status)}")
        self.said = said
        self.status = status


class NoSpans(SourceRefused):
    """The organisation has never sent a span, so that there is no index to search."""


class Complaint(SourceUnavailable):
    """The answer has status 200 and says that something went wrong; it may be incomplete."""


def failure(status: int, told: str, location: str = "") -> SourceError:
    """Return what an answer means that has no status of success and says ``told``."""
    said = f"Datadog answered {status}: {told}"
    if NO_INDEX in told:
        return NoSpans(said)
    if status in PASSING or status in SERVER_ERRORS:
        return SourceUnavailable(said)
    if status in REDIRECTS:
        said = f"Datadog answered {status} and points to {quoted(location)}"
    return Refused(said, status)


def _remedy(status: int) -> str:
    if status == UNAUTHORISED:
        return "the keys are not accepted: check DD_API_KEY, DD_APP_KEY and DD_SITE"
    if status == FORBIDDEN:
        return (
            "the keys were revoked, belong to another site, or lack the permission "
            "timeseries_query: `scarline doctor` says which"
        )
    if status in REDIRECTS:
        return "redirects are not followed, for they could carry the keys away: check DD_SITE"
    return "asking again the same way would not help"


def words(body: bytes) -> str:
    """Return what an error's body says, on one line and not too long."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        title = TITLE.search(body)
        found = title[1] if title else body
        return quoted(found[: 4 * LONGEST_QUOTE].decode(errors="replace")) or "nothing"
    said = complaints(document.get("errors")) if isinstance(document, dict) else ""
    return said or quoted(orjson.dumps(document).decode())


def complaints(errors: Any) -> str:
    """Return what an ``errors`` member says: texts, or objects with title and detail."""
    listed = errors if isinstance(errors, list) else [errors]
    return quoted("; ".join(said for said in map(_complaint, listed) if said))


def _complaint(error: Any) -> str:
    if isinstance(error, dict):
        parts = (error.get("title"), error.get("detail"))
        return ": ".join(part for part in parts if isinstance(part, str))
    return "" if error is None else str(error)


def quoted(text: str) -> str:
    """Return ``text`` on one line, without what does not print, cut where it is long."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= LONGEST_QUOTE else f"{line[: LONGEST_QUOTE - 1]}…"
