"""What is remembered when somebody is told of scars: marks, and how often they were seen."""

import asyncio
from collections.abc import Iterable

import pyarrow as pa

from scarline.alerts import Alert, Key
from scarline.kinds import DECISION, SCAR
from scarline.pipeline import Pipeline
from scarline.ports import Query
from scarline.scars.feedback import judged
from scarline.scars.marks import ABOUT, standing
from scarline.scars.twins import twins


async def quiet(road: Pipeline) -> frozenset[Key]:
    """Return the scars of which nobody is told, as people's marks say."""
    marks = await road.store.find(Query(DECISION, where={"about": [ABOUT]}))
    if not marks.num_rows:
        return frozenset()
    scars = await road.store.find(Query(SCAR))
    own = await asyncio.to_thread(judged, scars, standing(marks))
    return own.quiet(scars)


async def seen_before(road: Pipeline, alerts: Iterable[Alert]) -> dict[Key, str]:
    """Return a sentence for each alert whose scar resembles earlier ones of its metric."""
    seen = [(it.evidence, it.labels["metric"]) for it in alerts if it.evidence is not None]
    told = {(it.series, it.onset): metric for it, metric in seen}
    if not told:
        return {}
    metrics = sorted(set(told.values()))
    scars = await road.store.find(Query(SCAR, where={"metric": metrics}))
    return await asyncio.to_thread(_sentences, scars, frozenset(told))


def _sentences(scars: pa.Table, wanted: frozenset[Key]) -> dict[Key, str]:
    found, onsets = twins(scars), scars["onset"].to_pylist()
    keys = list(zip(scars["series"].to_pylist(), onsets, strict=True))
    sentences = {}
    for row, key in enumerate(keys):
        if key in wanted and found.seen[row]:
            count = int(found.seen[row])
            times = "once" if count == 1 else f"{count} times"
            last = onsets[int(found.last[row])]
            sentences[key] = f"seen before, {times}, last on {last:%Y-%m-%d at %H:%M} UTC"
    return sentences
