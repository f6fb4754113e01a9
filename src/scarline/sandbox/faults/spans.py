"""Faults of searches for spans: partial pages, late and malformed spans, an account without data.

Some of these are planted here and there in every answer; as faults they can be had at will. All
but the first work on LLM Observability's answers only.
"""

from typing import Any

from scarline.sandbox.endpoint import Reply, refused
from scarline.sandbox.faults.kinds import Document, Kind, Kinds, Plight, Value
from scarline.sandbox.malformed import CHANGES

_LLM = "/api/v2/llm-obs/"
_HUGE = CHANGES["huge-output"]
_ROTATION = tuple(change for name, change in CHANGES.items() if name != "huge-output")


def _rows(document: Document) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = document.get("data", [])
    return [row for row in rows if isinstance(row.get("attributes"), dict)]


def _every(document: Document, step: Value) -> list[dict[str, Any]]:
    return _rows(document)[:: max(1, int(step or 1))]


def _timeout(document: Document, _value: Value, _plight: Plight) -> None:
    meta = document.get("meta", {})
    if "status" in meta:  # another family's answer has none
        meta["status"] = "timeout"
        document["data"][:] = document["data"][: len(document["data"]) // 2]


def _no_page(document: Document, _value: Value, _plight: Plight) -> None:
    document["meta"]["page"] = None
    document.pop("links", None)


def _late(document: Document, seconds: Value, plight: Plight) -> None:
    newest = (plight.ask.now - float(seconds or 0)) * 1e9
    document["data"][:] = [row for row in document["data"] if _start(row) < newest]


def _start(row: dict[str, Any]) -> float:
    """Give the start in nanoseconds, whatever it is written in; 0 where it cannot be read."""
    start = (row.get("attributes") or {}).get("start_ns")
    if not isinstance(start, int):
        return 0
    return start * 1e6 if start < 1e15 else start


def _milliseconds(document: Document, _value: Value, _plight: Plight) -> None:
    for row in _rows(document):
        row["attributes"]["start_ns"] = int(_start(row) / 1e6)


def _malformed(document: Document, step: Value, _plight: Plight) -> None:
    for number, row in enumerate(_every(document, step)):
        try:
            _ROTATION[number % len(_ROTATION)](row)
        except (KeyError, AttributeError):  # malformed already
            row["attributes"] = None


def _huge(document: Document, step: Value, _plight: Plight) -> None:
    for row in _every(document, step):
        _HUGE(row)


def _no_indexes(_value: float, _plight: Plight) -> Reply:
    return refused(500, {"detail": "No valid indexes specified"})


def _not_found(_value: float, _plight: Plight) -> Reply:
    return refused(404, "Not found")


SPAN_FAULTS: Kinds = {
    "huge-spans": Kind("every VALUEth span has an output of 1 MB", 50, _LLM, change=_huge),
    "late-spans": Kind("spans of the last VALUE seconds not yet there", 600, _LLM, change=_late),
    "malformed-spans": Kind("every VALUEth span malformed", 10, _LLM, change=_malformed),
    "no-indexes": Kind("500 of an account without any LLM data", None, _LLM, reply=_no_indexes),
    "no-llm-obs": Kind("404, as if there were no such API", None, _LLM, reply=_not_found),
    "page-null": Kind("`meta.page` null, though there is more", None, _LLM, change=_no_page),
    "span-timeout": Kind(
        "half a page with status `timeout`, and the cursor of a whole one",
        None,
        "/api/v2/",
        change=_timeout,
    ),
    "start-ms": Kind("every `start_ns` in milliseconds", None, _LLM, change=_milliseconds),
}
"""The kinds by name."""
