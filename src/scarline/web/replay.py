"""Idempotency keys: a request that is sent again is answered as it was, and done once."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec

from scarline.errors import ScarlineError
from scarline.ports import Clock, Note, Notes
from scarline.web.problems import Refused

ABANDONED_AFTER = timedelta(minutes=10)
"""A request that has no answer after so long has none any more: its process is gone."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What is noted of a key: the digest of the body, when it came, and the answer once given."""

    body: str
    at: datetime
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Replay:
    """One request with its key. ``digest`` is that of its body."""

    notes: Notes
    clock: Clock
    key: str
    digest: str

    async def once(self, work: Callable[[], Awaitable[bytes]]) -> bytes:
        """Return the answer of ``work``, which is done unless a request of this key was answered.

        Raises ``Refused``: 422 if the key was used with another body, 409 while the first
        request is under way. Work that raises frees the key.
        """
        note = await self.notes.note(self._name)
        known = msgspec.json.decode(note.text, type=Claim) if note.text else None
        if known is not None and known.body != self.digest:
            raise Refused(422, "this Idempotency-Key was used with another body: take a new one")
        if known is not None and known.answer is not None:
            return known.answer.encode()
        now = self.clock()
        claimed = Claim(self.digest, now)
        abandoned = known is None or now - known.at > ABANDONED_AFTER
        if not abandoned or not await self._swapped(claimed, note):
            raise Refused(409, "a request of this Idempotency-Key is under way: ask again later")
        mine = Note("", note.version + 1)
        try:
            answer = await work()
        except BaseException:
            with suppress(ScarlineError):  # what went wrong first is told
                await self.notes.swap(self._name, "", mine.version)
            raise
        await self._swapped(Claim(self.digest, now, answer.decode()), mine)
        return answer

    @property
    def _name(self) -> str:
        return f"idempotency/{sha256(self.key.encode()).hexdigest()}"

    async def _swapped(self, claim: Claim, note: Note) -> bool:
        text = msgspec.json.encode(claim).decode()
        return await self.notes.swap(self._name, text, note.version)
