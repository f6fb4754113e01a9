"""What taking a run back would do, told before it is done."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from scarline import kinds, ledger
from scarline.chain import named
from scarline.flows.difference import difference
from scarline.flows.past import Load, graph
from scarline.kinds import INTEGRATION_FLOW, Kind
from scarline.ledger import Entry, Run, Word
from scarline.model import stamp
from scarline.pipeline import Pipeline
from scarline.series.records import plain

MOST_SUBJECTS = 200

MOST_OTHERS = 20

KINDS: Mapping[str, Kind] = {it.name: it for it in vars(kinds).values() if isinstance(it, Kind)}


async def preview(road: Pipeline, name: str) -> dict[str, Any]:
    """Return what taking the run ``name`` back would take away, bring back and leave.

    ``effect`` counts records: of those that show now, how many go, how many other ones come
    back, how many change, and how many of the run's stay because another run told them too. None
    for points: no store says which runs saw a point. Raises ``RunNotFound``.
    """
    stream = named(name, await road.runs()).stream
    runs = await road.runs(stream)
    run = named(name, runs)
    others = [it for it in runs if it.run != name and it.live and _meets(it, run)]
    entries = await road.store.entries(stream)
    replayed = ledger.replay(entries)
    without = [it for it in replayed if it.run != name]
    kind = _kind(it for it in entries if it.run == name)
    return {
        "run": name,
        "stream": stream,
        "state": run.state,
        "kind": kind.name if kind else None,
        "rows": run.rows,
        "found": dict(run.found),
        "subjects": [
            {"subject": subject, **part}
            for subject, part in islice(run.tally.items(), MOST_SUBJECTS)
        ],
        "subject_count": len(run.tally),
        "others": [
            {"run": it.run, "state": it.state, "started_at": stamp(it.started_at)}
            for it in others[:MOST_OTHERS]
        ],
        "other_count": len(others),
        "goes_on_elsewhere": ledger.live_cursor(replayed) != ledger.live_cursor(without),
        "effect": await _effect(road, kind, run, replayed) if run.live else None,
    }


def _kind(story: Iterable[Entry]) -> Kind | None:
    """Return the kind of what a run brought; scars, which it found, are not that."""
    wrote = (it.facts for it in story if it.word is Word.WROTE)
    return next((KINDS.get(it["kind"]) for it in wrote if "found" not in it), None)


def _meets(one: Run, other: Run) -> bool:
    """Return whether two runs told of one subject, of the same time as far as that is known."""
    return any(
        subject in one.tally and _overlap(one.tally[subject], part)
        for subject, part in other.tally.items()
    )


def _overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    if "first" not in one or "first" not in other:
        return True
    (a, b), (c, d) = ([_at(it[end]) for end in ("first", "last")] for it in (one, other))
    return a <= d and c <= b


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def _effect(
    road: Pipeline, kind: Kind | None, run: Run, runs: Sequence[Run]
) -> dict[str, int] | None:
    if kind is None or not kind.of_records:
        return None
    if kind is INTEGRATION_FLOW:
        return await _of_flows(road, run, runs)
    others = [it.run for it in runs if it.run != run.run and it.live and _meets(it, run)]
    mine, theirs = [_keys(await road.store.seen(kind, it, kind.key)) for it in ([run.run], others)]
    return _counted(goes=len(mine - theirs), stays=len(mine & theirs))


async def _of_flows(road: Pipeline, run: Run, runs: Sequence[Run]) -> dict[str, int]:
    async def told(names: Sequence[str], columns: Sequence[str] | None) -> pa.Table:
        return await road.store.seen(INTEGRATION_FLOW, names, columns)

    loads = [
        Load(it.run, str(it.request["source"]), frozenset(it.tally), frozenset(it.whole))
        for it in runs
        if it.live
    ]
    now = (await graph(loads, told)).rows
    then = (await graph([it for it in loads if it.run != run.run], told)).rows
    found = difference(now, then)
    mine = (await told([run.run], ("flow_id",)))["flow_id"].combine_chunks()
    stays = pc.sum(pc.is_in(then["flow_id"].combine_chunks(), mine)).as_py() or 0
    changes = found.after.num_rows
    return _counted(found.removed.num_rows, found.added.num_rows, changes, stays - changes)


def _counted(goes: int, comes_back: int = 0, changes: int = 0, stays: int = 0) -> dict[str, int]:
    return {"goes": goes, "comes_back": comes_back, "changes": changes, "stays": max(0, stays)}


def _keys(rows: pa.Table) -> set[tuple[Any, ...]]:
    return set(zip(*(plain(it.combine_chunks()).to_pylist() for it in rows.columns), strict=True))
