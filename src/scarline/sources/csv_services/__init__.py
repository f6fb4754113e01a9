"""A list of services in a file, as a source of flows: a row for each service.

Comma, semicolon or tab; UTF-8, UTF-16, or Windows-1252 and with it Latin-1; a header in the many
wordings of ``headings``. A cell of dependencies is parted by comma, semicolon, pipe or line end;
each makes a flow, and a service without one makes a flow to "". In a file with semicolons a comma
in a number is its decimal mark, in others it parts thousands. A latency without a unit is in that
of its title, else in milliseconds. An error rate is per cent if it, or the title of its column,
has a %, or if it is more than 1; else it is a share. A bad row is kept out and named with its
line; the other rows are read. A file without bad rows tells of all flows of its environments.

The file is read three times, in blocks: for its form and digest, for its bad and repeated rows,
and for its flows. So a strict load refuses before anything is stored, each flow comes once, and
memory is flat but for 8 bytes a flow.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from scarline.errors import SourceChanged, UsageError
from scarline.flows.normal import normalised
from scarline.flows.whole import whole
from scarline.kinds import INTEGRATION_FLOW, Kind
from scarline.model import Asked, Batch, Usage, Window
from scarline.ports import Ask, Check, Clock, Plan, Planned, Progress, Source
from scarline.sources.csv_services.form import Form, formed
from scarline.sources.csv_services.headings import recognised
from scarline.sources.csv_services.survey import (
    Sent,
    Survey,
    flow_keys,
    last_of_each,
    opened,
    stamp,
    survey,
    surveyed,
    tellings,
)

__all__ = ["Config", "Sent", "Survey", "named", "open_source", "surveyed"]

STREAMS: Mapping[str, Kind] = {"flows": INTEGRATION_FLOW}

REPEATED = "told again by a later row"

READING = 1
"""How a file is read: raised when the same bytes come to mean other flows."""

FIRST_SHOWN = 5
"""How many bad rows a refusal of the whole file names."""


@dataclass(frozen=True, slots=True)
class Config:
    """Which file to read, and what holds where it says nothing."""

    path: Path | Sent
    source: str = "datadog"
    """What the flows are said to come from, in rows and on the ledger."""
    env: str = ""
    strict: bool = False
    """Whether one bad row refuses the whole file."""


def named(config: Config) -> str:
    """Return what the ledger calls the file; raises ``UsageError`` if it is no list of services."""
    with opened(config.path) as file:
        return _what(formed(file, config.path.name), config)


def open_source(config: Config, clock: Clock, survey: Survey | None = None) -> Source:
    """Return the file as a source; ``survey`` may be that of an earlier look at it."""
    return CsvServices(config, clock, survey)


@dataclass(frozen=True, slots=True)
class CsvServices:
    """The source. Its duties stand at :class:`scarline.ports.Source`.

    A load is whole: there is no cursor, and a window cannot be asked for.
    """

    config: Config
    clock: Clock
    survey: Survey | None = None

    @property
    def name(self) -> str:
        """Return what the source is called, in rows and on the ledger."""
        return self.config.source

    def streams(self) -> Mapping[str, Kind]:
        """Return the streams that it offers, and the kind of each."""
        return STREAMS

    async def pull(self, ask: Ask) -> AsyncGenerator[Batch, None]:
        """Yield the flows of the file, each once: of rows that tell the same, the last.

        Raises ``UsageError`` before the first batch for an unknown stream, a window, a file
        that is no list of services, and a bad row if the file is read strictly;
        ``SourceChanged`` after the last one if the file was written meanwhile.
        """
        self._offered(ask)
        # One thread for all the reading: each more would keep memory of its own.
        with opened(self.config.path) as file, ThreadPoolExecutor(1) as thread:
            run = partial(asyncio.get_running_loop().run_in_executor, thread)
            own = await run(self._survey, file)
            batches = self._batches(file, own, self.clock())
            rows = 0
            for done in range(1, own.blocks + 1):
                batch = await run(next, batches)
                rows += batch.rows.num_rows
                ask.notify(Progress(done, own.blocks, batch.usage, rows))
                yield batch
            _unchanged(file, own)

    def _survey(self, file: BinaryIO) -> Survey:
        """Return the survey of the file; the one at hand if its bytes are the same."""
        own = self.survey
        if own is None or own.stamp != stamp(file):
            own = survey(file, self.config.path.name, self.config.env)
        if self.config.strict and own.bad:
            raise UsageError(_refusal(own))
        return own

    def _batches(self, file: BinaryIO, own: Survey, start: datetime) -> Iterator[Batch]:
        """Yield a batch for each block; the last one has the account of the load."""
        seen = np.zeros(len(own.repeats.keys), dtype=np.int64)
        for number, part in enumerate(tellings(file, own.form, self.config.env), start=1):
            rows = part.rows
            if own.repeats.keys.size:
                rows = rows.filter(pa.array(last_of_each(flow_keys(rows), own.repeats, seen)))
            rows = normalised(rows, self.name, named=False)
            brought = rows.num_rows
            if number == 1 and not own.bad:
                rows = whole(rows, self.name, own.envs)
            kept_out = Counter(it.reason for it in part.bad)
            if repeated := part.rows.num_rows - brought:
                kept_out[REPEATED] = repeated
            if number < own.blocks:
                yield Batch(INTEGRATION_FLOW, rows, None, kept_out=kept_out)
            else:
                asked = (Asked(_what(own.form, self.config), self._window(start)),)
                usage = Usage(requests=1, answer_bytes=own.form.size_bytes)
                yield Batch(INTEGRATION_FLOW, rows, None, asked, (), kept_out, usage)

    def _window(self, start: datetime) -> Window:
        """Return the time from ``start`` to now; a window cannot be empty."""
        return Window(start, max(self.clock(), start + timedelta(microseconds=1)))

    def _offered(self, ask: Ask) -> None:
        if ask.stream not in STREAMS:
            raise UsageError(f"a file has no stream {ask.stream!r}; it has: {', '.join(STREAMS)}")
        if ask.window is not None:
            raise UsageError("a file is loaded whole: leave out the window of time")

    async def plan(self, ask: Ask) -> Plan:
        """Return what :meth:`pull` would read. Reads no more than the size of the file."""
        self._offered(ask)
        with opened(self.config.path) as file:
            _, size, _ = stamp(file)
        name = self.config.path.name
        planned = Planned(f"read {name}", f"file {name}", self._window(self.clock()))
        return Plan([planned], [f"{size:,} bytes, read three times; nothing is sent"])

    async def check(self) -> Sequence[Check]:
        """Look whether the file is a list of services, as far as its header tells."""
        try:
            with opened(self.config.path) as file:
                form = await asyncio.to_thread(formed, file, self.config.path.name)
        except UsageError as error:
            return [Check("file", well=False, finding=str(error), remedy="name another file")]
        return [
            Check("file", well=True, finding=f"{form.name}: {', '.join(recognised(form.titles))}")
        ]


def _what(form: Form, config: Config) -> str:
    """Return what the ledger calls a file: of the same name, the same flows."""
    env = f", env {config.env}" if config.env else ""
    return f"file {form.name} (SHA-256 {form.digest}), reading {READING}{env}"


def _unchanged(file: BinaryIO, own: Survey) -> None:
    """Raise ``SourceChanged`` if the file is not the one that was surveyed any more."""
    if stamp(file) != own.stamp:
        raise SourceChanged(
            f"{own.form.name} was written while it was read: load it again when it is complete"
        )


def _refusal(own: Survey) -> str:
    shown = "; ".join(f"line {line}: {reason}" for line, reason in own.sentences()[:FIRST_SHOWN])
    count = sum(own.reasons.values())
    rest = f"; and {count - FIRST_SHOWN:,} more" if count > FIRST_SHOWN else ""
    return (
        f"{own.form.name} has {count:,} bad rows, and nothing of it was loaded: {shown}{rest}. "
        "Correct them, or load it without --strict"
    )
