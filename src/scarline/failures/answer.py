"""What a span gave back: its text, whether it is empty, whether it asks for tools instead.

Sources tell outputs in many shapes: a text, ``{"value": ...}``, messages of a chat with their
parts, documents of a search. What has another shape is something, and is not judged by its text.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from scarline.failures.span import Span

_TOOL_CALLS = ("tool_calls", "toolCalls", "function_call", "functionCall")
_TOOL_PARTS = frozenset({"tool_use", "toolUse", "tool_call", "tool-call", "function_call"})
_TOOL_REASONS = frozenset({"tool_calls", "tool_use", "function_call", "tool_call"})
_FINISH_REASONS = (
    *("finish_reason", "finish_reasons", "finishReason", "stop_reason", "stopReason"),
    *("gen_ai.response.finish_reasons", "llm.finish_reason", "response.finish_reason"),
)
_NO_RESULTS = frozenset({"", "[]", "{}", "()", "null", "None", '""'})
_NO_EMBEDDINGS = "[0 embedding(s) returned"  # as ddtrace tells the output of an embedding
_LOOKED_AT = 300  # characters
_TOOL_FAILED = re.compile(
    r"""(?ix) \W*
    (?: an[ ]error[ ]occurred | traceback[ ]\(most[ ]recent[ ]call[ ]last\) | failed[ ]to[ ]\w
      | error[ ](?:executing|invoking|calling|running|reading|writing|fetching|in|while|at)\b
      | (?:[a-z]+[ ])? [\w.]* (?:error|exception) \s* :
        (?! \s* (?: (?:none|null|no|false|0)\b | \[\] ) )
      | (?:tool[ ])? [\w.-]+ [ ]failed (?: : | [ ](?:at|with|after|because)\b )
      | [\w.-]+ [ ]is[ ]not[ ]a[ ]valid[ ]tool
    )"""
)
"""How frameworks for agents begin the text that they give a model when its tool failed."""

_STOPPED = re.compile(r"(?i)\W*agent stopped due to\b")  # the text of LangChain's executor
_WORD_EDGE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NO_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(slots=True)
class Answer:
    """What a span gave back.

    ``text`` is that of the last message that has one, "" where there is none. ``empty`` says that
    nothing was given back, although the source tells the output. ``calls_tools`` says that tools
    are asked for, ``refused`` that the provider itself marks a refusal.
    """

    text: str = ""
    empty: bool = False
    calls_tools: bool = False
    refused: bool = False


NOT_TOLD = Answer()
_NO_WORDS: frozenset[str] = frozenset()


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """Return a name in small letters with its words joined by ``_``: ``APITimeoutError`` too."""
    return _NO_WORD.sub("_", _WORD_EDGE.sub("_", name).lower()).strip("_")


def finish_reasons(metadata: Mapping[str, Any]) -> frozenset[str]:
    """Return why the model stopped, in plain words, as the metadata of a span tell it."""
    if metadata.keys().isdisjoint(_FINISH_REASONS):
        return _NO_WORDS
    found = [metadata[key] for key in _FINISH_REASONS if key in metadata]
    told = [it for own in found for it in (own if isinstance(own, list) else [own])]
    return frozenset(plain(it) for it in told if isinstance(it, str))


def answered(span: Span, reasons: frozenset[str]) -> Answer:
    """Return what ``span`` gave back; ``reasons`` say why its model stopped."""
    output = span.output
    if isinstance(output, dict) and "value" in output and "messages" not in output:
        output = output["value"]
    if output is None or output == {}:
        return Answer(empty=True) if span.output_tokens == 0 else NOT_TOLD
    calls = not reasons.isdisjoint(_TOOL_REASONS)
    if isinstance(output, str):
        return Answer(output, empty=_blank(output), calls_tools=calls)
    messages = _messages(output)
    if messages is None:
        return Answer(empty=output in ([], ()), calls_tools=calls)
    answer = Answer(empty=True, calls_tools=calls)
    for message in messages:
        own = _message(message)
        answer.text = answer.text if _blank(own.text) else own.text
        answer.empty = answer.empty and own.empty
        answer.calls_tools = answer.calls_tools or own.calls_tools
        answer.refused = answer.refused or own.refused
    return answer


def was_stopped(answer: Answer) -> bool:
    """Return whether an answer says that its agent was stopped at a limit of steps or time."""
    return _STOPPED.match(answer.text, 0, _LOOKED_AT) is not None


def found_nothing(span: Span) -> bool:
    """Return whether a search or an embedding gave back no results, as its output tells."""
    output = span.output
    if isinstance(output, dict):
        held = [output[key] for key in ("documents", "value", "results") if key in output]
        return bool(held) and all(map(_nothing, held))
    return output is not None and _nothing(output)


def tool_failed(span: Span) -> bool:
    """Return whether a tool failed: its status says so, or the result that it gave back.

    A result fails by ``isError`` (Model Context Protocol), ``is_error`` (tool results of
    Anthropic), an ``error`` that is something, ``success`` or ``ok`` that is false, or a text
    that begins as those do that frameworks for agents make of an exception.
    """
    if span.status == "error":
        return True
    output = span.output
    if isinstance(output, dict) and "value" in output:
        output = output["value"]
    if isinstance(output, str):
        if output[:1] != "{":
            return _TOOL_FAILED.match(output, 0, _LOOKED_AT) is not None
        output = _object(output)
    if not isinstance(output, dict):
        return False
    return (
        any(output.get(key) is True for key in ("isError", "is_error"))
        or bool(output.get("error"))
        or any(output.get(key) is False for key in ("success", "ok"))
    )


def _messages(output: Any) -> Sequence[Any] | None:
    """Return the messages of a chat in ``output``; None where it is none."""
    if isinstance(output, dict):
        held = output.get("messages", output.get("choices"))
        if isinstance(held, list):
            return [it.get("message", it) if isinstance(it, dict) else it for it in held]
        return [output] if "content" in output or "role" in output else None
    if isinstance(output, list) and output and all(isinstance(it, dict) for it in output):
        return output if any("content" in it or "role" in it for it in output) else None
    return None


def _message(message: Any) -> Answer:
    if not isinstance(message, dict):
        return Answer(message if isinstance(message, str) else "", empty=not message)
    calls = not message.keys().isdisjoint(_TOOL_CALLS) and any(map(message.get, _TOOL_CALLS))
    refused = bool(message.get("refusal"))  # of OpenAI's chat completions
    text, kinds, more = _content(message.get("content", message.get("text")))
    return Answer(
        text,
        empty=_blank(text) and not more and not refused,
        calls_tools=calls or not kinds.isdisjoint(_TOOL_PARTS),
        refused=refused or "refusal" in kinds,
    )


def _content(content: Any) -> tuple[str, frozenset[str], bool]:
    """Return the text of a message, the kinds of its parts, and whether some are no text."""
    if content is None or isinstance(content, str):
        return content or "", _NO_WORDS, False
    parts = content if isinstance(content, list) else [content]
    told = [(part, _text(part)) for part in parts]
    return (
        "\n".join([text for _, text in told if isinstance(text, str)]),
        frozenset(str(part.get("type")) for part in parts if isinstance(part, dict)),
        any(part is not None and not isinstance(text, str) for part, text in told),
    )


def _blank(text: str) -> bool:
    return not text or text.isspace()


def _text(part: Any) -> Any:
    return part.get("text") if isinstance(part, dict) else part


def _nothing(value: Any) -> bool:
    if isinstance(value, str):
        return value.strip() in _NO_RESULTS or value.startswith(_NO_EMBEDDINGS)
    return not value and not isinstance(value, int | float)


def _object(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
