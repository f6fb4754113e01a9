"""The station watch: scars come with the run that brought the points, and go with it."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import feather

from scarline.kinds import SCAR
from scarline.ledger import Run
from scarline.model import Batch, Window
from scarline.pipeline import Pipeline
from scarline.ports import Query, Store
from scarline.scars import Direction, Options, detect
from scarline.scars.growing import SHAPE, Growing, grown, shape
from scarline.scars.preferences import Preferences
from scarline.stores.memory import MemoryStore
from scarline.watch import Watch
from tests.fakes import EPOCH, FakeSource, Killed, Mortal, batch
from tests.laws.stories import modest, moment

MINUTES = 700
INCIDENTS = {"a": (range(400, 440), range(600, 620)), "b": (range(410, 450),)}
"""Minutes in which a host is busier than it ever was."""


@cache
def course() -> dict[tuple[str, int], float]:
    """Return what each host tells, minute by minute."""
    rng = np.random.default_rng(7)
    told = {}
    for host, busy in INCIDENTS.items():
        for minute in range(MINUTES):
            extra = 60.0 if any(minute in it for it in busy) else 0.0
            told[host, minute] = round(20.0 + rng.normal() + extra, 3)
    return told


def stretch(first: int, end: int, hosts: Iterable[str] = INCIDENTS) -> Batch:
    """Return the points of some minutes, up to but without ``end``."""
    rows = [
        ("load", host, minute, course()[host, minute])
        for host in hosts
        for minute in range(first, end)
    ]
    return batch(*rows)


def road(store: Store, steps: Sequence[Any], number: int, watch: Watch | None = None) -> Pipeline:
    """Return a pipeline with a source that tells these steps; the watch is new if left out."""
    source = FakeSource(steps, resuming=False)
    return Pipeline({"metrics": source}, store, lambda: moment(number), watch=watch or Watch())


async def pull(store: Store, first: int, end: int, number: int, watch: Watch | None = None) -> Run:
    """Pull some minutes as what came since the last pull."""
    return await road(store, [stretch(first, end)], number, watch).pull("metrics")


async def scars(store: Store) -> list[dict[str, Any]]:
    """Return the scars that show."""
    found: list[dict[str, Any]] = (await store.find(Query(SCAR))).to_pylist()
    return found


def begun(found: Iterable[dict[str, Any]]) -> list[tuple[str, int]]:
    """Return host and minute of the onset of each."""
    return sorted((it["host"], int((it["onset"] - EPOCH).total_seconds()) // 60) for it in found)


async def whole() -> list[dict[str, Any]]:
    """Return the scars of the whole course, pulled at once."""
    store = MemoryStore()
    await pull(store, 0, MINUTES, 0)
    return await scars(store)


async def test_each_incident_is_one_scar_and_calm_is_none() -> None:
    """What is told of a scar are its own numbers."""
    found = await whole()
    assert begun(found) == [("a", 400), ("a", 600), ("b", 410)]
    first = next(it for it in found if begun([it]) == [("a", 400)])
    assert first["direction"] == "high"
    assert first["metric"] == "load"
    assert first["expected"] == pytest.approx(20, abs=2)
    assert first["peak_value"] > 75
    assert first["ended_at"] is not None
    assert first["ended_at"] >= EPOCH + (first["peak_at"] - EPOCH)
    assert 0.5 <= first["peak_score"] <= 1
    assert first["low"] < first["expected"] < first["high"] < first["peak_value"]


async def test_the_score_of_the_peak_is_the_highest_of_all() -> None:
    """Also where the farthest miss comes later, with a lower score."""
    points = stretch(0, MINUTES, ["a"]).rows
    said, _ = detect(points, {})
    columns = {name: said.column(name) for name in said.schema.names}
    scores, misses = (
        columns[it].to_numpy(zero_copy_only=False).copy() for it in ("score", "missed_by")
    )
    scores[401:440], misses[410] = 0.5, 1_000.0
    columns |= {"score": pa.array(scores), "missed_by": pa.array(misses)}
    lowered = pa.RecordBatch.from_arrays(list(columns.values()), schema=said.schema)
    found, _ = grown(points, lowered, {})
    scar = found.to_pylist()[0]
    assert (scar["peak_score"], scar["missed_by"]) == (scores[400], 1_000.0)


CUTS = st.lists(st.integers(1, MINUTES - 1), max_size=6, unique=True).map(sorted)
LOOK_BACK = st.sampled_from([0, 0, 1, 10, 60])


@modest
@given(cuts=CUTS, back=LOOK_BACK, kept=st.booleans())
async def test_however_the_points_come_the_scars_are_the_same(
    cuts: list[int], back: int, *, kept: bool
) -> None:
    """One pull or many, told once or again, by one process or by a new one each time."""
    store, watch = MemoryStore(), Watch()
    ends = [*cuts, MINUTES]
    for number, (first, end) in enumerate(zip([0, *cuts], ends, strict=True)):
        await pull(store, max(0, first - back), end, number, watch if kept else None)
    assert await scars(store) == await whole()
    assert await road(store, [], 99).verify() == []


@modest
@given(cuts=CUTS, dies_at=st.integers(0, 12), after=st.booleans())
async def test_a_pull_that_was_killed_loses_no_scar(
    cuts: list[int], dies_at: int, *, after: bool
) -> None:
    """Scars are stored before their points, with which the cursor goes on."""
    store = MemoryStore()
    steps = [stretch(*it) for it in zip([0, *cuts], [*cuts, MINUTES], strict=True)]
    source = FakeSource(steps)
    mortal: Any = Mortal(store, dies_at, after)
    dying = Pipeline({"metrics": source}, mortal, lambda: moment(0), watch=Watch())
    try:
        await dying.pull("metrics")
    except Killed:
        await Pipeline({"metrics": source}, store, lambda: moment(1), watch=Watch()).pull("metrics")
    assert await scars(store) == await whole()


async def test_a_run_takes_its_scars_with_it() -> None:
    """They are found again when the points come again."""
    store, watch = MemoryStore(), Watch()
    await pull(store, 0, 390, 0, watch)
    run = await pull(store, 390, MINUTES, 1, watch)
    assert run.found == {"scar": 3}
    assert run.counts == {"new": 620, "changed": 0, "same": 0}
    assert run.rows == 620
    await road(store, [], 2).rollback(run.run, "to see it go")
    assert await scars(store) == []
    again = await pull(store, 390, MINUTES, 3, watch)
    assert again.found == {"scar": 3}
    assert await scars(store) == await whole()


async def test_what_a_later_run_saw_too_stays() -> None:
    """A scar is of every run that was told of the points in which it began."""
    store, watch = MemoryStore(), Watch()
    await pull(store, 0, 300, 0, watch)
    first = await pull(store, 300, 500, 1, watch)
    second = await pull(store, 395, 600, 2, watch)
    assert second.found == {"scar": 0}
    await road(store, [], 3).rollback(first.run, "the later one saw it too")
    assert begun(await scars(store)) == [("a", 400), ("b", 410)]


async def test_a_rollback_takes_back_what_was_learnt() -> None:
    """What was usual for a while is strange again."""
    store, watch = MemoryStore(), Watch()
    await pull(store, 0, 300, 0, watch)
    busy = [("load", "a", minute, 80.0 + minute % 3) for minute in range(300, 600)]
    taught = await road(store, [batch(*busy)], 1, watch).pull("metrics")
    assert begun(await scars(store)) == [("a", 300)]
    later = [("load", "a", minute, 80.0 + minute % 3) for minute in range(600, 640)]
    await road(store, [batch(*later)], 2, watch).pull("metrics")
    assert begun(await scars(store)) == [("a", 300)], "the new level was accepted"
    for run in await road(store, [], 3).runs():
        if run.run >= taught.run:
            await road(store, [], 3).rollback(run.run, "it was a mistake")
    await road(store, [batch(*later)], 4, watch).pull("metrics")
    assert begun(await scars(store)) == [("a", 600)]


async def test_a_window_of_the_past_is_judged_by_what_was_before_it() -> None:
    """And what is remembered for the next pull is not mixed up with it."""
    store, watch = MemoryStore(), Watch()
    await pull(store, 0, 390, 0, watch)
    await pull(store, 640, MINUTES, 1, watch)
    past = road(store, [stretch(390, 640)], 2, watch)
    window = Window(EPOCH, moment(0))
    await past.pull("metrics", window)
    assert begun(await scars(store)) == [("a", 400), ("a", 600), ("b", 410)]


async def test_the_next_process_goes_on_from_the_file(tmp_path: Path) -> None:
    """A scar that goes on from pull to pull is one, and nothing is read again for it."""
    file = tmp_path / "watch.arrow"
    finds: list[Query] = []

    class Counting(MemoryStore):
        async def find(self, query: Query) -> pa.Table:
            finds.append(query)
            return await super().find(query)

    store = Counting()
    for number, (first, end) in enumerate([(0, 410), (410, 430), (430, MINUTES)]):
        finds.clear()
        await pull(store, first, end, number, Watch(file=file))
    assert [it.kind for it in finds] == []
    assert await scars(store) == await whole()


def _of_another_program() -> bytes:
    """Return a table of Arrow that says nothing of itself."""
    buffer = pa.BufferOutputStream()
    feather.write_feather(pa.table({"key": [1]}), buffer)
    return bytes(buffer.getvalue())


@pytest.mark.parametrize("damage", [b"", b"garbage", _of_another_program(), None])
async def test_a_broken_file_is_as_none(tmp_path: Path, damage: bytes | None) -> None:
    """What it held is made anew from what is stored."""
    file, store = tmp_path / "watch.arrow", MemoryStore()
    await pull(store, 0, 410, 0, Watch(file=file))
    file.write_bytes(file.read_bytes()[:-200] if damage is None else damage)
    await pull(store, 410, MINUTES, 1, Watch(file=file))
    assert await scars(store) == await whole()


async def test_a_file_that_cannot_be_written_stops_no_pull(tmp_path: Path) -> None:
    """It is a help, not a need."""
    (tmp_path / "taken").write_text("a file where a folder should be")
    store = MemoryStore()
    await pull(store, 0, MINUTES, 0, Watch(file=tmp_path / "taken" / "watch.arrow"))
    assert await scars(store) == await whole()


LOW, HIGH = Preferences(low=("loa*",)), Preferences(high=("load",))


@pytest.mark.parametrize(
    ("wanted", "onsets"),
    [
        (LOW, []),
        (HIGH, [("a", 400), ("a", 600), ("b", 410)]),
        (Preferences(low=("load",), high=("other",)), []),
    ],
)
async def test_a_user_says_on_which_side_a_metric_is_bad(
    wanted: Preferences, onsets: list[tuple[str, int]]
) -> None:
    """What is harmless leaves no scar, also not among points that are learnt anew."""
    store = MemoryStore()
    for number, (first, end) in enumerate([(0, 405), (405, 590), (590, MINUTES)]):
        await pull(store, first, end, number, Watch(wanted))
    assert begun(await scars(store)) == onsets


@pytest.mark.parametrize("wanted", [LOW, Preferences(Options(Direction.LOW))])
async def test_what_was_remembered_by_other_preferences_is_forgotten(
    tmp_path: Path, wanted: Preferences
) -> None:
    """Of the file too; a scar that was found by them, and that nobody follows now, is over."""
    file, store = tmp_path / "watch.arrow", MemoryStore()
    await pull(store, 0, 402, 0, Watch(file=file))
    await pull(store, 402, 408, 1, Watch(file=file))
    assert [it["ended_at"] for it in await scars(store)] == [None]
    await pull(store, 408, MINUTES, 2, Watch(wanted, file))
    assert begun(await scars(store)) == [("a", 400)]
    assert [it["ended_at"] for it in await scars(store)] == [EPOCH + timedelta(minutes=408)]
    await road(store, [], 3).rollback((await road(store, [], 3).runs())[0].run, "asked too little")
    await pull(store, 408, MINUTES, 4, Watch(file=file))
    assert await scars(store) == await whole()


@given(
    course=st.lists(st.integers(-1_000, 1_000), min_size=1, max_size=200),
    times=st.integers(1, 5),
    scale=st.sampled_from([2**-10, 0.5, 1.0, 2**20]),  # which change no ratio by rounding
)
def test_a_shape_has_neither_length_nor_size(course: list[int], times: int, scale: float) -> None:
    """The same course, longer or larger, has the same shape up to rounding."""
    told = shape(course)
    assert len(told) == SHAPE
    assert max(map(abs, told)) in {0, 100}
    longer = shape([it * scale for it in course for _ in range(times)])
    assert np.abs(np.array(told) - longer).max() <= 1


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=25)
@given(cut=st.integers(1, MINUTES - 1))
def test_a_scar_that_is_cut_goes_on(cut: int) -> None:
    """Judged in two parts, the second part has the same rows for what went on."""
    points = stretch(0, MINUTES).rows
    states: dict[Any, bytes] = {}
    going: dict[Any, Growing] = {}
    rows: dict[tuple[str, Any], dict[str, Any]] = {}
    for part in (stretch(0, cut).rows, stretch(cut, MINUTES).rows):
        said, new = detect(part, states)
        states |= new
        found, going = grown(part, said, going)
        rows |= {(it["series"], it["onset"]): it for it in found.to_pylist()}
    said, _ = detect(points, {})
    at_once, _ = grown(points, said, {})
    assert rows == {(it["series"], it["onset"]): it for it in at_once.to_pylist()}
