"""The ledger: what happened, in order, each entry holding the digest of the one before.

A stream has one chain. Nothing but entries is kept: runs, cursors and health are what
:func:`replay` makes of them. A store accepts an entry only if it follows the head of its
chain, so the chain is also the lock.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

import orjson

from scarline.errors import LedgerBroken
from scarline.model import Cursor, stamp
from scarline.series import merged


class Word(StrEnum):
    """What an entry says."""

    STARTED = "started"
    WROTE = "wrote"
    FINISHED = "finished"
    FAILED = "failed"
    ROLLED_BACK = "rolled back"


class State(StrEnum):
    """How a run stands."""

    RUNNING = "running"
    INTERRUPTED = "interrupted"
    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"
    ROLLED_BACK = "rolled back"


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact about one run. ``body`` is canonical JSON, kept to the byte."""

    stream: str
    position: int
    run: str
    word: Word
    at: datetime
    body: str
    previous: str
    digest: str

    @property
    def facts(self) -> dict[str, Any]:
        """Return the body as a dictionary; raises ``LedgerBroken`` if it is none."""
        try:
            facts: dict[str, Any] = orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise _broken(self.stream, self.position) from error
        return facts


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a stream's chain: the next entry takes this position and this digest."""

    position: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """What is to be said of a run, before it has its place in a chain."""

    stream: str
    run: str
    word: Word
    at: datetime
    facts: Mapping[str, Any]


def follow(head: Head, fact: Fact) -> Entry:
    """Return the entry that comes after ``head`` and says ``fact``."""
    body = orjson.dumps(fact.facts, option=orjson.OPT_SORT_KEYS).decode()
    position = head.position + 1
    draft = Entry(fact.stream, position, fact.run, fact.word, fact.at, body, head.digest, "")
    return replace(draft, digest=digest_of(draft))


def digest_of(entry: Entry) -> str:
    """Return the SHA-256 over every field of ``entry`` but its digest."""
    fact = (entry.stream, entry.position, entry.run, entry.word, stamp(entry.at), entry.body)
    return sha256(orjson.dumps([*fact, entry.previous])).hexdigest()


def head_of(entries: Sequence[Entry]) -> Head:
    """Return the head of a chain, given its entries in order."""
    return Head(entries[-1].position, entries[-1].digest) if entries else Head()


def faults(entries: Sequence[Entry], heads: Mapping[str, Head]) -> Iterator[str]:
    """Yield a sentence for each place where a chain does not hold.

    ``entries`` in order of position within each stream; ``heads`` as the store keeps
    them beside the entries, which is what shows a cut-off end.
    """
    reached: dict[str, Head] = {}
    for entry in entries:
        before = reached.get(entry.stream, Head())
        where = f"entry {entry.position} of {entry.stream} (run {entry.run})"
        if entry.position != before.position + 1:
            yield f"{where} follows entry {before.position}: entries between them are gone"
        elif entry.previous != before.digest:
            yield f"{where} does not hold the digest of the entry before it"
        if digest_of(entry) != entry.digest:
            yield f"{where} was changed after it was written"
        reached[entry.stream] = Head(entry.position, entry.digest)
    for stream in sorted(heads.keys() | reached.keys()):
        if heads.get(stream) != reached.get(stream):
            yield f"the chain of {stream} does not end where its head says: entries are gone"


@dataclass(frozen=True, slots=True)
class Run:
    """What the entries of one run add up to."""

    run: str
    stream: str
    state: State
    started_at: datetime
    ended_at: datetime | None
    request: Mapping[str, Any]
    rows: int  # without those that only say that it told everything
    batches: Mapping[int, str]  # position of the entry → digest of the rows it wrote
    counts: Mapping[str, int]  # new, changed, same, as the store counted them
    found: Mapping[str, int]  # what was new of other kinds, found in what was brought, by kind
    kept_out: Mapping[str, int]
    redacted: Mapping[str, int]
    asked: Sequence[Mapping[str, str]]
    missing: Sequence[Mapping[str, str]]
    tally: Mapping[str, Mapping[str, Any]]  # subject → rows, series, first, last
    whole: Sequence[str]  # the subjects of which it told everything
    usage: Mapping[str, float]
    left: int | None  # requests in the tightest quota, as was last seen
    cursor: Cursor | None
    error: str | None
    reason: str | None

    @property
    def live(self) -> bool:
        """Whether what the run wrote still counts."""
        return self.state is not State.ROLLED_BACK


def replay(entries: Iterable[Entry]) -> list[Run]:
    """Return the runs that ``entries`` tell of, oldest first.

    Raises ``LedgerBroken`` if they were changed so that they tell no story.
    """
    told: dict[str, list[Entry]] = {}
    for entry in entries:
        told.setdefault(entry.run, []).append(entry)
    return [_told(story) for story in told.values()]


def word(text: str, stream: str, position: int) -> Word:
    """Return what an entry says; raises ``LedgerBroken`` if that is no word of the ledger."""
    try:
        return Word(text)
    except ValueError as error:
        raise _broken(stream, position) from error


def _broken(stream: str, position: int) -> LedgerBroken:
    message = (
        f"entry {position} of {stream} cannot be read: it was changed after it was written; "
        "`scarline verify` tells of all that does not hold"
    )
    return LedgerBroken(message)


def _told(story: Sequence[Entry]) -> Run:
    try:
        return _run(story)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _broken(story[0].stream, story[0].position) from error


def live_cursor(runs: Sequence[Run]) -> Cursor | None:
    """Return the cursor after the last batch of the last live run that wrote one."""
    cursors = (run.cursor for run in reversed(runs) if run.live and run.cursor is not None)
    return next(cursors, None)


def _run(story: Sequence[Entry]) -> Run:
    started = story[0]
    wrote = [(entry.position, entry.facts) for entry in story if entry.word is Word.WROTE]
    facts = [fact for _, fact in wrote if "found" not in fact]
    endings = [entry for entry in story if entry.word in _ENDINGS]
    end = endings[-1] if endings else None
    return Run(
        run=started.run,
        stream=started.stream,
        state=_state(end),
        started_at=started.at,
        ended_at=next((entry.at for entry in endings), None),
        request=started.facts,
        rows=sum(fact["rows"] - len(fact.get("whole", ())) for fact in facts),
        batches={position: fact["digest"] for position, fact in wrote if fact["rows"]},
        counts=_sum(entry.facts.get("counts", {}) for entry in endings),
        found=_sum(entry.facts.get("found", {}) for entry in endings),
        kept_out=_sum(fact["kept_out"] for fact in facts),
        redacted=_sum(fact["redacted"] for fact in facts),
        asked=[asked for fact in facts for asked in fact["asked"]],
        missing=[missing for fact in facts for missing in fact["missing"]],
        tally=merged(fact["tally"] for fact in facts),
        whole=[subject for fact in facts for subject in fact.get("whole", ())],
        usage=_sum(fact["usage"] for fact in facts),
        left=next((entry.facts["left"] for entry in endings if "left" in entry.facts), None),
        cursor=next((Cursor(it["cursor"]) for it in reversed(facts) if it["cursor"]), None),
        error=next((entry.facts["error"] for entry in endings if entry.word is Word.FAILED), None),
        reason=end.facts.get("reason") if end else None,
    )


_ENDINGS = (Word.FINISHED, Word.FAILED, Word.ROLLED_BACK)


def _state(end: Entry | None) -> State:
    if end is None:
        return State.RUNNING
    if end.word is Word.FINISHED:
        return State(end.facts["state"])
    return State.FAILED if end.word is Word.FAILED else State.ROLLED_BACK


def _sum(tallies: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    total: dict[str, Any] = {}
    for tally in tallies:
        for name, count in tally.items():
            total[name] = total.get(name, 0) + count
    return total
