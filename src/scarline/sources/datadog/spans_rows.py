"""From failing spans to rows: the path, the group and the link of each. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

import pyarrow as pa

from scarline.failures.judge import Judgement
from scarline.failures.judged import blamed
from scarline.failures.permalink import apm_link, llm_link
from scarline.failures.record import Failure, Recording, record
from scarline.failures.signature import signature
from scarline.failures.span import Span
from scarline.sources.datadog.config import SITES
from scarline.sources.datadog.spans_config import By, Spans
from scarline.sources.datadog.spans_judging import Failing
from scarline.sources.datadog.spans_known import Paths


def site_of(url: str) -> str:
    """Return the site whose API is at ``url``; the first one where another address is set."""
    host = urlsplit(url).hostname or ""
    site = host.removeprefix("api.")
    return site if site in SITES else SITES[0]


def recording(url: str, by: By, config: Spans, at: datetime) -> Recording:
    """Return what records need besides: links to the site of ``url``, pseudonyms, the time."""
    link = llm_link if by == "llm" else apm_link
    return Recording(at, link(site_of(url)), config.hashed, config.cleaned)


def rows(failing: Sequence[Failing], paths: Paths, how: Recording) -> pa.RecordBatch:
    """Return one row of ``LLM_FAILURE`` for each failing span, in their order."""
    told = [span.error_message for span, _ in failing]
    clean = iter(how.cleaned([it for it in told if it]))
    messages = [next(clean) if it else None for it in told]
    made = zip(failing, messages, strict=True)
    return record([_failure(*it, message, paths) for it, message in made], how)


def _failure(span: Span, judgement: Judgement, message: str | None, paths: Paths) -> Failure:
    """Group a failure, by the ``message`` of its error without anybody's name in it."""
    placed = replace(span, path=paths.path(span))
    nameless = replace(placed, error_message=message)
    grouping = signature(nameless, judgement.leading.type, blamed(span, judgement.reasons))
    return placed, judgement, grouping
