"""One stream's chain while it is held: each entry is made after the last and kept with it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from scarline import ledger
from scarline.errors import RunNotFound, ScarlineError, SourceRefused
from scarline.ledger import Entry, Fact, Head, Run, State, Word
from scarline.model import CleanBatch, Missing, Window
from scarline.ports import Clock, Notify, Progress, Store, Written
from scarline.privacy import Policy, redact_text
from scarline.series import content_digest, tally, wholes
from scarline.series.records import storable


class Chain:
    """One stream's chain while it is held: adds entries, each after the last."""

    def __init__(
        self, stream: str, store: Store, clock: Clock, policy: Policy, entries: Sequence[Entry]
    ) -> None:
        self._stream, self._store, self._clock, self._policy = stream, store, clock, policy
        self._entries = list(entries)
        self._run = ""
        self._written = Written()
        self._found: dict[str, int] = {}
        self._left: int | None = None
        self.runs = ledger.replay(entries)
        self.cursor = ledger.live_cursor(self.runs)

    async def close_abandoned(self) -> None:
        """Close runs that have no end: their process is gone, or the stream would be held."""
        for run in filter(is_open, ledger.replay(self._entries)):
            error = "the process that pulled this ended without a word"
            await self._append(run.run, Word.FAILED, {"error": error, "counts": {}})

    @property
    def head(self) -> Head:
        """The last entry of the chain."""
        return ledger.head_of(self._entries)

    async def start(self, source: str, window: Window | None) -> None:
        """Open a run: the entry says what is asked, and after which cursor."""
        at = self._clock()
        number = len({entry.run for entry in self._entries}) + 1
        self._run = f"{self._stream}-{at:%Y%m%dT%H%M%SZ}-{number}"
        asked = {
            "source": source,
            "window": str(window) if window else None,
            "after": self.cursor,
        }
        await self._append(self._run, Word.STARTED, asked)

    async def commit(self, clean: CleanBatch) -> None:
        """Store a batch together with the entry that tells of it.

        U+0000 in its text becomes U+FFFD: PostgreSQL has no such character in text.
        """
        written = await self._commit(clean, found=False)
        self._written = Written(
            self._written.new + written.new,
            self._written.changed + written.changed,
            self._written.same + written.same,
        )

    async def find(self, clean: CleanBatch) -> None:
        """Store what was found in a batch, before the batch itself: the cursor goes with that."""
        written = await self._commit(clean, found=True)
        name = clean.batch.kind.name
        self._found[name] = self._found.get(name, 0) + written.new

    async def _commit(self, clean: CleanBatch, *, found: bool) -> Written:
        rows = storable(clean.batch.rows)
        clean = replace(clean, batch=replace(clean.batch, rows=rows))
        facts = _told(clean) | ({"found": True} if found else {})
        entry = self._next(self._run, Word.WROTE, facts)
        written = await self._store.commit(clean, entry)
        self._entries.append(entry)
        return written

    async def finish(self) -> Run:
        """Close the run: done, partial, or failed (and raised) if nothing was answered."""
        run = self.run(self._run)
        if run.missing and len(run.missing) >= len(run.asked) and not run.rows:
            refused = SourceRefused(f"nothing was answered: {run.missing[0]['reason']}")
            await self.fail(refused)
            raise refused
        state = State.PARTIAL if run.missing else State.DONE
        await self._append(self._run, Word.FINISHED, {"state": state, **self._counts()})
        return self.run(self._run)

    async def fail(self, error: BaseException) -> None:
        """Close the run with what stopped it, cleaned; the error itself goes on up."""
        told = redact_text(f"{type(error).__name__}: {error}".removesuffix(": "), self._policy)
        facts = {"error": told, **self._counts()}
        try:
            await self._append(self._run, Word.FAILED, facts)
        except ScarlineError as lost:
            error.add_note(f"this could not be put on the ledger: {lost}")

    async def retract(self, run: Run, reason: str) -> Run:
        """Take away what ``run`` wrote, together with the entry that says so."""
        facts = {"reason": reason, "rows": run.rows}
        entry = self._next(run.run, Word.ROLLED_BACK, facts)
        await self._store.retract(run.run, entry)
        self._entries.append(entry)
        return self.run(run.run)

    def run(self, name: str) -> Run:
        """Return the run of that name; raises ``RunNotFound``."""
        return named(name, ledger.replay(self._entries))

    def counting(self, notify: Notify) -> Callable[[Progress], None]:
        """Return ``notify`` with the rows that are safely stored added to what it is told."""

        def counted(progress: Progress) -> None:
            self._left = self._left if progress.left is None else progress.left
            written = self._written
            notify(replace(progress, rows=written.new + written.changed + written.same))

        return counted

    def _counts(self) -> dict[str, Any]:
        found = {"found": self._found} if self._found else {}
        left = {} if self._left is None else {"left": self._left}
        return {"counts": asdict(self._written), **found, **left}

    def _next(self, run: str, word: Word, facts: Mapping[str, Any]) -> Entry:
        return ledger.follow(self.head, Fact(self._stream, run, word, self._clock(), facts))

    async def _append(self, run: str, word: Word, facts: Mapping[str, Any]) -> None:
        entry = self._next(run, word, facts)
        await self._store.append(entry)
        self._entries.append(entry)


def _told(clean: CleanBatch) -> dict[str, Any]:
    """Return what the ledger keeps of a batch: everything but its rows."""
    batch = clean.batch
    return {
        "kind": batch.kind.name,
        "rows": batch.rows.num_rows,
        "digest": content_digest(batch.kind, batch.rows),
        "tally": tally(batch.kind, batch.rows),
        **({"whole": wholes(batch.kind, batch.rows)} if batch.kind.whole else {}),
        "cursor": batch.cursor,
        "asked": [{"what": it.what, "window": str(it.window)} for it in batch.asked],
        "missing": [_missing(it) for it in batch.missing],
        "kept_out": dict(batch.kept_out),
        "redacted": dict(clean.redacted),
        "rules": clean.rules,
        "usage": asdict(batch.usage),
    }


def _missing(missing: Missing) -> dict[str, str]:
    return {"what": missing.what, "window": str(missing.window), "reason": missing.reason}


def named(name: str, runs: Iterable[Run]) -> Run:
    """Return the run of that name; raises ``RunNotFound``."""
    found = next((run for run in runs if run.run == name), None)
    if found is None:
        message = f"there is no run {name!r}: `scarline runs` lists those there are"
        raise RunNotFound(message)
    return found


def is_open(run: Run) -> bool:
    """Return whether no entry says how the run ended."""
    return run.state is State.RUNNING
