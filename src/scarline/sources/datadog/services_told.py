"""From what was found to rows: each pair of systems once, with its numbers and its owner. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa

from scarline.flows import TOLD
from scarline.flows.normal import normalised
from scarline.sources.datadog.edges import INFERRED, OBSERVED, Edge
from scarline.sources.datadog.owners import Owner
from scarline.sources.datadog.points import SOURCE
from scarline.sources.datadog.services_numbers import NO_NAME, Numbers

OF_PAIR, OF_CALLER = "measured:pair", "measured:system_from"
"""Tags that say whose latency and errors a row has: of this pair, or of all that its caller serves.
A row of a system that calls none has its own."""

Row = tuple[object, ...]


@dataclass
class Environment:
    """What was found in one environment, up to ``end``.

    ``calls`` is None where the service map could not be had. ``edges`` came from elsewhere.
    """

    env: str
    end: datetime
    services: Sequence[str] = ()
    calls: Mapping[str, Sequence[str]] | None = None
    numbers: Numbers = field(default_factory=Numbers)
    pairs: Numbers = field(default_factory=Numbers)
    edges: Sequence[Edge] = ()

    def systems(self) -> dict[str, datetime | None]:
        """Return every system that may call others, and when it was last seen at work."""
        seen: dict[str, datetime | None] = dict.fromkeys(self.services)
        seen |= dict.fromkeys(self.calls or (), self.end)
        seen |= dict.fromkeys((name for name, *_ in self.numbers.latency_ms), self.end)
        return seen

    def all_edges(self) -> Iterator[Edge]:
        """Yield each edge; of one that is known twice the surer way of knowing comes last."""
        for caller, called in self.pairs.latency_ms:
            yield Edge(caller, called, INFERRED, self.end)
        yield from self.edges
        for caller, names in (self.calls or {}).items():
            for called in names:
                yield Edge(caller, called, OBSERVED, self.end)


def rows(
    environments: Iterable[Environment], owners: Mapping[str, Owner], kept_out: Counter[str]
) -> pa.RecordBatch:
    """Return rows of ``integration_flow``; ``kept_out`` counts what was told and is not in them.

    A system that calls none has one row, without a ``system_to``.
    """
    told = [row for it in environments for row in _rows(it, owners)]
    named = [row for row in told if row[1]]
    columns = zip(*named, strict=True) if named else [()] * len(TOLD)
    arrays = [pa.array(it, fld.type) for it, fld in zip(columns, TOLD, strict=True)]
    if nameless := len(told) - len(named):
        kept_out[NO_NAME] += nameless
    return normalised(pa.RecordBatch.from_arrays(arrays, schema=TOLD), SOURCE)


def _rows(found: Environment, owners: Mapping[str, Owner]) -> Iterator[Row]:
    """Yield the values of a row in the order of ``TOLD``."""
    edges = {(edge.caller, edge.called): edge for edge in found.all_edges() if edge.called}
    for (caller, called), edge in edges.items():
        pair, alone = (caller, called), (caller,)
        measured, numbers, key = (
            (OF_PAIR, found.pairs, pair)
            if _measured(found.pairs, pair)
            else (OF_CALLER, found.numbers, alone)
        )
        owner = owners.get(caller, Owner(None))
        tags = [*owner.tags, measured] if _measured(numbers, key) else owner.tags
        yield _row(found.env, edge, (numbers, key), owner.team, tags)
    callers = {caller for caller, _ in edges}
    for name, seen in found.systems().items():
        if name not in callers:
            owner, edge = owners.get(name, Owner(None)), Edge(name, "", OBSERVED, seen)
            yield _row(found.env, edge, (found.numbers, (name,)), owner.team, owner.tags)


def _row(
    env: str,
    edge: Edge,
    measured: tuple[Numbers, tuple[str, ...]],
    team: str | None,
    tags: Iterable[str],
) -> Row:
    numbers, key = measured
    return (
        env,
        edge.caller,
        edge.called,
        None,
        edge.seen,
        numbers.latency_ms.get(key),
        numbers.error_rate.get(key),
        team,
        edge.known_by,
        None,
        ",".join(sorted(set(tags))),
    )


def _measured(numbers: Numbers, key: tuple[str, ...]) -> bool:
    known = (numbers.latency_ms.get(key), numbers.error_rate.get(key))
    return any(number is not None for number in known)
