"""What Supabase answers instead of a value, as the errors and sentences of Scarline."""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from scarline.errors import StoreConflict, StoreError, StoreRefused, StoreUnavailable


class AnswerLost(StoreUnavailable):
    """No answer came, or one that says "later": what became of the call is not known."""


_LONGEST = 200
"""How much is quoted of what the other side says."""

_KEY = "project settings, API keys"
_TABLES = (
    "paste create_metrics_table.sql into the project's SQL editor once "
    "(`scarline migrate --print` prints it)"
)

_WRONG_KEY = (
    StoreRefused,
    f"the project does not accept SUPABASE_KEY ({{}}): copy its service_role key again ({_KEY})",
)
_WEAK_KEY = (
    StoreRefused,
    (
        "the key in SUPABASE_KEY may not do this ({}): use the service_role key or a secret key "
        f"({_KEY}), not the anon or publishable one, which sees nothing here"
    ),
)
_NO_FUNCTIONS = (StoreRefused, f"the project lacks Scarline's functions ({{}}): {_TABLES}")
_LOST = (
    AnswerLost,
    (
        "the project does not answer ({}): check SUPABASE_URL, that the project is not paused, and "
        "the network; a pull goes on where it stopped"
    ),
)
_READ_ONLY = (
    StoreUnavailable,
    (
        "the project's database is read-only or full ({}): make room or upgrade its disk, then "
        "pull again; it goes on where it stopped"
    ),
)

_BY_CODE: Mapping[str, tuple[type[StoreError], str]] = {
    "SC001": (StoreConflict, "{}: another process wrote first; nothing was stored"),
    "SC002": (StoreConflict, "{}: another process has written since"),
    "42501": _WEAK_KEY,
    "PGRST300": _WRONG_KEY,
    "PGRST301": _WRONG_KEY,
    "PGRST302": _WRONG_KEY,
    "PGRST303": _WRONG_KEY,
    "PGRST106": (
        StoreRefused,
        (
            "the REST API does not show the schema public ({}): add it to the exposed schemas "
            "(project settings, API)"
        ),
    ),
    "PGRST202": _NO_FUNCTIONS,
    "42883": _NO_FUNCTIONS,
    "42P01": _NO_FUNCTIONS,
    "3F000": _NO_FUNCTIONS,
    "57014": (
        StoreUnavailable,
        (
            "the database gave up after its statement timeout ({}): that call changed nothing; "
            "pull smaller batches, or raise the timeout of the role authenticator"
        ),
    ),
    "53100": _READ_ONLY,
    "25006": _READ_ONLY,
    **dict.fromkeys(("40001", "40P01", "53300", "57P01", "57P02", "57P03"), _LOST),
    **dict.fromkeys(("PGRST000", "PGRST001", "PGRST002", "PGRST003"), _LOST),
}
"""By SQLSTATE, or by the code of PostgREST's own errors."""

_DATABASE_CODE = re.compile(r"PGRST\w+|[0-9A-Z]{5}")
_TOO_LARGE = 413

_BY_STATUS: Mapping[int, tuple[type[StoreError], str]] = {
    401: _WRONG_KEY,
    403: _WEAK_KEY,
    404: (
        StoreRefused,
        "there is no REST API at SUPABASE_URL ({}): it looks like https://abcdefgh.supabase.co",
    ),
    _TOO_LARGE: (
        StoreRefused,
        (
            "the batch is too large for the project's gateway ({}): nothing of it was stored; pull "
            "smaller batches"
        ),
    ),
    540: (
        StoreUnavailable,
        "the project is paused ({}): restore it in Supabase's dashboard, then pull again",
    ),
    **dict.fromkeys((408, 425, 429, *range(500, 504 + 1), *range(520, 530 + 1)), _LOST),
}


def refusal(status: int, body: bytes) -> StoreError:
    """Return the error for an answer with this status and body."""
    told = _told(body)
    code = str(told.get("code") or "")
    said = _said(str(told.get("message") or f"HTTP {status}"))
    kind, sentence = _BY_CODE.get(code) or _by_status(status, code)
    return kind(sentence.format(said))


def lost(why: str) -> AnswerLost:
    """Return the error for an answer that did not come."""
    kind, sentence = _LOST
    return kind(sentence.format(why))


def _by_status(status: int, code: str) -> tuple[type[StoreError], str]:
    """Return what a status means: of the gateway's own answers, which carry no such code."""
    if status in _BY_STATUS and not (_DATABASE_CODE.fullmatch(code) and status != _TOO_LARGE):
        return _BY_STATUS[status]
    if status < 300:  # noqa: PLR2004
        return StoreRefused, (
            "something answers at SUPABASE_URL, but not Supabase's REST API ({}): is there a "
            "proxy or a login page before it?"
        )
    if status < 400:  # noqa: PLR2004
        return StoreRefused, (
            "SUPABASE_URL leads elsewhere ({}): write the address of the project itself, "
            "https://abcdefgh.supabase.co"
        )
    return StoreError, "the project refused a call ({})"


def _told(body: bytes) -> Mapping[str, Any]:
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return told if isinstance(told, dict) else {}


def _said(message: str) -> str:
    """Return the first line of a message: never its details, which quote rows."""
    return (message.strip().splitlines() or ["no reason given"])[0][:_LONGEST]
