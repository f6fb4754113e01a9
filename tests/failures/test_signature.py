"""The signature: one for a cause in whatever words, another for what only looks the same."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretBytes

from scarline.failures.places import name_of
from scarline.failures.signature import signature
from scarline.failures.span import Evaluation, Span
from scarline.privacy import Policy, redact_json, redact_text
from scarline.privacy.fields import built_in_fields
from scarline.privacy.marks import Marks, Mode
from scarline.privacy.rules import Category, built_in
from tests.failures.labelled.reading import labelled

KEY = SecretBytes(b"0123456789abcdef0123456789abcdef")
MODES = [
    Policy(built_in(), built_in_fields(), Marks(dict.fromkeys(Category, mode), KEY))
    for mode in Mode
]
LIKE = Span("t", "s", datetime(2026, 1, 1, tzinfo=UTC), status="error", ml_app="travel")


def failed(message: str | None = None, error: str | None = None, **told: Any) -> Span:
    """Return a span that failed with a message and a type of error."""
    name = told.pop("name", "search")
    own: dict[str, Any] = {"kind": "tool", "name": name, "path": ("plan", name), **told}
    return replace(LIKE, error_message=message, error_type=error, **own)


def judged(*evaluations: Evaluation, **told: Any) -> Span:
    """Return a span without an error that evaluators failed."""
    own: dict[str, Any] = {
        "kind": "llm",
        "name": "openai.chat",
        "path": ("plan", "answer", "openai.chat"),
    }
    return replace(LIKE, status="ok", evaluations=evaluations, **{**own, **told})


def key(span: Span, failure_type: str = "error") -> str:
    """Return the signature of a span."""
    return signature(span, failure_type).signature


def body(**told: Any) -> str:
    """Return an error of a provider as its client prints it."""
    return f"Error code: 429 - { ({'error': told})!r}"


TRACEBACK = """Traceback (most recent call last):
  File "/srv/app/offers.py", line 44, in read
    amount = row['price']
KeyError: 'price'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/app/agent.py", line 190, in call
    raise ToolException("search failed") from error
ToolException: search failed
"""
JAVA = (
    "example.ToolException: search failed\n\tat example.Runner.run(Runner.java:36)\n"
    "Caused by: java.net.ConnectException: Connection refused\n\tat example.Http.get(Http.java:9)"
)
NULL = "'NoneType' object has no attribute 'text'"
NPE = (
    "java.lang.NullPointerException\n\tat java.base/java.util.Map.get(Map.java:9)"
    "\n\tat example.Offer.price(Offer.java:36)"
)


def null_at(code: str, line: int = 10, *, library: bool = False) -> str:
    """Return a traceback of an AttributeError at a line of code."""
    frame = f'  File "/srv/app/page.py", line {line}, in read\n    {code}\n'
    below = '  File "/venv/lib/python3.11/site-packages/bs4/x.py", line 2, in get\n    return x.y\n'
    return f"Traceback (most recent call last):\n{frame}{below * library}AttributeError: {NULL}"


WEB = "web_search"
LLM: dict[str, Any] = {"kind": "llm", "name": "openai.chat", "provider": "openai"}

CAUSES: Mapping[str, Sequence[Span]] = {
    "rate limit of one provider": [
        failed(body(message="Rate limit reached for gpt-4o", code="rate_limit_exceeded"), **LLM),
        failed("Zu viele Anfragen", "RateLimitError", **LLM),
        failed("Limite de requêtes dépassée", **LLM),
        failed(None, None, status_code=429, **LLM),
        failed(None, None, metadata={"error": {"code": "rate_limit_exceeded"}}, **LLM),
        failed("RetryError[<Future at 0x7f8 state=finished raised RateLimitError>]", **LLM),
    ],
    "rate limit of tokens": [
        failed(body(message="Rate limit reached on tokens per min (TPM): Limit 30000"), **LLM),
        failed("Requests have exceeded token rate limit of your tier", "RateLimitError", **LLM),
        failed("plan gave up: openai said 429 (tokens)", kind="agent", name="plan"),
    ],
    "rate limit of a model to embed with": [
        failed("429 Too Many Requests", provider="openai", kind="embedding", name="embed"),
        failed("429 from OpenAI: Embeddings_Create exceeded call rate limit", kind="task"),
    ],
    "more than a limit of a minute in one request": [
        failed("Request too large for gpt-9 on tokens per min (TPM): Limit 30000", **LLM),
    ],
    "rate limit of a tool": [
        failed("429 Client Error: Too Many Requests for url: https://x.example/q?n=7", name=WEB),
        failed(f"{WEB} returned 429 Too Many Requests", kind="agent", name="plan"),
    ],
    "quota": [
        failed(body(message="You exceeded your current quota"), "RateLimitError", **LLM),
        failed("429 Too many tokens per day", "ThrottlingException", **LLM),
    ],
    "a quota of each minute, told as one that is used up": [
        failed("Exceeded your current quota [RequestsPerMinute]", kind="llm", provider="google"),
        failed("gemini quota requests_per_minute (300) exceeded", kind="task", name="plan"),
    ],
    "overloaded": [
        failed("overloaded_error", "InternalServerError", status_code=529, **LLM),
        failed("OpenAI is overloaded", kind="task"),
    ],
    "refused, not overloaded": [failed("Connection refused", **LLM)],
    "not connected in time": [
        failed("timed out", "httpx.ConnectTimeout", name="route"),
        failed("Connection timeout to host https://maps.example/route", name="route"),
    ],
    "not answered in time": [
        failed("timed out", "httpx.ReadTimeout", name="route"),
        failed("route failed: timed out after 10 s", kind="agent", name="plan"),
    ],
    "a statement of one step": [
        failed("canceling statement due to statement timeout", name="history"),
        failed("(psycopg.errors.QueryCanceled) statement timeout [SQL: SELECT]", name="history"),
    ],
    "an operation that is not allowed": [
        failed("not authorized to perform: s3:GetObject on resource: x", name="load"),
    ],
    "another operation that is not allowed": [
        failed("not authorized to perform: kms:Decrypt on resource: x", name="load"),
    ],
    "a record that is not there": [failed('pod "web-7" not found', name="restart")],
    "a part of the set-up that is not there": [
        failed('context "prod-2" does not exist', name="restart"),
        failed("no such context: prod-2", name="restart"),
    ],
    "another part of the set-up": [failed('bucket "prod-2" does not exist', name="restart")],
    "told by a client, by another call of it, and by the step": [
        failed("tenant 't1' off-loaded", kind="retrieval", name=name, path=("plan", "find", name))
        for name in ("weaviate.hybrid", "weaviate.near_vector", "find")
    ],
    "told with the type of a driver and without": [
        failed("(psycopg.errors.ReadOnlySqlTransaction) read-only transaction", name="log"),
        failed("read-only transaction", "psycopg.errors.ReadOnlySqlTransaction", name="log"),
    ],
    "an index that is searched through a client": [
        failed("Wrong input: Vector dimension error: expected dim: 8, got 4", kind="retrieval"),
        failed(
            'Bad Request\nRaw response content:\nb\'{"error": "expected dim: 8, got 4"}\'',
            kind="retrieval",
            name="qdrant.query_points",
        ),
    ],
    "one key": [
        failed("'price'", "KeyError"),
        failed("Error executing tool search: 'price'", "ToolException"),
        failed(None, None, error_stack=TRACEBACK),
        failed("Tool call failed: KeyError: 'price'", "RuntimeError", name="plan", kind="agent"),
        failed("1 validation error for Offer\nprice\n  Field required [type=missing]"),
    ],
    "another key": [failed("'currency'", "KeyError")],
    "no connection": [
        failed("connect ECONNREFUSED 10.0.3.4:8080", "Error"),
        failed("search failed", "example.ToolException", error_stack=JAVA),
        failed("dial tcp 10.0.3.4:8080: connect: connection refused"),
        failed("Verbindungsaufbau abgelehnt"),
    ],
    "no connection to the database": [
        failed("connection to server, port 5432 failed: Connection refused"),
        failed("connect ECONNREFUSED postgres.example:5432", "Error"),
    ],
    "no connection for another tool": [failed("connect ECONNREFUSED 10.0.3.4:8080", name="book")],
    "what a user wrote differs": [
        failed('City "Paris" is in no catalogue'),
        failed("City 'a b, c' is in no catalogue", name="search_2"),
        failed("[attempt 2/3] City '' is in no catalogue"),
        failed("search failed: City 'x' is in no catalogue", kind="agent", name="plan"),
    ],
    "null at one line": [
        failed(NULL, "AttributeError", error_stack=null_at("title = page.title.text")),
        failed("plan failed", error_stack=null_at("title = page.title.text", 12), kind="agent"),
        failed(NULL, error_stack=null_at("title = page.title.text", library=True), name="read"),
    ],
    "null at another line": [failed(NULL, error_stack=null_at("body = page.main.text"))],
    "null in another language": [failed(None, "java.lang.NullPointerException", error_stack=NPE)],
    "null at a member of its own": [
        failed("'NoneType' object has no attribute 'departures'", "AttributeError"),
        failed("Cannot read properties of null (reading 'departures')", "TypeError", name="read"),
        failed("trains failed: undefined is not an object (evaluating 'board.departures')"),
    ],
    "an argument of a tool": [
        failed("period must be month or year, not 'spring'", "ValueError", name="list_bills"),
        failed(
            "1 validation error for Ask\nperiod\n  Input should be 'month' or 'year'",
            "ValidationError",
            name="list_bills",
        ),
        failed('422 {"field": "period", "problem": "invalid value"}', name="list_bills"),
    ],
    "a choice of the same tool, and no argument is named": [
        failed("'autumn' is not one of ['month', 'year']", name="list_bills"),
        failed("list_bills failed: invalid span, allowed values are month, year", kind="agent"),
    ],
    "an amount of the same tool": [
        failed("amount must be positive, got -3", "ValueError", name="list_bills"),
        failed("1 validation error\namount\n  Input should be greater than 0", name="list_bills"),
    ],
    "an argument of the same tool, and no more is told": [
        failed(
            "Client error '422 Unprocessable Entity' for url 'https://x.example'", name="list_bills"
        ),
        failed("list_bills failed: bad request", kind="agent", name="plan"),
    ],
    "a date of the same tool": [
        failed("Invalid isoformat string: '3. Mai'", "ValueError", name="list_bills"),
        failed(
            "1 validation error for Ask\nday\n  Input should be a valid date", name="list_bills"
        ),
    ],
    "a field of an answer": [
        failed("1 validation error for Bill\nitems.3.unit\n  Input should be 'kg'", kind="task"),
        failed('[{"path": ["items", 0, "unit"], "message": "Invalid unit"}]', kind="task"),
    ],
    "another field of an answer": [
        failed("1 validation error for Bill\nitems.3.tax\n  Input should be 7", kind="task")
    ],
    "paid already": [
        failed("bill B-1 was already paid", "PayError", name="pay_bill"),
        failed(None, output='{"ok": false, "error": {"code": "already_paid"}}', name="pay_bill"),
    ],
    "paid too late": [failed("bill B-7 is older than 60 days", "PayError", name="pay_bill")],
    "no argument that it takes": [
        failed("list_bills() got an unexpected keyword argument 'limit'", "TypeError"),
        failed("Unknown parameter: 'limit'", name="list_bills"),
    ],
    "fenced": [
        failed(
            "Expecting value: line 1 column 1 (char 0)",
            "JSONDecodeError",
            output="```json\n{}\n```",
        ),
    ],
    "cut off": [
        failed("Unterminated string starting at: line 2", "JSONDecodeError"),
        failed("Unexpected end of JSON input", "SyntaxError"),
    ],
    "an evaluator": [
        judged(Evaluation("Faithfulness", 0.2, "score", "fail")),
        judged(Evaluation("faithfulness_score", "unfaithful", "categorical", "fail")),
        judged(Evaluation("Hallucination", "fabrication", "categorical", "fail")),
        judged(Evaluation("ragas.groundedness", 0.1, "score", "fail"), name="openai.responses"),
        judged(
            Evaluation("faithfulness", False, "boolean", "fail"),
            Evaluation("quality", 0.1, "score", "fail"),
            kind="agent",
            name="plan",
        ),
    ],
    "one thing that an evaluator tells from others": [
        judged(Evaluation("Hallucination", "contradiction", "categorical", "fail")),
    ],
    "a tone": [judged(Evaluation("tone", "rude", "categorical", "fail"))],
    "another tone": [judged(Evaluation("tone", "too formal", "categorical", "fail"))],
    "a label that names a cause": [
        judged(Evaluation("failure_to_answer", "Refusal", "categorical", "fail")),
        failed("refusal: I can't help with that", "Refused", kind="task", name="answer"),
    ],
    "a rule of a guardrail": [
        failed(output={"action": "BLOCKED", "topics": [{"name": "pay", "action": "BLOCKED"}]}),
        failed("Validation failed for field with errors: Invalid topics found: ['pay']"),
    ],
    "another rule of the guardrail": [
        failed(output={"action": "BLOCKED", "filters": [{"type": "INSULTS", "action": "BLOCKED"}]}),
    ],
    "another evaluator": [judged(Evaluation("toxicity", 0.9, "score", "fail"))],
    "an evaluator that could not judge": [
        judged(Evaluation("faithfulness", status="error")),
        judged(Evaluation("faithfulness", status="error"), kind="agent"),
    ],
    "late without an error": [
        judged(metadata={"time_to_first_token_ms": 8100}),
        judged(Evaluation("response_time", "slow", "categorical", "fail")),
    ],
    "the same call again and again": [
        judged(metadata={"tool_calls": [{"name": "search", "arguments": "{}"}] * 5}, kind="agent"),
        judged(Evaluation("tool_loop", True, "boolean", "fail"), kind="agent"),
    ],
    "quality of a step": [
        judged(Evaluation("quality", 0.1, "score", "fail")),
        judged(
            Evaluation("quality_score", 0.3, "score", "fail"),
            path=("plan", "retry 2", "answer", "attempt_3", "openai.chat"),
        ),
    ],
    "quality of another step": [
        judged(
            Evaluation("quality", 0.1, "score", "fail"), path=("plan", "summarise", "openai.chat")
        )
    ],
}
EACH = [(name, span) for name, spans in CAUSES.items() for span in spans]


@pytest.mark.parametrize("name", CAUSES)
def test_a_cause_has_one_signature(name: str) -> None:
    """Whatever its words, wrappers, languages, attempts and places."""
    found = [signature(span, "error") for span in CAUSES[name]]
    assert len({it.signature for it in found}) == 1, [it.parts for it in found]


def test_causes_are_told_apart() -> None:
    """However alike they look."""
    named = {name: key(spans[0]) for name, spans in CAUSES.items()}
    alike = [both for both in combinations(named, 2) if named[both[0]] == named[both[1]]]
    assert not alike


def test_another_application_is_another_cause() -> None:
    """Another owner makes another change."""
    assert key(failed("x went wrong")) != key(failed("x went wrong", ml_app="shop"))


def test_a_type_without_a_text_is_judged_by_its_step() -> None:
    """Nothing else is told."""
    empty = judged()
    assert key(empty, "latency") == key(replace(empty, kind="task"), "latency")
    assert key(empty, "latency") != key(empty, "cost")
    assert key(empty, "latency") != key(replace(empty, path=("plan", "rank", "x.chat")), "latency")


def test_the_evaluations_that_made_it_a_failure_count() -> None:
    """Where they are named, and no others."""
    span = judged(Evaluation("tone", 0.1), Evaluation("bias", 0.9))
    assert signature(span, "evaluation", ["bias"]).parts["evaluations"] == ["bias"]


def test_evaluations_that_made_it_no_failure_do_not_name_it() -> None:
    """It was slow, and also looked at for something else."""
    span = judged(Evaluation("hallucination", 0.4, "score"), name="answer")
    assert signature(span, "latency", ()).parts["cause"] == "latency"
    assert signature(span, "latency", ["hallucination"]).parts["cause"] == "hallucination"


def test_it_says_what_it_is_made_of() -> None:
    """A version with a digest, a line for people, the parts."""
    found = signature(CAUSES["rate limit of one provider"][0], "error")
    assert found.title == "Rate limit reached: openai"
    assert found.parts == {"application": "travel", "cause": "rate_limit", "dependency": "openai"}
    assert found.signature.startswith("v1:")
    assert len(bytes.fromhex(found.signature.removeprefix("v1:"))) == 16


def test_nothing_that_only_one_occurrence_has_is_told() -> None:
    """No id, number, address or text of a user in title and parts."""
    message = (
        "Order 8841-22 of 'Jane Doe' <jane@x.example> at /home/jane/x.csv, id=abc7, is not covered "
        'by plan "my own" (request id: req_88), see https://x.example/jane?q=1'
    )
    found = signature(failed(message), "error")
    assert found.title == "Order of at is not covered by plan"
    assert "jane" not in json.dumps([found.title, found.parts]).lower()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *(("searchFlights", "search_flights"), ("search-flights_tool", "search_flights")),
        *(("step_3 rank", "rank"), ("rank (attempt 2)", "rank"), ("Rank#12", "rank")),
        ("answer 3f2b8c1e-0d4e-4b7a-9a51-9d4c2f6a7e10", "answer"),
        ("greet jane@example.org", "greet"),
    ],
)
def test_a_name_has_one_spelling(name: str, expected: str) -> None:
    """Without ids, numbers, users, and what only says that it is a tool or an attempt."""
    assert name_of(name) == expected


@given(st.sampled_from(EACH), st.integers(0, 9999), st.uuids())
def test_numbers_and_ids_on_the_way_change_nothing(
    each: tuple[str, Span], number: int, other: Any
) -> None:
    """Steps are counted, spans have ids, users and times of their own."""
    span = each[1]
    path = (f"run-{other}", *span.path[:-1], f"step_{number}", *span.path[-1:])
    moved = replace(
        span,
        trace_id=str(other),
        user=str(number),
        session=str(other),
        path=path,
        duration_ms=float(number),
        version=str(number),
    )
    assert key(moved) == key(span)


SAID = st.dictionaries(
    st.sampled_from(["message", "code", "type", "status", "param"]), st.text("abc 12", max_size=9)
)


@given(SAID, st.randoms())
def test_the_order_of_keys_changes_nothing(told: dict[str, str], chance: Any) -> None:
    """Of a body in a message, in metadata and in an output."""
    items = list(told.items())
    chance.shuffle(items)
    one, other = ({"error": it} for it in (told, dict(items)))
    assert key(failed(f"said {json.dumps(one)}")) == key(failed(f"said {json.dumps(other)}"))
    assert key(failed(metadata=one)) == key(failed(metadata=other))
    assert key(failed(output=one)) == key(failed(output=other))


PERSONAL = st.sampled_from(
    [
        *("jane.doe@example.org", "+49 151 23456789", "4111 1111 1111 1111", "192.0.2.17"),
        *("DE89 3704 0044 0532 0130 00", "AKIAIOSFODNN7EXAMPLE", "078-05-1120"),
        *("2a02:908:1:2:3:4:5:6", "https://jane:secret1@example.org/x"),
    ]
)
WORDINGS = st.sampled_from(
    [
        "the record of {} could not be merged with the ledger",
        "Rate limit reached for {}: too many requests",
        "KeyError: 'price' while reading {}",
        '{{"error": {{"message": "no policy covers {}", "code": "not_covered"}}}}',
        "Tool search failed: account {} has no open basket",
    ]
)


@given(WORDINGS, PERSONAL)
def test_what_redaction_takes_counts_for_nothing(wording: str, value: str) -> None:
    """Before and after, whatever stands in its place: nothing, a mark, a pseudonym."""
    span = failed(wording.format(value))
    others = [failed(redact_text(wording.format(value), policy)) for policy in MODES]
    assert {signature(it, "error").signature for it in others} == {key(span)}
    assert len({(it.title, str(it.parts)) for it in (signature(o, "error") for o in others)}) == 1


@given(
    WORDINGS,
    st.sampled_from(["Jane Doe", "Dr. Maria Lindqvist", "Herr Jonas Weber"]),
)
def test_names_of_people_count_for_nothing_once_redacted(wording: str, name: str) -> None:
    """Only redaction knows them; which mode it has changes nothing."""
    told = wording.format(f"the customer {name}")
    found = {key(failed(redact_text(told, policy))) for policy in MODES}
    assert len(found) == 1


def test_the_whole_span_may_be_redacted() -> None:
    """Names of spans, tools and evaluations, metadata and outputs too."""
    for _, span in EACH:
        told = {
            "error_message": span.error_message,
            "output": span.output,
            "metadata": dict(span.metadata),
        }
        for policy in MODES:
            clean = redact_json(told, policy)
            assert key(replace(span, **clean)) == key(span)


@pytest.mark.parametrize("part", ["a.", "a@", "'a'", "a=", "at (", "Ab", '{"error":', "a_", "a\n "])
def test_a_text_that_repeats_itself_takes_no_time(part: str) -> None:
    """A message may be anything: time rises with its length, and not with more than that."""
    texts = [part * (length // len(part)) for length in (1_000, 4_000)]
    key(failed(texts[0]))
    seconds = []
    for text in texts:
        begun = process_time()
        key(failed(text, kind="agent"))
        seconds.append(process_time() - begun)
    assert seconds[1] < 10 * max(seconds[0], 0.03)


def test_labelled_failures_are_grouped_as_people_do() -> None:
    """Pairs of labelled spans: precision at least 0.95, recall at least 0.80."""
    spans = list(labelled())
    named = [(it.cause, key(it.span)) for it in spans]
    pairs = list(combinations(named, 2))
    together = [one[0] == other[0] for one, other in pairs if one[1] == other[1]]
    causes = [one[1] == other[1] for one, other in pairs if one[0] == other[0]]
    assert sum(together) / len(together) >= 0.95
    assert sum(causes) / len(causes) >= 0.80
