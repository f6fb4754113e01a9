"""The station `watch`: find what is wrong in a metric, and say so once.

:class:`ScarOperator` judges one series as it comes, :func:`score_series` and
:func:`alert_series` a whole one, :func:`detect` thousands at once; all by the same compiled code,
so that they say the same. See docs/scars.md.
"""

from scarline.scars.columns import SCORED, Key, detect
from scarline.scars.operator import (
    ALERT_LINE,
    Judgement,
    ScarOperator,
    alert_series,
    score_series,
)
from scarline.scars.options import Direction, Options, known_direction

__all__ = [
    "ALERT_LINE",
    "SCORED",
    "Direction",
    "Judgement",
    "Key",
    "Options",
    "ScarOperator",
    "alert_series",
    "detect",
    "known_direction",
    "score_series",
]
