"""A file as blocks of records, each with its columns as text and the lines that they stand on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pc

from scarline.errors import UsageError
from scarline.kinds import TEXT
from scarline.sources.csv_services.form import BROKEN, CHUNK_BYTES, UTF8, Form
from scarline.sources.csv_services.walking import Bad, walked

Longs = npt.NDArray[np.int64]

MOST_BYTES = 2 * CHUNK_BYTES
"""The most that one record may take."""

_QUOTE, _LINE_END, _RETURN = b'"\n\r'


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """Some records: columns of text by role, the line of each when asked, and the bad rows."""

    columns: Mapping[str, pa.DictionaryArray]
    lines: Callable[[], Longs]
    bad: Sequence[Bad]


@dataclass(frozen=True, slots=True)
class _Block:
    """Bytes in hand, the number of their first line, and whether nothing follows them."""

    data: bytes
    line: int
    final: bool


def records(file: BinaryIO, form: Form, places: Mapping[str, int]) -> Iterator[Records]:
    """Yield the records of ``file`` below its header; ``places`` has the columns by role.

    Raises ``UsageError`` for a line that is longer than :data:`MOST_BYTES`.
    """
    pending, line = b"", form.header_lines + 1
    for chunk in chain(form.text(file), (None,)):
        block = _Block(pending + (chunk or b""), line, chunk is None)
        if not block.data:
            continue
        found, used = _taken(block, form, places)
        if found is not None:
            yield found
        elif len(block.data) > MOST_BYTES:
            raise UsageError(
                f"line {line} of {form.name} does not end within {MOST_BYTES:,} bytes: "
                "this is no list of services"
            )
        line += block.data.count(b"\n", 0, used)
        pending = block.data[used:]


def _taken(block: _Block, form: Form, places: Mapping[str, int]) -> tuple[Records | None, int]:
    """Return the records that end in a block, and the bytes that they take."""
    own, quotes = _cut(block)
    if own and _is_plain(own, quotes, form.separator):
        columns = _parsed(own, form, places)
        if columns is not None:
            return Records(columns, partial(_lines, own, quotes, block.line), ()), len(own)
    elif not own and len(block.data) <= MOST_BYTES:
        return None, 0
    slow = walked(block.data, block.line, form, final=block.final)
    if not slow.used:
        return None, 0
    cells = {role: [row[place] for row in slow.rows] for role, place in places.items()}
    texts = {role: pa.array(own, pa.string()).dictionary_encode() for role, own in cells.items()}
    return Records(texts, lambda: np.array(slow.lines, dtype=np.int64), slow.bad), slow.used


def _cut(block: _Block) -> tuple[bytes, Longs]:
    """Return the whole records that a block begins with, and where quotes are in them.

    The last block has only whole records, or a quote that is never closed.
    """
    if block.final:
        data = block.data if block.data.endswith(b"\n") else block.data + b"\n"
        return data, _quotes(data)
    if b'"' not in block.data:
        return block.data[: block.data.rfind(b"\n") + 1], np.zeros(0, dtype=np.int64)
    quotes = _quotes(block.data)
    ends = _ends(block.data, quotes)
    length = int(ends[-1]) + 1 if ends.size else 0
    return block.data[:length], quotes[quotes < length]


def _quotes(data: bytes) -> Longs:
    return np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == _QUOTE)


def _ends(data: bytes, quotes: Longs) -> Longs:
    """Return where records end: at line ends before which the number of quotes is even.

    That holds where quotes are as RFC 4180 has them; :func:`_is_plain` looks whether they are.
    """
    ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == _LINE_END)
    found: Longs = ends[np.searchsorted(quotes, ends) % 2 == 0]
    return found


def _is_plain(data: bytes, quotes: Longs, separator: str) -> bool:
    """Return whether both readers would find the same in ``data``.

    So it is if it is UTF-8, each quote stands at the edge of a cell or is doubled within one,
    and there is no carriage return but before a line end.
    """
    if b"\r" in data and data.count(b"\r") != data.count(b"\r\n"):
        return False
    if not data.isascii():
        try:
            if BROKEN in data.decode(UTF8):
                return False
        except UnicodeDecodeError:
            return False
    if quotes.size % 2:
        return False
    codes = np.frombuffer(b"\n" + data + b"\n", dtype=np.uint8)  # shifted: codes[i + 1] is data[i]
    opening, closing = quotes[::2], quotes[1::2]
    edges = (ord(separator), _LINE_END, _QUOTE)
    return bool(
        np.isin(codes[opening], edges).all()
        and np.isin(codes[closing + 2], (*edges, _RETURN)).all()
    )


def _parsed(data: bytes, form: Form, places: Mapping[str, int]) -> dict[str, pa.Array] | None:
    """Return the columns of whole records, or None if not all have the cells of the header."""
    names = [str(number) for number in range(len(form.titles))]
    wanted = {str(place): TEXT for place in places.values()}
    try:
        table = pc.read_csv(
            pa.py_buffer(data),
            pc.ReadOptions(column_names=names, block_size=len(data) + 1, use_threads=False),
            pc.ParseOptions(delimiter=form.separator, newlines_in_values=True),
            pc.ConvertOptions(column_types=wanted, include_columns=list(wanted), check_utf8=False),
        )
    except pa.ArrowInvalid:
        return None
    return {role: table[str(place)].combine_chunks() for role, place in places.items()}


def _lines(data: bytes, quotes: Longs, first: int) -> Longs:
    """Return the line that each record begins on; empty lines are no records."""
    codes = np.frombuffer(data, dtype=np.uint8)
    ends = _ends(data, quotes)
    begins = np.concatenate(([0], ends[:-1] + 1))
    empty = (ends == begins) | ((ends == begins + 1) & (codes[begins] == _RETURN))
    before = np.searchsorted(np.flatnonzero(codes == _LINE_END), begins)
    found: Longs = (first + before)[~empty]
    return found
