"""What was looked at of the time that alerts follow from."""

from datetime import datetime
from typing import Any

from scarline.alerts import KEPT
from scarline.pipeline import Pipeline
from scarline.web.coverage import covered
from scarline.web.looked import Looked
from scarline.web.scars.watched import METRICS


def alerts_covered(road: Pipeline, looked: Looked) -> dict[str, Any]:
    """Return which parts of the time until now were looked at, from the first look on at most."""
    first = looked.first()
    start = None if first is None else max(first, _minute(road) - KEPT)
    return covered(road, looked, start, None, METRICS)


def _minute(road: Pipeline) -> datetime:
    return road.clock().replace(second=0, microsecond=0)
