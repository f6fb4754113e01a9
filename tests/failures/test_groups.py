"""Groups of failures: what they count, what people decide about them, and that it stays so."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scarline.errors import StoreConflict, UsageError
from scarline.failures.decisions import Decision, decided, standing
from scarline.failures.groups import Group, assigned, groups, part_of
from scarline.failures.likeness import suggestions
from scarline.kinds import DECISION, LLM_FAILURE

NOW = datetime(2026, 5, 20, tzinfo=UTC)
NONE = DECISION.schema.empty_table()
COLUMNS = (
    *("signature", "trace_id", "span_id", "failed_at", "fetched_at", "failure_type", "severity"),
    *("service_name", "ml_app", "span_kind", "span_name", "error_type", "title", "user_hash"),
    *("version", "model", "grouped_by"),
)
LIKE = {
    "signature": "A",
    "trace_id": "t",
    "fetched_at": NOW,
    "failed_at": NOW,
    "failure_type": "error",
    "severity": "low",
    "service_name": "shop",
    "ml_app": "shop",
    "span_kind": "tool",
    "title": "Timed out: search",
    "grouped_by": '{"cause": "timeout"}',
}


def table(*failures: Mapping[str, Any]) -> pa.Table:
    """Return rows of failures; what a row does not say is as in LIKE, its span its number."""
    rows = [{"span_id": str(at), **LIKE, **row} for at, row in enumerate(failures)]
    schema = pa.schema([LLM_FAILURE.schema.field(name) for name in COLUMNS])
    return pa.Table.from_pylist(rows, schema=schema)


def ago(**told: float) -> datetime:
    """Return a time before now."""
    return NOW - timedelta(**told)


def store(decisions: pa.Table, *wanted: tuple[str, str, Mapping[str, Any]]) -> pa.Table:
    """Return ``decisions`` with more of them: each is checked as it is made."""
    for subject, what, value in wanted:
        before = [it for it in decisions.to_pylist() if it["subject"] == subject]
        own = Decision(subject, len(before) + 1, NOW, "kim", what, value, "because")
        batch = decided(own, decisions, known={"A", "B", "C", "D"})
        decisions = pa.concat_tables([decisions, pa.Table.from_batches([batch])])
    return decisions


def ids(failures: pa.Table, decisions: pa.Table = NONE) -> dict[str, int]:
    """Return the spans of each group."""
    return {it.id: it.spans for it in groups(failures, decisions, NOW)}


def only(found: Sequence[Group]) -> Group:
    """Return the one group that there is."""
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("signatures", [[None, None], ["A", None], [None, "A", ""]])
def test_failures_without_a_signature_are_one_group(signatures: list[str | None]) -> None:
    """Whether all of them have none, or some."""
    rows = table(*({"signature": it} for it in signatures))
    found = [it or "" for it in signatures]
    assert ids(rows) == {it: found.count(it) for it in found}


def test_a_column_of_nothing_is_one_of_no_signatures() -> None:
    """Arrow gives such a column no type of its own."""
    rows = table({}, {})
    at = rows.column_names.index("signature")
    found, codes = assigned(rows.set_column(at, "signature", pa.nulls(2)), standing(NONE))
    assert (found, codes.tolist()) == ([""], [0, 0])


def test_a_group_counts_what_is_distinct() -> None:
    """Spans, traces and users; the worst severity; the first and the last time."""
    found = only(
        groups(
            table(
                {"user_hash": "u", "failed_at": ago(days=9), "severity": "medium"},
                {"user_hash": "u", "failed_at": ago(days=8), "trace_id": "s", "version": "2"},
                {"user_hash": None, "failed_at": ago(days=7), "severity": "critical"},
            ),
            NONE,
            NOW,
        )
    )
    assert (found.spans, found.traces, found.users) == (3, 2, 1)
    assert (found.first_seen, found.last_seen) == (ago(days=9), ago(days=7))
    assert (found.severity, found.state, found.version) == ("critical", "new", 0)
    assert (found.applications, found.versions) == (["shop"], ["2"])
    assert found.why == {"cause": "timeout"}


FAILURE = st.fixed_dictionaries(
    {
        "signature": st.sampled_from("ABC"),
        "trace_id": st.sampled_from("stu"),
        "span_id": st.sampled_from("123"),
        "failed_at": st.integers(0, 40).map(lambda days: ago(days=days)),
        "fetched_at": st.integers(0, 3).map(lambda days: ago(days=days)),
        "severity": st.sampled_from(["low", "high"]),
        "service_name": st.sampled_from(["shop", "desk", None]),
    }
)


@given(st.lists(FAILURE, max_size=12), st.randoms())
def test_order_and_repetition_change_nothing(rows: list[dict[str, Any]], chance: Any) -> None:
    """Whatever is read twice, and in whatever order."""
    again = [*rows, *chance.sample(rows, len(rows) // 2)]
    chance.shuffle(again)
    assert groups(table(*again), NONE, NOW) == groups(table(*rows), NONE, NOW)


def test_a_span_that_was_fetched_again_is_as_it_was_first() -> None:
    """Its first signature stands, though a later version gave it another."""
    rows: list[dict[str, Any]] = [
        {"span_id": "1", "signature": "B"},
        {"span_id": "1", "fetched_at": ago(days=1)},
    ]
    assert ids(table(*rows)) == {"A": 1}


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ([0.5], "new"),
        ([3, 0.5], "ongoing"),
        ([3], "ongoing"),
        ([14.5], "resolved"),
        ([30, 3], "regressed"),
        ([30, 7.5], "ongoing"),
        ([15, 3], "ongoing"),
    ],
)
def test_trends_look_back_from_now(seen: list[float], expected: str) -> None:
    """Days ago at which a group was seen, and what that makes of it."""
    rows = [{"failed_at": ago(days=days)} for days in seen]
    assert only(groups(table(*rows), NONE, NOW)).trend == expected


def closed(state: str, **more: Any) -> pa.Table:
    """Return decisions that close the group A five days ago."""
    value = {"state": state, **more}
    at = ago(days=5)
    row = {"about": "failure_group", "subject": "A", "version": 1, "at": at, "who": "kim"}
    rows = [row | {"what": "state", "value": json.dumps(value)}]
    return pa.Table.from_pylist(rows, schema=DECISION.schema)


@pytest.mark.parametrize(
    ("decisions", "seen", "expected"),
    [
        (closed("dismissed"), [6], "resolved"),
        (closed("dismissed"), [6, 4], "regressed"),
        (closed("exported", resolved=True), [6, 4], "regressed"),
        (closed("exported"), [6, 4], "ongoing"),
    ],
)
def test_what_was_closed_is_resolved_until_it_is_seen_again(
    decisions: pa.Table, seen: list[float], expected: str
) -> None:
    """An export alone closes nothing."""
    rows = [{"failed_at": ago(days=days)} for days in seen]
    assert only(groups(table(*rows), decisions, NOW)).trend == expected


def test_merges_chain_and_hold_for_later_failures() -> None:
    """A into B into C; what comes later with the signature A is in C too."""
    decisions = store(NONE, ("A", "merge", {"into": "B"}), ("B", "merge", {"into": "C"}))
    rows: list[dict[str, Any]] = [{}, {"signature": "B"}, {"signature": "C"}]
    assert ids(table(*rows), decisions) == {"C": 3}
    assert ids(table(*rows, {"failed_at": ago(hours=1)}), decisions) == {"C": 4}
    assert ids(table({}), decisions) == {"C": 1}
    undone = store(decisions, ("A", "merge", {"into": None}))
    assert ids(table(*rows), undone) == {"A": 1, "C": 2}


def test_a_split_by_a_column_holds_for_later_failures_and_for_what_is_merged_in() -> None:
    """Each value of the column is a group, whatever way its failures came."""
    decisions = store(NONE, ("A", "merge", {"into": "B"}), ("B", "split", {"by": "service_name"}))
    rows: list[dict[str, Any]] = [
        {"service_name": "desk"},
        {"signature": "B"},
        {"signature": "B", "service_name": None},
    ]
    desk, shop, none = (part_of("B", "service_name", it) for it in ("desk", "shop", None))
    assert ids(table(*rows), decisions) == {desk: 1, shop: 1, none: 1}
    undone = store(decisions, ("B", "split", {"by": None}))
    assert ids(table(*rows), undone) == {"B": 3}


def test_listed_failures_are_a_group_of_their_own() -> None:
    """Others of the signature stay, later ones too; parts can be merged again."""
    split = ("A", "split", {"failures": [["t", "1"], ["t", "9"]], "into": "mine"})
    decisions = store(NONE, split)
    assert ids(table({}, {}, {}), decisions) == {"A": 2, "mine": 1}
    undone = store(decisions, ("A", "split", {"failures": [], "into": "mine"}))
    assert ids(table({}, {}, {}), undone) == {"A": 3}


def test_a_group_tells_its_story() -> None:
    """State, version for If-Match, and who decided what, when and why."""
    to = [("A", "state", {"state": state}) for state in ("triaged", "ready", "exported")]
    found = only(groups(table({}), store(NONE, *to), NOW))
    assert (found.state, found.version) == ("exported", 3)
    assert [(it.who, it.at, it.why, it.value["state"]) for it in found.history] == [
        ("kim", NOW, "because", state) for state in ("triaged", "ready", "exported")
    ]


@pytest.mark.parametrize(
    ("before", "wanted", "sentence"),
    [
        ((), ("X", "state", {"state": "triaged"}), "there is no group X"),
        ((), ("A", "state", {"state": "exported"}), "it can become dismissed, triaged"),
        ((), ("A", "state", {}), "cannot become None"),
        ((), ("A", "merge", {"into": "X"}), "no group 'X' to merge into"),
        ((), ("A", "merge", {"into": "A"}), "leads back to itself"),
        ((), ("A", "merge", {"into": None}), "nothing to undo"),
        ((("B", "merge", {"into": "A"}),), ("A", "merge", {"into": "B"}), "back to itself"),
        (
            (("C", "merge", {"into": "A"}), ("B", "merge", {"into": "C"})),
            ("A", "merge", {"into": "B"}),
            "back to itself",
        ),
        (
            (("A", "merge", {"into": "B"}),),
            ("A", "state", {"state": "triaged"}),
            "decide about B",
        ),
        ((("A", "split", {"by": "model"}),), ("A", "merge", {"into": "B"}), "is split"),
        ((), ("A", "split", {"by": "title"}), "cannot be split by 'title'"),
        ((), ("A", "split", {"failures": [["t"]], "into": "x"}), "a split is"),
        ((), ("A", "split", {"failures": [], "into": "A"}), "into itself"),
        ((), ("A", "rename", {"to": "x"}), "no decision 'rename'"),
    ],
)
def test_what_cannot_be_decided_is_refused(
    before: Sequence[tuple[str, str, Mapping[str, Any]]],
    wanted: tuple[str, str, Mapping[str, Any]],
    sentence: str,
) -> None:
    """With a sentence that says why."""
    with pytest.raises(UsageError, match=sentence.replace("(", r"\(")):
        store(store(NONE, *before), wanted)


def test_a_group_is_dismissed_with_a_reason() -> None:
    """Nobody asks later why it went."""
    own = Decision("A", 1, NOW, "kim", "state", {"state": "dismissed"}, " ")
    with pytest.raises(UsageError, match="say why"):
        decided(own, NONE, {"A"})


@pytest.mark.parametrize("version", [1, 3])
def test_who_saw_an_older_version_is_refused(version: int) -> None:
    """As If-Match asks: the number that was seen, plus one, and no other."""
    decisions = store(NONE, ("A", "state", {"state": "triaged"}))
    own = Decision("A", version, NOW, "lee", "state", {"state": "ready"})
    with pytest.raises(StoreConflict, match="at version 1"):
        decided(own, decisions, {"A"})


def test_decisions_about_other_things_are_not_read() -> None:
    """A scar of the same name has a story of its own."""
    told = closed("dismissed")
    about = pa.array(["scar"], DECISION.schema.field("about").type)
    assert only(groups(table({}), told.set_column(0, "about", about), NOW)).version == 0


def test_what_is_nearly_the_same_is_suggested_and_not_merged() -> None:
    """Only within an application; the likest first."""
    told = [
        ("A", "shop", '{"words": ["offer", "price", "read", "row"]}'),
        ("B", "shop", '{"words": ["offer", "price", "read", "table"]}'),
        ("C", "desk", '{"words": ["offer", "price", "read", "row"]}'),
        ("D", "shop", '{"words": ["ticket", "price"]}'),
    ]
    rows = [{"signature": it, "ml_app": app, "grouped_by": why} for it, app, why in told]
    found = groups(table(*rows), NONE, NOW)
    assert [(it.one, it.other, it.likeness) for it in suggestions(found)] == [("A", "B", 0.6)]
    assert len(found) == len(told)
