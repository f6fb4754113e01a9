"""What is said at the end of a list: what was not looked at, and up to when was looked."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scarline.cli.asked import Ending, ago, told_coverage

BEGIN, END = "2026-03-02T00:00:00Z", "2026-03-02T01:00:00Z"
NOW = datetime(2026, 3, 2, 1, 3, 20, tzinfo=UTC)


def covered(answered: str, asked: str = END, **missing: str) -> dict[str, Any]:
    """Return what is told of a stretch that was looked at until ``answered``."""
    gaps = [
        {"what": what, "from": answered, "to": asked, "reason": it} for what, it in missing.items()
    ]
    return {
        "asked": {"from": BEGIN, "to": asked},
        "looked": True,
        "answered": [{"from": BEGIN, "to": answered}],
        "missing": gaps,
    }


@pytest.mark.parametrize(
    ("told", "now", "said"),
    [
        (covered(END), NOW, "looked up to 2026-03-02T01:00:00Z, 3 minutes ago\n"),
        (covered(END), None, ""),
        (
            covered("2026-03-02T00:30:00Z", load="HTTP 403"),
            NOW,
            "not looked at: load from 2026-03-02T00:30:00Z to 2026-03-02T01:00:00Z: HTTP 403\n",
        ),
        (
            {"asked": None, "looked": False, "answered": [], "missing": []},
            NOW,
            "nobody has looked: scarline pull metrics --last 24h\n",
        ),
    ],
)
def test_what_was_looked_at(
    told: dict[str, Any], now: datetime | None, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A gap is named; that it was looked up to the end, only where nobody asked for one."""
    told_coverage(told, Ending("scar", "metrics", now))
    assert capsys.readouterr().err == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "just now"),
        (59, "just now"),
        (60, "a minute ago"),
        (120, "2 minutes ago"),
        (7_199, "119 minutes ago"),
        (7_200, "2 hours ago"),
        (172_800, "2 days ago"),
    ],
)
def test_how_long_ago(seconds: int, said: str) -> None:
    """In the largest unit that is there twice."""
    assert ago(timedelta(seconds=seconds)) == said
