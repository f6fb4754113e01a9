"""The road: pull, rollback, runs, verify. Read this file first.

A source yields batches, each is redacted, points are watched for scars, and a store commits
each batch together with the ledger entry that tells of it::

    Source.pull ──► Batch ──► redact ──► CleanBatch ──► watch ──► Store.commit(batch, entry)

What may vary is passed in: the sources, the store, the policy, the watch, the clock. What must
always happen is called by name: redaction, and the entry.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from scarline import ledger
from scarline.chain import Chain, is_open, named
from scarline.errors import LedgerBroken, RunEnded, UsageError
from scarline.ledger import Run, State, Word
from scarline.model import Batch, Cursor, Window
from scarline.ports import Ask, Clock, Notify, Plan, Source, Store, silent
from scarline.privacy import Policy, default_policy, redact, redact_text
from scarline.watch import Watch, Watching


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What stands between the doors: sources by stream, one store, and four verbs."""

    sources: Mapping[str, Source]
    store: Store
    clock: Clock
    policy: Policy = field(default_factory=default_policy)
    watch: Watch | None = None

    async def pull(self, stream: str, window: Window | None = None, notify: Notify = silent) -> Run:
        """Bring home what ``stream`` has for ``window``, or what came since the last pull.

        Returns the run, ``done`` or ``partial``; ``failed`` only if nothing was answered.
        Raises ``RunInProgress`` if another pull holds the stream, ``UsageError`` for an
        unknown stream, and whatever stopped the run, after the ledger has it.
        """
        source = self._source(stream)
        async with self.store.lease(stream):
            chain = await self._open(stream)
            ask = Ask(stream, window, chain.cursor, notify)
            watch = self._watch(source, ask, chain)
            await chain.start(source.name, window)
            try:
                await self._bring(source, ask, chain, watch)
            except BaseException as error:
                await chain.fail(error)
                raise
            run = await chain.finish()
        if watch is not None:
            watch.end(chain.head)
        return run

    async def _bring(self, source: Source, ask: Ask, chain: Chain, watch: Watching | None) -> None:
        told = replace(ask, notify=chain.counting(ask.notify))
        async with aclosing(_ahead(source.pull(told))) as batches:
            before = ask.cursor
            async for batch in batches:
                for part in _parts(batch, before, self.store.max_rows_per_batch):
                    clean = redact(part, self.policy)
                    if watch is not None and (found := await watch.found(clean)) is not None:
                        await chain.find(redact(found, self.policy))
                    await chain.commit(clean)
                before = batch.cursor

    def _watch(self, source: Source, ask: Ask, chain: Chain) -> Watching | None:
        """Return the watch over this pull, if it judges what the stream brings."""
        watch = self.watch
        if watch is None or source.streams().get(ask.stream) is not watch.kind:
            return None
        return watch.over(self.store, chain.head, chain.runs, ask.window)

    async def plan(self, stream: str, window: Window | None = None) -> Plan:
        """Return the requests that :meth:`pull` would send. Nothing is sent or written."""
        source = self._source(stream)
        runs = ledger.replay(await self.store.entries(stream))
        return await source.plan(Ask(stream, window, ledger.live_cursor(runs)))

    async def repeats(self, stream: str, source: str, what: str) -> Run | None:
        """Return the last live run of ``source`` if it told just ``what``, redacted as it is now.

        Then pulling it once more would change nothing: so say the counts of what is returned.
        """
        entries = await self.store.entries(stream)
        told = [it for it in ledger.replay(entries) if it.live and it.request["source"] == source]
        last = told[-1] if told else None
        if last is None or last.state is not State.DONE:
            return None
        wrote = [it.facts for it in entries if it.run == last.run and it.word is Word.WROTE]
        same = [it["what"] for it in last.asked] == [redact_text(what, self.policy)]
        if not same or {it["rules"] for it in wrote} != {self.policy.fingerprint}:
            return None
        return replace(last, counts={"new": 0, "changed": 0, "same": sum(last.counts.values())})

    async def rollback(self, run: str, reason: str) -> Run:
        """Take away what ``run`` wrote, as if it had never been; the ledger keeps its story.

        Raises ``RunNotFound``, ``RunEnded`` if it is rolled back already, and
        ``RunInProgress`` while its stream is being pulled.
        """
        stream = (await self.run(run)).stream
        async with self.store.lease(stream):
            chain = await self._open(stream)
            found = chain.run(run)
            if not found.live:
                message = f"run {run} is rolled back already: nothing of it is left to take away"
                raise RunEnded(message)
            return await chain.retract(found, redact_text(reason, self.policy))

    async def runs(self, stream: str | None = None) -> list[Run]:
        """Return all runs, newest first. One without an end is running only if held."""
        runs = ledger.replay(await self.store.entries(stream))
        held = {run.stream: await self.store.leased(run.stream) for run in runs if is_open(run)}
        told = [
            replace(run, state=State.INTERRUPTED) if is_open(run) and not held[run.stream] else run
            for run in runs
        ]
        return sorted(told, key=lambda run: (run.started_at, run.run), reverse=True)

    async def run(self, name: str) -> Run:
        """Return the run of that name; raises ``RunNotFound``."""
        return named(name, await self.runs())

    async def verify(self) -> list[str]:
        """Return a sentence for everything that does not hold; none means all is well.

        Checks each chain, the rows of each live batch against the digest in its entry,
        that no rows stand without an entry, and what the store itself finds.
        """
        try:
            entries = await self.store.entries()
            found = list(ledger.faults(entries, await self.store.heads()))
        except LedgerBroken as broken:
            return [str(broken)]
        try:
            runs = ledger.replay(entries)
        except LedgerBroken as broken:
            return [*found, str(broken)]
        audit = await self.store.audit()
        told = {
            (run.run, position): digest
            for run in runs
            if run.live
            for position, digest in run.batches.items()
        }
        found += [
            _disagreement(key, told=key in told, held=key in audit.digests)
            for key in sorted(told.keys() | audit.digests.keys())
            if told.get(key) != audit.digests.get(key)
        ]
        return found + list(audit.faults)

    def _source(self, stream: str) -> Source:
        if stream not in self.sources:
            names = ", ".join(sorted(self.sources)) or "none"
            message = f"there is no stream {stream!r}; there are: {names}"
            raise UsageError(message)
        return self.sources[stream]

    async def _open(self, stream: str) -> Chain:
        entries = await self.store.entries(stream)
        chain = Chain(stream, self.store, self.clock, self.policy, entries)
        await chain.close_abandoned()
        return chain


def _disagreement(key: tuple[str, int], *, told: bool, held: bool) -> str:
    where = f"the rows of entry {key[1]} of run {key[0]}"
    if not held:
        return f"{where} are gone"
    return f"{where} were changed" if told else f"{where} have no entry that tells of them"


def _parts(batch: Batch, before: Cursor | None, most: int) -> Iterator[Batch]:
    """Yield ``batch`` in parts of ``most`` rows; its cursor and its account are the last one's.

    The parts before it lead back to ``before``: who stops among them begins with them again.
    """
    last = max(0, batch.rows.num_rows - 1) // most * most
    for first in range(0, last, most):
        yield Batch(batch.kind, batch.rows.slice(first, most), before)
    yield replace(batch, rows=batch.rows.slice(last))


async def _ahead(batches: AsyncGenerator[Batch, None]) -> AsyncGenerator[Batch, None]:
    """Yield ``batches``, fetching the next one while the last is being stored."""
    coming = asyncio.ensure_future(anext(batches, None))
    try:
        while (batch := await coming) is not None:
            coming = asyncio.ensure_future(anext(batches, None))
            yield batch
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        await batches.aclose()
