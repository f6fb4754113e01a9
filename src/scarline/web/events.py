"""News as they happen: which chain moved, and how far the pulls of this process have come.

Server-sent events (WHATWG HTML, 9.2). Nothing is kept to replay: the id of an event says where
all chains ended, so that whoever comes back with it is told which have moved since, by whichever
process.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

import msgspec
import structlog
from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from scarline.errors import ScarlineError
from scarline.ledger import Entry, Head
from scarline.model import stamp
from scarline.pipeline import Pipeline
from scarline.ports import Progress
from scarline.web import documents
from scarline.web.desk import Open
from scarline.web.problems import DOCUMENTED

log = structlog.get_logger(__name__)

router = APIRouter(prefix="/api", tags=["events"], responses=DOCUMENTED)

LOOK_SECONDS = 1.0
"""How often the heads of the chains are read, for all listeners together; never without one."""

BEAT_SECONDS = 15.0
"""After so much silence a comment is sent, so that proxies and callers know of the line."""

ABOUT: Mapping[str, tuple[str, ...]] = {
    "flows": ("flows",),
    "failures": ("failures",),
    "metrics": ("scars",),  # scars are kept with the run that brought the points
    "decisions": ("failures", "scars"),
}
"""What a stream is about, besides runs."""

_WORDS = "runs|flows|scars|failures"

_DIGITS = 12  # of a digest: enough to tell two heads of one chain apart

Heads = Mapping[str, Head]


class Asked(BaseModel):
    """What news are of interest."""

    model_config = ConfigDict(extra="forbid")

    topics: str = Field(
        "runs,flows,scars,failures",
        pattern=f"^({_WORDS})(,({_WORDS}))*$",
        description="what is listened for, with commas",
    )


@dataclass(slots=True, eq=False)
class News:
    """Looks at the store for all listeners: once in ``look_seconds``, however many they are."""

    road: Pipeline
    look_seconds: float = LOOK_SECONDS
    looked: float = float("-inf")
    heads: Heads = field(default_factory=dict)
    last: dict[str, Entry] = field(default_factory=dict)
    looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def look(self) -> Heads:
        """Return where the chains end, as it is or was a moment ago."""
        async with self.looking:
            now = asyncio.get_running_loop().time()
            if now - self.looked >= self.look_seconds:
                self.heads = await self.road.store.heads()
                self.looked = now
            return self.heads

    async def entry(self, stream: str, head: Head) -> Entry | None:
        """Return the last entry of a stream; None if that is gone already."""
        async with self.looking:
            known = self.last.get(stream)
            if known is None or known.digest != head.digest:
                entries = await self.road.store.entries(stream)
                if not entries:
                    return None
                known = self.last[stream] = entries[-1]
            return known


def _news(request: Request) -> News:
    state = request.app.state
    if not hasattr(state, "news"):
        state.news = News(state.desk.pipeline)
    found: News = state.news
    return found


@router.get("/events", responses=documents.EVENTS)
async def get_events(
    desk: Open,
    news: Annotated[News, Depends(_news)],
    asked: Annotated[Asked, Query()],
    last_event_id: Annotated[str, Header()] = "",
) -> StreamingResponse:
    """Tell what happens, as it happens, for as long as the caller listens.

    `moved`: the chain of a stream grew; `run` wrote its last entry, which says `word`.
    `progress`: how far a pull has come that this server does. With `Last-Event-ID` the chains that
    moved since are told first.
    """
    line = await opened(news, frozenset(asked.topics.split(",")), desk.pulls.going, last_event_id)
    told = line.told(lambda: desk.pulls.draining)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(told, headers=headers, media_type="text/event-stream")


@dataclass(slots=True, eq=False)
class Line:
    """What one listener was told: ``known`` heads by stream, ``shown`` progress by stream."""

    news: News
    topics: frozenset[str]
    going: Mapping[str, Progress]
    known: dict[str, str]
    shown: dict[str, Progress] = field(default_factory=dict)

    async def told(self, ends: Callable[[], bool]) -> AsyncGenerator[str, None]:
        """Yield events until ``ends``."""
        yield f"id: {urlencode(self.known)}\n\n"
        silent = 0.0
        while not ends():
            found = [*[it async for it in self._moved()], *self._progress()]
            if found:
                yield "".join(found)
            elif silent >= BEAT_SECONDS:
                yield ": still here\n\n"
            silent = 0.0 if found or silent >= BEAT_SECONDS else silent + self.news.look_seconds
            await asyncio.sleep(self.news.look_seconds)

    async def _moved(self) -> AsyncIterator[str]:
        try:
            heads = await self.news.look()
            for stream, digest in _known(heads).items():
                if self.known.get(stream) == digest:
                    continue
                entry = await self.news.entry(stream, heads[stream])
                self.known[stream] = digest
                about = [it for it in ("runs", *ABOUT.get(stream, ())) if it in self.topics]
                for topic in about:
                    # Only the last has the id: whoever heard but the first hears all again.
                    id_ = urlencode(self.known) if topic == about[-1] else ""
                    yield _event("moved", {"topic": topic, "stream": stream} | _said(entry), id_)
        except ScarlineError as error:  # the store may be away: the next look is soon
            log.warning("no news could be had", error=str(error))

    def _progress(self) -> Iterator[str]:
        if "runs" not in self.topics:
            return
        now = dict(self.going)
        for stream, progress in now.items():
            if self.shown.get(stream) != progress:
                yield _event("progress", _come(stream, progress, ended=False))
        for stream in self.shown.keys() - now.keys():
            yield _event("progress", _come(stream, self.shown[stream], ended=True))
        self.shown = now


async def opened(
    news: News, topics: frozenset[str], going: Mapping[str, Progress], since: str = ""
) -> Line:
    """Return the line of a listener who was told all up to the id ``since``, or all until now."""
    heads = await news.look()
    return Line(news, topics, going, dict(parse_qsl(since)) if since else _known(heads))


def _known(heads: Heads) -> dict[str, str]:
    return {stream: head.digest[:_DIGITS] for stream, head in sorted(heads.items()) if head.digest}


def _said(entry: Entry | None) -> dict[str, Any]:
    if entry is None:
        return {}
    return {"run": entry.run, "word": entry.word, "position": entry.position, "at": stamp(entry.at)}


def _come(stream: str, it: Progress, *, ended: bool) -> dict[str, Any]:
    return {
        "topic": "runs",
        "stream": stream,
        "done": it.done,
        "total": it.total,
        "rows": it.rows,
        "requests": it.usage.requests,
        "retries": it.usage.retries,
        "waited_seconds": it.usage.waited_seconds,
        "waiting_seconds": it.waiting_seconds,
        "left": it.left,
        "ended": ended,
    }


def _event(name: str, data: Mapping[str, Any], id_: str = "") -> str:
    lines = [f"event: {name}", f"data: {msgspec.json.encode(data).decode()}"]
    return "\n".join([f"id: {id_}", *lines] if id_ else lines) + "\n\n"
