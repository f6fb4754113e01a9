"""The plan of the agents' traces: steady, of the size that was asked for, failing as it says."""

from base64 import b64decode
from collections import Counter

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scarline.sandbox import World, llm_spans, traces
from scarline.sandbox.agents import AGENTS
from scarline.sandbox.draw import Draw
from scarline.sandbox.malformed import MALFORMED
from scarline.sandbox.mishaps import MISHAPS
from scarline.sandbox.people import person
from scarline.sandbox.words import person_of
from tests.sandbox.conftest import NOON

DAY = 86_400
SEED, SIZE = 7, 6000
LAST_MINUTE = int(NOON) // 60
KINDS = {"agent", "workflow", "llm", "tool", "task", "retrieval", "embedding"}
TYPES = {
    *("error", "http_error", "low_quality", "hallucination", "prompt_injection", "toxicity"),
    *("evaluation_failed", "guardrail_failed", "latency", "tokens", "cost", "refusal"),
    *("empty_output", "empty_retrieval", "tool_error", "tool_loop"),
}


def day(seed: int = SEED, size: int = SIZE) -> list[traces.Row]:
    """All rows of the day before noon."""
    minutes = range(LAST_MINUTE - 1440, LAST_MINUTE)
    return [row for minute in minutes for row in traces.rows(seed, size, minute)]


def test_a_minute_is_the_same_again() -> None:
    """Made anew, and by itself, it has the same bytes; of another seed others."""
    told = [llm_spans.written(row) for row in day()[:300]]
    traces.rows.cache_clear()
    traces.traces.cache_clear()
    assert [llm_spans.written(row) for row in day()[:300]] == told
    assert [llm_spans.written(row) for row in day(8)[:300]] != told


@pytest.mark.parametrize("size", [1_000, 6_000, 60_000])
def test_a_day_has_about_as_many_spans_as_asked(size: int) -> None:
    """Within three in a hundred."""
    assert len(day(size=size)) == pytest.approx(size, rel=0.03)


def test_all_kinds_agents_and_models_are_there() -> None:
    """Seven kinds in trees, five agents, models of several providers."""
    told = [llm_spans.attributes(row) for row in day()]
    assert {it["span_kind"] for it in told} == KINDS
    assert {it["ml_app"] for it in told} == AGENTS.keys()
    assert len({it["model_provider"] for it in told if "model_provider" in it}) == 6


@given(st.integers(LAST_MINUTE - 7 * 1440, LAST_MINUTE))
def test_traces_are_trees_in_time(minute: int) -> None:
    """A child begins and ends within its parent; ids are unique; nothing begins late."""
    for trace in traces.traces(SEED, SIZE, minute):
        ids = {trace.span_id(place) for place in range(len(trace.starts))}
        assert len(ids) == len(trace.starts)
        assert trace.id >> 32 == trace.starts[0] // 10**9
        assert max(trace.starts) - trace.starts[0] < 60 * 10**9
        for place, step in enumerate(trace.plot.steps):
            if place == 0:
                assert step.parent == -1
                continue
            start, end = trace.starts[place], trace.starts[place] + trace.lasts[place]
            above = trace.starts[step.parent], trace.lasts[step.parent]
            assert above[0] <= start <= end <= sum(above)


def test_every_type_of_failure_is_planted_every_day() -> None:
    """Each mishap in turn, so that a day has them all, of all types."""
    found = World(seed=SEED).failures(NOON - DAY, NOON)
    assert {one.mishap for one in found} == {mishap.name for mishap in MISHAPS}
    assert {name for one in found for name in one.types} == TYPES
    assert {one.ml_app for one in found} == AGENTS.keys()
    assert len({(one.trace_id, one.span_id) for one in found}) == len(found)


def test_the_truth_adds_up() -> None:
    """A window has what a larger one has of it, wherever it is cut; late ones come later."""
    world = World(seed=SEED, spans_a_day=60_000)
    whole = world.failures(NOON - DAY, NOON)
    for start in range(LAST_MINUTE * 60 - 36_000, LAST_MINUTE * 60 - 1_200, 600):
        inside = tuple(one for one in whole if start <= one.start < start + 600.5)
        assert world.failures(start, start + 600.5) == inside
    early = world.failures(NOON - DAY, NOON, NOON)
    assert set(early) < set(whole)
    assert {one.seen > NOON for one in set(whole) - set(early)} == {True}


def test_a_loop_is_the_same_call_again() -> None:
    """Eight times, with the same arguments; which of them is the failure is not said."""
    unsure = [one for one in World(seed=SEED).failures(NOON - DAY, NOON) if not one.certain]
    loops = Counter(one.trace_id for one in unsure)
    assert set(loops.values()) == {8}
    wanted = {one.span_id for one in unsure if one.trace_id == unsure[0].trace_id}
    told = [llm_spans.attributes(row) for row in day() if row.trace.trace_id == unsure[0].trace_id]
    calls = {it["input"]["value"] for it in told if it["span_id"] in wanted}
    assert len(calls) == 1
    assert {it["span_kind"] for it in told if it["span_id"] in wanted} == {"tool"}


def test_every_kind_of_malformed_span_is_planted_every_day() -> None:
    """In turn, and never in a trace that fails; each is unlike the good span."""
    begun = range(LAST_MINUTE - 1440, LAST_MINUTE)
    broken = [
        it
        for minute in begun
        for it in traces.traces(SEED, SIZE, minute)
        if it.malformed is not None
    ]
    assert {it.malformed and it.malformed[0] for it in broken} == set(MALFORMED)
    assert {it.mishap for it in broken} == {None}
    for trace in broken:
        place = trace.malformed[1] if trace.malformed else 0
        row = traces.Row(0, 0, trace, place)
        told = orjson.loads(llm_spans.written(row))["attributes"]
        assert told != orjson.loads(orjson.dumps(llm_spans.attributes(row)))


def test_some_are_late_and_some_come_twice() -> None:
    """Most are seen within a minute, some after minutes, a few after hours; copies come later."""
    rows = day()
    lags = [
        row.seen - (row.trace.starts[row.place] + row.trace.lasts[row.place]) / 1e9 for row in rows
    ]
    assert sum(lag < 60 for lag in lags) > 0.95 * len(rows)
    assert any(180 < lag < 800 for lag in lags)
    assert any(lag > 3600 for lag in lags)
    times = Counter((row.trace.number, row.place) for row in rows)
    assert set(times.values()) == {1, 2}
    twice = [row for row in rows if times[row.trace.number, row.place] == 2]
    assert {row.at - row.trace.starts[row.place] > 0 for row in twice} == {False, True}


def test_planted_people_are_found_in_every_field() -> None:
    """A failing trace has its person's data wherever text, a number or a key can be."""
    places = Counter[str]()
    for row in day():
        if row.trace.mishap is None:
            continue
        own, told = person_of(row.trace), llm_spans.attributes(row)
        meta = told["metadata"]
        found = {
            "name": own.email in told["name"],
            "tag": f"user_handle:{own.email}" in told["tags"],
            "key": own.email in meta["customer"],
            "number": meta["card"] == int(own.card),
            "url": own.email.replace("@", "%40") in meta["url"],
            "base64": own.email in b64decode(meta["attachment"]).decode(),
            "error": any(it in meta.get("error.stack", "") for it in (own.email, own.iban)),
        }
        texts = ("input", "output", "evaluation")
        found |= {it: _personal(own.secrets(), told.get(it)) for it in texts}
        calls = [it for it in _messages(told) if "tool_calls" in it]
        results = [it for it in _messages(told) if "tool_results" in it]
        found |= {
            "call": _personal(own.secrets(), calls),
            "result": _personal(own.secrets(), results),
        }
        places.update(place for place, there in found.items() if there)
    assert len(places) == 12, places


def _messages(told: llm_spans.Attributes) -> list[llm_spans.Attributes]:
    parts = (told["input"], told.get("output", {}))
    return [message for part in parts for message in part.get("messages", [])]


def _personal(secrets: tuple[str, ...], part: object) -> bool:
    text = orjson.dumps(part).decode()
    return any(secret in text for secret in secrets)


@given(st.integers())
def test_invented_numbers_pass_their_checks(number: int) -> None:
    """Cards by Luhn, accounts by the remainder of 97, as what looks for them will ask."""
    own = person(Draw("test", number))
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(own.card)]
    assert sum(sum(divmod(it, 10)) for it in doubled) % 10 == 0
    digits = own.iban[4:] + "1314" + own.iban[2:4]
    assert (len(own.iban), int(digits) % 97) == (22, 1)


@pytest.mark.parametrize("size", [-1, 1_000_001])
def test_impossible_sizes(size: int) -> None:
    """A world that cannot be is refused where it is made."""
    with pytest.raises(ValueError, match="spans"):
        World(spans_a_day=size)
