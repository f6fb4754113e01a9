"""Which spans are failures, of which type, how bad, and why; and which are not."""

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scarline.failures.judge import Judgement, explained, judge
from scarline.failures.limits import Limits
from scarline.failures.rules import Rules, read_rules
from scarline.failures.severity import RANK
from scarline.failures.span import KINDS, Evaluation, Span
from scarline.failures.statuses import codes_of_tags, status_code_of
from scarline.failures.trace import MOST_CALLS, TraceAccount

RULES = read_rules()
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
WELL = Span(
    trace_id="t1",
    span_id="s1",
    started_at=AT,
    name="answer",
    kind="llm",
    parent_id="s0",
    output={"messages": [{"role": "assistant", "content": "The parcel comes on Monday."}]},
    duration_ms=900.0,
    input_tokens=200,
    output_tokens=40,
    cost_usd=0.002,
)


def like(**told: Any) -> Span:
    """A span that is well but for what is told."""
    return replace(WELL, **told)


def types(span: Span, rules: Rules = RULES) -> set[str]:
    """The types of failure that a span has."""
    return {verdict.type for verdict in judge(span, rules).verdicts}


def said(text: str, **told: Any) -> Span:
    """A span of a model that answered with a text."""
    return like(output={"messages": [{"role": "assistant", "content": text}]}, **told)


def rated(name: str, value: Any, form: str | None = None, assessment: str | None = None) -> Span:
    """A span with one evaluation."""
    return like(evaluations=(Evaluation(name, value, form, assessment),))


@pytest.mark.parametrize("kind", ["", *KINDS, "something_new"])
@pytest.mark.parametrize("parent", [None, "s0"])
def test_a_span_that_is_well_is_no_failure(kind: str, parent: str | None) -> None:
    """Of no kind, and neither is one of which nothing is told."""
    assert Judgement() == judge(like(kind=kind, parent_id=parent), RULES)
    assert not judge(Span("t", "s", AT, kind=kind, parent_id=parent), RULES).failed


def test_a_judgement_without_verdicts_has_none_that_leads() -> None:
    """What did not fail has no type."""
    with pytest.raises(ValueError, match="did not fail"):
        _ = Judgement().leading


@pytest.mark.parametrize(
    ("told", "leading"),
    [
        ({"status": "error"}, ("error", "medium")),
        ({"status_code": 400}, ("client_error", "medium")),
        ({"status_code": 401}, ("authentication", "high")),
        ({"status_code": 404, "status": "error"}, ("client_error", "medium")),
        ({"status_code": 408}, ("timeout", "medium")),
        ({"status_code": 429, "status": "error"}, ("rate_limit", "medium")),
        ({"status_code": 500}, ("server_error", "medium")),
        ({"status_code": 599}, ("server_error", "medium")),
        ({"status": "error", "error_type": "openai.RateLimitError"}, ("rate_limit", "medium")),
        ({"status": "error", "error_type": "APITimeoutError"}, ("timeout", "medium")),
        ({"status": "error", "error_type": "PermissionDeniedError"}, ("authentication", "high")),
        ({"error_type": "ContextLengthExceededException"}, ("context_length", "medium")),
        ({"status": "error", "parent_id": None}, ("error", "high")),
        ({"metadata": {"finish_reason": "content_filter"}}, ("refusal", "medium")),
        ({"metadata": {"stop_reason": "guardrail_intervened"}}, ("guardrail", "high")),
        ({"metadata": {"finish_reasons": ["MAX_TOKENS"]}}, ("truncated_output", "low")),
        ({"kind": "tool", "output": {"value": '{"isError": true}'}}, ("tool_error", "medium")),
        ({"kind": "tool", "output": {"error": {"code": 7}}}, ("tool_error", "medium")),
        ({"kind": "tool", "output": '{"ok": false}'}, ("tool_error", "medium")),
        ({"kind": "retrieval", "output": {"documents": []}}, ("no_results", "low")),
        ({"kind": "retrieval", "output": {"value": " [] "}}, ("no_results", "low")),
        (
            {"kind": "embedding", "output": {"value": "[0 embedding(s) returned with size 0]"}},
            ("no_results", "medium"),
        ),
        ({"kind": "tool", "output": "Error executing tool f: 'x'"}, ("tool_error", "medium")),
        ({"kind": "tool", "output": {"value": "ValueError: bad"}}, ("tool_error", "medium")),
        ({"kind": "tool", "output": "f is not a valid tool, try g"}, ("tool_error", "medium")),
        ({"kind": "tool", "output": "Tool f failed with exit code 2"}, ("tool_error", "medium")),
        ({"kind": "agent", "output": "Agent stopped due to x"}, ("step_limit", "medium")),
        ({"status": "error", "error_type": "GraphRecursionError"}, ("step_limit", "medium")),
        ({"duration_ms": 60_000.5}, ("latency", "low")),
        ({"kind": "agent", "duration_ms": 120_000.5}, ("latency", "low")),
        ({"input_tokens": 200_000, "output_tokens": 1}, ("tokens", "low")),
        ({"cost_usd": 1.01}, ("cost", "low")),
    ],
)
def test_each_sort_of_failure_is_found(told: Mapping[str, Any], leading: tuple[str, str]) -> None:
    """With the type and the severity that stand for the span."""
    verdict = judge(like(**told), RULES).leading
    assert leading == (verdict.type, verdict.severity)


@pytest.mark.parametrize(
    "told",
    [
        {"status_code": 200},
        {"status_code": 399},
        {"error_type": "RuntimeWarning"},
        {"metadata": {"finish_reason": "stop", "max_tokens": 100}},
        {"kind": "tool", "output": {"error": None, "isError": False, "ok": True}},
        {"kind": "tool", "output": "error: none"},
        {"kind": "tool", "output": "{not json"},
        {"kind": "retrieval", "output": {"documents": [{"text": "a"}]}},
        {"kind": "retrieval", "output": None},
        {"kind": "embedding", "output": "[1 embedding(s) returned with size 1536]"},
        {"kind": "tool", "output": "Error rate: 5 %. Failed checks: 0. No error: fine"},
        {"kind": "tool", "output": "All went well. Error: none"},
        {"kind": "agent", "output": "The agent stopped due to rain."},
        {"duration_ms": 60_000.0},
        {"kind": "agent", "duration_ms": 120_000.0},
        {"input_tokens": 199_960},
        {"cost_usd": 1.0},
    ],
)
def test_what_is_no_failure_is_left_alone(told: Mapping[str, Any]) -> None:
    """At the limit is not above it; what says that all is well is believed."""
    assert set() == types(like(**told))


@pytest.mark.parametrize(
    ("name", "value", "form", "assessment", "found"),
    [
        ("quality", 0.49, "score", None, {"quality"}),
        ("Answer Quality", 0.2, "score", "pass", {"quality"}),  # the threshold is the user's own
        ("quality", 0.5, "score", None, set()),
        ("quality", 3, "score", None, set()),  # of five? of ten?
        ("quality", 0.1, "score", "fail", {"quality", "evaluation"}),
        ("toxicity", 0.7, "score", None, {"toxicity"}),
        ("toxicity", "0.7", "score", None, {"toxicity"}),
        ("toxicity", 0.69, "score", None, set()),
        ("toxicity", 0.9, "score", "pass", set()),  # then more is better there
        ("non_toxicity", 0.95, "score", None, set()),
        ("intoxication", 0.95, "score", None, set()),
        ("toxicity", ["Profanity", "Hate"], "categorical", None, {"toxicity"}),
        ("toxicity", "not_toxic", "categorical", None, set()),
        ("hallucination", True, "boolean", None, {"hallucination"}),
        ("hallucination", 1, "boolean", None, {"hallucination"}),
        ("hallucination", True, "boolean", "pass", set()),
        ("hallucination", False, "boolean", None, set()),
        ("hallucination", False, "boolean", "fail", {"hallucination"}),
        ("hallucination", "Unsupported Claim", "categorical", None, {"hallucination"}),
        ("hallucination", 0.5, "score", None, {"hallucination"}),
        ("hallucination", {"score": 0.8}, "json", None, {"hallucination"}),
        ("hallucination", {"label": "hallucinated"}, "json", None, {"hallucination"}),
        ("ragasFaithfulness", 0.3, "score", None, {"hallucination"}),
        ("faithfulness", 0.3, "score", "pass", set()),
        ("answer_relevancy", 0.49, "score", None, {"quality"}),
        ("answer_relevancy", 0.5, "score", None, set()),
        ("prompt_injection", "Jailbreak Attack", "categorical", None, {"prompt_injection"}),
        ("pii_leak", "yes", "categorical", None, {"data_leak"}),
        ("failure_to_answer", "Refusal Response", "categorical", None, {"quality"}),
        ("failure_to_answer", "Redirection Response", "categorical", None, set()),
        ("brand_voice", 0.01, "score", None, set()),  # is less worse?
        ("brand_voice", 0.99, "score", "FAIL", {"evaluation"}),
        ("sentiment", "negative", "categorical", None, set()),
        ("input_guardrail", "blocked", "categorical", None, {"guardrail"}),
        ("input_guardrail", None, None, "fail", {"guardrail", "evaluation"}),
        ("quality", float("nan"), "score", None, set()),
        ("quality", True, None, None, set()),
    ],
)
def test_evaluations_are_read_for_what_they_mean(
    name: str, value: Any, form: str | None, assessment: str | None, found: set[str]
) -> None:
    """By the words of their name where those say it, by the assessment else."""
    assert found == types(rated(name, value, form, assessment))


def test_an_evaluator_that_could_not_judge_says_nothing() -> None:
    """Its value is left over from nowhere."""
    broken = Evaluation("toxicity", 1.0, "score", "fail", status="error")
    assert set() == types(like(evaluations=(broken,)))


@pytest.mark.parametrize(
    ("evaluations", "metadata", "score"),
    [
        ((), {}, None),
        ((), {"quality_score": 0.75}, 0.75),
        ((), {"quality_score": 75}, None),
        ((Evaluation("toxicity", 0.1, "score"),), {}, None),
        ((Evaluation("overall_score", 0.6), Evaluation("answer_quality", 0.8)), {}, 0.8),
        ((Evaluation("b_quality", 0.6), Evaluation("a_quality", 0.9)), {}, 0.9),
        ((Evaluation("quality_score", 0.9),), {"quality_score": 0.2}, 0.9),
    ],
)
def test_one_evaluation_is_the_quality_score(
    evaluations: tuple[Evaluation, ...], metadata: Mapping[str, Any], score: float | None
) -> None:
    """The first name of the list, whatever the order in which they were told."""
    for order in (evaluations, evaluations[::-1]):
        judgement = judge(like(evaluations=order, metadata=metadata), RULES)
        assert score == judgement.quality_score


@pytest.mark.parametrize(
    ("told", "stopped"),
    [
        ({"metadata": {"guardrails.failed": True}}, True),
        ({"metadata": {"InputGuardrails": "BLOCKED"}}, True),
        ({"metadata": {"guardrails.failed": False}}, False),
        ({"metadata": {"guardrail": {"name": "block_pii", "passed": False}}}, True),
        ({"metadata": {"guardrail": {"on_fail": "block", "passed": True}}}, False),
        (
            {"metadata": {"guardrail": [{"action": "NONE"}, {"action": "GUARDRAIL_INTERVENED"}]}},
            True,
        ),
        ({"metadata": {"guardrail_violations": 2}}, True),
        ({"metadata": {"guardrail_violations": 0}}, False),
        ({"metadata": {"rail": "failed"}}, False),
        ({"tags": {"guardrail.result": ["blocked"]}}, True),
        ({"tags": {"guardrail.result": ["ok"]}}, False),
        ({"error_type": "InputGuardrailTripwireTriggered"}, True),
    ],
)
def test_a_guardrail_is_found_where_it_is_told(told: Mapping[str, Any], stopped: bool) -> None:
    """In metadata, tags and types of errors; what it would do is not what it did."""
    assert stopped == ("guardrail" in types(like(**told)))


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't assist with that.",
        "I\u2019m sorry, but I can\u2019t help with that request.",
        "**Sorry**, I am unable to comply with this.",
        "As an AI language model, I cannot fulfill that.",
        "I must decline.",
        "I am not able to provide medical advice. Please see a doctor.",
        "Es tut mir leid, aber dabei kann ich Ihnen nicht helfen.",
        "Lo siento, pero no puedo ayudarte con eso.",
        "Je suis désolé, mais je ne peux pas répondre à cette demande.",
        "Desculpe, mas não posso ajudar com isso.",
        "Mi dispiace, ma non posso aiutarti con questo.",
        "Het spijt me, maar ik kan je daar niet mee helpen.",
        "Извините, но я не могу помочь с этим.",  # noqa: RUF001 - Russian
        "申し訳ありませんが、そのリクエストにはお応えできません。",
        "很抱歉，我无法协助您完成这个请求。",  # noqa: RUF001 - Chinese
        "죄송합니다. 해당 요청은 도와드릴 수 없습니다.",
        "Przepraszam, ale nie mogę pomóc w tej sprawie.",
    ],
)
def test_a_refusal_is_known_by_its_beginning(text: str) -> None:
    """In the languages of the file, with the apostrophes and marks that models write."""
    assert {"refusal"} == types(said(text))
    assert {"refusal"} == types(like(kind="agent", output=text))
    assert set() == types(like(kind="tool", output=text))


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry for the delay. Your order has left the house.",
        "Sorry, I can't find an order with that number. Is it 4711?",
        "I can't recommend this hotel enough!",
        "Unfortunately, but not surprisingly, the train is late.",
        "If he says 'I can't help with that', ask again.",
        "Es tut mir leid, dass Sie warten mussten. Ihr Paket kommt morgen.",
        "Lo siento mucho. No puedo ver ese pedido todavía, llegará mañana.",
        "申し訳ありませんが、到着は明日になります。",
        "sorry" * 100,
    ],
)
def test_a_regret_is_no_refusal(text: str) -> None:
    """Nor is what stands later in the text."""
    assert set() == types(said(text))


def test_the_last_message_with_a_text_is_the_answer() -> None:
    """What was said before it, and what says nothing after it, does not count."""
    well, no = {"content": "It comes on Monday."}, {"content": "I must decline."}
    assert {"refusal"} == types(like(output={"messages": [well, no, {"content": ""}]}))
    assert set() == types(like(output={"messages": [no, well]}))


def test_a_provider_may_say_itself_that_it_refused() -> None:
    """OpenAI has a field for it, and a part of a message."""
    marked = {"messages": [{"role": "assistant", "content": None, "refusal": "No."}]}
    part = {"messages": [{"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]}]}
    assert {"refusal"} == types(like(output=marked)) == types(like(output=part))


NOTHING: list[Any] = [
    "",
    " \n",
    {"value": ""},
    [],
    {"messages": []},
    {"messages": [{"role": "assistant", "content": ""}]},
    {"messages": [{"role": "assistant", "content": [{"type": "text", "text": " "}]}]},
    {"choices": [{"message": {"role": "assistant", "content": None}}]},
]


@pytest.mark.parametrize("output", NOTHING)
def test_an_empty_output_is_a_failure_where_one_is_expected(output: Any) -> None:
    """Of models and of agents at the root; not of a span that failed or that calls tools."""
    empty = like(output=output)
    assert {"empty_output"} == types(empty)
    assert {"empty_output"} == types(replace(empty, kind="agent", parent_id=None))
    assert set() == types(replace(empty, kind="agent")) == types(replace(empty, kind="task"))
    assert {"error"} == types(replace(empty, status="error"))
    assert set() == types(replace(empty, metadata={"finish_reason": "tool_calls"}))


@pytest.mark.parametrize(
    "output",
    [
        {"messages": [{"role": "assistant", "content": "", "tool_calls": [{"name": "f"}]}]},
        {"messages": [{"content": [{"type": "tool_use", "name": "f", "input": {}}]}]},
        {"messages": [{"content": [{"type": "image_url", "image_url": {"url": "u"}}]}]},
        {"answer": ""},
        {"value": 0},
        None,
        {},
    ],
)
def test_what_is_something_or_is_not_told_is_not_empty(output: Any) -> None:
    """Calls of tools, pictures, shapes of one's own; a source that keeps outputs to itself."""
    assert set() == types(like(output=output))


def test_an_output_that_is_not_told_is_empty_if_it_has_no_tokens() -> None:
    """The count says what the text does not."""
    assert {"empty_output"} == types(like(output=None, output_tokens=0))


@pytest.mark.parametrize("kind", ["retrieval", "embedding"])
def test_a_search_that_failed_is_not_told_to_have_found_nothing(kind: str) -> None:
    """The error is the reason."""
    assert {"error"} == types(like(kind=kind, output={"value": "[]"}, status="error"))


def calls(count: int, **told: Any) -> list[Span]:
    """Calls of a tool with the same arguments, a second apart."""
    return [
        like(
            kind="tool",
            span_id=f"c{number}",
            started_at=AT + timedelta(seconds=number),
            input={"value": '{"a": 1, "b": 2}' if number % 2 else '{"b": 2, "a": 1}'},
            **told,
        )
        for number in range(count)
    ]


def looping(spans: list[Span], account: TraceAccount) -> set[str]:
    """The spans that are told to be a loop."""
    return {
        span.span_id
        for span in spans
        for verdict in judge(span, RULES, account.facts(span.trace_id)).verdicts
        if verdict.type == "tool_loop"
    }


@given(st.randoms(use_true_random=False))
def test_a_loop_is_one_failure_in_whatever_order_it_is_fed(dice: random.Random) -> None:
    """The call that makes it five, fed twice or not, with keys in any order."""
    spans = calls(8)
    fed = spans + dice.choices(spans, k=5)
    dice.shuffle(fed)
    account = TraceAccount()
    for span in fed:
        account.feed(span)
    assert {"c4"} == looping(spans, account)


def test_other_arguments_tools_and_traces_are_no_loop() -> None:
    """Four calls of each: and the trace that was fed longest ago is forgotten."""
    account = TraceAccount(most_traces=2)
    each = [
        *calls(4),
        *[replace(span, span_id=f"x{span.span_id}", name="other") for span in calls(4)],
        *[replace(span, span_id=f"y{span.span_id}", input="7") for span in calls(4)],
        *[replace(span, trace_id="t2") for span in calls(4)],
    ]
    for span in each:
        account.feed(span)
    assert set() == looping(each, account)
    account.feed(each[0])
    account.feed(replace(each[0], trace_id="t3"))
    assert account.facts("t1") is not None
    assert account.facts("t2") is None


def test_an_endless_loop_takes_no_endless_memory() -> None:
    """Calls beyond the thousandth are not told apart."""
    account = TraceAccount()
    for span in calls(MOST_CALLS + 50):
        account.feed(span)
    facts = account.facts("t1")
    assert facts is not None
    assert MOST_CALLS == len(facts.made) == facts.turn(f"c{MOST_CALLS - 1}")
    assert facts.turn(f"c{MOST_CALLS}") == 0


def test_a_span_that_failed_with_its_tool_is_a_failure_of_the_tool() -> None:
    """The caller alone, and only if it failed itself."""
    account = TraceAccount()
    account.feed(like(kind="tool", span_id="s2", parent_id="s1", status="error"))
    caller = like(kind="agent", status="error")
    facts = account.facts("t1")
    assert judge(caller, RULES, facts).leading.type == "tool_error"
    assert judge(caller, RULES).leading.type == "error"
    assert judge(replace(caller, span_id="s7"), RULES, facts).leading.type == "error"
    assert not judge(replace(caller, status="ok"), RULES, facts).failed


def test_what_raises_a_severity_is_told() -> None:
    """Roots, attacks that reached the root, and three sorts of evidence."""
    injected = (Evaluation("prompt_injection", None, None, "fail"),)
    inner, root = like(evaluations=injected), like(evaluations=injected, parent_id=None)
    assert (
        judge(inner, RULES).leading.severity,
        judge(inner, RULES).leading.raised_by,
    ) == ("high", ())
    assert (
        judge(root, RULES).leading.severity,
        judge(root, RULES).leading.raised_by,
    ) == ("critical", ("security",))
    three = like(status="error", cost_usd=2.0, evaluations=(Evaluation("quality", 0.1),))
    assert {("high", ("several_reasons",)), ("medium", ("several_reasons",))} == {
        (verdict.severity, verdict.raised_by) for verdict in judge(three, RULES).verdicts
    }
    two = replace(three, cost_usd=None)
    assert {("medium", ())} == {(it.severity, it.raised_by) for it in judge(two, RULES).verdicts}


def test_the_worst_verdict_leads_and_the_first_rule_of_those_as_bad() -> None:
    """And the order of the verdicts is that one throughout."""
    span = like(
        status="error",
        status_code=429,
        duration_ms=1e9,
        evaluations=(Evaluation("toxicity", 0.9), Evaluation("hallucination", True)),
    )
    order = [rule.name for rule in RULES.rules]
    found = [(-RANK[it.severity], order.index(it.rule)) for it in judge(span, RULES).verdicts]
    assert sorted(found) == found
    assert judge(span, RULES).leading.type == "toxicity"


def test_no_limit_switches_off_only_what_needs_it() -> None:
    """The assessment still counts."""
    rules = read_rules(limits=Limits(toxicity=None, duration_ms=None, same_calls=None))
    assert set() == types(replace(rated("toxicity", 1.0), duration_ms=1e12), rules)
    assert {"toxicity"} == types(rated("toxicity", 1.0, None, "fail"), rules)
    account = TraceAccount()
    for span in calls(9):
        account.feed(span)
    assert not any(judge(span, rules, account.facts("t1")).failed for span in calls(9))


CANARY = "jane.roe@example.test"


@given(st.sampled_from(KINDS), st.booleans())
def test_no_sentence_holds_anything_of_the_span(kind: str, root: bool) -> None:
    """Planted in every text that is not a name of an evaluation."""
    held = {"guardrail": {"status": "failed", "by": CANARY}, "finish_reason": ["length", CANARY]}
    span = Span(
        trace_id=CANARY,
        span_id=CANARY,
        started_at=AT,
        name=CANARY,
        kind=kind,
        parent_id=None if root else CANARY,
        status="error",
        status_code=500,
        user=CANARY,
        input=CANARY,
        output={"error": CANARY, "messages": [{"content": f"I must decline {CANARY}"}]},
        metadata=held,
        tags={"guardrail": [CANARY]},
        evaluations=(
            Evaluation("toxicity", ["hate", CANARY], "categorical", "fail", None, CANARY),
            Evaluation("quality", 0.1, "score"),
        ),
        error_type=f"RateLimitError {CANARY}",
        error_message=CANARY,
        duration_ms=1e9,
    )
    judgement = judge(span, RULES)
    assert len(judgement.verdicts) >= 5
    assert CANARY not in repr(judgement)
    assert CANARY not in repr([it.why for it in explained(span, RULES)])


def test_each_rule_is_explained_in_order() -> None:
    """What spoke has its verdict; what did not says what it would have needed."""
    span = like(status_code=503)
    told = explained(span, RULES)
    why = {it.rule.name: it.why for it in told}
    assert [it.rule for it in told] == list(RULES.rules)
    assert {"server_error"} == {it.rule.name for it in told if it.verdict is not None}
    assert why["server_error"] == "the status code is 503"
    assert why["span_error"] == "it needs the status error"
    assert why["low_quality"] == "it needs a quality score below 0.5"
    assert why["tool_loop"] == "it looks only at spans of the kind tool"
    assert (
        "roots of traces"
        in {it.rule.name: it.why for it in explained(like(kind="agent"), RULES)}[
            "empty_agent_output"
        ]
    )


@pytest.mark.parametrize(
    ("metadata", "tags", "message", "code"),
    [
        ({}, {}, None, None),
        ({"http.status_code": 503}, {}, None, 503),
        ({"http.status_code": "429"}, {}, None, 429),
        ({"http.status_code": 200.0}, {}, None, 200),
        ({"http.status_code": True}, {}, None, None),
        ({"http.status_code": 99}, {}, None, None),
        ({"http": {"response": 1, "status_code": 502}}, {}, None, 502),
        ({"error": {"code": "404"}}, {}, None, 404),
        ({"response": {"status": 418}}, {}, None, 418),
        ({"response": "500"}, {}, None, None),
        ({}, {"http.status_code": ["200", "500"]}, None, 500),
        ({"http.status_code": 200}, {}, "Error code: 429 - slow down", 429),
        ({"http.status_code": 401}, {"http.status_code": ["500"]}, "HTTP 429", 401),
        ({}, {}, "Error code: 429 - {'error': {'type': 'requests'}}", 429),
        ({}, {}, "HTTP/1.1 502 from upstream", 502),
        ({}, {}, "Request failed with status code 404", 404),
        ({}, {}, "failed: status=503", 503),
        ({}, {}, '{"error": {"code": 400, "message": "bad"}}', 400),
        ({}, {}, "<HttpError 403 when requesting the list>", 403),
        ({}, {}, "429 Too Many Requests", 429),
        ({}, {}, "server said: 503 Service Unavailable", 503),
        ({}, {}, "took 503 ms for 404 rows on line 500", None),
        ({}, {}, "error code 500123", None),
        ({}, {}, "status 12.404", None),
        ({}, {}, "status: 500,123 rows", None),
        ({}, {}, "1,404 Not Found pages", None),
        ({}, {}, "HTTP 200", None),
    ],
)
def test_a_status_code_is_found_wherever_it_is_told(
    metadata: Mapping[str, Any],
    tags: Mapping[str, list[str]],
    message: str | None,
    code: int | None,
) -> None:
    """A number is one only beside words that say so; a failure goes before a success."""
    assert code == status_code_of(metadata, codes_of_tags(tags), message)


@settings(max_examples=400)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "value",
                        "messages",
                        "choices",
                        "content",
                        "type",
                        "text",
                        "error",
                        "role",
                        "refusal",
                    ]
                ),
                inner,
                max_size=3,
            )
        ),
        max_leaves=12,
    ),
    st.sampled_from(KINDS),
)
def test_no_shape_of_an_output_stops_the_judge(value: Any, kind: str) -> None:
    """Nor of input, metadata, or the value of an evaluation."""
    span = like(
        kind=kind,
        input=value,
        output=value,
        metadata={"guardrail": value, "finish_reason": value, "error": value, "response": value},
        evaluations=(Evaluation("toxicity", value), Evaluation("quality", value, "score")),
    )
    account = TraceAccount()
    account.feed(span)
    judgement = judge(span, RULES, account.facts("t1"))
    assert judgement == judge(span, RULES, account.facts("t1"))
    assert status_code_of(span.metadata, (), None) in {None, *range(100, 600)}
