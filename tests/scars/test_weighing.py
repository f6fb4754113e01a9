"""How what the experts see becomes one number, and where its line is."""

from typing import Any, cast

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from scarline.scars import Options, ScarOperator
from scarline.scars.evidence import Evidence
from scarline.scars.judging import AGREED, ALONE_AGREED, HALF, WEIGHTS, weigh
from scarline.scars.memory import EXPERTS, JUDGEMENT, fresh
from scarline.scars.tails import begin_tails, surprise

Floats = npt.NDArray[np.floating]

MINUTE, START, TARGET = 60.0, 1_740_960_000.0, 10.0
Strengths = tuple[float, float, float, float, float, float, float]
STRENGTHS = st.tuples(*(st.floats(0.0, 30.0) for _ in EXPERTS))


def seasoned() -> Any:
    """Return the memory of a series that is old enough for the experts not to doubt themselves."""
    memory = fresh(1)[0]
    begin_tails(memory)
    memory["count"] = 1e300
    return memory


def weighed(strengths: Strengths) -> tuple[float, float]:
    """Return the share of the target that experts of these strengths reach, and the largest's."""
    memory, out = seasoned(), np.zeros(1, JUDGEMENT)[0]
    alone = [WEIGHTS[k] * surprise(memory, k, it) for k, it in enumerate(strengths)]
    high = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
    return weigh(memory, Evidence(strengths, high), TARGET, out), max(alone) / TARGET


@settings(deadline=None)
@given(STRENGTHS, st.integers(0, len(EXPERTS) - 1), st.floats(0.0, 30.0))
def test_more_evidence_is_never_less_surprise(
    strengths: Strengths, expert: int, more: float
) -> None:
    """And all of it is the largest surprise, or more by what the others can add at most."""
    share, most = weighed(strengths)
    stronger = [it + more * (k == expert) for k, it in enumerate(strengths)]
    assert share <= weighed(cast("Strengths", tuple(stronger)))[0] + 1e-9
    assert most - 1e-9 <= share <= most + 2 * AGREED * max(0.0, most - HALF) + 1e-9
    assert share < 1.0 or most >= ALONE_AGREED - 1e-9


def test_two_views_that_agree_are_more_than_one() -> None:
    """Off the near forecast and off the level by as much: an alert that neither would be alone."""
    near = weighed((5.8, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0))[0]
    level = weighed((0.0, 5.8, 0.0, 0.0, 4.9, 4.9, 4.9))[0]
    both = weighed((5.8, 5.8, 0.0, 0.0, 4.9, 4.9, 4.9))[0]
    assert max(near, level) < 1.0 < both


def test_no_alert_is_raised_within_the_band_of_the_expert_that_spoke() -> None:
    """Whoever agrees: within it, nothing is said."""
    raised = 0
    for seed in range(3):
        operator = ScarOperator(Options(false_onsets_per_week=100))
        chance = np.random.default_rng(seed)
        for row, value in enumerate(chance.standard_t(4, 8000).tolist()):
            operator.update(START + MINUTE * row, value)
            told = operator.last
            if told.onset and told.expert in {"spike", "level"}:
                raised += 1
                assert not told.low < value < told.high
    assert raised > 30
