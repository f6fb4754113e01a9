"""Tables of numbers out of JSON text, without a Python object for each number.

simdjson writes the numbers of a table straight into one buffer, several times faster than a
parser that makes lists. Where there is no wheel of it, msgspec and Arrow do the same.
"""

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
import pyarrow as pa

from scarline.errors import SourceChanged
from scarline.sources.datadog.points import Floats
from scarline.sources.datadog.shapes import TABLE, decoded

HAVE_SIMDJSON = find_spec("simdjson") is not None  # there is no wheel for some platforms
if HAVE_SIMDJSON:
    import simdjson

NULL, STAND_IN = b"null", b"-8.98846567431158e307"
"""The buffer has no place for null: half of the smallest double stands for it."""

OPENING = b'"values":[['
BETWEEN_ROWS = b"],["

PIECE_BYTES = 1_000_000
"""What fits, with all that the parser makes of it, into a processor's cache."""


def split(body: bytes) -> tuple[bytes, bytes]:
    """Return a v2 answer without its table of values, and the table.

    The table is found by its name, as Datadog writes it: within a JSON string its quotes
    would be escaped. Of an answer written otherwise the table is empty, and all of it is left.
    """
    start = body.find(OPENING)
    if start < 0:
        return body, b""
    start += len(OPENING) - 2
    # Searches for a single byte run at the speed of memory; others take as long as parsing.
    quote = body.find(b'"', start)
    end = body.rfind(b"]]", start, quote if quote >= 0 else len(body))
    if end < 0:
        return body, b""
    return body[:start] + NULL + body[end + 2 :], body[start : end + 2]


def grid(text: bytes, width: int) -> Floats:
    """Return the rows of a v2 answer, each of ``width`` numbers, as a table; NaN for null.

    Raises ``SourceChanged`` if a row is longer or shorter, or something else is in it.
    """
    flat = _by_simdjson(text, width) if HAVE_SIMDJSON else None
    if flat is None:
        flat = _by_msgspec(text, width)
    return flat.reshape(-1, width) if width else np.empty((text.count(b"[") - 1, 0))


def pairs(texts: Sequence[bytes]) -> Floats:
    """Return the lists of pairs of a v1 answer as one table of two columns; NaN for null.

    Raises ``SourceChanged`` if they are no pairs.
    """
    filled = [text for text in texts if len(text) > len(b"[]")]
    whole = b"[%b]" % b",".join(text[1:-1] for text in filled)
    flat = _by_simdjson(whole, None) if HAVE_SIMDJSON else None
    if flat is None:
        return _by_msgspec(whole, 2).reshape(-1, 2)
    # As many numbers as pairs need, in each list: a pair too short and one too long would
    # bring a value where a time must be, and that shows.
    if any(text.count(b",") != 2 * text.count(b"[") - 3 for text in filled):
        message = "the answer is not of the documented shape: its points are not pairs"
        raise SourceChanged(message)
    return flat.reshape(-1, 2)


def _by_simdjson(text: bytes, width: int | None) -> Floats | None:
    """Return the numbers of ``text``, or None where it is more than plain numbers in rows."""
    nulls = NULL[:1] in text  # as above: and in a table of numbers only null begins so
    parser: Any = simdjson.Parser()
    flat = [np.empty(0)]
    try:
        for piece in _pieces(text.replace(NULL, STAND_IN) if nulls else text):
            rows = parser.parse(piece)
            if width is not None and any(len(row) != width for row in rows):
                return None
            flat.append(np.frombuffer(rows.as_buffer(of_type="d")))
            if width is not None and flat[-1].size != width * len(rows):
                return None
            del rows  # or the parser would refuse the next piece
    except (AttributeError, ValueError, TypeError):
        return None
    whole = np.concatenate(flat)
    return np.where(whole == float(STAND_IN), np.nan, whole) if nulls else whole


def _pieces(text: bytes) -> Iterator[bytes]:
    """Yield ``text`` in tables of some rows each: a parser is quickest in memory it has used."""
    start = 1
    while (end := text.find(BETWEEN_ROWS, start + PIECE_BYTES)) >= 0:
        yield b"[%b]" % text[start : end + 1]
        start = end + 2
    yield b"[%b" % text[start:] if start > 1 else text


def _by_msgspec(text: bytes, width: int) -> Floats:
    table = pa.array(decoded(TABLE, text), pa.list_(pa.float64()))
    if np.any(np.diff(table.offsets.to_numpy()) != width):
        message = "the answer is not of the documented shape: it has rows of different lengths"
        raise SourceChanged(message)
    flat: Floats = table.values.to_numpy(zero_copy_only=False)
    return flat
