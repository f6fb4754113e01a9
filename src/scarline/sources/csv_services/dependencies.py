"""Names of systems within one cell, and a row for each pair that they make."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from scarline.sources.csv_services.numbers import NOTHING

Longs = npt.NDArray[np.int64]

_AS_COMMAS = np.arange(256, dtype=np.uint8)
_AS_COMMAS[np.frombuffer(b";|\n\r", dtype=np.uint8)] = ord(",")


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """The names that stand in the cells of a column.

    The distinct cell ``k`` has ``codes[starts[k] : starts[k + 1]]``, places in ``words``; a cell
    without names has the one name "".
    """

    words: pa.Array
    codes: Longs
    starts: Longs

    def pairs(self, cells: Longs) -> tuple[Longs, pa.DictionaryArray]:
        """Return, for rows with these distinct cells, the row of each pair and its name."""
        counts = np.diff(self.starts)[cells]
        rows = np.repeat(np.arange(len(cells)), counts)
        within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
        codes = self.codes[self.starts[cells][rows] + within].astype(np.int32)
        return rows, pa.DictionaryArray.from_arrays(codes, self.words)

    def any_of(self, wrong: Sequence[bool] | npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Return for each distinct cell whether one of its names is ``wrong``."""
        marked = np.asarray(wrong, dtype=bool)[self.codes]
        found: npt.NDArray[np.bool_] = np.logical_or.reduceat(marked, self.starts[:-1])
        return found


def names(cells: pa.Array) -> Names:
    """Return the names in distinct cells: parted by comma, semicolon, pipe or line end."""
    silent = pc.is_in(pc.utf8_lower(pc.utf8_trim_whitespace(cells)), pa.array(NOTHING))
    parts = pc.split_pattern(_with_commas(pc.if_else(silent, "", cells)), ",")
    once = pc.utf8_trim_whitespace(parts.flatten()).dictionary_encode()
    words, codes = once.dictionary, once.indices.to_numpy().astype(np.int64)
    owners = np.repeat(np.arange(len(cells)), pc.list_value_length(parts).to_numpy())
    told = ~np.asarray(pc.equal(words, ""))[codes]
    counts = np.bincount(owners[told], minlength=len(cells))
    lonely = np.flatnonzero(counts == 0)
    words = pa.concat_arrays([words, pa.array([""], pa.string())])
    codes = np.concatenate((codes[told], np.full(len(lonely), len(words) - 1)))
    order = np.argsort(np.concatenate((owners[told], lonely)), kind="stable")
    starts = np.concatenate(([0], np.cumsum(np.maximum(counts, 1))))
    return Names(words, codes[order], starts)


def _with_commas(cells: pa.Array) -> pa.Array:
    """Return texts in which each separator is a comma; no byte of a longer letter is one."""
    _, offsets, data = pa.concat_arrays([cells]).buffers()
    letters = _AS_COMMAS[np.frombuffer(data or b"", dtype=np.uint8)]
    return pa.Array.from_buffers(
        cells.type, len(cells), [None, offsets, pa.py_buffer(letters)], offset=cells.offset
    )
