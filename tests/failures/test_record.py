"""Failing spans as rows: what each column holds, what a payload is cut to, where links lead."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scarline.failures.judge import Judgement, judge
from scarline.failures.payload import FEWEST_BYTES, as_json, fitted
from scarline.failures.permalink import apm_link, llm_link
from scarline.failures.record import Grouping, Recording, record
from scarline.failures.rules import read_rules
from scarline.failures.span import Evaluation, Span
from scarline.kinds import LLM_FAILURE
from scarline.sources.datadog.config import SITES

RULES = read_rules()
AT = datetime(2026, 11, 21, 12, 0, 0, 250_000, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 13, tzinfo=UTC)
SPAN = Span(
    trace_id="674f1c9e00000000aa11bb22cc33dd44",
    span_id="1234567890",
    started_at=AT,
    name="plan",
    kind="llm",
    status="error",
    parent_id="7",
    duration_ms=1500.0,
    ml_app="shop",
    service="basket",
    version="1.2.0",
    model="m-1",
    user="u-77",
    status_code=429,
    error_type="RateLimitError",
    input_tokens=12,
    output_tokens=0,
    cost_usd=0.0075,
    evaluations=(Evaluation("b", 0.25, "score"), Evaluation("a", None, None, "fail", None, "so")),
    told={"z": 1, "a": {"c": None, "b": "\u00fc"}},
)
GROUPING = Grouping("v1:0f", "plan is asked too often", {"z": ["x"], "a": 1})


def kept(value: Any) -> Any:
    """Clean nothing."""
    return value


HOW = Recording(NOW, llm_link("datadoghq.eu"), lambda user: f"hash of {user}", kept)


def rows(*spans: Span, how: Recording = HOW) -> list[dict[str, Any]]:
    """The rows that spans become."""
    batch = record([(span, judge(span, RULES), GROUPING) for span in spans], how)
    assert batch.schema.equals(LLM_FAILURE.schema)
    batch.validate(full=True)
    told: list[dict[str, Any]] = batch.to_pylist()
    return told


def test_a_failure_is_one_row() -> None:
    """Every column, whole."""
    assert rows(SPAN) == [
        {
            "trace_id": "674f1c9e00000000aa11bb22cc33dd44",
            "span_id": "1234567890",
            "fetched_at": NOW,
            "failed_at": AT,
            "service_name": "basket",
            "ml_app": "shop",
            "span_kind": "llm",
            "model": "m-1",
            "version": "1.2.0",
            "status_code": 429,
            "quality_score": None,
            "failure_type": "rate_limit",
            "severity": "medium",
            "signature": "v1:0f",
            "user_hash": "hash of u-77",
            "trace_payload": '{"a":{"b":"\u00fc","c":null},"z":1}',
            "evaluations": '[{"assessment":"fail","name":"a","reasoning":"so"},'
            '{"form":"score","name":"b","value":0.25}]',
            "datadog_url": "https://app.datadoghq.eu/llm/traces"
            "?query=trace_id%3A674f1c9e00000000aa11bb22cc33dd44&spanId=1234567890"
            "&start=1795261500250&end=1795263301750&paused=true",
            "input_tokens": 12,
            "output_tokens": 0,
            "cost_usd": 0.0075,
            "span_name": "plan",
            "error_type": "RateLimitError",
            "title": "plan is asked too often",
            "reasons": '[{"rule":"rate_limit","severity":"medium","type":"rate_limit",'
            '"why":"the status code is 429"},'
            '{"rule":"client_error","severity":"medium","type":"client_error",'
            '"why":"the status code is 429"},'
            '{"rule":"span_error","severity":"medium","type":"error","why":"the status is error"},'
            '{"rule":"failed_evaluation","severity":"medium","type":"evaluation",'
            '"why":"the evaluation a is assessed as fail"}]',
            "grouped_by": '{"a":1,"z":["x"]}',
            "duration_ms": 1500.0,
        }
    ]


def test_what_is_not_told_is_null() -> None:
    """Never 0, never an empty text; a number that is none is not told."""
    bare = Span("t", "s", AT, status="error", cost_usd=float("nan"), duration_ms=float("inf"))
    (row,) = rows(bare, how=replace(HOW, link=lambda _: None))
    assert {"failure_type", "severity", "trace_id", "span_id", "fetched_at", "failed_at"} | {
        *("signature", "title", "grouped_by", "reasons", "trace_payload")
    } == {name for name, value in row.items() if value is not None}


def test_without_a_key_there_is_no_pseudonym() -> None:
    """And without a user nothing is hashed."""
    assert [
        row["user_hash"]
        for row in (
            *rows(SPAN, how=replace(HOW, hashed=lambda _: None)),
            *rows(replace(SPAN, user=None)),
        )
    ] == [None, None]


def test_rows_stand_in_the_order_of_the_failures() -> None:
    """None at all is a batch too."""
    spans = [replace(SPAN, span_id=str(number)) for number in (3, 1, 2)]
    assert [row["span_id"] for row in rows(*spans)] == ["3", "1", "2"]
    assert rows() == []


def test_what_raised_a_severity_is_in_the_reasons() -> None:
    """So that a reader of the record can tell."""
    (row,) = rows(replace(SPAN, parent_id=None))
    assert [it["raised_by"] for it in json.loads(row["reasons"])] == [["user_facing"]] * 4


def test_a_span_that_did_not_fail_is_no_row() -> None:
    """Rather an error than a failure without a type."""
    with pytest.raises(ValueError, match="did not fail"):
        record([(SPAN, Judgement(), GROUPING)], HOW)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=300),
    lambda inner: (
        st.lists(inner, max_size=8) | st.dictionaries(st.text(max_size=20), inner, max_size=8)
    ),
    max_leaves=60,
)


@given(st.dictionaries(st.text(max_size=9), JSON, max_size=9), st.integers(FEWEST_BYTES, 3_000))
def test_a_payload_fits_and_is_json(value: dict[str, Any], most_bytes: int) -> None:
    """Whole where there is room, with a note where something was cut."""
    text = fitted(value, most_bytes, kept)
    whole = as_json(value)
    assert len(text.encode()) <= most_bytes
    json.loads(text)
    if len(whole.encode()) <= most_bytes:
        assert whole == text
    else:
        assert "cut here ...]" in text


def test_the_longest_texts_are_cut_in_their_middle() -> None:
    """To one length, with the number of characters that went; short ones stay."""
    value = {"q": "why?" * 5, "long": "a" * 4_000 + "END", "longer": ["\u4e2d" * 9_000]}
    told = json.loads(fitted(value, 5_000, kept))
    assert value["q"] == told["q"]
    assert told["long"].startswith("aaa")
    assert told["long"].endswith("END")
    for was, now in ((value["long"], told["long"]), (value["longer"][0], told["longer"][0])):
        head, note, tail = now.partition(" [... ")
        count, _, tail = (note + tail).removeprefix(" [... ").partition(" characters were cut here")
        kept_characters = len(head) + len(tail.removeprefix(" ...] "))
        assert len(was) == int(count) + kept_characters
    assert len(fitted(value, 5_000, kept).encode()) > 2_500  # the room is used


def test_texts_are_cut_until_they_fit_whatever_their_characters_take() -> None:
    """A control character is six bytes of JSON, a letter is one: no text goes whole for that."""
    value = {"letters": "x" * 5_000, "controls": "\x01" * 4_000}
    told = json.loads(fitted(value, 3_000, kept))
    assert told["letters"].startswith("xxx")
    assert told["controls"].startswith("\x01\x01\x01")


def test_no_half_of_what_is_personal_is_left() -> None:
    """What is too long is cleaned before it is cut; what fits is left to the redactor."""
    address = "jane.roe@example.test"
    value = {"text": " ".join([address] * 500)}

    def cleaned(values: Sequence[Any]) -> Sequence[Any]:
        return [json.loads(json.dumps(it).replace(address, "[email]")) for it in values]

    for most_bytes in range(400, 420):
        assert "jane" not in fitted(value, most_bytes, cleaned)
        assert "example" not in fitted(value, most_bytes, cleaned)
    assert address in fitted({"text": address}, 400, cleaned)


def test_fields_go_where_texts_are_not_enough() -> None:
    """The largest first; what is small stays."""
    value = {"name": "plan", "numbers": list(range(5_000)), "keys": {str(n): n for n in range(50)}}
    told = json.loads(fitted(value, 1_000, kept))
    assert (value["name"], value["keys"]) == (told["name"], told["keys"])
    assert told["numbers"] == " [... 23891 characters were cut here ...] "
    assert json.loads(fitted(list(range(5_000)), 1_000, kept)) == told["numbers"]


def test_a_payload_needs_some_room() -> None:
    """For the note at least."""
    with pytest.raises(ValueError, match="needs room for 200 bytes"):
        fitted({}, FEWEST_BYTES - 1, kept)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": {2: "x"}}, '{"a":{"2":"x"},"b":1}'),
        ({"n": float("nan"), "i": float("inf")}, '{"i":null,"n":null}'),
        ({"big": 2**70, "n": float("nan")}, '{"big":1180591620717411303424,"n":null}'),
        ({"half": "\ud83d"}, '{"half":"?"}'),
        ({"at": AT, "bytes": b"x", "set": ("a",)}, None),
    ],
)
def test_any_value_is_json(value: Mapping[str, Any], text: str | None) -> None:
    """Numbers of any size, broken texts, what JSON does not know."""
    assert text in {None, as_json(value)}
    json.loads(as_json(value))


def test_what_is_nested_without_end_is_cut() -> None:
    """A note stands where the hundredth level is passed."""
    deep: Any = "x"
    for _ in range(600):
        deep = [deep]
    assert "what lies deeper was cut here" in as_json(deep)
    json.loads(fitted({"deep": deep}, FEWEST_BYTES, kept))


@pytest.mark.parametrize(
    ("site", "host"),
    [
        ("datadoghq.com", "app.datadoghq.com"),
        ("datadoghq.eu", "app.datadoghq.eu"),
        ("ddog-gov.com", "app.ddog-gov.com"),
        ("us3.datadoghq.com", "us3.datadoghq.com"),
        ("us5.datadoghq.com", "us5.datadoghq.com"),
        ("ap1.datadoghq.com", "ap1.datadoghq.com"),
        ("ap2.datadoghq.com", "ap2.datadoghq.com"),
        ("uk1.datadoghq.com", "uk1.datadoghq.com"),
        ("us2.ddog-gov.com", "us2.ddog-gov.com"),
    ],
)
def test_a_link_leads_to_the_right_site(site: str, host: str) -> None:
    """To this trace and this span, at the time when they were."""
    assert site in SITES
    llm, apm = urlsplit(llm_link(site)(SPAN)), urlsplit(apm_link(site)(SPAN))
    assert ("https", host, "/llm/traces") == llm[:3]
    asked = {name: value for name, (value,) in parse_qs(llm.query).items()}
    assert f"trace_id:{SPAN.trace_id}" == asked["query"]
    assert SPAN.span_id == asked["spanId"]
    assert int(asked["start"]) < AT.timestamp() * 1000 < int(asked["end"])
    assert (host, f"/apm/trace/{SPAN.trace_id}", f"spanID={SPAN.span_id}") == apm[1:4]


def test_every_site_has_its_case() -> None:
    """Two names stand behind app., three for themselves: a new site must be looked up."""
    assert len(SITES) == 9
