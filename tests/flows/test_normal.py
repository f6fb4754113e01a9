"""What sources tell becomes rows of one form: names that last, statuses, each flow once."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scarline.errors import UsageError
from scarline.flows import TOLD
from scarline.flows.normal import WORDS, normalised
from scarline.kinds import INTEGRATION_FLOW
from scarline.model import Batch
from scarline.privacy import redact

LIKE = {
    "env": "prod",
    "system_from": "basket",
    "system_to": "orders",
    "known_by": "observed",
    "tags": "",
}
TEXTS = st.text(max_size=4)
KEYS = st.tuples(TEXTS, TEXTS, TEXTS)


def told(*rows: Mapping[str, Any]) -> pa.RecordBatch:
    """Return rows of what a source tells; what is not said is the same for all, or null."""
    return pa.RecordBatch.from_pylist([LIKE | dict(row) for row in rows], schema=TOLD)


def keyed(keys: Sequence[tuple[str, str, str]]) -> pa.RecordBatch:
    """Return a row for each key; its latency says which it was."""
    names = ("env", "system_from", "system_to")
    return told(
        *(dict(zip(names, key, strict=True)) | {"latency_ms": n} for n, key in enumerate(keys))
    )


def test_the_name_of_a_flow_is_the_digest_of_its_key() -> None:
    """Anybody can make it again, in any language, with nothing of ours."""
    key = ("datadog", "prod", "basket", "orders")
    form = b"".join(len(text.encode()).to_bytes(4, "big") + text.encode() for text in key)
    (row,) = normalised(told({}), "datadog").to_pylist()
    assert hashlib.sha256(form).hexdigest()[:32] == row["flow_id"]


@given(st.lists(KEYS, max_size=30))
def test_what_is_not_named_is_named_when_it_is_redacted(keys: list[tuple[str, str, str]]) -> None:
    """All else is the same; a digest for each of a million rows is made once."""
    rows = normalised(keyed(keys), "s")
    bare = normalised(keyed(keys), "s", named=False)
    place = rows.schema.get_field_index("flow_id")
    assert bare["flow_id"].to_pylist() == [""] * len(rows)
    assert rows.equals(bare.set_column(place, rows.schema.field(place), rows["flow_id"]))
    kept = [redact(Batch(INTEGRATION_FLOW, it, None)).batch.rows for it in (rows, bare)]
    assert kept[0].equals(kept[1])


@given(st.lists(KEYS, max_size=30))
def test_each_key_stands_once_in_order_and_its_later_row_wins(
    keys: list[tuple[str, str, str]],
) -> None:
    """The rows are what a dictionary and a sort by bytes would make."""
    last = {key: float(number) for number, key in enumerate(keys)}
    rows = normalised(keyed(keys), "s").to_pylist()
    found = [
        ((row["env"], row["system_from"], row["system_to"]), row["latency_ms"]) for row in rows
    ]
    assert sorted(last.items(), key=lambda it: [part.encode() for part in it[0]]) == found


@given(st.sets(KEYS, max_size=30))
def test_two_keys_never_have_one_name(keys: set[tuple[str, str, str]]) -> None:
    """Texts cannot run into one another: ("a", "bc") is not ("ab", "c")."""
    assert len(keys) == len(set(normalised(keyed(sorted(keys)), "s")["flow_id"].to_pylist()))


def test_the_source_is_part_of_the_name() -> None:
    """Two sources may tell of the same systems."""
    one, other = (normalised(told({}), source)["flow_id"][0].as_py() for source in ("a", "b"))
    assert one != other


@pytest.mark.parametrize(
    ("word", "error_rate", "status"),
    [
        ("OK", 0.9, "healthy"),
        (" Warn ", None, "degraded"),
        ("ALERT", 0.0, "failed"),
        ("down", None, "failed"),
        ("No Data", None, "unknown"),
        ("No Data", 0.0, "healthy"),
        (None, None, "unknown"),
        (None, 0.0099, "healthy"),
        (None, 0.01, "degraded"),
        ("purple", 0.0999, "degraded"),
        (None, 0.1, "failed"),
        (None, 1.0, "failed"),
    ],
)
def test_a_status_is_the_word_of_the_source_or_follows_from_the_errors(
    word: str | None, error_rate: float | None, status: str
) -> None:
    """Nothing told is unknown, never healthy."""
    (row,) = normalised(told({"status": word, "error_rate": error_rate}), "s").to_pylist()
    assert (status, error_rate) == (row["status"], row["error_rate"])


def test_every_word_is_written_as_it_is_looked_up() -> None:
    """One with a capital letter would never be found."""
    assert [word for word in WORDS if word != word.strip().casefold()] == []


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"error_rate": 1.5}, "error_rate is 1.5 in a flow: it must be from 0 to 1"),
        ({"latency_ms": -1.0}, "latency_ms is -1 in a flow: it must be 0 or more"),
        ({"latency_ms": float("inf")}, "latency_ms is inf"),
        ({"confidence": float("nan")}, "confidence is nan"),
        ({"known_by": "rumour"}, "known_by 'rumour'"),
    ],
)
def test_what_cannot_be_right_is_refused_not_pressed_into_bounds(
    facts: Mapping[str, Any], sentence: str
) -> None:
    """A number out of its bounds is a fault of the source that we have to see."""
    with pytest.raises(UsageError, match=sentence):
        normalised(told({}, facts), "s")


def test_null_is_refused_where_a_text_must_be() -> None:
    """An environment that is not known is "", so that there is one key for it."""
    rows = told({}).set_column(0, TOLD.field("env"), pa.nulls(1, TOLD.field("env").type))
    with pytest.raises(UsageError, match="env is null"):
        normalised(rows, "s")


def test_nothing_told_is_no_rows_of_the_kind() -> None:
    """The schema is there all the same; another schema is refused."""
    assert normalised(told(), "s").schema.equals(INTEGRATION_FLOW.schema)
    with pytest.raises(UsageError, match=r"scarline\.flows\.TOLD"):
        normalised(told({}).select(["env"]), "s")
