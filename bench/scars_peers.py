"""What a user would watch a metric with otherwise: scores without a scale of their own.

Each takes the values of a series and returns how strange each is; a threshold must be chosen.
"""

import math
from collections import deque
from collections.abc import Callable, Mapping
from importlib import import_module

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.floating]
Peer = Callable[[Floats], Floats]

WEIGHT = 0.03
WARM = 50
WINDOW = 500


def ewma_python(values: Floats) -> Floats:
    """Return how many deviations each value is off an exponentially weighted mean."""
    mean, variance, scores = float(values[0]), 0.0, []
    for row, value in enumerate(values.tolist()):
        off = value - mean
        scores.append(abs(off) / math.sqrt(variance + 1e-12) if row > WARM else 0.0)
        mean += WEIGHT * off
        variance = (1 - WEIGHT) * (variance + WEIGHT * off * off)
    return np.array(scores)


@njit(cache=True)
def _ewma(values: Floats) -> Floats:
    mean, variance = values[0], 0.0
    scores = np.zeros(values.size)
    for row in range(values.size):
        off = values[row] - mean
        if row > WARM:
            scores[row] = abs(off) / math.sqrt(variance + 1e-12)
        mean += WEIGHT * off
        variance = (1 - WEIGHT) * (variance + WEIGHT * off * off)
    return scores


def ewma_compiled(values: Floats) -> Floats:
    """Return the same as :func:`ewma_python`, from machine code."""
    return np.asarray(_ewma(values))


def rolling_gaussian(values: Floats) -> Floats:
    """Return how many deviations each value is off the mean of a window before it."""
    window: deque[float] = deque()
    total = square = 0.0
    scores = []
    for value in values.tolist():
        count = len(window)
        score = 0.0
        if count > WARM:
            mean = total / count
            score = abs(value - mean) / math.sqrt(max(square / count - mean * mean, 0.0) + 1e-12)
        scores.append(score)
        window.append(value)
        total += value
        square += value * value
        if count == WINDOW:
            gone = window.popleft()
            total -= gone
            square -= gone * gone
    return np.array(scores)


def half_space_trees(values: Floats) -> Floats:
    """Return the scores of river's half-space trees, which are told the range beforehand."""
    low, high = float(values.min()), float(values.max())
    trees = import_module("river.anomaly").HalfSpaceTrees(limits={"x": (low, high + 1e-9)}, seed=1)
    scores = []
    for value in values.tolist():
        scores.append(trees.score_one({"x": value}))
        trees.learn_one({"x": value})
    return np.array(scores)


def peers() -> Mapping[str, Peer]:
    """Return the peers that are installed, by name."""
    found: dict[str, Peer] = {
        "EWMA z, plain Python": ewma_python,
        "EWMA z, numba": ewma_compiled,
        "rolling Gaussian, plain Python": rolling_gaussian,
    }
    try:
        import_module("river.anomaly")
    except ImportError:
        print("half-space trees are left out: pip install river")
    else:
        found["half-space trees, river"] = half_space_trees
    return found
