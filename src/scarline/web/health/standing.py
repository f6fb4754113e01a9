"""How the pulls of a stream stand, as its ledger tells: nothing of it is kept anywhere else."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median_high

from scarline.ledger import Run, State
from scarline.pipeline import Pipeline

OPEN = frozenset({State.RUNNING, State.INTERRUPTED})
SHORT = frozenset({State.PARTIAL, State.FAILED, State.INTERRUPTED})
"""How a run stands that did not bring all that it was to bring."""

FEWEST_GAPS, MOST_GAPS = 4, 20
"""Of how many gaps between runs a rhythm is read: at least, and the newest at most."""

STEADY = 0.25
"""How far most gaps may be from the middle one, as a share of it, for that to be a rhythm."""

TOTALS = ("requests", "retries", "waited_seconds", "answer_bytes")


@dataclass(frozen=True, slots=True)
class Standing:
    """How the pulls of one stream from one source stand.

    ``states`` counts all runs, ``rows`` and ``usage`` add up all that were ever made. ``short``
    are those since the last success that did not bring everything, newest first. All that was
    due until ``complete_until`` was brought; something later than that, until
    ``answered_until``. ``metered`` is the last run whose answers told of a quota.
    """

    stream: str
    source: str | None
    states: Mapping[State, int]
    rows: int
    usage: Mapping[str, float]
    last: Run | None
    metered: Run | None
    success: Run | None
    short: Sequence[Run]
    complete_until: datetime | None
    answered_until: datetime | None
    usual_seconds: float | None

    @property
    def missing(self) -> Sequence[Mapping[str, str]]:
        """What the last run that ended without everything could not get; [] after a success."""
        partial = (run for run in self.short if run.state is State.PARTIAL)
        return next((run.missing for run in partial), [])

    @property
    def reasons(self) -> Mapping[str, int]:
        """Why runs since the last success did not bring everything, each with its number."""
        failed = (run.error for run in self.short if run.error)
        return Counter([*failed, *(gap["reason"] for gap in self.missing)])

    @property
    def word(self) -> str:
        """How it stands, in a word: well, partial, failing, or never where no run ended."""
        if self.short:
            return "partial" if self.short[0].state is State.PARTIAL else "failing"
        return "well" if self.success else "never"

    @property
    def expected_at(self) -> datetime | None:
        """Return when the next run would begin if the rhythm goes on; None without one."""
        if self.last is None or self.usual_seconds is None:
            return None
        return self.last.started_at + timedelta(seconds=self.usual_seconds)

    def lag_seconds(self, now: datetime) -> float | None:
        """Return how far behind ``now`` the facts are complete; None where none ever were."""
        until = self.complete_until
        return None if until is None else max(0.0, (now - until).total_seconds())


def standing(stream: str, source: str | None, runs: Sequence[Run]) -> Standing:
    """Return how ``runs`` of one stream from one source, newest first, stand."""
    live = [run for run in runs if run.live]
    done = next((run for run in live if run.state is State.DONE), None)
    since = live[: live.index(done)] if done else live
    return Standing(
        stream,
        source,
        Counter(run.state for run in runs),
        sum(run.rows for run in runs),
        {name: sum(run.usage.get(name, 0) for run in runs) for name in TOTALS},
        runs[0] if runs else None,
        next((run for run in runs if run.left is not None), None),
        done,
        [run for run in since if run.state in SHORT],
        max(
            (_end(it) for run in live if run.state is State.DONE for it in run.asked), default=None
        ),
        max((at for run in live for at in _answered(run)), default=None),
        _rhythm([run.started_at for run in runs[: MOST_GAPS + 1]]),
    )


def _rhythm(starts: Sequence[datetime]) -> float | None:
    """Return the seconds that usually lie between moments, newest first; None if none usually do.

    A scheduler's gaps are nearly the same; one that was left out, or a pull by hand between two,
    does not hide that: half of them must be near the middle one.
    """
    gaps = [(later - earlier).total_seconds() for later, earlier in pairwise(starts)]
    if len(gaps) < FEWEST_GAPS:
        return None
    usual = median_high(gaps)
    near = sum(abs(gap - usual) <= usual * STEADY for gap in gaps)
    return usual if usual > 0 and near * 2 > len(gaps) else None


class Standings:
    """How all streams stand; what the ledger tells is read again only where it grew."""

    def __init__(self, road: Pipeline, streams: Iterable[str]) -> None:
        self._road, self._streams = road, frozenset(streams)
        self._kept: dict[str, tuple[str, Sequence[Standing]]] = {}

    async def all(self) -> list[Standing]:
        """Return one for each stream, by name, and source, that of the first run first.

        A stream without a run has one too, whose source is None.
        """
        heads = await self._road.store.heads()
        found: list[Standing] = []
        for stream in sorted(self._streams | heads.keys()):
            digest = heads[stream].digest if stream in heads else ""
            known = self._kept.get(stream)
            if known is None or known[0] != digest:
                known = (digest, await self._read(stream))
                if not any(OPEN & it.states.keys() for it in known[1]):  # these end by silence
                    self._kept[stream] = known
            found += known[1]
        return found

    async def of(self, stream: str) -> list[Standing]:
        """Return those of one stream."""
        return [it for it in await self.all() if it.stream == stream]

    async def _read(self, stream: str) -> Sequence[Standing]:
        by_source: dict[str | None, list[Run]] = {}
        for run in reversed(await self._road.runs(stream)):
            by_source.setdefault(run.request.get("source"), []).append(run)
        found = [standing(stream, name, runs[::-1]) for name, runs in by_source.items()]
        return found or [standing(stream, None, [])]


def _end(asked: Mapping[str, str]) -> datetime:
    return datetime.fromisoformat(asked["window"].partition("/")[2])


def _start(asked: Mapping[str, str]) -> datetime:
    return datetime.fromisoformat(asked["window"].partition("/")[0])


def _answered(run: Run) -> Iterable[datetime]:
    """Yield until when each thing that was asked was answered, up to its first gap."""
    gaps: dict[str, datetime] = {}
    for gap in run.missing:
        gaps[gap["what"]] = min(_start(gap), gaps.get(gap["what"], _start(gap)))
    for asked in run.asked:
        until = min(_end(asked), gaps.get(asked["what"], _end(asked)))
        if until > _start(asked):
            yield until
