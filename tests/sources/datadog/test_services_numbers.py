"""The numbers of services: units are read, what is not known is null, the shape is checked."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from datadog_api_client import Configuration
from datadog_api_client.model_utils import validate_and_convert_types
from datadog_api_client.v2.model.scalar_formula_query_request import ScalarFormulaQueryRequest
from datadog_api_client.v2.model.scalar_formula_query_response import ScalarFormulaQueryResponse
from hypothesis import given
from hypothesis import strategies as st

from scarline.errors import SourceChanged, SourceUnavailable
from scarline.sources.datadog.services_numbers import (
    MILLISECONDS,
    SHARES,
    STATS,
    asks,
    read,
)
from scarline.sources.datadog.windows import Span

ONE: tuple[str, ...] = ("service",)
PAIR = ("service", "peer.service")

Values = Sequence[float | None]


def unit(name: str | None, per: str | None = None) -> Any:
    """A unit as the API writes it: a pair, of which the second is mostly null."""
    return [{"name": name}, {"name": per} if per else None] if name else None


def body(
    groups: dict[str, list[str]],
    latency: Values,
    rate: Values,
    units: tuple[Any, Any] = (unit("second"), unit("fraction")),
    counts: tuple[Values, Values] | None = None,
) -> bytes:
    """An answer: columns of groups, and of the four numbers."""
    nothing = [None] * len(latency)
    errors, hits = counts or (nothing, nothing)
    numbers = zip(STATS, (latency, rate, errors, hits), (*units, None, None), strict=True)
    columns: list[dict[str, Any]] = [
        {"name": key, "type": "group", "values": [[it] for it in texts]}
        for key, texts in groups.items()
    ]
    columns += [
        {"name": stat, "type": "number", "values": list(values), "meta": {"unit": of}}
        for stat, values, of in numbers
    ]
    attributes = {"columns": columns}
    return json.dumps({"data": {"type": "scalar_response", "attributes": attributes}}).encode()


@given(
    st.sampled_from(sorted(map(str, MILLISECONDS))),
    st.sampled_from(sorted(map(str, SHARES))),
    st.floats(0, 1e6),
    st.floats(0, 1),
)
def test_whatever_the_unit_the_number_is_the_same(
    time: str, share: str, milliseconds: float, part: float
) -> None:
    """Law: written in any unit, and read, it is what it was."""
    latency, rate = milliseconds / MILLISECONDS[time], part / SHARES[share]
    found = read(body({"service": ["a"]}, [latency], [rate], (unit(time), unit(share))), ONE)
    assert found.latency_ms["a",] == pytest.approx(milliseconds)
    assert found.error_rate["a",] == pytest.approx(part, abs=1e-12)
    assert found.lacking == []


@given(
    st.dictionaries(
        st.text(min_size=1).filter(lambda it: it != "N/A"),
        st.tuples(st.none() | st.floats(0, 9e9), st.none() | st.floats(0, 1)),
        min_size=1,
    )
)
def test_every_group_has_its_own_numbers(
    rows: dict[str, tuple[float | None, float | None]],
) -> None:
    """Law: in any order, with any gaps, null for null and never 0."""
    latency, rate = zip(*rows.values(), strict=True)
    units = (unit("millisecond"), unit("fraction"))
    found = read(body({"service": list(rows)}, latency, rate, units), ONE)
    assert found.latency_ms == {(name,): it[0] for name, it in rows.items()}
    assert found.error_rate == {(name,): it[1] for name, it in rows.items()}


@pytest.mark.parametrize("of", [unit("page"), unit(None), unit("second", "request"), "", "fish"])
def test_a_latency_of_an_unknown_unit_is_none(of: Any) -> None:
    """And it is said; the error rate stays."""
    found = read(body({"service": ["a"]}, [0.5], [0.25], (of, unit("fraction"))), ONE)
    assert (found.latency_ms["a",], found.error_rate["a",]) == (None, 0.25)
    assert [("latency_avg" in it, "left empty" in it) for it in found.lacking] == [(True, True)]


def test_nothing_said_needs_no_unit() -> None:
    """A column of nulls lacks none."""
    found = read(body({"service": ["a"]}, [None], [None], (None, None)), ONE)
    assert (found.latency_ms, found.lacking) == ({("a",): None}, [])


@pytest.mark.parametrize(
    ("errors", "hits", "rate"),
    [(5, 20, 0.25), (0, 20, 0.0), (0, 0, None), (None, 20, None), (5, None, None)],
)
def test_a_rate_without_a_unit_is_counted(
    errors: float | None, hits: float | None, rate: float | None
) -> None:
    """Errors of requests, where both are there; 25 could be a percentage or wrong."""
    counts = ([errors], [hits])
    found = read(body({"service": ["a"]}, [1], [25], (unit("second"), None), counts), ONE)
    assert found.error_rate["a",] == rate
    assert bool(found.lacking) == (rate is None)


@pytest.mark.parametrize(("latency", "rate"), [(-1, 0.5), (0.5, -0.1), (0.5, 1.01), (1e306, 0.5)])
def test_what_cannot_be_is_left_out(latency: float, rate: float) -> None:
    """And counted; nothing is pressed into its bounds."""
    found = read(body({"service": ["a"]}, [latency], [rate]), ONE)  # 1e306 s overflow as ms
    assert (found.latency_ms["a",] is None) == (latency != 0.5)
    assert (found.error_rate["a",] is None) == (rate != 0.5)
    assert found.kept_out == {"a number out of bounds": 1}


def test_groups_without_a_name_are_left_out() -> None:
    """Datadog writes N/A for spans that lack the tag."""
    groups = {"service": ["a", "a", "b"], "peer.service": ["N/A", "c", ""]}
    found = read(body(groups, [1, 2, 3], [0, 0, 0]), PAIR)
    assert found.latency_ms == {("a", "c"): 2_000.0}
    assert found.kept_out == {"no name": 2}


def test_an_answer_without_rows_is_empty() -> None:
    """As recorded, it has no column for its groups, and no unit."""
    column = {"name": "hits", "values": [], "type": "number", "meta": {"unit": None}}
    document = {"data": {"id": "0", "attributes": {"columns": [column]}}}
    found = read(json.dumps(document).encode(), ONE)
    assert (found.latency_ms, found.lacking) == ({}, ())


def changed(change: str) -> bytes:
    """An answer with one thing wrong."""
    document = json.loads(body({"service": ["a", "b"]}, [1, 2], [0, 0]))
    columns = document["data"]["attributes"]["columns"]
    if change == "no group":
        del columns[0]
    elif change == "no number":
        del columns[1]
    elif change == "uneven":
        columns[1]["values"].pop()
    elif change == "a group of two":
        columns[0]["values"][0] = ["a", "b"]
    elif change == "a group of none":
        columns[0]["values"][0] = None
    elif change == "numbers in lists":
        columns[1]["values"][0] = ["a"]
    elif change == "text for a number":
        columns[1]["values"][0] = "1"
    elif change == "no data":
        del document["data"]
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    "change",
    [
        "no group",
        "no number",
        "uneven",
        "a group of two",
        "a group of none",
        "numbers in lists",
        "text for a number",
        "no data",
    ],
)
def test_another_shape_is_refused(change: str) -> None:
    """With a sentence; the right one is not."""
    assert len(read(changed(""), ONE).latency_ms) == 2
    with pytest.raises(SourceChanged, match="not of the documented shape"):
        read(changed(change), ONE)


def test_an_answer_that_complains_is_none() -> None:
    """Though its status is 200, and it has data."""
    document = json.loads(body({"service": ["a"]}, [1], [0]))
    document["errors"] = "the query timed out"
    with pytest.raises(SourceUnavailable, match="timed out"):
        read(json.dumps(document).encode(), ONE)


def theirs(document: Any, model: Any) -> Any:
    """The document as the official client's model, types checked."""
    check: Any = validate_and_convert_types
    client: Any = Configuration
    return check(document, (model,), ["body"], True, True, client())


def test_the_official_client_reads_the_same() -> None:
    """Two groups, a null, a unit."""
    answer = body({"service": ["a", "b"], "peer.service": ["c", "d"]}, [0.5, None], [0.1, 0.2])
    columns = {
        it.name: it
        for it in theirs(json.loads(answer), ScalarFormulaQueryResponse).data.attributes.columns
    }
    groups = zip(*([it[0] for it in columns[key]["values"]] for key in PAIR), strict=True)
    assert str(columns["latency_avg"].meta.unit[0].name) == "second"
    seconds = dict(zip(groups, columns["latency_avg"]["values"], strict=True))
    found = read(answer, PAIR)
    assert found.latency_ms == {key: it and 1_000 * it for key, it in seconds.items()}


@pytest.mark.parametrize("group_by", [("env",), ONE, PAIR])
def test_the_official_client_knows_the_question(group_by: tuple[str, ...]) -> None:
    """Each word of it; client spans for pairs, server spans for the others."""
    request = asks(group_by, "prod", Span(60, 120))
    assert request.body is not None
    attributes = theirs(json.loads(request.body), ScalarFormulaQueryRequest).data.attributes
    assert (attributes._from, attributes.to) == (60_000, 120_000)  # noqa: SLF001 - their name for it
    queries = [query.get_oneof_instance() for query in attributes.queries.value]
    assert [str(query.stat) for query in queries] == list(STATS)
    kind = "client" if group_by == PAIR else "server"
    assert {(str(it.span_kind), it.query_filter, tuple(it.group_by)) for it in queries} == {
        (kind, "env:prod", group_by)
    }
