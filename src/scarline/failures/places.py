"""Where a failure happened and what was called: names of spans, of tools, of dependencies."""

import re
from collections.abc import Sequence

from scarline.failures.span import Span
from scarline.failures.template import plain
from scarline.failures.wording import causes, dependencies, wording

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ROOM = re.compile(r"^(?:[\w-]+[./:])+(?=[A-Za-z]+_[A-Za-z]|[a-z]+[A-Z]|[A-Z][a-z]+[A-Z])")
_NO_NAME = re.compile(r"[\W_]+")
_JUDGE = re.compile(
    r"^(?:eval(?:uation)?|ragas|deepeval|g_eval|llm|judge|has|no|is|answer|response|output|input)_"
    r"|_(?:score|eval|evaluation|evaluator|check|checker|metric|rating|judge|detection|detected"
    r"|detector|rate|level|flag|test|ok|passed|guardrail|guard|rail|filter|validator)$"
)
_VARIES = re.compile(
    r"[0-9a-fA-F]{8}-[0-9a-fA-F-]{20,27}|\b[0-9a-fA-F]{16,}\b|\S+@\S+|'[^']*'|\"[^\"]*\""
)
_ADDRESS = re.compile(
    r"(?i)\b[a-z][a-z0-9+]{1,20}://(?:[^@/\s'\"]{1,200}@)?([a-z0-9_.-]+)"
    r"|\bhost=['\"]?([a-z0-9_.-]+)"
    r"|\b((?:[a-z0-9_-]{1,63}\.){1,8}(?:com|net|org|io|ai|dev|local|internal|svc|cloud|app|co|test|example"
    r"|eu|de|fr))\b(?!\.?\w)"
)
# Not after a number of a network: redaction takes both.
_PORT = re.compile(r"(?i)(?:\bport\W{1,3}|[a-z][a-z0-9_-]*:)(\d{2,5})\b")
_NO_HOST = frozenset(
    {
        *(
            "api",
            "www",
            "app",
            "rest",
            "v",
            "prod",
            "production",
            "staging",
            "stage",
            "dev",
            "test",
        ),
        *(
            "internal",
            "local",
            "svc",
            "cluster",
            "default",
            "com",
            "net",
            "org",
            "io",
            "ai",
            "cloud",
        ),
        *(
            "co",
            "eu",
            "us",
            "uk",
            "de",
            "fr",
            "east",
            "west",
            "central",
            "north",
            "south",
            "public",
        ),
        *("gateway", "rpc", "example", "localhost"),
    }
)
_TYPE = re.compile(r"\((?:[a-z_]\w*\.)+[A-Z]\w*\)")  # of an error, as SQLAlchemy tells it
SNAKE = re.compile(r"(?<![\w./:='\"`-])[a-z]+(?:_[a-z0-9]+)+(?![\w./=`])")
CALLERS = frozenset({"agent", "workflow"})
_PEERS = (
    *("peer.service", "peer.hostname", "server.address", "net.peer.name", "out.host"),
    *("db.system", "db.system.name"),
)
"""Names by which OpenTelemetry and Datadog tell the other side of a call."""

_MODEL_KINDS = frozenset({"llm", "embedding"})


def caller_of(span: Span) -> str:
    """Return the step that called: that of an agent or workflow is its own."""
    if span.kind in CALLERS or not span.path[:-1]:
        return place_of(span)
    return next(
        (it for name in reversed(span.path[:-1]) if (it := step_of(name))), name_of(span.name)
    )


def place_of(span: Span) -> str:
    """Return the innermost step of the span's path that is not a wrapper, without numbers.

    Only one step: how an application comes to it is different from run to run.
    """
    names = [it for it in (span.name, *reversed(span.path)) if not _is_client(it)]
    return next((it for name in names if (it := step_of(name))), name_of(span.name))


def _is_client(name: str) -> bool:
    """Return whether a span is named by the client of a dependency: ``qdrant.query_points``."""
    first, dot, _ = name.partition(".")
    return dot != "" and known(first) != ""


def step_of(name: str) -> str:
    """Return the name of a step, "" for that of a wrapper."""
    return "" if wording().steps.search(_bare(name)) else name_of(name)


def name_of(text: str) -> str:
    """Return a name in one spelling: words with ``_``, without ids, numbers and affixes."""
    told = _HUMP.sub("_", _VARIES.sub(" ", _ROOM.sub("", plain(text))))
    told = _NO_NAME.sub("_", told).strip("_").lower()
    affixes = wording().affixes
    while (shorter := affixes.sub("_", told).strip("_")) and shorter != told:
        told = shorter
    return re.sub(r"_*\d+_*", "_", told).strip("_")


def judged_name(text: str) -> str:
    """Return what an evaluator or a guardrail looks for, without words that only say it is one."""
    told = name_of(text)
    while (shorter := _JUDGE.sub("", told)) and shorter != told:
        told = shorter
    return told


def dependency_of(span: Span, texts: Sequence[str], tool: str) -> str:
    """Return what was called and did not do it, "" where nothing says.

    The provider of a model that was called itself is told by its span. Else what the error
    names comes first, then the tool, the provider, the maker of a model that is named, and the
    names of the spans on the way.
    """
    own = tool if span.kind == "tool" else place_of(span) if span.kind == "retrieval" else ""
    own = (known(span.name) if own else "") or known(own) or own
    provider = known(span.provider or "")
    if span.kind in _MODEL_KINDS and provider:
        return provider
    return (
        next((it for text in reversed(texts) if (it := _named(text))), "")
        or own
        or ("" if span.kind in _MODEL_KINDS else known(span.error_type or ""))
        or next((it for name in _PEERS if (it := _peer(span, name))), "")
        or provider
        or next((it for text in (*reversed(texts), span.model or "") if (it := _maker(text))), "")
        or tool
        or next((it for text in reversed(texts) if (it := _spoken_of(span, text))), "")
        or next((it for text in reversed(texts) if (it := _host(text))), "")
        or next((it for name in (span.name, *reversed(span.path)) if (it := known(name))), "")
        or known(span.error_type or "")
    )


def _peer(span: Span, name: str) -> str:
    """Return what was called as the metadata or a tag of that name tells it."""
    told = span.metadata.get(name) or next(iter(span.tags.get(name, ())), None)
    if not isinstance(told, str):
        return ""
    return known(told) or _host(told) or name_of(told)


def _spoken_of(span: Span, text: str) -> str:
    """Return the step that a text speaks of: a name as code has it, and no code of an error."""
    own = place_of(span)
    for found in SNAKE.finditer(text):
        name = name_of(found[0])
        if name not in {"", own, *wording().no_tools} and not causes().speaks(found[0]):
            return name
    return ""


def _named(text: str) -> str:
    """Return the dependency that a text names, by name or by port."""
    ports = (int(it[1]) for it in _PORT.finditer(text))
    at = dependencies().by_port
    text = _TYPE.sub(" ", text)
    return known(text) or next((at[it] for it in ports if it in at), "")


def _host(text: str) -> str:
    """Return the host that a text names, without what is the same for all or differs by site."""
    for found in _ADDRESS.finditer(text):
        host = next(it for it in found.groups() if it is not None)
        labels = [re.sub(r"\d+", "", it).strip("-_") for it in host.lower().split(".")]
        name = "_".join(it for it in labels if it and it not in _NO_HOST)
        if name:
            return name
    return ""


def known(text: str) -> str:
    """Return the dependency that a text names, "" without one."""
    names = dependencies().found.Match(text)
    return dependencies().names[min(names)] if names else ""


def _maker(text: str) -> str:
    names = dependencies().models.Match(text)
    return dependencies().makers[min(names)] if names else ""


def _bare(name: str) -> str:
    """Return a name without numbers at its ends and what parts them from it."""
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain(name)) or name
