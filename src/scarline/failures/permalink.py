"""Links to a span on the pages of Datadog, on the site that its account is on."""

from collections.abc import Callable
from urllib.parse import quote, urlencode

from scarline.failures.span import Span

AROUND_MS = 15 * 60 * 1000
"""How much time before and after a span its page shows, in milliseconds.

Without times a page shows the last week at most, and an older span would not be found.
"""


def pages(site: str) -> str:
    """Return where the pages of a Datadog site are: ``https://app.datadoghq.eu``.

    Sites of two names stand behind ``app.``, the others for themselves (docs.datadoghq.com,
    "Getting Started with Datadog Sites").
    """
    return f"https://app.{site}" if site.count(".") == 1 else f"https://{site}"


def llm_link(site: str) -> Callable[[Span], str]:
    """Return what makes the link to a span of LLM Observability.

    The list of traces filtered to this one, with the span opened. The filter is the one that
    Datadog's own skills for agents link with (datadog-labs/agent-skills), the path and the need
    for times are from a maintainer's answer (DataDog/dd-trace-py#11605), ``spanId``, ``start``
    and ``end`` are as the page itself writes them.
    """
    where = pages(site)

    def link(span: Span) -> str:
        start = int(span.started_at.timestamp() * 1000)
        end = start + int(span.duration_ms or 0)
        asked = {
            "query": f"trace_id:{span.trace_id}",
            "spanId": span.span_id,
            "start": start - AROUND_MS,
            "end": end + AROUND_MS,
            "paused": "true",
        }
        return f"{where}/llm/traces?{urlencode(asked)}"

    return link


def apm_link(site: str) -> Callable[[Span], str]:
    """Return what makes the link to a span of APM: its trace, with the span opened."""
    where = pages(site)

    def link(span: Span) -> str:
        asked = urlencode({"spanID": span.span_id})
        return f"{where}/apm/trace/{quote(span.trace_id, safe='')}?{asked}"

    return link
