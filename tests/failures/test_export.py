"""Bundles: laws over pure functions."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scarline.failures.export import bundle, export_id, failure_as_data
from scarline.failures.groups import groups
from scarline.kinds import DECISION
from tests.failures.test_groups import NOW, table

HOSTILE = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


@given(st.lists(HOSTILE, min_size=1, max_size=3), st.randoms())
def test_a_bundle_is_a_line_for_each_whatever_is_in_it(titles: list[str], chance: Any) -> None:
    """Each line is JSON that says what it is; the order of what is given changes nothing."""
    rows = [{"signature": str(at), "title": title} for at, title in enumerate(titles)]
    found = groups(table(*rows), DECISION.schema.empty_table(), NOW)
    payload = json.dumps({"said": titles})
    evidence = {
        it.id: [{"trace_id": "t", "span_id": "s", "failed_at": NOW, "trace_payload": payload}]
        for it in found
    }
    body = b"".join(bundle(found, evidence))
    chance.shuffle(found)
    assert b"".join(bundle(found, evidence)) == body
    lines = [json.loads(it) for it in body.removesuffix(b"\n").split(b"\n")]
    assert [it["type"] for it in lines] == ["group", "failure"] * len(titles)
    assert {it["format"] for it in lines} == {1}
    assert sorted(it["title"] for it in lines[::2]) == sorted(titles)
    assert all(it["trace_payload"] == {"said": titles} for it in lines[1::2])


def test_a_payload_that_is_no_json_stays_text() -> None:
    """It is told as it was kept."""
    assert failure_as_data({"trace_payload": "{cut", "reasons": None}) == {
        "trace_payload": "{cut",
        "reasons": None,
    }


KEYS = st.lists(st.tuples(st.sampled_from("tuv"), st.sampled_from("12")), unique=True, max_size=6)


@given(KEYS, KEYS, st.randoms())
def test_an_export_is_called_by_its_failures(
    one: list[tuple[str, str]], other: list[tuple[str, str]], chance: Any
) -> None:
    """The same ones in any order are the same export, others are not."""
    shuffled = chance.sample(one, len(one))
    assert export_id({"A": one}, 5) == export_id({"A": shuffled}, 5)
    assert (export_id({"A": one}, 5) == export_id({"A": other}, 5)) == (set(one) == set(other))
    assert export_id({"A": one}, 5) != export_id({"A": one}, 6)
