"""Series drawn small: as many stretches as their interval allows, so that a hole is a gap."""

from datetime import timedelta

import pytest

from scarline.kinds import METRIC_POINT
from scarline.model import Window
from scarline.series import series_bounds
from scarline.web.metrics.drawn import sparks
from tests.fakes import EPOCH, points

HOUR = Window(EPOCH, EPOCH + timedelta(hours=1))


@pytest.mark.parametrize("count", [7, 48, 60, 120])
def test_only_a_hole_is_a_gap(count: int) -> None:
    """Both series come once a minute; one says nothing for a third of the hour."""
    told = [("load", "a", minute, float(minute)) for minute in range(60)]
    told += [("load", "b", minute, 1.0) for minute in range(60) if not 20 <= minute < 40]
    rows = points(*told)
    whole, holed = sparks(rows, series_bounds(METRIC_POINT, rows), HOUR, count)
    assert len(whole) == len(holed) == min(count, 60)
    assert None not in whole
    assert whole == sorted(it for it in whole if it is not None)
    assert sum(it is None for it in holed) == pytest.approx(len(holed) / 3, abs=1.5)
