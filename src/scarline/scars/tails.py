"""How rare a strength of evidence is for this series, learnt as it goes.

Peaks over a threshold (Siffer et al., "Anomaly Detection in Streams with Extreme Value Theory",
KDD 2017), made robust. The threshold is a quantile that is followed step by step. What lies
above it is taken in clusters, and of each cluster the peak alone is learnt: a long incident
counts as one event, not as sixty points of proof that incidents are usual. Relative excesses of
the peaks follow a generalised Pareto law whose two parameters come from their first two moments
(Hosking and Wallis, Technometrics 29, 1987). No peak is learnt at more than a bound, so that an
outlier, however large, moves the tail no more than a rare event does.
"""

import math
from typing import Any, NamedTuple

from scarline.scars.machine import machine

SHARE = 0.02
"""Of values that lie above the threshold."""
APART = 11
"""Values below the threshold that end a cluster."""
HEAVIEST = 0.18
LIGHTEST = 0.0
"""Bounds of the shape of the tail: few peaks tell little about it."""
START = (2.0, 0.35, 0.25)
"""Threshold, mean excess and mean square before anything is learnt: a little above a bell's."""
LEAST_THRESHOLD = 0.5
FIRST_USUAL = 4.4
MOST_USUAL = 6.2
"""The surprise of a cluster itself: at the beginning, and at most (one in 500 values)."""
RATE_PACE = 0.0005
QUANTILE_PACE = 0.009
PEAK_PACE = 0.004
FLAT = 1e-3
"""A shape below is taken for none: the law is exponential."""
CERTAIN = 60.0
"""The surprise of what the law gives no chance at all."""


@machine
def begin_tails(s: Any) -> None:
    """Set the tails of all experts to what is usual before anything is known."""
    s.threshold[:] = START[0]
    s.excess[:] = START[1]
    s.excess_square[:] = START[2]
    s.usual[:] = FIRST_USUAL


@machine
def _law(s: Any, k: int) -> tuple[float, float]:
    """Return shape and scale of the relative excesses over the threshold."""
    mean = s.excess[k]
    variance = max(s.excess_square[k] - mean * mean, 1e-9)
    shape = min(HEAVIEST, max(LIGHTEST, 0.5 * (1.0 - mean * mean / variance)))
    return shape, mean * (1.0 - shape)


@machine
def surprise(s: Any, k: int, strength: float) -> float:
    """Return minus the log of how often, per value, expert ``k`` peaks as high as this."""
    threshold, usual = s.threshold[k], s.usual[k]
    if strength <= threshold:
        return float(usual * strength / threshold)
    shape, scale = _law(s, k)
    over = (strength / threshold - 1.0) / scale
    if shape < FLAT:
        return float(usual + min(over, CERTAIN))
    return float(usual + min(math.log1p(shape * over) / shape, CERTAIN))


@machine
def reach(s: Any, k: int, surprised: float) -> float:
    """Return the strength at which :func:`surprise` is ``surprised``: its inverse."""
    usual = s.usual[k]
    if surprised <= usual:
        return float(s.threshold[k] * surprised / usual)
    return float(s.threshold[k] * (1.0 + _excess(s, k, surprised - usual)))


@machine
def _excess(s: Any, k: int, beyond: float) -> float:
    shape, scale = _law(s, k)
    if shape < FLAT:
        return scale * beyond
    return scale * math.expm1(shape * beyond) / shape


class Paces(NamedTuple):
    """By what share a value moves the threshold, the rate of clusters, and a peak the law."""

    threshold: float
    rate: float
    peak: float


@machine
def paces(s: Any, weight: float, threshold_weight: float) -> Paces:
    """Count one more value, with weights up to 1, and return how much it moves the tails."""
    s.weighed += weight
    exceeding = s.weighed * SHARE
    return Paces(
        threshold_weight * max(QUANTILE_PACE, 0.5 / (1.0 + exceeding)),
        weight * max(RATE_PACE, 1.0 / (100.0 + s.weighed)),
        weight * max(PEAK_PACE, 1.0 / (10.0 + 0.5 * exceeding)),
    )


@machine
def learn_tail(s: Any, k: int, strength: float, most: float, pace: Paces) -> None:
    """Learn one strength; ``most`` bounds the surprise at which a peak is learnt."""
    if strength > s.threshold[k]:
        s.peak[k] = max(s.peak[k], strength)
        s.below[k] = 0
        s.threshold[k] *= 1.0 + pace.threshold * (1.0 - SHARE)
    else:
        ended = False
        if s.peak[k] > 0:
            s.below[k] += 1
            ended = s.below[k] >= APART
        if ended:
            _learn_peak(s, k, most, pace)
        else:
            s.usual[k] = min(MOST_USUAL, s.usual[k] + pace.rate)
        s.threshold[k] = max(LEAST_THRESHOLD, s.threshold[k] * (1.0 - pace.threshold * SHARE))


@machine
def _learn_peak(s: Any, k: int, most: float, pace: Paces) -> None:
    bound = _excess(s, k, max(0.5, most - s.usual[k]))
    excess = min(bound, max(0.0, s.peak[k] / s.threshold[k] - 1.0))
    s.excess[k] += pace.peak * (excess - s.excess[k])
    s.excess_square[k] += pace.peak * (excess * excess - s.excess_square[k])
    rate = math.exp(-s.usual[k])
    s.usual[k] = -math.log(rate + pace.rate * (1.0 - rate))
    s.peak[k] = 0
