"""Firestore when something goes wrong: answers lost, processes killed, documents changed."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pytest
import stamina
from google.api_core import exceptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import firestore

from scarline.errors import StoreConflict
from scarline.kinds import INTEGRATION_FLOW, LLM_FAILURE
from scarline.ledger import Word, head_of
from scarline.model import Batch
from scarline.ports import Query, Store, Written
from scarline.privacy import redact
from scarline.stores.firestore import batches, committing
from scarline.stores.firestore.asks import all_of
from scarline.stores.firestore.documents import ATTEMPTS
from scarline.stores.firestore.sentences import Gone
from scarline.stores.firestore.store import FirestoreStore
from scarline.stores.firestore.values import remove
from scarline.stores.memory import MemoryStore
from tests.fakes import Killed, failed, loaded
from tests.laws.stories import moment, pipeline
from tests.stores.emulator import Emulator, emulator_fixture, opener
from tests.stores.test_firestore import SMALL, entry

__all__ = ["emulator_fixture"]

ROW = {"trace_payload": "".join(sha256(bytes([it])).hexdigest() for it in range(99))}
"""A record whose text does not get shorter by packing it."""

STORY: list[list[Batch]] = [
    [failed({"title": "a", "signature": "g"}, {"span_id": "s2", "signature": "g"})],
    [failed({"title": "b", "signature": "h"}), loaded({("a", "b"): {}, ("a", "c"): {}}, "prod")],
    [loaded({("a", "b"): {"latency_ms": 1.0}}, "prod"), failed({"title": "a"}, {"span_id": "s3"})],
]


@dataclass
class Client:
    """Google's client, whose answers get lost or whose process is killed at one of its writes."""

    client: Any
    dies_at: int | None = None
    after: bool = False
    loses: bool = False
    commits: int = 0
    dead: bool = False
    lost: bool = False

    def __getattr__(self, name: str) -> Any:
        if self.dead and name not in ("transport", "rollback"):  # else it holds on for a minute
            raise Killed
        return getattr(self.client, name)

    async def commit(self, request: Any, **how: Any) -> Any:
        """Carry it out, or not, and answer, or not."""
        if self.dead:
            raise Killed
        self.commits += 1
        if self.dies_at == self.commits:
            self.dead = True
            if self.after:
                await self.client.commit(request=request, **how)
            raise Killed
        answer = await self.client.commit(request=request, **how)
        self.lost = self.loses and not self.lost
        if self.lost:
            unavailable: Any = exceptions.ServiceUnavailable
            raise unavailable("the answer was lost")
        return answer


async def tell(store: Store, stories: Sequence[Sequence[Batch]] = STORY) -> list[str]:
    """Pull each part of a story; return the runs."""
    return [
        (await pipeline(store, list(steps), number, resuming=False).pull("metrics")).run
        for number, steps in enumerate(stories)
    ]


async def told(store: Store) -> list[dict[str, Any]]:
    """Return all that shows of failures and flows."""
    tables = [await store.find(Query(kind)) for kind in (LLM_FAILURE, INTEGRATION_FLOW)]
    return [row for table in tables for row in table.to_pylist()]


@pytest.fixture
def impatient() -> Iterator[None]:
    """Try again at once, as often as always."""
    stamina.set_testing(True, attempts=ATTEMPTS, cap=True)
    yield
    stamina.set_testing(False)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("limits", [(), SMALL], ids=["whole", "in parts"])
async def test_lost_answers_write_nothing_twice(
    emulator: Emulator, limits: tuple[int, ...]
) -> None:
    """Every write is answered at the second attempt only: as in memory, to the counts."""
    memory = MemoryStore()
    lossy = opener(emulator, *limits, through=lambda client: Client(client, loses=True))
    async with lossy() as store:
        for each in (memory, store):
            runs = await tell(each)
            await pipeline(each, [], 9).rollback(runs[1], "")
        assert await told(store) == await told(memory)
        assert await store.entries() == await memory.entries()
        assert await store.swap("note", "text", 0)
        assert await pipeline(store, []).verify() == []


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_killed_at_any_write(emulator: Emulator, after: bool) -> None:
    """In a large commit or rollback, too: another process sees the whole of it or nothing.

    What it sees does not change when it looks again, and the next pull makes all of it right.
    """
    for dies_at in range(1, 200):
        client: list[Client] = []

        def mortal(own: Any, at: int = dies_at, client: list[Client] = client) -> Client:
            client.append(Client(own, at, after))
            return client[0]

        async with opener(emulator, *SMALL, through=mortal)() as store:
            with contextlib.suppress(Killed):
                runs = await tell(store)
                await pipeline(store, [], 9).rollback(runs[0], "")
        async with opener(emulator, *SMALL, clear=False)() as other:
            await _is_sound(other)
        if not client[0].dead:
            break
    else:
        pytest.fail("it never came to its end")
    assert dies_at > 25


async def _is_sound(store: FirestoreStore) -> None:
    """Look, and look again; then roll all back, which brings to its end what was left."""
    once = await told(store)
    found = await store.audit()
    assert found.faults == []
    entries = await store.entries()
    wrote = {(it.run, it.position) for it in entries if it.word is Word.WROTE}
    gone = {it.run for it in entries if it.word is Word.ROLLED_BACK}
    assert found.digests.keys() == {it for it in wrote if it[0] not in gone}
    assert await told(store) == once
    documents = store._documents  # noqa: SLF001 - the lease of who was killed has not ended
    await documents.write([_free(store)])
    road = pipeline(store, [], 20)
    for run in await road.runs():
        if run.live:
            await road.rollback(run.run, "")
    assert await told(store) == []
    assert await _staged(store) == []
    assert await road.verify() == []


def _free(store: FirestoreStore) -> Any:
    return remove(store._layout.lease("metrics"))  # noqa: SLF001


async def _staged(store: FirestoreStore) -> list[Any]:
    """Return what commits left behind that did not come to their end."""
    found = await store._documents.ask(all_of(store._layout.told))  # noqa: SLF001
    return [it.name for it in found if it.fields["staged"].boolean_value]


async def test_who_reads_meanwhile_sees_all_or_nothing(emulator: Emulator) -> None:
    """While a commit and a rollback take many transactions, from another process."""
    rows = [
        {"span_id": f"s{it}", "signature": f"g{it % 3}", "title": "x" * 300} for it in range(40)
    ]
    seen: list[int] = []
    async with (
        opener(emulator, *SMALL)() as store,
        opener(emulator, *SMALL, clear=False)() as other,
    ):

        async def look() -> None:
            while True:
                seen.append((await other.find(Query(LLM_FAILURE))).num_rows)
                assert (await other.audit()).faults == []

        looking = asyncio.create_task(look())
        first = entry()
        await store.commit(redact(failed(*rows)), first)
        gone = entry(head_of([first]), word=Word.ROLLED_BACK)
        assert (await other.find(Query(LLM_FAILURE))).num_rows == 40
        assert await store.retract("llm-1", gone) == 40
        looking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await looking
        assert set(seen) <= {0, 40}
        assert (await other.find(Query(LLM_FAILURE))).num_rows == 0


async def test_who_writes_next_ends_what_was_cut_off(emulator: Emulator) -> None:
    """A commit over one that died on its way, without a look before: counted and folded rightly."""
    rows = [{"span_id": f"s{it}", "title": "x" * 2_000} for it in range(3)]
    cut_off = 0
    for dies_at in range(1, 12):

        def mortal(own: Any, at: int = dies_at) -> Client:
            return Client(own, at, after=True)

        async with opener(emulator, *SMALL, through=mortal)() as store:
            with contextlib.suppress(Killed):
                await store.commit(redact(failed(*rows)), entry())
        async with opener(emulator, *SMALL, clear=False)() as other:
            entries = await other.entries()
            document, _ = await other._documents.get(other._layout.unfinished)  # noqa: SLF001
            cut_off += document is not None
            again = redact(failed({"span_id": "s0", "title": "y"}))
            written = await other.commit(again, entry(head_of(entries), "llm-2"))
            assert written == (Written(changed=1) if entries else Written(new=1))
            assert (await other.audit()).faults == []
            found = await other.find(Query(LLM_FAILURE, columns=("title",)))
            titles = [it["title"] for it in rows[1:]] if entries else []
            assert found["title"].to_pylist() == ["y", *titles]
    assert cut_off > 2


async def test_writes_are_paced(emulator: Emulator) -> None:
    """Each document that is written is told to the pace before."""
    taken: list[int] = []

    class Counting:
        async def take(self, writes: int) -> None:
            taken.append(writes)

    async with opener(emulator)() as store:
        store._documents._pace = Counting()  # type: ignore[assignment]  # noqa: SLF001
        rows = [{"span_id": f"s{it}", "signature": "g"} for it in range(50)]
        await store.commit(redact(failed(*rows)), entry())
        # Failures, a group, entry, head, run, count, keys and what was told.
        assert taken == [50 + 1 + 6]


async def test_who_lost_the_stream_stores_nothing(emulator: Emulator) -> None:
    """What it had brought was swept away by the next holder: its entry is refused, not empty."""
    async with opener(emulator, *SMALL)() as store:
        late = committing.commit(
            store._documents,  # noqa: SLF001
            store._limits,  # noqa: SLF001
            batches.told(LLM_FAILURE, redact(failed(ROW)).batch.rows),
            entry(),
        )
        assert late.staged
        await late.stage()
        assert len(await _staged(store)) == 1
        async with store.lease("llm"):
            assert await _staged(store) == []
        with pytest.raises(Gone):
            await store._documents.transact(late.transact)  # noqa: SLF001
        assert await store.entries() == []


async def test_an_entry_whose_parts_were_swept_is_a_conflict(emulator: Emulator) -> None:
    """As the sentence of one who came too late."""

    @dataclass
    class Swept:
        client: Any
        commits: int = 0

        def __getattr__(self, name: str) -> Any:
            return getattr(self.client, name)

        async def commit(self, request: Any, **how: Any) -> Any:
            if len(request.writes) > 1:
                emulator.clear()
            return await self.client.commit(request=request, **how)

    async with opener(emulator, *SMALL, through=Swept)() as store:
        with pytest.raises(StoreConflict, match="came too late"):
            await store.commit(redact(failed(ROW)), entry())
        assert await store.entries() == []


Changing = Callable[[firestore.Client], object]


def of(client: firestore.Client, collection: str, **where: Any) -> Any:
    """Return the reference of the first document that has these values."""
    query: Any = client.collection(f"evalforge_{collection}")
    for name, value in where.items():
        query = query.where(filter=firestore.FieldFilter(name, "==", value))
    return next(iter(query.stream())).reference


TAMPERED: list[tuple[str, Changing, str]] = [
    ("body", lambda c: of(c, "ledger", position=2).update({"body": "{}"}), "cannot be read"),
    ("at", lambda c: of(c, "ledger", position=1).update({"at": moment(9)}), "was changed"),
    ("word", lambda c: of(c, "ledger", position=2).update({"word": "slept"}), "cannot be read"),
    ("no word", lambda c: of(c, "ledger", position=2).set({"stream": "metrics"}), "cannot be read"),
    ("entry", lambda c: of(c, "ledger", position=2).delete(), "entries between them are gone"),
    ("head", lambda c: of(c, "heads").update({"digest": "x"}), "does not end where its head"),
    ("told gone", lambda c: of(c, "told", position=2).delete(), "were changed"),
    ("keys gone", lambda c: of(c, "told_keys", position=2).delete(), "were changed"),
    ("keys", lambda c: of(c, "told_keys", position=2).update({"keys": [b""]}), "were changed"),
    ("order", lambda c: of(c, "told_keys", position=2).update({"seq": 99}), "were changed"),
    ("rows", lambda c: of(c, "told", position=2).update({"rows": b"x"}), "were changed"),
    ("kind", lambda c: of(c, "told", position=2).update({"kind": "x"}), "were changed"),
    ("run", lambda c: of(c, "told", position=2).update({"run": "x"}), "have no entry"),
    ("staged", lambda c: of(c, "told", position=2).update({"staged": True}), "were changed"),
    ("title", lambda c: of(c, "raw_traces").update({"title": "z"}), "1 documents of evalforge_raw"),
    ("type", lambda c: of(c, "raw_traces").update({"cost_usd": "z"}), "show something else"),
    ("wide", lambda c: of(c, "raw_traces").update({"status_code": 2**40}), "show something else"),
    ("fetched", lambda c: of(c, "raw_traces").update({"fetched_at": moment(9)}), "something else"),
    ("gone", lambda c: of(c, "raw_traces").delete(), "show something else"),
    ("new", lambda c: c.collection("evalforge_raw_traces").add({"span_id": "x"}), "something else"),
    (
        "flow",
        lambda c: of(c, "integration_flows").update({"status": "x"}),
        "integration_flows show",
    ),
    ("whole", lambda c: of(c, "integration_flows_whole").delete(), "integration_flows show"),
    ("group", lambda c: of(c, "groups").update({"failures": 9}), "documents of evalforge_groups"),
    ("no group", lambda c: of(c, "groups").delete(), "documents of evalforge_groups"),
]


@pytest.mark.parametrize(("_", "change", "said"), TAMPERED, ids=[it[0] for it in TAMPERED])
async def test_verifiable(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, _: str, change: Changing, said: str
) -> None:
    """Whatever is changed, added or taken away behind the ledger's back, verify says so."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", emulator.address)
    async with opener(emulator)() as store:
        await tell(store)
        road = pipeline(store, [])
        assert await road.verify() == []
        client = firestore.Client(emulator.project, AnonymousCredentials())  # type: ignore[no-untyped-call]
        change(client)
        found = await road.verify()
        assert any(said in sentence for sentence in found), found
