"""What people say of scars, and what that changes for those that come after."""

from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scarline.errors import StoreConflict, UsageError
from scarline.kinds import DECISION
from scarline.scars.feedback import MOST_NEEDED, MUCH_LARGER, STEP, judged
from scarline.scars.marks import Mark, Standing, mark_as_data, marked, standing
from scarline.scars.operator import ALERT_LINE
from tests.fakes import EPOCH
from tests.scars.scarred import HUMP, PLATEAU, RAMP, WAVE, said, scar, subject, table

NOTED = '2026-03-02T00:00:00Z: "a note of Kim\'s"'
NOBODY: pa.Table = DECISION.schema.empty_table()


def mark(row: dict[str, Any], version: int = 1, what: str | None = "noise", **own: Any) -> Mark:
    """Return what Kim says of a scar."""
    return Mark(subject(row), version, EPOCH, "kim", what, **own)


def stored(*rows: pa.RecordBatch) -> pa.Table:
    """Return decisions as a store does."""
    return pa.Table.from_batches(rows, DECISION.schema)


def test_the_last_one_holds() -> None:
    """All of it is remembered, in any order of rows; taking back is one more."""
    row = scar()
    first = marked(
        mark(row, runbook="https://wiki.example.org/x", why="backup"), NOBODY, {subject(row)}
    )
    second = marked(mark(row, 2, "real"), stored(first), {subject(row)})
    third = marked(mark(row, 3, None), stored(second, first), {subject(row)})
    stands = standing(stored(third, first, second))
    assert [it.mark for it in stands.history[subject(row)]] == ["noise", "real", None]
    assert stands.version(subject(row)) == 3
    assert stands.version("another") == 0
    assert mark_as_data(stands.history[subject(row)][0]) == {
        "version": 1,
        "at": "2026-03-02T00:00:00Z",
        "who": "kim",
        "mark": "noise",
        "runbook": "https://wiki.example.org/x",
        "note": "backup",
    }


def test_of_two_people_at_once_one_is_told() -> None:
    """Who saw an older version is refused; other decisions are none of a scar's."""
    row = scar()
    first = marked(mark(row), NOBODY, {subject(row)})
    with pytest.raises(StoreConflict, match="is at version 1, not 0"):
        marked(mark(row, 1, "real"), stored(first), {subject(row)})
    others = first.to_pylist()[0] | {"about": "failure_group"}
    foreign = pa.RecordBatch.from_pylist([others], schema=DECISION.schema)
    assert standing(stored(foreign)) == Standing()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"mark": "maybe"}, "there are real, expected, noise"),
        ({"subject": "another"}, "there is no scar another"),
        ({"runbook": "javascript:alert(1)"}, "a runbook is a link"),
        ({"runbook": "https://kim:secret@wiki.example.org"}, "a runbook is a link"),
        ({"runbook": "https://wiki.example.org/a b"}, "a runbook is a link"),
        ({"runbook": "https://[wiki"}, "a runbook is a link"),
        ({"why": "x" * 2001}, "2,000 characters"),
        ({"who": " "}, "the name of who gives it"),
        ({"at": EPOCH.replace(tzinfo=None)}, "an aware time"),
    ],
)
def test_what_cannot_be_said(wrong: dict[str, Any], sentence: str) -> None:
    """It is refused with a sentence."""
    row = scar()
    like: dict[str, Any] = {
        "subject": subject(row),
        "version": 1,
        "at": EPOCH,
        "who": "kim",
        "mark": "real",
    }
    with pytest.raises(UsageError, match=sentence):
        marked(Mark(**(like | wrong)), NOBODY, {subject(row)})


def test_a_twin_of_noise_is_quiet() -> None:
    """With the sentence why and its note, on another host too; what came before is not."""
    rows = [scar(0), scar(24), scar(48, host="web-2"), scar(72, WAVE)]
    told = judged(table(rows), said((rows[1], "noise")))
    assert told.why[0] is None
    assert told.why[1] == f"kim marked it noise at {NOTED}"
    assert told.why[2] == f"it resembles a scar marked noise, the likest on web-1 by kim at {NOTED}"
    assert told.why[3] is None
    assert told.echo.tolist() == [-1, -1, 1, -1]
    key = (rows[2]["series"], rows[2]["onset"])
    assert told.quiet(table(rows)) == {key, (rows[1]["series"], rows[1]["onset"])}


def test_unless_it_is_much_larger() -> None:
    """Up to twice the size it is quiet."""
    for factor, quiet in ((1.0, True), (MUCH_LARGER, True), (MUCH_LARGER + 0.1, False)):
        rows = [scar(0), scar(24, missed_by=-20.0 * factor)]
        told = judged(table(rows), said((rows[0], "expected")))
        assert (told.why[1] is not None) == quiet, factor


def test_the_likest_marked_twins_decide_by_majority() -> None:
    """One of noise against one real does not silence; two of three do."""
    rows = [scar(24 * day) for day in range(4)]
    one_each = said((rows[0], "noise"), (rows[1], "real"))
    assert judged(table(rows), one_each).why[3] is None
    two = said((rows[0], "noise"), (rows[1], "real"), (rows[2], "expected"))
    assert "2 scars marked expected and noise" in (judged(table(rows), two).why[3] or "")


@pytest.mark.parametrize("step", [1, -1])
def test_of_equals_the_latest_are_heard(step: int) -> None:
    """Five that are just as alike: the last three of them decide, in whatever order they stand."""
    rows = [scar(24 * day) for day in range(6)]
    words = ("noise", "noise", "real", "real", "real")
    stands = said(*zip(rows, words, strict=False))
    told = judged(table(rows[::step]), stands)
    assert told.why[::step] == [f"kim marked it noise at {NOTED}"] * 2 + [None] * 4
    assert told.needs[::step].tolist() == [0.5, 0.55, 0.6, 0.55, 0.5, 0.5]
    assert rows[::step][told.echo[::step][5]] == rows[4]


def test_what_is_marked_real_is_told() -> None:
    """Whatever its twins are; and a mark that is taken back says nothing."""
    rows = [scar(0), scar(24)]
    assert judged(table(rows), said((rows[0], "noise"), (rows[1], "real"))).why[1] is None
    assert judged(table(rows), said((rows[0], "noise"), (rows[0], None))).why == [None, None]


def test_a_rollback_takes_what_a_mark_did_with_it() -> None:
    """A mark on a scar that no longer shows changes nothing."""
    rows = [scar(0), scar(24, peak_score=0.5)]
    stands = said((rows[0], "noise"))
    assert judged(table(rows), stands).why[1] is not None
    assert judged(table(rows[1:]), stands).why == [None]


def test_marks_on_a_series_change_what_its_scars_need() -> None:
    """Up for noise and expected, down for real, of that series alone; the reason is told."""
    rows = [scar(0, HUMP), scar(24, RAMP), scar(48, WAVE, peak_score=0.53), scar(72, host="b")]
    told = judged(table(rows), said((rows[0], "noise"), (rows[1], "expected")))
    assert told.needs.tolist() == [0.5, 0.55, 0.6, 0.5]
    assert told.why[2] == (
        "scars of this series were marked noise or expected more often than real: they are told "
        "from a score of 0.60 on, and this one has 0.53"
    )
    told = judged(table(rows), said((rows[0], "noise"), (rows[1], "real")))
    assert told.needs.tolist() == [0.5, 0.55, 0.5, 0.5]
    assert told.why[2] is None


@given(st.lists(st.sampled_from(["real", "expected", "noise"]), max_size=25))
def test_what_is_needed_is_bounded(words: list[str]) -> None:
    """It never leaves its bounds, and more noise never lowers it."""
    rows = [scar(it, (PLATEAU, WAVE)[it % 2]) for it in range(len(words) + 1)]
    stands = said(*zip(rows, words, strict=False))
    needs = float(judged(table(rows), stands).needs[-1])
    assert ALERT_LINE <= needs <= MOST_NEEDED
    against = sum(1 if it != "real" else -1 for it in words)
    assert needs == pytest.approx(min(MOST_NEEDED, max(ALERT_LINE, ALERT_LINE + STEP * against)))


@given(
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from("ab"), st.booleans()), max_size=20),
    st.randoms(use_true_random=False),
)
def test_order_of_rows_does_not_matter(told: list[tuple[int, str, bool]], chance: Any) -> None:
    """Of scars nor of marks."""
    rows = list({(h, host): scar(h, host=host) for h, host, _ in told}.values())
    words = {subject(scar(h, host=host)): marks for h, host, marks in told}
    stands = said(*((row, "noise") for row in rows if words[subject(row)]))
    quiet = judged(table(rows), stands).quiet(table(rows))
    chance.shuffle(rows)
    assert judged(table(rows), stands).quiet(table(rows)) == quiet


def test_a_mark_changes_nothing_that_came_before() -> None:
    """Only later scars hear it, however much they are alike."""
    rows = [scar(hour) for hour in range(0, 200, 20)]
    before = judged(table(rows), Standing())
    after = judged(table(rows), said((rows[5], "noise"), at=EPOCH + timedelta(days=30)))
    assert before.why[:5] == after.why[:5] == [None] * 5
    assert before.needs[:6].tolist() == after.needs[:6].tolist()
    assert all(after.why[6:])
