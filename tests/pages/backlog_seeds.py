"""Failures of made-up applications for the backlog: what their spans told, and when."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from scarline.ledger import Run
from scarline.model import Asked, Window
from tests.fakes import EPOCH, FakeSource, failed
from tests.pages.serving import Site

WEEK = Window(EPOCH - timedelta(days=7), EPOCH)
SEARCH = "llm spans *"

ANSWERING: dict[str, Any] = {
    "name": "answer",
    "span_kind": "llm",
    "status": "error",
    "input": {
        "messages": [
            {"role": "system", "content": "You help customers with orders. Be brief, and kind."},
            {
                "role": "user",
                "content": "Where is my parcel? Write to jane.doe@example.org, please.",
            },
            {
                "role": "assistant",
                "content": "",
                "tool_calls": [
                    {"name": "find_order", "arguments": {"order": "A-17"}, "tool_id": "call_1"}
                ],
            },
            {
                "role": "tool",
                "tool_results": [
                    {
                        "name": "find_order",
                        "result": '{"order": "A-17", "state": "shipped", "mail": "x@example.org"}',
                        "tool_id": "call_1",
                    }
                ],
            },
        ]
    },
    "metadata": {"release": "2026-03", "temperature": 0.2},
    "tags": [
        "env:prod",
        "team:support",
        "error.message:Error code: 429 - this request would exceed your rate limit",
    ],
}

SEARCHING: dict[str, Any] = {
    "name": "search_catalogue",
    "span_kind": "tool",
    "status": "error",
    "input": {"value": '{"query": "travel kettle", "limit": 5}'},
    "metadata": {
        "error.type": "TimeoutError",
        "error.message": "no answer from the catalogue within 5 s",
        "error.stack": 'Traceback (most recent call last):\n  File "catalogue.py", line 12',
    },
}

CLAIMING: dict[str, Any] = {
    "name": "compose",
    "span_kind": "llm",
    "input": {"messages": [{"role": "user", "content": "How long is the warranty of the kettle?"}]},
    "output": {
        "messages": [{"role": "assistant", "content": "It has a warranty of ninety-nine years."}]
    },
}

SCORED = [
    {"name": "faithfulness", "value": 0.12, "assessment": "fail", "reasoning": "Nothing says so."},
    {"name": "toxicity", "value": 0.01, "assessment": "pass", "reasoning": "It is polite."},
]


def why(rule: str, severity: str, sentence: str, *raised_by: str) -> str:
    """Return the one reason of a failure, as it is kept."""
    own = {"rule": rule, "type": rule, "severity": severity, "why": sentence}
    return json.dumps([own | ({"raised_by": list(raised_by)} if raised_by else {})])


def several(count: int, hours: float, **like: Any) -> list[dict[str, Any]]:
    """Return failures of one group, the newest minutes ago, one every so many ``hours``."""
    group = like["signature"]
    rows = []
    for number in range(count):
        at = EPOCH - timedelta(minutes=20) - timedelta(hours=hours * number)
        rows.append(
            {
                "trace_id": f"{group}-trace-{number}",
                "span_id": f"{group}-span-{number}",
                "failed_at": at,
                "version": "2.1.0" if number % 3 else "2.0.4",
                "user_hash": f"k7q2:{group.lower()}{number % 4}",
                "datadog_url": f"https://app.datadoghq.com/llm/traces?query=trace_id%3A{group}{number}",
                "duration_ms": 840.0 + 31 * number,
            }
            | {name: json.dumps(it) if isinstance(it, dict) else it for name, it in like.items()}
        )
    return rows


SUPPORT = {"ml_app": "support-agent", "service_name": "support"}
SHOP = {"ml_app": "shopping-assistant", "service_name": "storefront"}

LIMITED = several(
    14,
    5,
    **SUPPORT,
    signature="LIMIT",
    title="Rate limit reached: anthropic",
    severity="critical",
    failure_type="rate_limit",
    span_kind="llm",
    span_name="answer",
    model="claude-sonnet-4",
    status_code=429,
    error_type="RateLimitError",
    input_tokens=1_482,
    output_tokens=0,
    cost_usd=0.0044,
    trace_payload=ANSWERING,
    reasons=why("rate_limit", "critical", "the status code is 429", "user_facing"),
    grouped_by='{"application":"support-agent","cause":"rate_limit","dependency":"anthropic"}',
)
CLAIMED = several(
    6,
    9,
    **SHOP,
    signature="CLAIM",
    title="Faithfulness",
    severity="high",
    failure_type="hallucination",
    span_kind="llm",
    span_name="compose",
    model="gpt-4o-mini",
    quality_score=0.41,
    input_tokens=212,
    output_tokens=40,
    cost_usd=0.0002,
    trace_payload=CLAIMING,
    evaluations=json.dumps(SCORED),
    reasons=why("unfaithful", "high", "the evaluation faithfulness fails"),
    grouped_by='{"application":"shopping-assistant","evaluations":["faithfulness"]}',
)
TIMED_OUT = several(
    9,
    7,
    **SHOP,
    signature="SLOW",
    title="Timed out: search_catalogue",
    severity="medium",
    failure_type="timeout",
    span_kind="tool",
    span_name="search_catalogue",
    error_type="TimeoutError",
    trace_payload=SEARCHING,
    reasons=why("timeout", "medium", "the type of the error is TimeoutError"),
    grouped_by='{"application":"shopping-assistant","words":["catalogue","answer","timeout"]}',
)
TIMED_OUT_TOO = several(
    3,
    12,
    **SHOP,
    signature="SLOWER",
    title="Timed out: catalogue",
    severity="medium",
    failure_type="timeout",
    span_kind="tool",
    span_name="find_product",
    trace_payload=SEARCHING,
    reasons=why("timeout", "medium", "the type of the error is TimeoutError"),
    grouped_by='{"application":"shopping-assistant","words":["catalogue","answer","timeout"]}',
)
REFUSED = several(
    2,
    30,
    **SHOP,
    signature="NO",
    title="Model refused: answer",
    severity="low",
    failure_type="refusal",
    span_kind="llm",
    span_name="answer",
    model="gpt-4o-mini",
    trace_payload=CLAIMING,
    reasons=why("refusal", "low", "the output begins as a refusal does"),
    grouped_by='{"application":"shopping-assistant","cause":"refusal"}',
)

ALL = (*LIMITED, *CLAIMED, *TIMED_OUT, *TIMED_OUT_TOO, *REFUSED)

ATTACK = "<script>window.taken = 1</script><img src=x onerror='window.taken = 1'>"
TURNED = "\u202egnp.exe\u202c and \u200bnothing"
LONG = "All work and no play. " * 44_000  # nearly the longest text that is cleaned and kept

HOSTILE = several(
    1,
    1,
    **SHOP,
    signature="EVIL",
    title=f"{ATTACK} {TURNED}",
    severity="critical",
    failure_type="prompt_injection",
    span_kind="llm",
    span_name=ATTACK,
    model=ATTACK,
    trace_payload={
        "input": {"messages": [{"role": ATTACK, "content": f"{ATTACK} {TURNED}"}]},
        "output": {"messages": [{"role": "assistant", "content": LONG}]},
        "metadata": {ATTACK: ATTACK},
    },
    evaluations=json.dumps([{"name": ATTACK, "value": {ATTACK: ATTACK}, "reasoning": ATTACK}]),
    reasons=why(ATTACK, "critical", ATTACK),
    grouped_by=json.dumps({ATTACK: ATTACK}),
)
HOSTILE[0]["datadog_url"] = "javascript:window.taken=1"


def captured(site: Site, rows: Sequence[Mapping[str, Any]] = ALL) -> Run:
    """Have a pull of failures that looked at the whole week."""
    batch = failed(*rows, asked=(Asked(SEARCH, WEEK),))
    source = FakeSource([batch], resuming=False)
    road = replace(site.pipeline, sources={"failures": source})
    return site.run(road.pull("failures", WEEK))
