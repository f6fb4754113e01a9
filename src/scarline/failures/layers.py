"""An error as it was wrapped: one layer for each error around another, outermost first.

Wrapping is undone where it is spelled out: JSON bodies, tracebacks with chains of causes
(Python, Java, Node, Rust), types before a colon, and what frameworks write before a message.
"""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scarline.failures.template import plain
from scarline.failures.wording import wording

MOST_LAYERS = 12
"""Deeper than any wrapping that is meant; what is deeper is read as one text."""

MOST_STACK = 32_000
"""Characters of a stack that are read, from its end, where the last error stands."""

MOST_NESTED = 6
"""Objects and lists within one another that are looked into for a message."""

_TYPE = re.compile(
    r"\s*(?:Uncaught |Unhandled |thread '[^']*' )?(?:[\w$]+[.:]{1,2})*"
    r"(?P<type>[A-Z][\w$]*(?:Error|Exception|Failure|Fault|Violation"
    r"|Timeout|Refused|Denied|Exceeded|NotFound|Expired|Unavailable|Interrupt|Warning|Exhausted"
    r"|Exit|Limit|Iteration)|gaierror|[a-z_]+\.(?P<short>[a-z]+error|timeout))"
    r"(?:\s*\[[A-Z_0-9]+\])?(?:\s*:\s*|\s*\(\s*(?=['\"])|\s*$)"
)
_INNER = re.compile(
    r"[\s(\[;,:>-]((?:[\w$]+\.)*[A-Z][\w$]*(?:Error|Exception|Violation|Timeout)(?:: |\(['\"]))"
)
_FRAME = re.compile(
    r"\s*at |\s+File \"|\s*\.\.\. \d+ (?:more|common)|goroutine \d+|\s*\^+\s*$|\s*~+\^*"
)
_CAUSED = re.compile(r"(?:^|\n)\s*(?:Caused by:|\[cause\]:)\s*")
_DIRECT = "The above exception was the direct cause of the following exception:"
_DURING = "During handling of the above exception, another exception occurred:"
_PYTHON = "Traceback (most recent call last)"
_TREE = re.compile(r"^[ |+-]*\| ", re.MULTILINE)
_NUMBERED = re.compile(r"^\s*\d+: ", re.MULTILINE)
_RAISED = re.compile(r"[A-Za-z_][\w.]*(?:: .*)?$")

_TYPES = ("type", "code", "error_code", "errorcode", "__type", "name", "exception", "status")
_MESSAGES = (
    *("message", "msg", "error_message", "errormessage", "error_description", "detail"),
    *("description", "reason", "title", "text", "status_message", "statusmessage"),
    *("errormessages", "errmsg", "error_msg", "problem"),
)
_CODE = re.compile(r"[A-Za-z]+(?:_[A-Za-z]+)+")  # spelled in words, which tell as a message does
_FIELDS = ("path", "loc", "field", "param", "parameter", "property", "argument")
_WITHIN = (
    "error",
    "errors",
    "fault",
    "exception",
    "cause",
    "detail",
    "response",
    "body",
    "data",
    "content",
    "status",
    "details",
    "innererror",
)


@dataclass(frozen=True, slots=True)
class Layer:
    """One error of a chain: its type as far as it is told, what it says, what it is about."""

    type: str = ""
    text: str = ""
    tool: str = ""


def layers(kind: str | None, message: str | None) -> tuple[Layer, ...]:
    """Return the layers of an error of type ``kind``, outermost first; none for no text."""
    text = plain(message or "")
    if not text.strip():
        return (Layer(short(kind)),) if kind else ()
    return tuple(_inward(Layer(short(kind), text.strip()), MOST_LAYERS))


def chained(stack: str | None) -> tuple[Layer, ...]:
    """Return the layers that a stack tells of, outermost first; none if it tells of no error."""
    text = (stack or "")[-MOST_STACK:]
    errors = list(_errors(text)) if _is_stack(text) else []
    return tuple(layer for error in errors for layer in layers(None, error))


def short(kind: str | None) -> str:
    """Return a type without the modules or packages that it lies in."""
    return re.split(r"[.:/$]", kind.strip())[-1] if kind else ""


def _inward(layer: Layer, left: int) -> Iterator[Layer]:
    """Yield ``layer`` and all that it is wrapped around."""
    if left == 0:
        yield layer
        return
    if _is_stack(layer.text):
        for number, error in enumerate(_errors(layer.text)):
            yield from _inward(Layer("" if number else layer.type, error, layer.tool), left - 1)
        return
    start, value, end = _parsed(layer.text)
    if value:
        whole = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
        layer = Layer(layer.type, layer.text[:start] + whole + layer.text[end:], layer.tool)
    kind, message = _told(value, MOST_NESTED)
    if message.strip():
        yield layer
        yield Layer(layer.type, plain(kind), layer.tool)
        yield from _inward(Layer(layer.type, plain(message).strip(), layer.tool), left - 1)
        return
    inner = _typed(layer) or _wrapped(layer) or _within(layer)
    if inner is None or not inner.text.strip():
        yield layer if inner is None else Layer(inner.type, layer.text, inner.tool)
        return
    yield layer
    yield from _inward(inner, left - 1)


def _typed(layer: Layer) -> Layer | None:
    """Return what follows a type and a colon."""
    found = _TYPE.match(layer.text)
    if found is None:
        return None
    told = found["short"] or found["type"]
    rest = layer.text[found.end() :]
    kind = layer.type if told.lower() in wording().plain_types and layer.type else told
    return Layer(
        kind, rest.removesuffix(")") if found[0].rstrip().endswith("(") else rest, layer.tool
    )


def _within(layer: Layer) -> Layer | None:
    """Return what follows a type that stands in the midst of a text, and its colon or bracket."""
    found = _INNER.search(layer.text)
    if found is None:
        return None
    return _typed(Layer(layer.type, layer.text[found.start(1) :], layer.tool))


def _wrapped(layer: Layer) -> Layer | None:
    """Return what follows the words of a wrapper."""
    for wrapper in wording().wrappers:
        found = wrapper.match(layer.text)
        if found is not None and found.end() > 0:
            told = found.groupdict()
            return Layer(
                told.get("type") or layer.type,
                layer.text[found.end() :].strip(),
                told.get("tool") or layer.tool,
            )
    return None


def _parsed(text: str) -> tuple[int, Any, int]:
    """Return the first JSON object in a text, where it begins and ends; Python's print too."""
    start = text.find("{")
    if start < 0:
        return 0, None, 0
    try:
        return start, *json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        pass
    end = text.rfind("}") + 1
    try:
        value = ast.literal_eval(text[start:end])
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return 0, None, 0
    return (start, value, end) if isinstance(value, dict) else (0, None, 0)


def _told(value: Any, left: int) -> tuple[str, str]:
    """Return what an error in JSON calls itself, and its message; its keys have any order."""
    if isinstance(value, str):
        return "", value
    if isinstance(value, list):
        return next((it for it in (_told(one, left - 1) for one in value) if it[1]), ("", ""))
    if not isinstance(value, Mapping) or left == 0:
        return "", ""
    own = {str(key).lower(): it for key, it in sorted(value.items(), key=lambda it: str(it[0]))}
    names = [str(own[it]) for it in _TYPES if isinstance(own.get(it), str | int)]
    within = [_told(own[it], left - 1) for it in _WITHIN if isinstance(own.get(it), dict | list)]
    message = next((it for name in _MESSAGES if (it := _first(own.get(name)))), "")
    message = message or _first(own.get("error"))
    field = next((it for name in _FIELDS if (it := _last(own.get(name)))), "")
    message = f"{field}\n  {message}" if field and message else message
    kind, inner = next((it for it in within if it[1]), ("", ""))
    if not inner and not message:
        message = next((it.replace("_", " ").lower() for it in names if _CODE.fullmatch(it)), "")
    return " ".join(it for it in (*names, kind) if it), inner or message


def _first(value: Any) -> str:
    """Return a text, or the first of a list of texts."""
    one = value[0] if isinstance(value, list) and value else value
    return one if isinstance(one, str) else ""


def _last(value: Any) -> str:
    """Return the name of a field, of a path to it the last part that is no number."""
    parts = value if isinstance(value, list) else [value]
    return next((it for it in reversed(parts) if isinstance(it, str) and it.isidentifier()), "")


def _is_stack(text: str) -> bool:
    return _PYTHON in text or "Caused by:" in text or "[cause]:" in text or "\n    at " in text


def _errors(text: str) -> Iterator[str]:
    """Yield the errors of a stack, outermost first, without their frames."""
    if _PYTHON in text:
        yield from _python(_TREE.sub("", text))
        return
    for part in _CAUSED.split(text):
        lines = [line for line in _NUMBERED.sub("", part).split("\n") if not _FRAME.match(line)]
        told = "\n".join(line.strip() for line in lines if line.strip() not in {"", "}", "{"})
        if told:
            yield told


def _python(text: str) -> Iterator[str]:
    """Yield the errors of a Python traceback, outermost first.

    An error that was raised while another was handled has that for its surroundings, not for
    its cause: only what is told as the direct cause is one.
    """
    before, _, rest = text.partition(_PYTHON)
    if before.strip() and _DIRECT not in before and _DURING not in before:
        yield before.strip().removesuffix(":")
    for block in reversed(rest.rpartition(_DURING)[2].split(_DIRECT)):
        lines = block.rstrip().split("\n")
        at = next((it for it, line in enumerate(lines) if _is_raised(lines, it, line)), None)
        if at is not None:
            yield "\n".join(lines[at:])


def _is_raised(lines: list[str], at: int, line: str) -> bool:
    """Return whether a line is that of the error: the first after frames at the left border."""
    return at > 0 and lines[at - 1][:1] in {" ", ""} and _RAISED.match(line) is not None
