"""Brings the compiled part in when it is first needed: importing numba takes most of a second.

The machine code is kept beside the sources (or, where that is read-only, in numba's folder of the
user). numba looks only at the file that a function stands in; :func:`judge_many` calls functions
of other files, so code that is older than any of them is thrown away here.
"""

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scarline.scars.memory import JUDGEMENT, Memories

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


@cache
def judge_many() -> Any:
    """Return the compiled :func:`scarline.scars.judging.judge_many`."""
    _forget_old_code(Path(__file__).parent)
    return import_module("scarline.scars.judging").judge_many


def _forget_old_code(folder: Path) -> None:
    newest = max(path.stat().st_mtime for path in folder.glob("*.py"))
    for index in (folder / "__pycache__").glob("*.nbi"):
        if index.stat().st_mtime < newest:
            index.unlink(missing_ok=True)


def judged(
    memories: Memories, slots: Whole, bounds: Whole, ts: Floats, values: Floats
) -> npt.NDArray[np.void]:
    """Judge values of many series and return a record of `JUDGEMENT` for each.

    Piece ``i`` are the rows from ``bounds[i]`` to ``bounds[i + 1]``, of the series whose memory
    is ``memories[slots[i]]``, which learns them.
    """
    out = np.zeros(ts.size, JUDGEMENT)
    judge_many()(memories, slots, bounds, ts, values, out)
    return out
