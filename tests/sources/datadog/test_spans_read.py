"""From documents to spans: one shape, whatever a span was told in; never a crash."""

import json
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scarline.failures.span import Evaluation, Span
from scarline.sources.datadog.spans_apm import of_llm, read_apm
from scarline.sources.datadog.spans_read import (
    NO_SPAN,
    NO_START,
    NO_TRACE,
    NOT_AN_OBJECT,
    Malformed,
    read_llm,
)

AT = datetime(2026, 11, 18, 11, 0, 0, 250_000, tzinfo=UTC)
NS = 1_794_999_600_250_000_000

LLM: dict[str, Any] = {
    "span_id": "14624140233640368324",
    "trace_id": "6afd877d00000000af2d3775dfc70530",
    "parent_id": "2947834093518986720",
    "name": "compose",
    "span_kind": "LLM",
    "status": "ok",
    "start_ns": NS,
    "duration": 83_500_000.0,
    "ml_app": "help-search",
    "model_name": "a-model",
    "model_provider": "a-provider",
    "input": {"value": "How?"},
    "output": {"messages": [{"role": "assistant", "content": "So."}]},
    "metadata": {"temperature": 0.2},
    "metrics": {"input_tokens": 10.0, "output_tokens": 4, "estimated_total_cost": 7_500},
    "tags": [
        *("service:help", "env:prod", "version:1.8.0", "session_id:s-1", "user_id:u-1"),
        *("team:ai", "team:help", "error:0"),
    ],
    "evaluation": {
        "quality": {"value": 0.4, "eval_metric_type": "score", "assessment": "fail"},
        "grounded": {"value": True, "eval_metric_type": "boolean", "reasoning": "It is."},
    },
}

APM: dict[str, Any] = {
    "span_id": "8051864699736150508",
    "trace_id": "7709309594463300521",
    "parent_id": "2947834093518986720",
    "resource_name": "compose",
    "service": "help",
    "env": "prod",
    "start_timestamp": "2026-11-18T11:00:00.250Z",
    "end_timestamp": "2026-11-18T11:00:01.250Z",
    "type": "http",
    "tags": ["source:apm", "user_id:u-1", "session_id:s-1", "a-tag-without-a-value"],
    "custom": {
        "duration": 83_500_000,
        "version": "1.8.0",
        "ml_app": "help-search",
        "gen_ai": {
            "operation": {"name": "chat"},
            "request": {"model": "a-model"},
            "provider": {"name": "a-provider"},
            "usage": {"input_tokens": 10, "output_tokens": 4},
            "output": {"messages": '[{"role":"assistant","content":"So."}]'},
            "input": {"value": "How?"},
        },
    },
}


def row(like: dict[str, Any], *without: str, **changes: Any) -> dict[str, Any]:
    """A row of an answer: like another, with changes and without some fields."""
    told = {key: value for key, value in (like | changes).items() if key not in without}
    return {"id": "x", "type": "span", "attributes": told}


def llm(*without: str, **changes: Any) -> Span:
    """A span of LLM Observability."""
    return read_llm(row(LLM, *without, **changes))


def apm(*without: str, **changes: Any) -> Span:
    """A span of APM."""
    return read_apm(row(APM, *without, **changes))


def test_a_span_of_llm_observability() -> None:
    """All of it, in our units: milliseconds and dollars."""
    span = llm()
    assert span == Span(
        trace_id="6afd877d00000000af2d3775dfc70530",
        span_id="14624140233640368324",
        started_at=AT,
        name="compose",
        kind="llm",
        status="ok",
        parent_id="2947834093518986720",
        duration_ms=83.5,
        ml_app="help-search",
        service="help",
        env="prod",
        version="1.8.0",
        model="a-model",
        provider="a-provider",
        user="u-1",
        session="s-1",
        input={"value": "How?"},
        output=LLM["output"],
        metadata={"temperature": 0.2},
        tags=span.tags,
        evaluations=(
            Evaluation("quality", 0.4, "score", "fail"),
            Evaluation("grounded", True, "boolean", reasoning="It is."),
        ),
        input_tokens=10,
        output_tokens=4,
        cost_usd=0.0075,
        told=LLM,
    )
    assert span.tags["team"] == ("ai", "help")


def test_a_span_of_apm() -> None:
    """The same span, as far as APM tells it."""
    told, mine = llm(), apm()
    same = [
        *("name", "kind", "status", "parent_id", "duration_ms", "ml_app", "service", "env"),
        *("version", "model", "provider", "user", "session", "input", "output", "started_at"),
        *("input_tokens", "output_tokens"),
    ]
    assert {it: getattr(mine, it) for it in same} == {it: getattr(told, it) for it in same}
    assert (mine.trace_id, mine.cost_usd, mine.evaluations) == (APM["trace_id"], None, ())
    assert mine.tags["a-tag-without-a-value"] == ()


def test_a_span_of_apm_as_it_was_recorded() -> None:
    """The fields of Datadog's own recording, without a word about language models."""
    custom = {"duration": 990_123, "language": "jvm", "span": {"kind": "server"}, "version": "1"}
    span = read_apm(row(APM, custom=custom, type="web", resource_name="Controller.index"))
    assert (span.name, span.kind, span.duration_ms, span.ml_app) == (
        *("Controller.index", "", 0.990123),
        None,
    )
    assert not of_llm(span)
    assert of_llm(apm())
    assert of_llm(apm(custom={"gen_ai.system": "x"}))
    assert of_llm(apm(custom={}, tags=["ml_app:shop"]))
    assert of_llm(apm(custom={}, type="llm"))


@pytest.mark.parametrize("root", ["undefined", "0", "", None, 0], ids=repr)
def test_a_root_has_no_parent(root: Any) -> None:
    """However that is spelt."""
    assert llm(parent_id=root).parent_id is None
    assert apm(parent_id=root).parent_id is None
    assert llm("parent_id").parent_id is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"trace_id": None}, NO_TRACE),
        ({"trace_id": ["t"]}, NO_TRACE),
        ({"span_id": ""}, NO_SPAN),
        ({"start_ns": None}, NO_START),
        ({"start_ns": "1795000000000000000 ns"}, NO_START),
        ({"start_ns": 0}, NO_START),
    ],
)
def test_a_span_that_cannot_be_kept(changes: dict[str, Any], reason: str) -> None:
    """The reason has nothing of the span in it."""
    with pytest.raises(Malformed) as raised:
        llm(**changes)
    assert str(raised.value) == reason


@pytest.mark.parametrize("document", [None, 7, "x", [], {}, {"attributes": None}])
def test_what_is_no_span_at_all(document: Any) -> None:
    """It is counted, and the rest of the page is kept."""
    for read in (read_llm, read_apm):
        with pytest.raises(Malformed, match=NOT_AN_OBJECT):
            read(document)


ERROR = ("RateLimitError", "slow down", "at line 3")


@pytest.mark.parametrize(
    "changes",
    [
        {"error": {"type": ERROR[0], "message": ERROR[1], "stack": ERROR[2]}},
        {"meta": {"error.type": ERROR[0], "error.message": ERROR[1], "error.stack": ERROR[2]}},
        {"metadata": {"error": {"type": ERROR[0], "message": ERROR[1], "stack": ERROR[2]}}},
        {"metadata": {"error.type": ERROR[0], "error.msg": ERROR[1], "error.stack": ERROR[2]}},
        {"metadata": {"error_type": ERROR[0], "error_message": ERROR[1], "error_stack": ERROR[2]}},
        {"tags": [f"error.type:{ERROR[0]}", f"error.msg:{ERROR[1]}", f"error.stack:{ERROR[2]}"]},
        {
            "tags": [f"error_type:{ERROR[0]}"],
            "metadata": {"error.stack": ERROR[2]},
            "output": {"value": json.dumps({"error": {"message": ERROR[1]}})},
        },
        {
            "tags": [f"error_type:{ERROR[0]}", f"error_stack:{ERROR[2]}"],
            "output": {"value": ERROR[1]},
        },
    ],
)
def test_an_error_is_found_wherever_it_stands(changes: dict[str, Any]) -> None:
    """Fields, metadata, tags, output, and any mixture of them."""
    span = llm(status="error", **changes)
    assert (span.status, span.error_type, span.error_message, span.error_stack) == (
        "error",
        *ERROR,
    )


def test_an_error_of_apm() -> None:
    """It is in ``custom``, and that is how a span says that it failed."""
    error = {"type": ERROR[0], "message": ERROR[1], "stack": ERROR[2]}
    span = apm(custom={"error": error, "http": {"status_code": "503"}})
    assert (span.status, span.error_type, span.error_message) == ("error", *ERROR[:2])
    assert span.status_code == 503
    assert apm().status == "ok"


def test_how_long_a_span_of_apm_lasted() -> None:
    """As it says, else from its start to its end; not backwards."""
    assert apm(custom={}).duration_ms == 1_000
    assert apm("end_timestamp", custom={}).duration_ms is None
    assert apm(custom={}, end_timestamp="2026-11-18T10:00:00Z").duration_ms is None


def test_an_output_is_an_error_only_of_a_span_that_failed() -> None:
    """An answer that says "error" is an answer."""
    assert llm(output={"value": "error"}).error_message is None
    assert llm(status="error", output={"value": '{"a": '}).error_message == '{"a": '
    assert llm(status="error", output={"messages": []}).error_message is None


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"status": "ERROR"}, "error"),
        ({"status": "ok", "tags": ["error:1"]}, "ok"),
        ({"status": None, "tags": ["error:1"]}, "error"),
        ({"status": None, "tags": ["error:0"]}, "ok"),
        ({"status": None, "tags": []}, "ok"),
    ],
)
def test_whether_a_span_failed(changes: dict[str, Any], status: str) -> None:
    """Its status says so; where it has none, its tag."""
    assert llm(**changes).status == status


@pytest.mark.parametrize(
    ("metrics", "dollars"),
    [
        ({"estimated_total_cost": 7_500}, 0.0075),
        ({"estimated_input_cost": 1_500, "estimated_output_cost": 6_000}, 0.0075),
        ({"estimated_total_cost": 0}, 0.0),
        ({"estimated_total_cost": -1}, None),
        ({"estimated_total_cost": "lots"}, None),
        ({}, None),
        ("none", None),
    ],
)
def test_costs_are_dollars(metrics: Any, dollars: float | None) -> None:
    """They come as millionths; what is not told is not zero."""
    assert llm(metrics=metrics).cost_usd == dollars


@pytest.mark.parametrize(
    ("changes", "who"),
    [
        ({"tags": ["usr.id:u-2"]}, ("u-2", None)),
        ({"tags": [], "metadata": {"user_id": "u-3", "session_id": 5}}, ("u-3", "5")),
        ({"tags": [], "metadata": {"usr": {"id": "u-4"}, "session": {"id": "s"}}}, ("u-4", "s")),
        ({"tags": [], "session_id": "s-9"}, (None, "s-9")),
        ({"tags": []}, (None, None)),
    ],
)
def test_who_it_was(changes: dict[str, Any], who: tuple[str | None, str | None]) -> None:
    """User and session are in the tags, or in the metadata."""
    span = llm(**changes)
    assert (span.user, span.session) == who


NAMES = st.sampled_from([*LLM, *APM, "error", "meta", "value", "messages", "error.message"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(NAMES, ANYTHING))
def test_no_span_is_a_crash(changes: dict[str, Any]) -> None:
    """Whatever stands in whichever field: a span, or a reason."""
    for read, like in ((read_llm, LLM), (read_apm, APM)):
        try:
            span = read(row(like, **changes))
        except Malformed:
            continue
        assert isinstance(span.trace_id, str)
        assert isinstance(span.name, str)
        assert span.duration_ms is None or span.duration_ms >= 0
        orjson.dumps(span.tags)
