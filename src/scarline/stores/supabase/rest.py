"""The functions of the REST door, called by name: again if the answer is lost, in pages if long."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any

import stamina

from scarline.stores.supabase.sentences import AnswerLost

Call = Callable[[str, Mapping[str, Any]], Awaitable[Any]]
"""Calls the function of that name with these values, once; gives back its JSON value.

Raises ``AnswerLost`` if what became of the call is not known, else a ``StoreError`` that says
what to do.
"""

ATTEMPTS = 5
"""How often a call is made whose answer does not come: over some ten seconds."""


class Rest:
    """The functions ``public.scarline_*`` of one project."""

    def __init__(self, call: Call) -> None:
        self._call = call

    async def once(self, function: str, **values: Any) -> Any:
        """Call a function; its answer may be lost."""
        return await self._call(function, values)

    async def read(self, function: str, **values: Any) -> Any:
        """Call a function that changes nothing, or nothing more the second time."""
        return await _patiently(lambda _: self._call(function, values))

    async def write(self, function: str, **values: Any) -> Any:
        """Call a function that changes something: it happens once, however often it is called.

        From the second attempt on the server is told ``again``: if the first was carried
        out, it answers what it had answered then.
        """
        return await _patiently(lambda again: self._call(function, values | {"again": again}))

    async def pages(self, function: str, **values: Any) -> AsyncGenerator[dict[str, Any], None]:
        """Call a function that answers in pages, until its last page."""
        after = None
        while True:
            page = await self.read(function, **values, after=after)
            yield page
            after = page["next"]
            if after is None:
                return


async def _patiently(call: Callable[[bool], Awaitable[Any]]) -> Any:
    answer = None
    async for attempt in stamina.retry_context(
        on=AnswerLost, attempts=ATTEMPTS, timeout=None, wait_initial=0.2
    ):
        with attempt:
            answer = await call(attempt.num > 1)
    return answer
