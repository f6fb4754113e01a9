"""Why a span is a failure, or none: it is read as its source tells it, and every rule is asked."""

from dataclasses import replace
from pathlib import Path

import orjson

from scarline.bootstrap.policies import policy
from scarline.errors import UsageError
from scarline.failures.judge import Explained, judge
from scarline.failures.judge import explained as asked
from scarline.failures.judged import blamed
from scarline.failures.limits import Limits
from scarline.failures.record import Grouping
from scarline.failures.rules import Rules, read_rules
from scarline.failures.signature import signature
from scarline.failures.trace import TraceAccount
from scarline.privacy import redact_text
from scarline.settings import Settings
from scarline.sources.datadog.spans_read import Malformed, read_llm

MOST_BYTES = 64_000_000


def explained(path: Path, settings: Settings) -> tuple[list[Explained], Grouping | None]:
    """Return what each rule says of the span in a file, and its group if it is a failure.

    The file holds one span as Datadog's search of LLM Observability answers it, or the whole
    answer with one span in ``data``, or what it has under ``attributes``. Raises ``UsageError``
    for anything else, and ``ConfigError`` for rules that cannot be used.
    """
    try:
        span = read_llm(_document(path))
    except Malformed as malformed:
        raise UsageError(f"{path.name} holds no span that can be read: {malformed}") from None
    account = TraceAccount()
    account.feed(span)
    facts, own = account.facts(span.trace_id), rules(settings)
    judgement = judge(span, own, facts)
    if not judgement.failed:
        return asked(span, own, facts), None
    # As it is grouped when it is pulled: by what its error says without anybody's name in it.
    said = redact_text(span.error_message, policy(settings)) if span.error_message else None
    group = signature(
        replace(span, error_message=said), judgement.leading.type, blamed(span, judgement.reasons)
    )
    return asked(span, own, facts), group


def rules(settings: Settings) -> Rules:
    """Return the rules that the settings make; raises ``ConfigError`` for a bad file."""
    return read_rules(settings.failure_rules, Limits(quality=settings.quality_threshold))


def _document(path: Path) -> object:
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path.name} cannot be read: {error.strerror}") from None
    if len(text) > MOST_BYTES:
        raise UsageError(f"{path.name} has more than {MOST_BYTES:,} bytes: one span is smaller")
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise UsageError(f"{path.name} is not JSON") from None
    if isinstance(told, dict) and isinstance(told.get("data"), list):
        if len(told["data"]) != 1:
            raise UsageError(f"{path.name} holds {len(told['data'])} spans: explain one at a time")
        told = told["data"][0]
    if isinstance(told, dict) and "attributes" not in told:
        return {"attributes": told}
    return told
