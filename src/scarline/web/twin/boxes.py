"""What stands in the box of each system, and how wide the box is: here, and nowhere else."""

from collections.abc import Sequence
from string import ascii_uppercase

import numpy as np
import numpy.typing as npt

from scarline.web.twin.view import Chosen

ROOM, WIDTHS = 44.0, (84.0, 216.0)
"""Pixels of a box beside its name, of them 22 for the mark; of the narrowest and widest box."""

LETTER = 8.3
LETTERS = (
    dict.fromkeys(ascii_uppercase, 9.2)
    | dict.fromkeys("mwMW%@", 12.5)
    | dict.fromkeys("'\" ,.·:;|!/\\()[]-IJfijlrt", 5.0)
)
"""Pixels of letters, 13 high, as Chromium measures DejaVu Sans: few fonts of systems are wider."""

LONGEST = 200  # letters of a name that are looked at


def titles_of(found: Chosen, *, with_env: bool) -> list[str]:
    """Return what stands in each box: the name, and its environment where that is not plain."""
    named = ((found.systems.names[it], found.systems.envs[it]) for it in found.shown)
    return [f"{name} · {env}" if with_env and env else name for name, env in named]


def widths_of(titles: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return how wide the boxes of titles are, in pixels."""
    wide = [sum(LETTERS.get(it, LETTER) for it in title[:LONGEST]) for title in titles]
    return np.clip(np.array(wide, np.float64) + ROOM, *WIDTHS)
