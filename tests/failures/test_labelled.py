"""The labelled spans are what their README says, and stay as they were when they were frozen."""

import hashlib
import ipaddress
import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pytest

from scarline.failures.span import KINDS, Span
from tests.failures.labelled.reading import FOLDER, FRESH, HALVES, Labelled, half, labelled

FROZEN = "8ea60e1b6816fbc6a9c9994978d5916cb950309fb30471a196e80ed6f512de75"
FROZEN_FRESH = "90aabc48c52a33e92762eec6cbb81a32d9a461b10f4d7944a0b1e213d109d701"
SINGLE = {
    "single/code-grammar-crashes",
    "single/research-pickle-of-older-version",
    "single/sql-division-by-zero",
    "single/travel-clock-skew",
}
"""Causes that were seen once: whatever joins them to another is wrong."""

QUIET = {"cost", "evaluation", "guardrail", "loop", "no-answer", "slow"}
"""Families that may fail without any error text."""

DRAWN = {"trace_id", "span_id", "parent_id", "started_at", "duration_ms", "session", "user"}
DRAWN |= {"env", "version", "tags", "input_tokens", "output_tokens", "cost_usd", "told"}
"""Fields that say nothing of the cause."""

PUBLIC = {"docs.github.com", "api.github.com", "github.com", "sqlalche.me"}
"""Hosts of tools, which stand in messages of their own; all others are invented."""

ALL = list(labelled())


def said(span: Span) -> dict[str, Any]:
    """Return what may tell of the cause."""
    return {name: value for name, value in asdict(span).items() if name not in DRAWN}


def by_cause() -> Mapping[str, Sequence[Span]]:
    """Return the spans of each cause."""
    found = defaultdict(list)
    for it in ALL:
        found[it.cause].append(it.span)
    return found


def texts() -> str:
    """Return all that the files hold."""
    return "".join((FOLDER / f"{name}.jsonl").read_text(encoding="utf-8") for name in HALVES)


def test_nothing_was_changed_since_the_freeze() -> None:
    """A label is not moved to where a grouping would like it."""
    assert hashlib.sha256(texts().encode()).hexdigest() == FROZEN


def test_what_nobody_tuned_on_is_as_it_was() -> None:
    """Of other applications, by another writer."""
    text = (FOLDER / f"{FRESH}.jsonl").read_text(encoding="utf-8")
    assert hashlib.sha256(text.encode()).hexdigest() == FROZEN_FRESH
    told = list(labelled(FRESH))
    assert (len(told), len({it.cause for it in told})) == (118, 26)
    assert not {it.span.ml_app for it in told} & {it.span.ml_app for it in ALL}


def test_there_are_enough_of_both() -> None:
    """As many spans and causes as the README says, in halves of about the same size."""
    spans = Counter(half(it.cause) for it in ALL)
    causes = Counter(half(cause) for cause in by_cause())
    assert (spans, causes) == ({"tuning": 224, "held": 248}, {"tuning": 43, "held": 45})


@pytest.mark.parametrize("name", HALVES)
def test_each_line_is_in_its_half(name: str) -> None:
    """The rule on the cause's name decides, and nothing else."""
    assert {half(it.cause) for it in labelled(name)} == {name}


def test_spans_are_there_once() -> None:
    """A span has an id of its own, and traces stay within a cause."""
    assert len({it.span.span_id for it in ALL}) == len(ALL)
    traces = {(it.span.trace_id, it.cause) for it in ALL}
    assert len({trace for trace, _ in traces}) == len(traces)
    assert len(traces) < len(ALL)  # some traces fail in two of their spans


def test_only_the_named_causes_were_seen_once() -> None:
    """All others have something to be joined with."""
    assert {cause for cause, spans in by_cause().items() if len(spans) == 1} == SINGLE


def test_a_span_is_whole() -> None:
    """It reads as a source would tell it, it failed, and the label is no part of it."""
    for it in ALL:
        span = it.span
        assert span.kind in KINDS, it
        assert span.path[-1] == span.name, it
        assert (span.parent_id is None) == (len(span.path) == 1), it
        assert span.started_at.tzinfo is not None, it
        assert span.ml_app, it
        assert fails(it), it
        assert it.why.strip() == it.why.splitlines()[0], it
        assert it.cause not in json.dumps(said(span)), it


def fails(it: Labelled) -> bool:
    """Whether the span says that it failed, or is of a family that need not say it."""
    span = it.span
    loud = span.status == "error" or (span.status_code or 0) >= 400
    judged = any(e.assessment == "fail" or e.status == "error" for e in span.evaluations)
    told = re.search(r"error|fail|not a valid|unavailable", str(span.output), re.IGNORECASE)
    return loud or judged or told is not None or it.cause.split("/")[0] in QUIET


def test_a_cause_belongs_to_one_application() -> None:
    """The fix is made in one place."""
    assert {len({span.ml_app for span in spans}) for spans in by_cause().values()} == {1}


def test_every_label_can_be_told_from_the_span() -> None:
    """No two causes have spans that differ in nothing but ids, times and sizes."""
    causes = defaultdict(set)
    for it in ALL:
        causes[json.dumps(said(it.span), sort_keys=True)].add(it.cause)
    assert max(map(len, causes.values())) == 1


def test_there_are_traps() -> None:
    """Texts of two causes, causes of many words, and failures that say nothing."""
    messages = defaultdict(set)
    for it in ALL:
        if it.span.error_message:
            messages[it.span.error_message].add(it.cause)
    shared = [message for message, causes in messages.items() if len(causes) > 1]
    types = [{span.error_type for span in spans} for spans in by_cause().values()]
    silent = [it for it in ALL if not it.span.error_message and not it.span.error_stack]
    abroad = [it for it in ALL if re.search(r"[\u3040-\u30ff]", it.span.error_message or "")]
    assert len(shared) >= 8
    assert sum(len(it) >= 4 for it in types) >= 35
    assert len(silent) >= 90
    assert len(abroad) >= 10


def test_nobody_real_is_in_it() -> None:
    """Addresses are of domains and networks that belong to nobody."""
    text = texts()
    mails = re.findall(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)", text)
    hosts = re.findall(r"https?://([\w.-]+)", text)
    assert mails
    for host in {*mails, *hosts} - PUBLIC:
        assert re.search(r"(\.example|\.internal|(^|\.)example\.(org|com|net))$", host), host
    for address in re.findall(r"(?<![\d.])\d+\.\d+\.\d+\.\d+(?![\d.])", text):
        assert ipaddress.ip_address(address).is_private, address
    assert not re.search(r"\+\d{8,}", text)
    assert not re.search(r"(sk|ghp|xox[bp])[-_][A-Za-z0-9-]{12,}", text)
