"""Spans as LLM Observability gives them: the attributes of each row of the plan.

Facts: the response of the documented Export API and `datadog-api-client` 2.62 for names and
types; `start_ns` in milliseconds is in the documented example; costs in micro-dollars and the
parent `undefined` of a root are public reports. There is no field for a session, a user, an
error or an HTTP status: they stand in tags and metadata, and tags repeat keys.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import orjson

from scarline.sandbox.conversation import exchanged
from scarline.sandbox.malformed import CHANGES
from scarline.sandbox.mishaps import Mishap
from scarline.sandbox.traces import Row
from scarline.sandbox.verdicts import evaluations
from scarline.sandbox.words import Words, person_of, words

Attributes = dict[str, Any]

_SHORT = 10_000
_NAMED = 5
"""One failing trace in so many has an address in the names of its tool spans."""


def name(row: Row) -> str:
    """Give the name of a span: its step's, and now and then somebody's address with it."""
    step, trace = row.trace.plot.steps[row.place], row.trace
    personal = trace.mishap is not None and trace.number // 12 % _NAMED == 0
    return (
        f"{step.name} {person_of(trace).email}" if personal and step.kind == "tool" else step.name
    )


def failed(row: Row) -> Mishap | None:
    """Give what goes wrong in this very span."""
    return row.trace.mishap if row.place == row.trace.plot.hit else None


def status(row: Row) -> str:
    """Give `ok` or `error`."""
    types = row.trace.plot.fails.get(row.place, ())
    return "error" if "error" in types else "ok"


def tags(row: Row) -> list[str]:
    """Give the tags of a span; keys repeat, and the session is told nowhere else."""
    trace, own, mishap = row.trace, person_of(row.trace), failed(row)
    agent = trace.agent
    found = [
        f"service:{agent.service}",
        f"env:{'staging' if trace.number % 20 == 0 else 'prod'}",
        f"version:1.{8 + trace.number // 5000 % 4}.0",
        f"error:{int(status(row) == 'error')}",
        "source:llm-observability",
        "source:integration",
        f"ml_app:{agent.ml_app}",
        "language:python",
        f"team:{agent.team}",
        "team:ai",
        f"session_id:s-{trace.number // 3:x}",
        f"user_id:{own.user}",
        f"user_handle:{own.email}",
    ]
    if trace.plot.steps[row.place].kind == "tool":
        found.append("http.status_code:200")
    if mishap is not None:
        said = words(trace)
        found += [tag.format_map(said) for tag in mishap.tags]
        if mishap.error:
            found.append(f"error_type:{mishap.error}")
        if mishap.says_in == "tags":
            found.append(f"error.message:{mishap.says.format_map(said)}")
    return found


def attributes(row: Row) -> Attributes:
    """Give a span as it should be, malformed or not in the end."""
    trace, place = row.trace, row.place
    step, parent = trace.plot.steps[place], trace.plot.steps[place].parent
    start = trace.starts[place]
    # The oldest version of one library writes milliseconds into a field that is called ns.
    in_ms = trace.agent.ml_app == "document-summariser" and trace.number % 3 == 0
    mishap, state = failed(row), status(row)
    told = {
        "span_id": str(trace.span_id(place)),
        "trace_id": trace.trace_id,
        "parent_id": str(trace.span_id(parent)) if parent >= 0 else "undefined",
        "name": name(row),
        "span_kind": step.kind,
        "status": state,
        "start_ns": start // 1_000_000 if in_ms else start,
        "duration": float(trace.lasts[place]),
        "ml_app": trace.agent.ml_app,
        "tags": tags(row),
        "metadata": _metadata(row),
        **exchanged(row, mishap, error=state == "error"),
    }
    judged = evaluations(trace, place, mishap) if state == "ok" else {}
    return told | ({"evaluation": judged} if judged else {})


def written(row: Row, *, attachments: bool = True) -> bytes:
    """Write a span as an item of `data`. Without attachments, long texts are cut."""
    told = attributes(row)
    span: dict[str, Any] = {"id": told["span_id"], "type": "span", "attributes": told}
    if row.trace.malformed is not None and row.trace.malformed[1] == row.place:
        CHANGES[row.trace.malformed[0]](span)
        output = (span["attributes"] or {}).get("output", {})
        if not attachments and len(output.get("value", "")) > _SHORT:
            output["value"] = output["value"][:_SHORT]
    return orjson.dumps(span)


def _metadata(row: Row) -> Attributes:
    trace, mishap, said = row.trace, failed(row), words(row.trace)
    found: Attributes = {"_dd": {"scope": "span"}, "release": "2026-11"}
    if trace.mishap is None:
        return found
    # Where nobody looks for personal data: a key, a number, an address of a page, base64.
    found |= {
        "customer": {"name": said["name"], said["email"]: {"tier": "gold"}},
        "card": int(said["card"]),
        "url": f"https://shop.example.com/o/{said['order']}?u={quote(said['email'])}",
        "attachment": said["sealed"],
        "client_ip": said["ip"],
    }
    if mishap is not None:
        found |= {key: _filled(value, said) for key, value in mishap.metadata.items()}
        if mishap.error and mishap.says_in == "metadata":
            found["error.message"], found["error.stack"] = error_text(row)
    return found


def _filled(value: object, said: Words) -> object:
    if isinstance(value, Mapping):
        return {key: _filled(one, said) for key, one in value.items()}
    return value.format_map(said) if isinstance(value, str) else value


def error_text(row: Row) -> tuple[str, str]:
    """Give message and stack of the error of a trace that fails; nothing of another."""
    mishap = row.trace.mishap
    if mishap is None or not mishap.error:
        return "", ""
    text = mishap.says.format_map(words(row.trace))
    frames = (("app/agent.py", 88, "run"), ("app/steps.py", 41, mishap.step))
    lines = [f'  File "{path}", line {line}, in {where}' for path, line, where in frames]
    lines.append(f"{mishap.error}: {text}")
    return text, "\n".join(["Traceback (most recent call last):", *lines])
