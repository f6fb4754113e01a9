"""A first reading of a whole file: its bytes, its bad rows, and flows that it tells twice."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from scarline.errors import UsageError
from scarline.sources.csv_services.form import Form, formed
from scarline.sources.csv_services.headings import recognised
from scarline.sources.csv_services.reading import Sheet, codes
from scarline.sources.csv_services.records import records
from scarline.sources.csv_services.rows import Told, told
from scarline.sources.csv_services.walking import Bad

Keys = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

MOST_BAD = 1_000
"""How many bad rows are kept one by one; the others are only counted."""

_MIX = np.uint64(0x9E3779B97F4A7C15)
"""2**64 divided by the golden ratio: an odd factor that spreads its products (Knuth, The Art of
Computer Programming, volume 3, section 6.4)."""


@dataclass(frozen=True, slots=True, eq=False)
class Repeats:
    """The flows that a file tells more than once: their keys in order, and how often."""

    keys: Keys
    counts: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """What is known of a file after reading it once."""

    form: Form
    stamp: tuple[int, int, int]
    """Which file it was and when it was written last: another stamp, other bytes."""
    blocks: int
    good: int
    flows: int
    envs: Sequence[str]
    """The environments of the good rows, in order."""
    bad: Sequence[Bad]
    """The first bad rows, by line."""
    reasons: Mapping[str, int]
    """How many bad rows there are, by reason."""
    repeats: Repeats

    def sentences(self) -> list[tuple[int, str]]:
        """Return line and reason of each bad row that is kept in :attr:`bad`."""
        return [(it.line, f"{it.reason}: {it.detail}") for it in self.bad]


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that was sent here and lies on no disk."""

    name: str
    content: bytes = field(repr=False)


@contextmanager
def opened(path: Path | Sent) -> Iterator[BinaryIO]:
    """Open a file to read its bytes; raises ``UsageError`` if that cannot be."""
    if isinstance(path, Sent):
        yield BytesIO(path.content)
        return
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise UsageError(f"there is no file {path}: give the path of a list of services") from None
    except OSError as error:
        reason = (error.strerror or "it cannot be opened").lower()
        raise UsageError(f"{path} cannot be read: {reason}") from None
    with file:
        yield file


def surveyed(path: Path | Sent, env: str = "") -> Survey:
    """Return what a first reading of the file at ``path`` finds.

    Memory is flat but for 8 bytes a flow. Raises ``UsageError`` for a file that is not there,
    is empty or binary, has no header that names services, or has no rows.
    """
    with opened(path) as file:
        return survey(file, path.name, env)


def survey(file: BinaryIO, name: str, env: str) -> Survey:
    """Return what a first reading of an open file finds; see :func:`surveyed`."""
    form = formed(file, name)
    bad: list[Bad] = []
    reasons: Counter[str] = Counter()
    envs: set[str] = set()
    keys = bytearray()  # grows in place, where a list of arrays would be joined into another
    blocks = good = 0
    for part in tellings(file, form, env):
        keys += flow_keys(part.rows).tobytes()
        envs.update(part.rows["env"].unique().to_pylist())
        reasons.update(it.reason for it in part.bad)
        bad += part.bad[: MOST_BAD - len(bad)]
        blocks, good = blocks + 1, good + part.good
    if not (good or bad):
        raise UsageError(f"{name} has a header and no rows below it: give a row for each service")
    flows, repeats = _counted(keys)
    return Survey(form, stamp(file), blocks, good, flows, sorted(envs), bad, dict(reasons), repeats)


def tellings(file: BinaryIO, form: Form, env: str) -> Iterator[Told]:
    """Yield what a file tells, block by block."""
    sheet = Sheet(form, recognised(form.titles), env)
    places = {role: column.place for role, column in sheet.columns.items()}
    for part in records(file, form, places):
        yield told(part, sheet)


def stamp(file: BinaryIO) -> tuple[int, int, int]:
    """Return what changes when the bytes of a file do."""
    if isinstance(file, BytesIO):
        return 0, file.getbuffer().nbytes, 0
    status = os.fstat(file.fileno())
    return status.st_ino, status.st_size, status.st_mtime_ns


def flow_keys(rows: pa.RecordBatch) -> Keys:
    """Return a number of 64 bits for each flow, the same within this process.

    Python's hash of each text (SipHash, keyed anew in each process, so that nobody can make two
    meet on purpose), mixed. Among ten million flows two meet once in 360,000 files.
    """
    mixed = np.zeros(rows.num_rows, dtype=np.uint64)
    for name in ("env", "system_from", "system_to"):
        column = rows.column(name)
        words = np.fromiter(map(hash, column.dictionary.to_pylist()), dtype=np.int64)
        mixed = mixed * _MIX + words.view(np.uint64)[codes(column)]
    return mixed


def last_of_each(keys: Keys, repeats: Repeats, seen: npt.NDArray[np.int64]) -> Flags:
    """Return which flows of a block have no later one of the same key in another block.

    ``seen`` counts what came of each repeated key so far, and is carried on.
    """
    if not repeats.keys.size:
        return np.ones(len(keys), dtype=bool)
    places = np.minimum(np.searchsorted(repeats.keys, keys), len(repeats.keys) - 1)
    repeated = repeats.keys[places] == keys
    seen += np.bincount(places[repeated], minlength=len(seen))
    last: Flags = ~repeated | (seen == repeats.counts)[places]
    return last


def _counted(own: bytearray) -> tuple[int, Repeats]:
    """Return how many different flows there are, and which come again; sorts what it is given."""
    keys = np.frombuffer(own, dtype=np.uint64)
    keys.sort()
    again = keys[1:][keys[1:] == keys[:-1]]
    repeated, more = np.unique(again, return_counts=True)
    return len(keys) - len(again), Repeats(repeated, more + 1)
